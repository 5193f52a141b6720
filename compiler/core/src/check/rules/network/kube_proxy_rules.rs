//! How many rules of iptables the Services of a cluster come to.

use std::collections::BTreeMap;

use super::service_range_too_small::services;
use crate::{
    check::Subject,
    diag::{Diagnostic, Rule, words},
    model::{Cluster, Estate, Id, Replicas, Workload},
    origin::V,
    place::least_replicas,
    schema::kinds::ProxyMode,
};

/// The Services of a cluster whose kube-proxy writes iptables, and what they come to.
pub(super) struct Load {
    pub(super) cluster: Id<Cluster>,
    /// Where the mode is said, or its default.
    pub(super) mode: V<ProxyMode>,
    pub(super) services: u128,
    /// Pods behind them, once for each port.
    pub(super) endpoints: u128,
    pub(super) rules: u128,
}

/// From how many on the network's latency was seen to rise: 1,000 Services of 15 pods were some
/// 80,000 rules, connections took a second longer, and the system's share of CPU went from 10 to
/// 40 %.
pub(super) const JITTER: u128 = 80_000;

/// Above how many somebody should know.
pub(super) const MANY: u128 = 10_000;

/// The finding of a rule about such a cluster; only the danger differs.
pub(super) fn finding(
    estate: &Estate,
    load: &Load,
    rule: &'static Rule,
    why: &'static str,
) -> Diagnostic {
    let message = format!(
        "the {} of cluster `{}` lead to {} pods and ports, about {} rules of iptables on each node",
        words::count(u64::try_from(load.services).unwrap_or(u64::MAX), "Service"),
        estate.clusters[load.cluster].name.value,
        load.endpoints,
        load.rules
    );
    Diagnostic::new(rule, estate.span(load.mode.origin), message)
        .label("kube-proxy by iptables")
        .why(why)
        .help("write `proxy=nftables` (Kubernetes 1.31 or later), or let the CNI do it with `kube-proxy-replacement=#true`")
}

/// What each such cluster comes to.
pub(super) fn loads(subject: &Subject<'_>) -> Vec<Load> {
    let estate = subject.estate;
    let mut sums: BTreeMap<Id<Cluster>, (u128, u128)> = BTreeMap::new();
    for workload in estate.workloads.values() {
        let sum = sums.entry(workload.cluster).or_default();
        let count = services(workload);
        sum.0 += count;
        if count > 0 {
            sum.1 += ports(workload).max(1) * pods(estate, workload);
        }
    }
    let load = |(cluster, (services, endpoints)): (Id<Cluster>, (u128, u128))| {
        let cni = estate.clusters[cluster].spec.cni.as_ref()?;
        let mode = cni
            .kube_proxy()
            .filter(|mode| mode.value == ProxyMode::Iptables)?;
        Some(Load {
            cluster,
            mode,
            services,
            endpoints,
            // Three chains of rules for each pod of a Service, as they were counted: 16 for 3.
            rules: endpoints * 16 / 3,
        })
    };
    sums.into_iter().filter_map(load).collect()
}

/// Entries that kube-proxy has for each pod.
fn ports(workload: &Workload) -> u128 {
    let single = workload
        .spec
        .port
        .iter()
        .filter(|port| port.number.value.as_single().is_some());
    single.count() as u128
}

/// As many as there may be.
fn pods(estate: &Estate, workload: &Workload) -> u128 {
    let least = least_replicas(estate, workload);
    u128::from(match &workload.replicas {
        Replicas::Scaled { max, .. } => max.value.max(least),
        Replicas::Fixed(_) | Replicas::PerNode(_) | Replicas::PerZone(_) => least,
    })
}
