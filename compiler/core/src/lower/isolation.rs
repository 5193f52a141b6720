//! Flows as one workload sees them: grouped by equal port sets, so that peers with different
//! ports never end up in one rule.

use std::collections::BTreeMap;

use crate::{
    flows::{Flow, Peer, Port, Reason},
    model::{Id, Workload},
    origin::OriginId,
};

/// A peer of a rule, and why it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerRule {
    /// The other end.
    pub peer: Peer,
    /// Why.
    pub reason: Reason,
    /// Where it was said.
    pub origin: OriginId,
}

/// Peers that share a set of ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleGroup {
    /// The ports, of the destination; sorted.
    pub ports: Vec<Port>,
    /// The peers; sorted.
    pub peers: Vec<PeerRule>,
}

/// The flows of a cluster by the workload that they concern, so that each is looked at once.
pub(super) struct ByWorkload<'f> {
    ingress: BTreeMap<Id<Workload>, Vec<&'f Flow>>,
    egress: BTreeMap<Id<Workload>, Vec<&'f Flow>>,
}

impl<'f> ByWorkload<'f> {
    pub(super) fn of(flows: &'f [Flow]) -> Self {
        let (mut ingress, mut egress) = (BTreeMap::new(), BTreeMap::new());
        for flow in flows {
            if let Peer::Workload(id) = flow.to {
                ingress.entry(id).or_insert_with(Vec::new).push(flow);
            }
            if let Peer::Workload(id) = flow.from {
                egress.entry(id).or_insert_with(Vec::new).push(flow);
            }
        }
        Self { ingress, egress }
    }

    /// What may come in to a workload, and what may go out of it.
    pub(super) fn rules(&self, id: Id<Workload>) -> (Vec<RuleGroup>, Vec<RuleGroup>) {
        let side = |flows: &BTreeMap<Id<Workload>, Vec<&'f Flow>>,
                    peer: fn(&'f Flow) -> &'f Peer| {
            let flows = flows.get(&id).into_iter().flatten();
            group(flows.map(|flow| (*flow, peer(flow))))
        };
        let ingress = side(&self.ingress, |flow| &flow.from);
        let egress = side(&self.egress, |flow| &flow.to);
        (ingress, egress)
    }
}

fn group<'f>(flows: impl Iterator<Item = (&'f Flow, &'f Peer)>) -> Vec<RuleGroup> {
    // First all ports of each peer, then all peers of each port set.
    let mut by_peer: BTreeMap<&Peer, (Vec<Port>, &Flow)> = BTreeMap::new();
    for (flow, peer) in flows {
        by_peer
            .entry(peer)
            .or_insert_with(|| (Vec::new(), flow))
            .0
            .extend(&flow.ports);
    }
    let mut groups: BTreeMap<Vec<Port>, Vec<PeerRule>> = BTreeMap::new();
    for (peer, (mut ports, flow)) in by_peer {
        ports.sort_unstable();
        ports.dedup();
        let rule = PeerRule {
            peer: peer.clone(),
            reason: flow.reason.clone(),
            origin: flow.origin,
        };
        groups.entry(ports).or_default().push(rule);
    }
    groups
        .into_iter()
        .map(|(ports, peers)| RuleGroup { ports, peers })
        .collect()
}
