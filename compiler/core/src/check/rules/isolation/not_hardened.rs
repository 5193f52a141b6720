//! A container that may do much, of a tenant whose containers may do little.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::{Isolation, PodLevel},
};

declare_rule! { pub RULE = "not-hardened", Isolation, Error, "a workload that may do more than its tenant's isolation says", include_str!("not_hardened.md") }

/// Reports each level of pod security above `restricted` where the tenant shares nodes and is
/// `hardened` at least. On nodes of its own, what a tenant does to them is its business.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let tenant = &estate.tenants[workload.tenant];
        let isolation = &tenant.spec.isolation;
        let strict = matches!(
            isolation.value,
            Isolation::Hardened | Isolation::Sandbox | Isolation::Vm
        );
        let Some(security) = workload.spec.security.as_ref().filter(|_| strict) else {
            continue;
        };
        let level = security.pod_level;
        if level.value == PodLevel::Restricted {
            continue;
        }
        let message = format!(
            "tenant `{}` is kept apart by `isolation={}`, and `{}` asks for `pod-level={}`",
            tenant.name.value,
            isolation.value,
            workload.path,
            level.value.word()
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(level.origin), message)
                .label("more than `restricted`")
                .also(estate.span(isolation.origin), "the tenant's level")
                .why("its nodes run other tenants too, and the namespace would admit such pods from everybody who may create some in it")
                .help("leave the level out; or put the workload into a tenant of its own with `isolation=namespace`, or `dedicated-nodes` where it may do as it likes"),
        );
    }
}
