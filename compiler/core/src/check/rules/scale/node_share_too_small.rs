//! A node with fewer addresses than pods.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "node-share-too-small", Scale, Warn, "a node's share of the pods' addresses that is smaller than its number of pods", include_str!("node_share_too_small.md") }

/// Pods of one node: the kubelet's default for `maxPods`.
const PODS: u32 = 110;

/// Addresses of a share that no pod gets: the network's own, the node's and the broadcast's.
const KEPT: u128 = 3;

/// Compares `node-mask` with the pods of a node.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter().filter(|(_, cluster)| cluster.is_kubernetes()) {
        let Some(plan) = cluster.spec.network_plan.as_ref().filter(|_| !cluster.spec.managed.value) else {
            continue;
        };
        if plan.pods.is_none() || plan.node_mask.value > 32 {
            continue;
        }
        let addresses = (1_u128 << (32 - plan.node_mask.value)).saturating_sub(KEPT);
        let roomiest = estate.pools_of(id).map(|(_, pool)| {
            let kept = pool.spec.reserve.as_ref().and_then(|reserve| reserve.pods.as_ref());
            PODS.saturating_sub(kept.map_or(0, |kept| kept.value))
        });
        let Some(pods) = roomiest.max().filter(|pods| u128::from(*pods) > addresses) else {
            continue;
        };
        let mask = plan.node_mask.value;
        findings.push(
            Diagnostic::new(&RULE, estate.span(plan.node_mask.origin), format!("a node of `{}` has {addresses} addresses for pods, and room for {pods} pods", cluster.name.value))
                .label(format!("/{mask} is {addresses} pods"))
                .why("the scheduler counts pods and not addresses: those beyond stay in ContainerCreating on a node that looks free")
                .help("write `node-mask=24`, or take pods away from the nodes' count: `reserve pods=` on their pools"),
        );
    }
}
