//! The parts of a problem that a reason names: take any of a minimal reason's away and it fits.

use std::{collections::BTreeSet, fmt};

use serde::{Serialize, Serializer};

use crate::problem::Problem;

/// A part of a problem.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// A workload: without it, it takes nothing and nobody is held to it.
    Workload(String),
    /// A resource: without it, every node has as much as anybody asks for.
    Capacity(String),
    /// The taints of all nodes.
    Taints,
    /// How many replicas a node holds.
    MaxPods,
    /// That replicas fit into single NUMA cells.
    Numa,
    /// That something may fail.
    Failures,
    /// Whom a workload must not share a domain with.
    AntiAffinity(String),
    /// Whom a workload must share a domain with.
    Affinity(String),
    /// How evenly a workload's replicas stand.
    Spread(String),
    /// The labels that a workload's nodes must have.
    Selector(String),
    /// With whom a workload shares nodes.
    Isolation(String),
}

impl Element {
    /// The workload that it is or belongs to.
    pub fn workload(&self) -> Option<&str> {
        match self {
            Self::Workload(name)
            | Self::AntiAffinity(name)
            | Self::Affinity(name)
            | Self::Spread(name)
            | Self::Selector(name)
            | Self::Isolation(name) => Some(name),
            Self::Capacity(_) | Self::Taints | Self::MaxPods | Self::Numa | Self::Failures => None,
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workload(name) => write!(f, "workload:{name}"),
            Self::Capacity(name) => write!(f, "capacity:{name}"),
            Self::Taints => f.write_str("taints"),
            Self::MaxPods => f.write_str("max_pods"),
            Self::Numa => f.write_str("numa"),
            Self::Failures => f.write_str("failures"),
            Self::AntiAffinity(name) => write!(f, "anti_affinity:{name}"),
            Self::Affinity(name) => write!(f, "affinity:{name}"),
            Self::Spread(name) => write!(f, "spread:{name}"),
            Self::Selector(name) => write!(f, "selector:{name}"),
            Self::Isolation(name) => write!(f, "isolation:{name}"),
        }
    }
}

impl Serialize for Element {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        into.collect_str(self)
    }
}

/// All parts that a problem has, in order.
pub fn elements(problem: &Problem) -> BTreeSet<Element> {
    let mut all = BTreeSet::new();
    for pool in &problem.pools {
        if !pool.taints.is_empty() {
            all.insert(Element::Taints);
        }
        if pool.max_pods.is_some() {
            all.insert(Element::MaxPods);
        }
    }
    if !problem.failures.is_empty() {
        all.insert(Element::Failures);
    }
    for workload in &problem.workloads {
        let name = || workload.name.clone();
        all.insert(Element::Workload(name()));
        let asked = workload.requests.iter().filter(|(_, amount)| **amount > 0);
        all.extend(asked.map(|(resource, _)| Element::Capacity(resource.clone())));
        if workload.numa == Some(crate::problem::Numa::Single) {
            all.insert(Element::Numa);
        }
        if !workload.anti_affinity.is_empty() {
            all.insert(Element::AntiAffinity(name()));
        }
        if !workload.affinity.is_empty() {
            all.insert(Element::Affinity(name()));
        }
        if !workload.spread.is_empty() {
            all.insert(Element::Spread(name()));
        }
        if !workload.selector.is_empty() {
            all.insert(Element::Selector(name()));
        }
        if workload.isolation != crate::problem::Isolation::Shared {
            all.insert(Element::Isolation(name()));
        }
    }
    all
}
