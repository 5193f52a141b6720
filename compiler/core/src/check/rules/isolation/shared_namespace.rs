//! Two tenants in one namespace, or one in the system's.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Tenant,
};

declare_rule! { pub RULE = "shared-namespace", Isolation, Error, "a namespace that two tenants share, or that is the system's", include_str!("shared_namespace.md") }

/// Namespaces that Kubernetes makes itself.
const SYSTEM: &[&str] = &["default", "kube-node-lease", "kube-public", "kube-system"];

/// Reports the second tenant of each namespace, and each one in a namespace of the system.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (cluster, spec) in estate.clusters.iter().filter(|(_, cluster)| cluster.is_kubernetes()) {
        let here: Vec<_> = estate
            .tenants
            .iter()
            .filter(|(id, _)| estate.lives_in(*id, cluster))
            .map(|(_, tenant)| tenant)
            .collect();
        for (at, tenant) in here.iter().enumerate() {
            let namespace = &tenant.namespace;
            let name = &tenant.name.value;
            let span = estate.span(namespace.origin);
            if SYSTEM.contains(&namespace.value.as_str()) {
                findings.push(
                    Diagnostic::new(&RULE, span, format!("tenant `{name}` would live in `{}`, which is the system's", namespace.value))
                        .label("not a tenant's")
                        .why("its quota, roles and policies would fall on the cluster's own parts")
                        .help(format!("write `namespace=` with another name on tenant `{name}`")),
                );
            }
            // Two tenants of one name were told as such.
            let shares = |other: &&&Tenant| other.namespace.value == namespace.value && other.name.value != *name;
            let Some(other) = here[..at].iter().find(shares) else {
                continue;
            };
            let message = format!(
                "tenants `{}` and `{name}` have one namespace in cluster `{}`, `{}`",
                other.name.value, spec.name.value, namespace.value
            );
            findings.push(
                Diagnostic::new(&RULE, span, message)
                    .label("taken already")
                    .also(estate.span(other.namespace.origin), format!("by tenant `{}`", other.name.value))
                    .why("quota, roles and network policies hold for a namespace, so that the two would share them")
                    .help(format!("leave `namespace=` out: tenant `{name}` then has one of its own name")),
            );
        }
    }
}
