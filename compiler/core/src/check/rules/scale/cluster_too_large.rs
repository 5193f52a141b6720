//! A cluster beyond what Kubernetes is tested with.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use crate::{
    check::{Subject, rules::kubernetes::companions::companions},
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Cluster, Estate, Id, Replicas, Tenant, Workload},
};

declare_rule! { pub RULE = "cluster-too-large", Scale, Warn, "more nodes, pods, containers, Services or namespaces than Kubernetes is tested with", include_str!("cluster_too_large.md") }

/// Nodes, pods and containers of a cluster, of the page "Considerations for large clusters".
const NODES: u64 = 5_000;
const PODS: u64 = 150_000;
const CONTAINERS: u64 = 300_000;

/// Services of a cluster and of a namespace, and namespaces: the thresholds of Kubernetes'
/// special interest group for scalability.
const SERVICES: u64 = 10_000;
const SERVICES_OF_ONE: u64 = 5_000;
const NAMESPACES: u64 = 10_000;

/// Reports each bound that a cluster passes at full scale.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter().filter(|(_, cluster)| cluster.is_kubernetes()) {
        let count = Count::of(estate, id);
        let most = count.services.iter().max_by_key(|(tenant, services)| (**services, std::cmp::Reverse(**tenant)));
        let all: u64 = count.services.values().sum();
        let at = |tenant: &Id<Tenant>| estate.tenants[*tenant].spec.meta.name_span;
        let cluster_at = cluster.spec.meta.name_span;
        let rows: [(&str, u64, u64, Span); 6] = [
            ("nodes", count.nodes, NODES, cluster_at),
            ("pods at full scale", count.pods, PODS, cluster_at),
            ("containers at full scale", count.containers, CONTAINERS, cluster_at),
            ("Services", all, SERVICES, cluster_at),
            ("namespaces of tenants", count.services.len() as u64, NAMESPACES, cluster_at),
            ("Services in one namespace", most.map_or(0, |(_, services)| *services), SERVICES_OF_ONE, most.map_or(cluster_at, |(tenant, _)| at(tenant))),
        ];
        for (what, has, bound, span) in rows.into_iter().filter(|(_, has, bound, _)| has > bound) {
            findings.push(
                Diagnostic::new(&RULE, span, format!("cluster `{}` has {has} {what}, and Kubernetes is tested with {bound}", cluster.name.value))
                    .label("beyond the tested size")
                    .why("beyond it the API server, etcd and the nodes' tables of addresses answer later than their own timeouts, first when many things start at once")
                    .help("split it into several clusters, by tenant or by site"),
            );
        }
    }
}

/// What a cluster has at full scale.
#[derive(Default)]
struct Count {
    nodes: u64,
    pods: u64,
    containers: u64,
    services: BTreeMap<Id<Tenant>, u64>,
}

impl Count {
    fn of(estate: &Estate, cluster: Id<Cluster>) -> Self {
        let mut all = Self {
            nodes: estate.pools_of(cluster).map(|(_, pool)| pool.nodes.len() as u64).sum(),
            ..Self::default()
        };
        for (_, workload) in estate.workloads_of(cluster) {
            let pods = most(estate, workload);
            let beside = companions(workload).iter().filter(|one| one.stays()).count() as u64;
            all.pods = all.pods.saturating_add(pods);
            all.containers = all.containers.saturating_add(pods.saturating_mul(1 + beside));
            let own = u64::from(workload.spec.ports().next().is_some());
            *all.services.entry(workload.tenant).or_default() += own;
        }
        all
    }
}

/// The most pods of a workload.
fn most(estate: &Estate, workload: &Workload) -> u64 {
    let nodes = || workload.pools.iter().map(|pool| estate.pools[pool.to].nodes.len() as u64).sum::<u64>();
    match (&workload.body, &workload.replicas) {
        (Body::Job(job), _) => job.parallel.value.into(),
        (_, Replicas::Fixed(count)) => count.value.into(),
        (_, Replicas::Scaled { max, .. }) => max.value.into(),
        (_, Replicas::PerNode(count)) => nodes().saturating_mul(count.value.into()),
        (_, Replicas::PerZone(count)) => (estate.clusters[workload.cluster].zones.len().max(1) as u64).saturating_mul(count.value.into()),
    }
}
