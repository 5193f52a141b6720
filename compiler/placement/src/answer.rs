//! The answer to a problem, as `placement/1` writes it.

use std::collections::BTreeMap;

use serde::Serialize;

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

/// Nodes of a pool that hold the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alike {
    /// The pool.
    pub pool: String,
    /// How many of its nodes.
    pub nodes: u32,
    /// What each holds, by workload.
    pub pods: BTreeMap<String, u32>,
}

/// Why something does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The parts that are to blame together.
    pub elements: Vec<String>,
    /// Whether it was shown that taking any one of them away lets the rest fit.
    pub minimal: bool,
    /// The reason in words, with its figures.
    pub sentence: String,
}

/// Something that makes it fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    /// More nodes of a pool.
    AddNodes {
        /// The pool.
        pool: String,
        /// How many.
        nodes: u32,
    },
    /// Fewer replicas of a workload.
    Replicas {
        /// The workload.
        workload: String,
        /// How many fit.
        fit: u32,
    },
    /// Without a rule.
    Drop {
        /// The part, as an explanation names it.
        element: String,
    },
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
