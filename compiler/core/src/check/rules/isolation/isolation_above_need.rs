//! More isolation than what there is to protect.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::{DataClass, Isolation},
};

declare_rule! { pub RULE = "isolation-above-need", Isolation, Note, "nodes or a cluster of its own for a tenant whose data anybody may know", include_str!("isolation_above_need.md") }

/// Reports tenants that say both.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for tenant in estate.tenants.values() {
        let (level, data) = (&tenant.spec.isolation, &tenant.spec.data);
        let costly = matches!(
            level.value,
            Isolation::DedicatedNodes | Isolation::Confidential | Isolation::OwnCluster
        );
        if !costly || data.value != DataClass::Public {
            continue;
        }
        let message = format!(
            "tenant `{}` has `isolation={}`, and its data is public",
            tenant.name.value, level.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(level.origin), message)
                .label("what for?")
                .also(estate.span(data.origin), "anybody may know it")
                .why("machines that one tenant has alone stand idle when it does, and every level is more to operate")
                .help("begin with a namespace and a quota, `isolation=namespace`, and take the next level when somebody asks for it"),
        );
    }
}
