//! The pods' range has fewer parts than the cluster has nodes.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
};

declare_rule! { pub RULE = "pod-range-too-small", Network, Error, "a range of pods with fewer parts than there are nodes", include_str!("pod_range_too_small.md") }

/// Reports clusters where a node would get no addresses for its pods.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter() {
        let Some(plan) = &cluster.spec.network_plan else {
            continue;
        };
        let Some(pods) = &plan.pods else { continue };
        let mask = &plan.node_mask;
        let nodes: u128 = estate
            .pools_of(id)
            .map(|(_, pool)| {
                let most = pool.spec.nodes.as_ref().and_then(|nodes| nodes.max.as_ref());
                let now = u32::try_from(pool.nodes.len()).unwrap_or(u32::MAX);
                u128::from(most.map_or(now, |most| most.value.max(now)))
            })
            .sum();
        let parts = u8::try_from(mask.value)
            .ok()
            .and_then(|mask| pods.value.subnet_count(mask))
            .unwrap_or(0);
        if nodes <= parts {
            continue;
        }
        let message = format!(
            "cluster `{}` has {}, and {} holds {} of a /{} for each",
            cluster.name.value,
            words::count(u64::try_from(nodes).unwrap_or(u64::MAX), "node"),
            pods.value,
            words::count(u64::try_from(parts).unwrap_or(u64::MAX), "range"),
            mask.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(pods.origin), message)
                .label("too small")
                .also(estate.span(mask.origin), format!("each node gets a /{}", mask.value))
                .why("a node that gets no range of its own never becomes ready")
                .help("widen `pods`, or give each node less with a larger `node-mask`"),
        );
    }
}
