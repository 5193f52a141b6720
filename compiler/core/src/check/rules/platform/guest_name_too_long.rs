//! The host name of a machine does not fit into a label.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Replicas,
};

declare_rule! { pub RULE = "guest-name-too-long", Platform, Error, "a host name that has no room for the machine's number", include_str!("guest_name_too_long.md"); refused_by = KubeVirt }

/// The most characters of a label of the DNS (RFC 1035 §2.3.4).
const LABEL: usize = 63;

/// Reports each host name that is too long with the number of the last replica behind it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (workload, _) in subject.kubevirt_machines() {
        let init = workload.spec.cloud_init.as_ref();
        let Some(host) = init.and_then(|init| init.hostname.as_ref()) else {
            continue;
        };
        let (Replicas::Fixed(count), Some(_)) = (&workload.replicas, &workload.spec.replicas) else {
            continue;
        };
        let label = host.value.as_str().split('.').next().unwrap_or_default();
        let number = format!("-{}", count.value.saturating_sub(1));
        let length = label.len() + number.len();
        if length <= LABEL || !workload.has_identity() {
            continue;
        }
        let message = format!(
            "the last machine of `{}` is called `{label}{number}`, which has {length} characters",
            workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(host.origin), message)
                .label(format!("at most {} here", LABEL - number.len()))
                .why(format!("a host name is a label of the DNS, of {LABEL} characters at most; KubeVirt refuses the machine"))
                .help("shorten it, or leave `hostname` out: each machine then has its own name"),
        );
    }
}
