//! How many objects hold a cluster's flows, beside how many it could take.

use std::collections::BTreeSet;

use tenantry_reach::{Cluster, Ends};

use super::{Beyond, Ground, Objects};
use crate::{
    flows::{Holder, Peer},
    model::{self, Id},
};

/// Counts. The naive scheme has one object that closes each namespace, and for each two ends
/// between which anything flows one object at each end that policies select.
pub(super) fn objects(
    ground: Ground<'_>,
    on: Id<model::Cluster>,
    cluster: &Cluster,
    networks: &[Beyond],
) -> Objects {
    let estate = ground.estate;
    let living = estate.tenants.ids().filter(|id| estate.lives_in(*id, on));
    let held = ground.flows.of(on).iter();
    let held = held.filter(|flow| {
        // What every pod may is said where the namespace is closed.
        let all = [&flow.from, &flow.to].map(|end| matches!(end, Peer::Namespace(_)));
        flow.holder() == Holder::Policy && all == [false, false]
    });
    let edges: BTreeSet<(&Peer, &Peer)> = held.map(|flow| (&flow.from, &flow.to)).collect();
    let halves = edges.iter().flat_map(|(from, to)| [from, to]);
    let halves = halves.filter(|end| end.is_held()).count();
    Objects {
        emitted: cluster.policies.len() + cluster.tiers.len() + cluster.beyond.len(),
        naive: living.count() + halves + networks.iter().map(naive).sum::<usize>(),
        workloads: estate.workloads_of(on).count(),
    }
}

/// The same of a network beside the pod network.
fn naive(network: &Beyond) -> usize {
    let wanted = network.wanted.iter();
    let edges: BTreeSet<(&Ends, &Ends)> = wanted.map(|it| (&it.from, &it.to)).collect();
    let halves = edges.iter().flat_map(|(from, to)| [from, to]);
    let halves = halves.filter(|end| matches!(end, Ends::Pods(_))).count();
    network.definitions.len() + halves
}
