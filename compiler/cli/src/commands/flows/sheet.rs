//! What goes through, as it is shown: the same sheet for manifests and for estates.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use tenantry_reach::{Addresses, Basis, PortSet};

/// All of it, of one cluster.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    /// What it is of: a folder, or a cluster in an environment.
    pub(super) title: String,
    /// What was counted, and how many of it.
    pub(super) figures: Vec<(String, String)>,
    /// What was shown of it, in sentences.
    pub(super) verdicts: Vec<String>,
    pub(super) nodes: Vec<Node>,
    pub(super) flows: Vec<Flow>,
    pub(super) beyond: Vec<Cell>,
}

/// What may call or be called.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) class: Class,
    /// Whole, as it is asked for.
    pub(super) name: String,
    /// The namespace or tenant that it is of; empty of what is outside.
    pub(super) group: String,
    /// What it is, in a word or two.
    pub(super) about: String,
    /// Of what is outside: where it is.
    pub(super) addresses: Addresses,
}

/// What kind of end something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Pods: one, or all those of a workload.
    Workload,
    /// Every pod of a tenant's namespace.
    Everybody,
    /// A part of the platform.
    Platform,
    /// Addresses outside of the cluster.
    Outside,
    /// A pod that there is not, and that somebody could make.
    Possible,
}

impl Class {
    /// As outputs call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Workload => "workload",
            Self::Everybody => "everybody",
            Self::Platform => "platform",
            Self::Outside => "outside",
            Self::Possible => "possible",
        }
    }
}

/// Connections that go through: from each of some ends to each of others.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    /// Places among the nodes, sorted.
    pub(super) from: Vec<usize>,
    pub(super) to: Vec<usize>,
    pub(super) ports: PortSet,
    pub(super) reason: Reason,
    /// Why, in a sentence without a full stop.
    pub(super) why: String,
    /// Where the spec says so: `acme/web.kdl:14`.
    pub(super) place: Option<String>,
}

/// Why something goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// Policies let it, or none speaks of it.
    Allowed,
    /// The spec says so.
    Declared,
    /// It follows from what the spec says.
    Derived,
}

impl Reason {
    /// As outputs call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Declared => "declared",
            Self::Derived => "derived",
        }
    }
}

/// What is listed because nobody can prove it from policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// Why not; none where something else than policies holds the flows.
    pub(super) basis: Option<Basis>,
    /// Of whom.
    pub(super) what: String,
    /// In a sentence without a full stop.
    pub(super) why: String,
}

/// Whom a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sought {
    /// A node.
    Node(usize),
    /// An address, whatever it is called here.
    Address(IpAddr),
    /// One of whom nothing is said.
    Nobody,
}

impl Sheet {
    /// The nodes that are workloads, by group.
    pub(super) fn groups(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, node) in self.nodes.iter().enumerate() {
            if node.class == Class::Workload {
                groups.entry(&node.group).or_default().push(at);
            }
        }
        groups
    }

    /// Only what goes from some ends, to others, or on some ports.
    pub(super) fn only(
        &mut self,
        from: Option<&[Sought]>,
        to: Option<&[Sought]>,
        on: Option<&PortSet>,
    ) {
        let nodes = std::mem::take(&mut self.nodes);
        let [from, to] = [from, to].map(|sought| sought.map(Picked::of));
        self.flows.retain_mut(|flow| {
            if let Some(on) = on {
                flow.ports = flow.ports.and(on);
            }
            let some = |ends: &mut Vec<usize>, picked: &Option<Picked>| match picked {
                None => true,
                Some(picked) => {
                    ends.retain(|at| picked.holds(&nodes, *at));
                    !ends.is_empty()
                }
            };
            !flow.ports.is_empty() && some(&mut flow.from, &from) && some(&mut flow.to, &to)
        });
        self.nodes = nodes;
    }
}

/// Ends that are sought, to be looked up.
struct Picked {
    nodes: BTreeSet<usize>,
    addresses: Vec<IpAddr>,
}

impl Picked {
    fn of(sought: &[Sought]) -> Self {
        let mut picked = Self {
            nodes: BTreeSet::new(),
            addresses: Vec::new(),
        };
        for sought in sought {
            match sought {
                Sought::Node(node) => {
                    picked.nodes.insert(*node);
                }
                Sought::Address(address) => picked.addresses.push(*address),
                Sought::Nobody => {}
            }
        }
        picked
    }

    fn holds(&self, nodes: &[Node], at: usize) -> bool {
        let mut addresses = self.addresses.iter();
        let there = nodes.get(at).map(|node| &node.addresses);
        self.nodes.contains(&at)
            || there.is_some_and(|there| addresses.any(|it| there.contains(*it)))
    }
}
