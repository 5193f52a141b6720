//! Address blocks: what is outside of a cluster, and nothing of what is inside.
//!
//! Whether a block matches pods, services or nodes differs between pod networks, so that no block
//! may reach into a cluster's own ranges; and what is called the internet holds no address that
//! is not public, above all not the cloud's metadata.

use super::{Peer, site};
use crate::{
    model::{Cluster, Estate, Id},
    units::{Cidr, Unit},
};

/// What is no public address, by the IANA's registries of special-purpose addresses: private
/// (RFC 1918), shared by carriers (RFC 6598), loopback, link-local with the metadata of most
/// clouds (RFC 3927), benchmarks (RFC 2544), multicast and reserved; in IPv6 unique-local with
/// Amazon's metadata (RFC 4193), link-local and multicast.
const NOT_PUBLIC: [&str; 11] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// Where clouds answer questions about the machine that asks: most of them, Amazon by IPv6,
/// Alibaba.
pub const METADATA: [&str; 3] = ["169.254.169.254", "fd00:ec2::254", "100.100.100.200"];

/// All addresses of both families.
const ALL: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// A block and its holes; the holes lie strictly inside.
pub type Block = (Cidr, Vec<Cidr>);

/// The blocks of one cluster.
#[derive(Debug, Clone)]
pub struct Blocks {
    all: Vec<Cidr>,
    /// The cluster's own ranges, and the addresses of metadata.
    inside: Vec<Cidr>,
    /// Those and whatever else is not public.
    hidden: Vec<Cidr>,
}

impl Blocks {
    /// What a cluster's blocks must leave out.
    pub fn of(estate: &Estate, on: Id<Cluster>) -> Self {
        let cluster = &estate.clusters[on];
        let facts = cluster.spec.facts.as_ref();
        let metadata = facts.and_then(|facts| facts.metadata_ip.as_ref());
        let mut inside: Vec<Cidr> = site::ranges(cluster)
            .iter()
            .map(|(_, cidr)| cidr.value)
            .collect();
        inside.extend(
            metadata
                .iter()
                .flat_map(|metadata| &metadata.addresses)
                .map(|ip| Cidr::host(ip.value)),
        );
        let hidden = known(&NOT_PUBLIC).chain(inside.iter().copied()).collect();
        Self {
            all: known(&ALL).collect(),
            inside,
            hidden,
        }
    }

    /// The addresses that an outside end of a flow stands for; none for one of names, or of pods.
    pub fn of_peer(&self, peer: &Peer) -> Vec<Block> {
        match peer {
            Peer::External { cidrs, hosts, .. } if !cidrs.is_empty() || hosts.is_empty() => {
                self.called(cidrs)
            }
            Peer::Clients(cidrs) => self.callers(cidrs),
            _ => Vec::new(),
        }
    }

    /// Declared addresses that a workload calls; every public one where none is declared. A range
    /// that holds private addresses and others loses the private ones: who means those writes
    /// their range.
    fn called(&self, cidrs: &[Cidr]) -> Vec<Block> {
        self.without(cidrs, &self.hidden)
    }

    /// Declared addresses of callers; everybody who is not in the cluster where none is declared.
    fn callers(&self, cidrs: &[Cidr]) -> Vec<Block> {
        self.without(cidrs, &self.inside)
    }

    fn without(&self, cidrs: &[Cidr], hidden: &[Cidr]) -> Vec<Block> {
        let cidrs = if cidrs.is_empty() { &self.all } else { cidrs };
        cidrs
            .iter()
            .map(|cidr| (*cidr, holes(*cidr, hidden)))
            .collect()
    }
}

/// Whether a range holds public addresses.
pub fn is_public(cidr: Cidr) -> bool {
    !known(&NOT_PUBLIC).any(|hidden| hidden.contains_net(cidr))
}

fn known(texts: &'static [&'static str]) -> impl Iterator<Item = Cidr> {
    texts.iter().filter_map(|text| Cidr::parse(text).ok())
}

/// The parts of a block to leave out: sorted, none inside of another.
pub fn holes(block: Cidr, hidden: &[Cidr]) -> Vec<Cidr> {
    let mut holes: Vec<Cidr> = hidden
        .iter()
        .copied()
        .filter(|hole| block.contains_net(*hole) && *hole != block)
        .collect();
    holes.sort_unstable();
    holes.dedup();
    let all = holes.clone();
    holes.retain(|hole| {
        !all.iter()
            .any(|other| other != hole && other.contains_net(*hole))
    });
    holes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).unwrap()
    }

    #[test]
    fn every_range_of_the_tables_is_one() {
        assert_eq!(known(&NOT_PUBLIC).count(), NOT_PUBLIC.len());
        assert_eq!(known(&ALL).count(), ALL.len());
    }

    #[test]
    fn a_hole_inside_of_another_is_not_said_twice() {
        let hidden = [
            cidr("10.0.0.0/8"),
            cidr("10.42.0.0/16"),
            cidr("203.0.113.0/24"),
        ];
        let found = holes(cidr("0.0.0.0/0"), &hidden);
        assert_eq!(found, [cidr("10.0.0.0/8"), cidr("203.0.113.0/24")]);
    }

    #[test]
    fn a_hole_lies_strictly_inside_of_its_block_and_in_its_family() {
        let hidden = [cidr("10.0.0.0/8"), cidr("10.42.0.0/16"), cidr("fc00::/7")];
        assert_eq!(holes(cidr("10.0.0.0/8"), &hidden), [cidr("10.42.0.0/16")]);
        assert!(holes(cidr("192.0.2.0/24"), &hidden).is_empty());
    }
}
