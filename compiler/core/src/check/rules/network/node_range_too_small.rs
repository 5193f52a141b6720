//! More machines than there are addresses for them.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
};

declare_rule! { pub RULE = "node-range-too-small", Network, Error, "a range of nodes with fewer addresses than there are machines", include_str!("node_range_too_small.md") }

/// Reports clusters whose machines do not all fit into the range that they come from.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (id, cluster) in estate.clusters.iter() {
        let plan = cluster.spec.network_plan.as_ref();
        let Some(range) = plan.and_then(|plan| plan.nodes.as_ref()) else {
            continue;
        };
        // Machines with an address outside of it are told one by one.
        let machines = estate.pools_of(id).flat_map(|(_, pool)| {
            let now = pool.nodes.len();
            let most = pool
                .spec
                .nodes
                .as_ref()
                .and_then(|nodes| nodes.max.as_ref());
            let more = most.map_or(0, |most| {
                usize::try_from(most.value)
                    .unwrap_or(usize::MAX)
                    .saturating_sub(now)
            });
            [now, more]
        });
        let machines = machines.fold(0_usize, usize::saturating_add) as u128;
        let there = range.value.host_count();
        if machines <= there {
            continue;
        }
        let message = format!(
            "cluster `{}` has {}, and {} has addresses for {there}",
            cluster.name.value,
            words::count(u64::try_from(machines).unwrap_or(u64::MAX), "machine"),
            range.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(range.origin), message)
                .label("too small")
                .why("those beyond it have addresses that no policy takes for a node's, so that what comes from them is dropped: the gateway, probes, the API server")
                .help("widen `nodes`, and leave room for the router and for growth"),
        );
    }
}
