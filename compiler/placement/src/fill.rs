//! A placement in the model's terms: how many nodes of a class hold what.

use crate::model::Model;

/// Nodes that hold the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// The class.
    pub class: usize,
    /// How many nodes of it.
    pub nodes: u32,
    /// What each holds: shape and count, by shape, none of them 0.
    pub pods: Vec<(usize, u32)>,
}

/// A placement. Nodes that hold nothing need no group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fill {
    /// The nodes.
    pub groups: Vec<Group>,
}

impl Fill {
    /// How many replicas of each shape stand.
    pub fn placed(&self, model: &Model) -> Vec<u64> {
        let mut placed = vec![0; model.shapes.len()];
        for group in &self.groups {
            for (shape, count) in &group.pods {
                placed[*shape] += u64::from(*count) * u64::from(group.nodes);
            }
        }
        placed
    }
}

/// A node: its class, and its place among the nodes of the class. The nodes of a [`Fill`]'s groups
/// of a class are its first ones, in the order of the groups; those after them hold nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// The class.
    pub class: usize,
    /// Which of its nodes.
    pub at: u32,
}

/// A failure after which everything may move, and what stands then. Nodes of a class are alike,
/// so that it matters only how many of which class are lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replanned {
    /// Which of [`Model::failures`].
    pub failure: usize,
    /// Class and how many nodes.
    pub lost: Vec<(usize, u32)>,
    /// What stands where afterwards.
    pub fill: Fill,
}

/// A failure after which what survives stays, and where what was lost stands then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evacuated {
    /// Which of [`Model::failures`].
    pub failure: usize,
    /// The nodes that are lost.
    pub lost: Vec<Node>,
    /// Where what stood there stands now: node, shape, count.
    pub moved: Vec<(Node, usize, u32)>,
}

/// A placement with what follows its failures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// With nothing failed.
    pub base: Fill,
    /// One for each way to fail that is unlike the others, for failures that replan.
    pub replanned: Vec<Replanned>,
    /// One for each way to fail of `base`, for failures that evacuate. Ways to fail that lose
    /// nodes of the same classes with the same load may be left out but for one.
    pub evacuated: Vec<Evacuated>,
}

/// What was found out about a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It fits, like this.
    Fits(Fill),
    /// It does not.
    Lacks(Reason),
    /// This way of looking does not tell.
    Open,
}

/// Why a model does not fit. What it names is a start for the search of the smallest reason:
/// together it must not fit, but it need not be minimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The shapes without which the proof does not hold.
    pub shapes: Vec<usize>,
    /// The rows that it counts.
    pub rows: Vec<usize>,
    /// The proof, with its figures.
    pub proof: Proof,
}

/// Why it cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// No node admits a shape, or one replica of it is larger than any node.
    Nowhere {
        /// The shape.
        shape: usize,
    },
    /// So many replicas of these shapes cannot stand: of each class so many on each node.
    Count {
        /// How many there are.
        asked: u64,
        /// How many can stand at most.
        fit: u64,
        /// Class, nodes, and how many one node holds.
        at: Vec<(usize, u64, u64)>,
    },
    /// The shapes ask for more of a row than the classes that they may stand on have.
    Sum {
        /// The row.
        row: usize,
        /// What they ask for.
        asked: u128,
        /// What there is. Less than the nodes have where no sum of requests reaches all of it.
        has: u128,
        /// By how much both are to be divided to be units of the resource: units that may be
        /// promised where it is overcommitted and shared units were counted, else real ones.
        unit: u128,
        /// Where.
        classes: Vec<usize>,
    },
    /// A rule over domains leaves too little room: spread, or who must not share one.
    Domains {
        /// What is counted by.
        topology: crate::problem::Topology,
        /// How many replicas there are.
        asked: u64,
        /// How many can stand.
        fit: u64,
    },
    /// A spread's fullest domain may hold only so many more replicas than its emptiest, and that
    /// has room for few.
    Spread {
        /// What is counted by.
        topology: crate::problem::Topology,
        /// How many domains count.
        domains: u64,
        /// How many replicas the smallest of them holds.
        smallest: u64,
        /// By how many they may differ.
        skew: u32,
        /// How many replicas there are.
        asked: u64,
        /// How many can stand.
        fit: u64,
    },
    /// All replicas must be in one domain, and none holds them.
    United {
        /// The domain.
        topology: crate::problem::Topology,
        /// How many replicas there are.
        asked: u64,
        /// How many the largest domain holds.
        fit: u64,
    },
    /// Where a shape fits, whom it needs there does not.
    Company {
        /// The shape.
        shape: usize,
    },
    /// Replicas that leave each other little room on a node, each counted at the part of a node
    /// that it makes useless to the others, ask for more nodes than there are.
    Large {
        /// The row.
        row: usize,
        /// At how much a replica counts, by shape.
        worth: Vec<(usize, u128)>,
        /// How many nodes of which class there are, and at how much each counts.
        nodes: Vec<(usize, u64, u128)>,
        /// What the replicas count together.
        asked: u128,
        /// What the nodes count together.
        has: u128,
    },
    /// Some share no domain, and need more domains than there are: shapes that must be apart,
    /// tenants that share nodes with nobody, replicas that want a node for themselves.
    Owners {
        /// The domain.
        topology: crate::problem::Topology,
        /// Which shapes need how many domains that the others are not in.
        owners: Vec<(Vec<usize>, u64)>,
        /// How many domains there are for them.
        has: u64,
    },
    /// No price list balances: with these prices for replicas (by shape) the replicas are worth
    /// more than all nodes (by class) can ever hold.
    Prices {
        /// What a replica is worth, by shape.
        worth: Vec<u64>,
        /// What a node of each class holds at most, by worth.
        price: Vec<u64>,
    },
    /// All ways were tried.
    Search,
}
