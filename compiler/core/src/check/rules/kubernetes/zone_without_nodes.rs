//! A workload is bound to zones in which its pools have no machine.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
};

declare_rule! { pub RULE = "zone-without-nodes", Availability, Error, "a workload in zones where its pools have no machine", include_str!("zone_without_nodes.md") }

/// Reports each `on { zone … }` that leaves no node. A zone that the cluster does not have is
/// told by `unknown-zone`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (_, workload) in subject.whole_workloads() {
        let zones = workload.spec.on.as_ref().and_then(|on| on.zone.as_ref());
        let Some(zones) = zones.filter(|_| !workload.pools.is_empty()) else {
            continue;
        };
        let cluster = &estate.clusters[workload.cluster];
        let known = |zone: &str| cluster.zones.iter().any(|known| known.value.as_str() == zone);
        if !zones.names.iter().all(|zone| known(zone.value.as_str())) {
            continue;
        }
        let mut there: Vec<&str> = Vec::new();
        let mut certain = true;
        for node in workload.pools.iter().flat_map(|pool| &estate.pools[pool.to].nodes) {
            match &node.zone {
                Some(zone) => there.push(zone.as_str()),
                None => certain = false,
            }
        }
        there.sort_unstable();
        there.dedup();
        if !certain || there.is_empty() || zones.names.iter().any(|zone| there.contains(&zone.value.as_str())) {
            continue;
        }
        let asked: Vec<String> = zones.names.iter().map(|zone| zone.value.to_string()).collect();
        let pools: Vec<&str> = workload.pools.iter().map(|pool| estate.pools[pool.to].name.value.as_str()).collect();
        let message = format!("`{}` may run in zone {} only, and {} has no machine there", workload.path, asked.join(" or "), words::names(&pools));
        findings.push(
            Diagnostic::new(&RULE, zones.meta.span, message)
                .label("no machine there")
                .why("it would wait for a machine in that zone for ever")
                .help(format!("its pools stand in {}: name one of these, or another pool", words::names(&there))),
        );
    }
}
