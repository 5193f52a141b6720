//! A Service that would be called like a number.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Backend, Body, Workload},
};

declare_rule! { pub RULE = "name-begins-with-digit", Platform, Error, "a workload with a Service whose name begins with a digit", include_str!("name_begins_with_digit.md"); refused_by = ApiServer }

/// The first Kubernetes 1.x whose Services may begin with a digit: there
/// `RelaxedServiceNameValidation` is on by default (KEP-5311).
const RELAXED: u64 = 36;

/// Reports each workload whose Service an API server of that version refuses.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Backend::Kubernetes(version) = &subject.estate.clusters[workload.cluster].backend else {
            continue;
        };
        let relaxed = version.value.major() > 1 || version.value.minor() >= RELAXED;
        if relaxed || workload.name.value.starts_with_letter() || !has_service(workload) {
            continue;
        }
        let message = format!("the Service of `{}` would be called `{}`, and begins with a digit", workload.path, workload.name.value);
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(workload.name.origin), message)
                .label("begins with a digit")
                .also(subject.estate.span(version.origin), "the cluster's version")
                .why(format!("before 1.{RELAXED} the API server takes no Service that does not begin with a letter"))
                .help(format!("call it `n{}`, or by a word", workload.name.value)),
        );
    }
}

/// Whether something of it gets a Service.
fn has_service(workload: &Workload) -> bool {
    let listens = workload.spec.ports().next().is_some() || !workload.exposes.is_empty();
    let peers = workload.has_identity() || workload.disks.iter().any(|disk| !disk.spec.ephemeral.value);
    match &workload.body {
        Body::Container(_) => peers || listens,
        Body::Vm(..) => {
            let numbered = workload.has_identity() && workload.spec.replicas.is_some();
            numbered || listens
        }
        Body::Job(_) => listens,
        Body::Lxc(_) | Body::Chart(_) => false,
    }
}
