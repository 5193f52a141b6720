//! A problem by numbers: nodes that no rule can tell apart are one [`Class`], workloads that no
//! rule can tell apart one [`Shape`]. Everything that decides works on this.

mod build;

use crate::problem::{Isolation, Topology};

/// What is counted on a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// A resource, by name.
    Resource(String),
    /// Replicas, where `max_pods` bounds them.
    Pods,
}

/// More than anybody asks for.
pub const UNBOUNDED: u64 = u64::MAX;

/// Nodes of one pool that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    /// The pool, by its place in the problem.
    pub pool: usize,
    /// The first node.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// Nodes that are alike for every rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// Which they are, in the order of the problem.
    pub nodes: Vec<Range>,
    /// How many stand: fewer than in `nodes` after a failure.
    pub count: u32,
    /// What one node has, by row, in shares: a shared unit weighs [`Class::shared`], a dedicated
    /// one [`Class::dedicated`]. [`UNBOUNDED`] where nothing bounds it.
    pub has: Vec<u64>,
    /// What a shared unit weighs, by row.
    pub shared: Vec<u64>,
    /// What a dedicated unit weighs, by row.
    pub dedicated: Vec<u64>,
    /// NUMA cells of one node.
    pub cells: u32,
    /// What one cell has, by row; `None` of what is not divided among cells.
    pub cell: Vec<Option<u64>>,
    /// The rack and the zone, by number, where a rule asks.
    pub rack: Option<u32>,
    /// The same for zones.
    pub zone: Option<u32>,
    /// Which of [`Model::failures`] may take these nodes.
    pub fails: Vec<bool>,
}

/// Replicas that are alike for every rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// The workloads, by place in the problem, and how many replicas each has.
    pub workloads: Vec<(usize, u32)>,
    /// How many replicas in all.
    pub replicas: u32,
    /// What one takes, by row.
    pub request: Vec<u64>,
    /// Whether it takes whole units, by row.
    pub dedicated: Vec<bool>,
    /// Whether it may stand on a class.
    pub admits: Vec<bool>,
    /// Whether each replica lies in one NUMA cell.
    pub single: bool,
    /// The tenant, by number.
    pub tenant: u32,
    /// With whom it shares nodes.
    pub isolation: Isolation,
}

/// A rule about two shapes that share a domain, or about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The domain.
    pub topology: Topology,
    /// Whose rule it is.
    pub of: usize,
    /// With whom; itself where they are equal.
    pub with: usize,
}

/// How evenly a shape's replicas stand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Even {
    /// Over what.
    pub topology: Topology,
    /// The shape.
    pub of: usize,
    /// By how many the domains may differ.
    pub skew: u32,
    /// Whether a class makes its domain one of those that count: selector and taints admit it.
    /// Stays as it was where taints or the selector are dropped.
    pub counts: Vec<bool>,
}

/// What may fail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// How many at once.
    pub k: u32,
    /// Of what.
    pub domain: Topology,
    /// What happens then.
    pub mode: crate::problem::Mode,
    /// Whether spreads must hold afterwards.
    pub spread: bool,
    /// Whether who must not share a domain must not afterwards.
    pub apart: bool,
}

/// A problem by numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Model {
    /// What is counted.
    pub rows: Vec<Row>,
    /// The nodes.
    pub classes: Vec<Class>,
    /// The replicas.
    pub shapes: Vec<Shape>,
    /// No domain holds a replica of both; of a shape with itself, no two. Each pair once, with
    /// `of <= with`.
    pub apart: Vec<Pair>,
    /// Each replica's domain holds one of another shape.
    pub together: Vec<Pair>,
    /// All replicas are in one domain (`of == with`).
    pub united: Vec<Pair>,
    /// Spreads.
    pub even: Vec<Even>,
    /// What may fail, each for itself.
    pub failures: Vec<Failure>,
    /// Names of racks, by number.
    pub racks: Vec<String>,
    /// Names of zones, by number.
    pub zones: Vec<String>,
}

impl Model {
    /// What a replica weighs on a node of a class, in the class's shares.
    pub fn weight(&self, class: usize, shape: usize, row: usize) -> u64 {
        let (class, shape) = (&self.classes[class], &self.shapes[shape]);
        let unit = if shape.dedicated[row] {
            class.dedicated[row]
        } else {
            class.shared[row]
        };
        shape.request[row].saturating_mul(unit)
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> u64 {
        self.classes
            .iter()
            .map(|class| u64::from(class.count))
            .sum()
    }

    /// How many replicas there are.
    pub fn replicas(&self) -> u64 {
        self.shapes
            .iter()
            .map(|shape| u64::from(shape.replicas))
            .sum()
    }

    /// The domain of a class; `None` for [`Topology::Node`], where each node is one, and for a
    /// node that shares its rack with none.
    pub fn domain(&self, class: usize, topology: Topology) -> Option<u32> {
        match topology {
            Topology::Node => None,
            Topology::Rack => self.classes[class].rack,
            Topology::Zone => self.classes[class].zone,
        }
    }

    /// The same model with fewer nodes: `lost` says how many of which class. What a failure
    /// relaxes is relaxed, and nothing may fail any more.
    #[must_use]
    pub fn after(&self, failure: &Failure, lost: &[(usize, u32)]) -> Self {
        let mut left = self.clone();
        for (class, count) in lost {
            let class = &mut left.classes[*class];
            class.count = class.count.saturating_sub(*count);
        }
        if !failure.spread {
            left.even.clear();
        }
        if !failure.apart {
            left.apart.clear();
        }
        left.failures.clear();
        left
    }

    /// Whether a rule reaches beyond a single node.
    pub fn has_wide_rules(&self) -> bool {
        let wide = |pair: &Pair| pair.topology != Topology::Node;
        !self.even.is_empty()
            || !self.united.is_empty()
            || self.apart.iter().any(wide)
            || self.together.iter().any(wide)
    }
}
