//! How many objects hold a cluster's flows, beside how many it could take.

use std::collections::BTreeSet;

use tenantry_reach::Cluster;

use super::{Ground, Objects};
use crate::{
    flows::{Holder, Peer},
    model::{self, Id},
};

/// Counts. The naive scheme has one object that closes each namespace, and for each two ends
/// between which anything flows one object at each end that policies select.
pub(super) fn objects(ground: Ground<'_>, on: Id<model::Cluster>, cluster: &Cluster) -> Objects {
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
        emitted: cluster.policies.len() + cluster.tiers.len(),
        naive: living.count() + halves,
        workloads: estate.workloads_of(on).count(),
    }
}
