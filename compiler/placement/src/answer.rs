//! The answer to a problem, as `placement/1` writes it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::element::Element;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It fits, and the witness says how.
    Feasible,
    /// It does not, and the explanation says why.
    Infeasible,
    /// What may be tried was tried, and it is neither.
    Undecided,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// What was decided.
    pub verdict: Verdict,
    /// A placement, where it fits and the problem is not too large to write it node by node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// The same by pools, where the problem is large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness_compact: Option<Vec<Alike>>,
    /// Why it does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// What would make it fit, the smallest first, each tried.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mends: Vec<Mend>,
    /// How many replicas of a workload fit, where that is what it hangs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// What was tried, where nothing decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<String>,
    /// How much work it was, by purpose. The same for the same problem everywhere.
    pub steps: BTreeMap<String, u64>,
}

impl Answer {
    /// Nothing decided, and nothing said of it.
    pub fn undecided() -> Self {
        Self {
            verdict: Verdict::Undecided,
            witness: None,
            witness_compact: None,
            explanation: None,
            mends: Vec::new(),
            bounds: None,
            tried: Vec::new(),
            steps: BTreeMap::new(),
        }
    }
}

/// Replicas of one workload on one node: how many, or how many in each NUMA cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Count {
    /// On the node.
    Node(u32),
    /// In each cell.
    Cells(Vec<u32>),
}

impl Count {
    /// How many in all.
    pub fn total(&self) -> u64 {
        match self {
            Self::Node(count) => u64::from(*count),
            Self::Cells(cells) => cells.iter().map(|count| u64::from(*count)).sum(),
        }
    }
}

/// Where everything stands: by workload, then by node.
pub type Placement = BTreeMap<String, BTreeMap<String, Count>>;

/// A placement node by node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// With nothing failed.
    pub base: Placement,
    /// With something failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<Failed>,
}

/// What stands where when some nodes fail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// The nodes.
    pub failed: Vec<String>,
    /// Everything, where everything may move.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// The replicas that were lost and where they are now, where what survives stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Placement>,
}

/// Nodes of a pool that hold the same. Those of a pool follow each other in the order of its nodes:
/// the first entry has the first ones, and nodes after the last entry's hold nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Alike {
    /// The pool.
    pub pool: String,
    /// How many of its nodes.
    pub nodes: u32,
    /// What each holds, by workload.
    pub pods: BTreeMap<String, u32>,
    /// How many lie in each NUMA cell, of the workloads whose replicas lie in one each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub cells: BTreeMap<String, Vec<u32>>,
}

/// Why something does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The parts that are to blame together, in the order of [`Element`].
    pub elements: Vec<Element>,
    /// Whether it was shown that taking any one of them away lets the rest fit.
    pub minimal: bool,
    /// The reason in words, with its figures.
    pub sentence: String,
    /// The figures, for words of the caller's own.
    pub figures: Figures,
}

/// What a reason counts, so that `asked` is more than `has`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// How it argues.
    pub form: Form,
    /// What `asked` and `has` count.
    pub measure: Measure,
    /// How much there must be of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<u64>,
    /// How much there is at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has: Option<u64>,
    /// The resource that it hangs on, where it is a single one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Who asks, in the order of the problem.
    pub workloads: Vec<Asks>,
    /// The nodes that they may stand on, and what these have.
    #[serde(rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// What is lost, where it fits with nothing lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Lost>,
}

/// How a reason argues.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// No node admits the workload: labels, taints, or company that is nowhere.
    NotAdmitted,
    /// One replica is larger than any node that admits it. `asked` and `has` are of one replica
    /// and of the largest node (of its largest NUMA cell where `elements` has `numa`).
    TooLarge,
    /// All nodes together have less than is asked for: a plain sum.
    Sum,
    /// A node holds only so many replicas, all nodes together fewer than there are.
    Count,
    /// What a node has cannot all be used: whichever mix stands there, so much is left over.
    Remainder,
    /// Replicas that must not share a domain are more than there are domains.
    Apart,
    /// The fullest domain may hold only so many more replicas than the emptiest.
    Spread,
    /// Replicas that must share a domain are more than any domain holds.
    United,
    /// Tenants that share no nodes need more nodes together than there are.
    Dedicated,
    /// Each replica counts so much (`each`), and a node holds at most so much, whichever mix.
    Prices,
    /// All ways were tried.
    #[default]
    Search,
}

/// What the figures of a reason count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Replicas.
    #[default]
    Replicas,
    /// Units of [`Figures::resource`]; where it is overcommitted, those that may be promised.
    Resource,
    /// Nodes.
    Nodes,
    /// Racks.
    Racks,
    /// Zones.
    Zones,
    /// What the replicas count together ([`Form::Prices`]).
    Points,
}

/// A workload of a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asks {
    /// Its name.
    pub workload: String,
    /// How many replicas.
    pub replicas: u32,
    /// How much of the measure each takes; 1 where replicas are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<u64>,
}

/// Nodes of a pool, those that are left after what is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The pool.
    pub pool: String,
    /// The zone or the rack, where the reason tells them apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// How many nodes.
    pub nodes: u64,
    /// How much of the measure one node holds at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<u64>,
}

/// Nodes of a pool that fail at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// The pool.
    pub pool: String,
    /// The zone or the rack that fails, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// How many of its nodes.
    pub nodes: u32,
}

/// Something that makes it fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    /// More nodes of a pool, dealt to its zones and racks one by one, the smallest first.
    AddNodes {
        /// The pool.
        pool: String,
        /// How many: the fewest that help.
        nodes: u32,
    },
    /// Fewer replicas of a workload.
    Replicas {
        /// The workload.
        workload: String,
        /// How many fit: the most.
        fit: u32,
    },
    /// Without a rule.
    Drop {
        /// The part, as an explanation names it.
        element: Element,
    },
    /// All of these together, where several reasons stand beside each other and no single change
    /// mends them all.
    All(Vec<Mend>),
}

/// How many replicas of a workload fit, everything else standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bounds {
    /// The workload.
    pub workload: String,
    /// How many were shown to fit.
    pub fits: u32,
    /// More than this many were shown not to.
    pub at_most: u32,
}
