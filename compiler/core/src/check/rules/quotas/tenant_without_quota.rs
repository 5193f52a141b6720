//! A tenant that may take what was promised to others.

use std::collections::BTreeSet;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Estate, Id, Pool, Tenant, Workload},
};

declare_rule! { pub RULE = "tenant-without-quota", Quotas, Warn, "a tenant without a quota in a cluster where others have one", include_str!("tenant_without_quota.md") }

/// Reports each tenant that shares machines with tenants that are bounded, and is not.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (cluster, spec) in estate.clusters.iter().filter(|(_, spec)| spec.is_kubernetes()) {
        let bounded = |tenant: &&Tenant| tenant.quotas.iter().any(|quota| quota.cluster == cluster);
        let Some(other) = estate.tenants.values().find(bounded) else {
            continue;
        };
        for id in sharing(estate, cluster) {
            let tenant = &estate.tenants[id];
            if bounded(&tenant) || tenant.spec.meta.broken {
                continue;
            }
            let at = other.quotas.iter().find(|quota| quota.cluster == cluster).map(|quota| quota.spec.meta.span);
            let finding = Diagnostic::new(&RULE, tenant.spec.meta.name_span, format!("tenant `{}` has no quota on `{}`, and others there have", tenant.name.value, spec.name.value))
                .label("bounded by nothing")
                .why("a runaway autoscaler or job of its takes the room that the others' quotas promise them")
                .help("add `quota cpu=… memory=…` with what its workloads ask for and some room to roll them out");
            findings.push(match at {
                Some(at) => finding.also(at, format!("the quota of `{}`", other.name.value)),
                None => finding,
            });
        }
    }
}

/// The tenants with a workload in a cluster on machines that they do not have alone, in order.
fn sharing(estate: &Estate, cluster: Id<Cluster>) -> BTreeSet<Id<Tenant>> {
    let shares = |workload: &Workload| {
        let tenant = workload.tenant;
        let alone = |pool: Id<Pool>| {
            let own = estate.pools[pool].tenant.is_some_and(|owner| owner.to == tenant);
            own || estate.tenants[tenant].dedicated.iter().any(|(dedicated, _)| dedicated.to == pool)
        };
        workload.pools.is_empty() || !workload.pools.iter().all(|pool| alone(pool.to))
    };
    let workloads = estate.workloads_of(cluster).filter(|(_, workload)| shares(workload));
    workloads.map(|(_, workload)| workload.tenant).collect()
}
