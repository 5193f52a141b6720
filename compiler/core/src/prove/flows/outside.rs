//! The addresses that an outside end of a flow means, as a set.
//!
//! What leaves a cluster for addresses that the spec does not name goes to public ones alone.
//! A declared range loses what lies within it of the cluster's own ranges and of the metadata's
//! addresses, and one that is called loses private addresses as well, unless the range is itself
//! within them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use tenantry_reach::Addresses;

use crate::{
    flows::{Peer, site},
    model::{Cluster, Estate, Id},
    units::Cidr,
};

/// Ranges that are not routed in public, by the registries of special-purpose addresses that
/// RFC 6890 sets up: as octets or segments, and the length of the prefix.
const SPECIAL_V4: [([u8; 4], u8); 8] = [
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    // Multicast, what is reserved above it, and the broadcast.
    ([224, 0, 0, 0], 3),
];

/// The same of IPv6: by the first segment.
const SPECIAL_V6: [(u16, u8); 3] = [(0xfc00, 7), (0xfe80, 10), (0xff00, 8)];

/// The outside of one cluster.
pub(super) struct Outside {
    /// The cluster's own ranges, and the metadata's addresses.
    own: Vec<IpNet>,
    /// Those, and what is not public.
    closed: Vec<IpNet>,
}

impl Outside {
    pub(super) fn of(estate: &Estate, on: Id<Cluster>) -> Self {
        let cluster = &estate.clusters[on];
        let plan = site::ranges(cluster);
        let mut own: Vec<IpNet> = plan.iter().map(|(_, cidr)| cidr.value.get()).collect();
        let facts = cluster.spec.facts.as_ref();
        let metadata = facts.and_then(|facts| facts.metadata_ip.as_ref());
        let metadata = metadata.iter().flat_map(|fact| &fact.addresses);
        own.extend(metadata.map(|ip| IpNet::from(ip.value.get())));
        let closed = own.iter().copied().chain(special()).collect();
        Self { own, closed }
    }

    /// The addresses of an outside end; none where it has names, or is no outside end.
    pub(super) fn addresses(&self, peer: &Peer) -> Addresses {
        let mut all = Addresses::none();
        for (_, meant) in self.each(peer) {
            all.extend(&meant);
        }
        all
    }

    /// The same by the ranges that are said, each with what of it is meant.
    pub(super) fn each(&self, peer: &Peer) -> Vec<(IpNet, Addresses)> {
        let (cidrs, shut) = match peer {
            Peer::External { hosts, .. } if !hosts.is_empty() => return Vec::new(),
            Peer::External { cidrs, .. } => (cidrs, &self.closed),
            Peer::Clients(cidrs) => (cidrs, &self.own),
            _ => return Vec::new(),
        };
        let said = match cidrs.is_empty() {
            true => vec![everywhere(true), everywhere(false)],
            false => cidrs.iter().map(|cidr| cidr.get()).collect(),
        };
        let each = said.into_iter().map(|net| (net, open(net, shut)));
        each.collect()
    }
}

/// A block without those that lie within it.
fn open(block: IpNet, shut: &[IpNet]) -> Addresses {
    let within = shut.iter().filter(|hole| {
        block.contains(&hole.network())
            && block.contains(&hole.broadcast())
            && hole.prefix_len() > block.prefix_len()
    });
    let mut holes = Addresses::none();
    for hole in within {
        holes.extend(&Addresses::block(*hole));
    }
    Addresses::block(block).without(&holes)
}

/// The addresses of ranges of the platform's.
pub(super) fn exactly(cidrs: &[Cidr]) -> Addresses {
    let mut all = Addresses::none();
    for cidr in cidrs {
        all.extend(&Addresses::block(cidr.get()));
    }
    all
}

fn special() -> impl Iterator<Item = IpNet> {
    let four = SPECIAL_V4
        .iter()
        .map(|(octets, length)| net(IpAddr::V4(Ipv4Addr::from(*octets)), *length));
    let six = SPECIAL_V6.iter().map(|(first, length)| {
        let address = Ipv6Addr::new(*first, 0, 0, 0, 0, 0, 0, 0);
        net(IpAddr::V6(address), *length)
    });
    four.chain(six)
}

fn everywhere(four: bool) -> IpNet {
    let address = match four {
        true => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        false => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    net(address, 0)
}

/// A length that no address has would be a mistake in the tables above; it is one address then.
fn net(address: IpAddr, length: u8) -> IpNet {
    IpNet::new(address, length).unwrap_or_else(|_| IpNet::from(address))
}
