//! Memory that the host can read, of a tenant that promises that it cannot.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Workload},
    origin::OriginId,
    schema::kinds::{Confidential, Isolation, Sandbox},
};

declare_rule! { pub RULE = "not-confidential", Isolation, Error, "a workload of a `confidential` tenant whose memory its host can read", include_str!("not_confidential.md") }

/// Reports each workload without an encrypted machine of its own.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let tenant = &estate.tenants[workload.tenant];
        let level = &tenant.spec.isolation;
        if level.value != Isolation::Confidential {
            continue;
        }
        let Some((at, help)) = readable(workload) else {
            continue;
        };
        let message = format!(
            "tenant `{}` is kept apart by `isolation=confidential`, and the host of `{}` can read its memory",
            tenant.name.value, workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(at), message)
                .label("not encrypted")
                .also(estate.span(level.origin), "the tenant's level")
                .why("on nodes of its own the tenant is safe from its neighbours, not from whoever is root on the node or takes a dump of it")
                .help(help),
        );
    }
}

/// What would have to encrypt and does not, and what to write instead.
fn readable(workload: &Workload) -> Option<(OriginId, &'static str)> {
    let sandbox = match &workload.body {
        Body::Vm(vm, _) if vm.confidential.value == Confidential::None => {
            return Some((
                vm.confidential.origin,
                "add `confidential=sev-snp` or `confidential=tdx` to the `vm`",
            ));
        }
        // What a chart makes is refused for other reasons.
        Body::Vm(..) | Body::Chart(_) => return None,
        Body::Lxc(lxc) => return Some((lxc.meta.origin, "make it a `vm` with `confidential=…`")),
        Body::Container(container) => &container.sandbox,
        Body::Job(job) => &job.sandbox,
    };
    let encrypted = matches!(sandbox.value, Sandbox::KataSnp | Sandbox::KataTdx);
    (!encrypted).then_some((
        sandbox.origin,
        "add `sandbox=kata-snp` or `sandbox=kata-tdx`",
    ))
}
