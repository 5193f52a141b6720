//! A tenant that shall have its cluster alone, and has company.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Id, Tenant, Workload},
    schema::kinds::Isolation,
};

declare_rule! { pub RULE = "cluster-not-alone", Isolation, Error, "an `own-cluster` tenant in a cluster where another tenant runs something", include_str!("cluster_not_alone.md") }

/// Reports, for each cluster that a tenant shall have alone, the first who is there too.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    // The first workload of each tenant in each cluster.
    let mut living: BTreeMap<Id<Cluster>, BTreeMap<Id<Tenant>, &Workload>> = BTreeMap::new();
    for workload in estate.workloads.values() {
        let here = living.entry(workload.cluster).or_default();
        here.entry(workload.tenant).or_insert(workload);
    }
    for (cluster, tenants) in living {
        for (tenant, own) in &tenants {
            let level = &estate.tenants[*tenant].spec.isolation;
            let other = tenants.iter().find(|(id, _)| *id != tenant);
            let (Isolation::OwnCluster, Some((_, other))) = (level.value, other) else {
                continue;
            };
            let message = format!(
                "tenant `{}` shall have a cluster of its own, and `{}` runs in `{}` beside `{}`",
                estate.tenants[*tenant].name.value,
                own.path,
                estate.clusters[cluster].name.value,
                other.path
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(level.origin), message)
                    .label("not alone")
                    .also(other.spec.meta.span, "another tenant's")
                    .why("who shares a cluster shares its API server, its operators and whatever is wrong with them")
                    .help("move one of the two to pools of another cluster, or choose another level"),
            );
        }
    }
}
