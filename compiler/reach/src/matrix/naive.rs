//! The same by asking about every pair: what the rest is tested against.

use std::net::IpAddr;

use super::ground::blocks;
use crate::{Addresses, Judge, PortSet, addresses::Atoms, ask::End, policy::Direction};

/// What goes through between every two ends, one by one.
#[derive(Debug)]
pub(crate) struct Naive<'j> {
    judge: &'j Judge<'j>,
    atoms: Atoms,
    /// Pods' own addresses, sorted.
    own: Vec<IpAddr>,
}

impl<'j> Naive<'j> {
    /// Tells addresses apart that policies or these sets tell apart.
    pub(crate) fn of(judge: &'j Judge<'j>, also: &[&Addresses]) -> Self {
        let cluster = judge.cluster();
        let atoms = Atoms::of(blocks(cluster).chain(also.iter().copied()));
        let mut own: Vec<IpAddr> = cluster
            .pods
            .iter()
            .flat_map(|pod| pod.addresses.clone())
            .collect();
        own.sort_unstable();
        own.dedup();
        Self { judge, atoms, own }
    }

    /// Every end: pods, then one address of every range of them.
    pub(crate) fn ends(&self) -> Vec<End> {
        let pods = self.judge.cluster().pod_ids().map(End::Pod);
        let outside = (0..self.atoms.len()).filter_map(|at| self.atoms.example(at, &self.own));
        pods.chain(outside.map(End::Address)).collect()
    }

    /// Whether it is a question at all: of addresses alone nothing is said, and nothing keeps a
    /// single pod from itself.
    pub(crate) fn speaks_of(&self, from: End, to: End) -> bool {
        match (from, to) {
            (End::Address(_), End::Address(_)) => false,
            (End::Pod(pod), End::Pod(same)) => pod != same || !self.judge.cluster().pod(pod).alone,
            _ => true,
        }
    }

    /// The ports on which one calls another.
    pub(crate) fn ports(&self, from: End, to: End) -> PortSet {
        if !self.speaks_of(from, to) {
            return PortSet::none();
        }
        let (egress, ingress) = (Direction::Egress, Direction::Ingress);
        self.side(from, egress, to)
            .and(&self.side(to, ingress, from))
    }

    /// The ports that one end lets through with another.
    pub(crate) fn side(&self, end: End, direction: Direction, peer: End) -> PortSet {
        match (end, peer) {
            (End::Address(_), _) => PortSet::all(),
            (End::Pod(pod), End::Pod(peer)) => self.judge.with_pod(pod, direction, peer).ports,
            (End::Pod(pod), End::Address(peer)) => {
                self.judge.with_address(pod, direction, peer).ports
            }
        }
    }
}
