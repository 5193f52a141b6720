//! NetworkPolicies (`networking.k8s.io/v1`) as they act: defaults worked out, blocks as sets.

use crate::{Addresses, Protocol, labels::Selector, tiers::TierId};

/// Which side of a connection a rule speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// What comes in to a pod.
    Ingress,
    /// What goes out of a pod.
    Egress,
}

impl Direction {
    /// Both, as an array is indexed by them.
    pub const BOTH: [Self; 2] = [Self::Ingress, Self::Egress];

    /// As Kubernetes writes it among `policyTypes`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    /// As the section of the spec is called.
    pub fn section(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }
}

/// A policy's place among those of a [`crate::Cluster`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId(pub u32);

/// A rule that decides: whose, and its place in the section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// Of a policy of a namespace.
    Policy(PolicyId, u32),
    /// Of a policy of the whole cluster.
    Tier(TierId, u32),
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its namespace, which is also the only one of whose pods it speaks.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The pods of its namespace of which it speaks.
    pub pods: Selector,
    /// What may come in; none where the policy does not speak of that. Without a rule nothing may.
    pub ingress: Option<Vec<Rule>>,
    /// What may go out; the same.
    pub egress: Option<Vec<Rule>>,
}

impl Policy {
    /// The rules of one direction; none where the policy does not isolate in it.
    pub fn rules(&self, direction: Direction) -> Option<&[Rule]> {
        match direction {
            Direction::Ingress => self.ingress.as_deref(),
            Direction::Egress => self.egress.as_deref(),
        }
    }

    /// `namespace/name`, as it is cited.
    pub fn path(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// One rule: the peers and the ports must both admit a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Who is at the other end; none for everybody, inside the cluster and outside.
    pub peers: Option<Vec<Peer>>,
    /// The ports of the destination; none for all of every protocol.
    pub ports: Option<Vec<Port>>,
}

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// Pods: both selectors must admit them.
    Pods {
        /// Of which namespaces; none for the policy's own.
        namespaces: Option<Selector>,
        /// Which pods of those.
        pods: Selector,
    },
    /// Addresses: the block without its exceptions.
    Addresses(Addresses),
}

impl Peer {
    /// What is the same of two peers that name their namespaces only if they admit the same pods,
    /// and quick to look up; none of addresses, and of those that name none.
    pub(crate) fn identity(&self) -> Option<(usize, usize)> {
        match self {
            Self::Pods {
                namespaces: Some(namespaces),
                pods,
            } => Some((namespaces.identity(), pods.identity())),
            _ => None,
        }
    }
}

/// Which ports of the destination.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Port {
    /// Every port of a protocol.
    Every(Protocol),
    /// From one to another, both included.
    Range(Protocol, u16, u16),
    /// The port that the destination's containers call so; never one of an address.
    Named(Protocol, String),
}
