//! Flows as one of their ends sees them: grouped by equal port sets, so that peers with different
//! ports never end up in one rule.

use std::collections::BTreeMap;

use crate::{
    flows::{Flow, Peer, Port, Reason},
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

/// What may come in to one end of flows, and what may go out of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sides {
    /// Who may call it.
    pub ingress: Vec<RuleGroup>,
    /// Whom it may call.
    pub egress: Vec<RuleGroup>,
}

/// The flows of a cluster by the ends that policies select, so that each is looked at once.
pub(super) struct ByEnd<'f> {
    ingress: BTreeMap<&'f Peer, Vec<&'f Flow>>,
    egress: BTreeMap<&'f Peer, Vec<&'f Flow>>,
}

impl<'f> ByEnd<'f> {
    pub(super) fn of(flows: &'f [Flow]) -> Self {
        let (mut ingress, mut egress) = (BTreeMap::new(), BTreeMap::new());
        for flow in flows {
            for (end, side) in [(&flow.to, &mut ingress), (&flow.from, &mut egress)] {
                if end.is_held() {
                    side.entry(end).or_insert_with(Vec::new).push(flow);
                }
            }
        }
        Self { ingress, egress }
    }

    /// What may come in to an end, and what may go out of it.
    pub(super) fn sides(&self, end: &Peer) -> Sides {
        let side = |flows: &BTreeMap<&'f Peer, Vec<&'f Flow>>, peer: fn(&'f Flow) -> &'f Peer| {
            let flows = flows.get(end).into_iter().flatten();
            group(flows.map(|flow| (*flow, peer(flow))))
        };
        Sides {
            ingress: side(&self.ingress, |flow| &flow.from),
            egress: side(&self.egress, |flow| &flow.to),
        }
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
