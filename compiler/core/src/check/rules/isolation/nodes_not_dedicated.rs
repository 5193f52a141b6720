//! A tenant that shall share no node runs where others may.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Id, Pool, Tenant, Workload},
    schema::kinds::Isolation,
};

declare_rule! { pub RULE = "nodes-not-dedicated", Isolation, Error, "a workload of a `dedicated-nodes` tenant on a pool where it has no nodes alone", include_str!("nodes_not_dedicated.md") }

/// Reports each such pool of each workload.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        let tenant = &estate.tenants[workload.tenant];
        let level = &tenant.spec.isolation;
        if !matches!(level.value, Isolation::DedicatedNodes | Isolation::Confidential) {
            continue;
        }
        for pool in &workload.pools {
            if is_theirs(workload, tenant, pool.to, &estate.pools[pool.to]) {
                continue;
            }
            let name = &estate.pools[pool.to].name.value;
            let message = format!(
                "tenant `{}` shall share no node, and `{}` runs on pool `{name}`, where it has none alone",
                tenant.name.value, workload.path
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(pool.at), message)
                    .label("shared with others")
                    .also(estate.span(level.origin), format!("`isolation={}`", level.value))
                    .help(format!(
                        "in tenant `{tenant}` add `dedicated {name} COUNT`, or give it the whole pool with `tenant={tenant}`",
                        tenant = tenant.name.value
                    )),
            );
        }
    }
}

fn is_theirs(workload: &Workload, tenant: &Tenant, id: Id<Pool>, pool: &Pool) -> bool {
    pool.tenant.is_some_and(|owner| owner.to == workload.tenant)
        || tenant
            .dedicated
            .iter()
            .any(|(theirs, spec)| theirs.to == id && spec.count.value > 0)
}
