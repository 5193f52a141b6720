//! What shall go through, by the flows of the spec alone.

use std::collections::BTreeMap;

use tenantry_reach::{Addresses, Ends, PodId, PortSet, Protocol, Wanted};

use super::{Ground, outside, pods::Pods};
use crate::{
    flows::{self, Peer, Port},
    model::{self, Id},
};

/// What shall go through.
pub(super) struct Expected {
    /// It.
    pub(super) wanted: Vec<Wanted>,
    /// The place of the flow that says so, of each.
    pub(super) because: Vec<usize>,
    /// The pods of which that is everything: those in the namespaces of tenants.
    pub(super) of: Vec<PodId>,
}

impl Expected {
    pub(super) fn of(ground: Ground<'_>, on: Id<model::Cluster>, pods: &Pods<'_>) -> Self {
        let mut ends = Found {
            pods,
            outside: outside::Outside::of(ground.estate, on),
            known: BTreeMap::new(),
        };
        let (mut wanted, mut because) = (Vec::new(), Vec::new());
        for (at, flow) in ground.flows.of(on).iter().enumerate() {
            let ports = ports(&flow.ports);
            let (from, to) = (ends.of(&flow.from), ends.of(&flow.to));
            for from in &from {
                for to in &to {
                    wanted.push(Wanted {
                        from: from.clone(),
                        to: to.clone(),
                        ports: ports.clone(),
                    });
                    because.push(at);
                }
            }
        }
        let mut of: Vec<PodId> = pods.tenants.values().flatten().copied().collect();
        of.sort_unstable();
        Self {
            wanted,
            because,
            of,
        }
    }
}

/// Who stands behind the ends of flows.
struct Found<'p> {
    pods: &'p Pods<'p>,
    outside: outside::Outside,
    /// Sets of addresses that were worked out: that of the internet is asked for often.
    known: BTreeMap<Peer, Addresses>,
}

impl Found<'_> {
    fn of(&mut self, peer: &Peer) -> Vec<Ends> {
        let pods = self.pods;
        let found = match peer {
            Peer::Workload(id) => vec![these(pods.workloads.get(id))],
            Peer::Namespace(id) => vec![these(pods.tenants.get(id))],
            Peer::Importer(id) => vec![Ends::Pods(
                pods.importers.get(id).copied().into_iter().collect(),
            )],
            Peer::Platform(service) => {
                let addresses = pods
                    .sites
                    .get(service)
                    .map(|site| outside::exactly(&site.addresses));
                vec![
                    these(pods.platform.get(service)),
                    Ends::Addresses(addresses.unwrap_or_default()),
                ]
            }
            Peer::External { .. } | Peer::Clients(_) => {
                if !self.known.contains_key(peer) {
                    self.known
                        .insert(peer.clone(), self.outside.addresses(peer));
                }
                let known = self.known.get(peer).cloned();
                vec![Ends::Addresses(known.unwrap_or_default())]
            }
        };
        found.into_iter().filter(|ends| !ends.is_empty()).collect()
    }
}

fn these(pods: Option<&Vec<PodId>>) -> Ends {
    Ends::Pods(pods.cloned().unwrap_or_default())
}

pub(super) fn ports(ports: &[Port]) -> PortSet {
    let mut set = PortSet::none();
    for port in ports {
        let protocol = match port.protocol {
            flows::Protocol::Tcp => Protocol::Tcp,
            flows::Protocol::Udp => Protocol::Udp,
            flows::Protocol::Sctp => Protocol::Sctp,
        };
        set.add(protocol, port.from, port.to);
    }
    set
}
