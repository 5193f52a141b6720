//! A level of pod security holds for a namespace, not for the workload that asks for it.

use std::collections::BTreeMap;

use super::pod::level;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Cluster, Id, Tenant, Workload},
    schema::kinds::{Members, PodLevel},
};

declare_rule! { pub RULE = "privileged-namespace", Secrets, Warn, "a namespace that is opened for `privileged` and holds more than what needs it", include_str!("privileged_namespace.md") }

/// Reports the first workload of each namespace that opens it, if anybody gains by that.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut namespaces: BTreeMap<(Id<Tenant>, Id<Cluster>), Namespace<'_>> = BTreeMap::new();
    for workload in estate.workloads.values() {
        if !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        let here = namespaces
            .entry((workload.tenant, workload.cluster))
            .or_default();
        match level(workload) {
            PodLevel::Privileged => here.opened_by = here.opened_by.or(Some(workload)),
            _ => here.others += 1,
        }
    }
    for ((tenant, _), namespace) in namespaces {
        let tenant = &estate.tenants[tenant];
        let makers = tenant.spec.members.as_ref().is_some_and(may_create);
        let (Some(workload), true) = (namespace.opened_by, makers || namespace.others > 0) else {
            continue;
        };
        let Some(security) = &workload.spec.security else {
            continue;
        };
        let gains = match (namespace.others, makers) {
            (0, _) => "its members may start pods in it".to_owned(),
            (others, false) => format!("{} in it", words::count(others, "other workload")),
            (others, true) => format!(
                "{} in it, and its members may start pods",
                words::count(others, "other workload")
            ),
        };
        let message = format!(
            "`{}` opens the namespace `{}` for `privileged`, with {gains}",
            workload.path, tenant.namespace.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(security.pod_level.origin), message)
                .label("holds for the whole namespace")
                .why("the API server admits privileged pods of anybody who may create pods there, and such a pod is root on its node, beside other tenants")
                .help("put the workload into a tenant of its own, without members who may `edit`"),
        );
    }
}

#[derive(Default)]
struct Namespace<'e> {
    opened_by: Option<&'e Workload>,
    /// Workloads that need less.
    others: u64,
}

/// Whether somebody has a role that may create pods.
fn may_create(members: &Members) -> bool {
    members.admin.is_some() || members.edit.is_some()
}
