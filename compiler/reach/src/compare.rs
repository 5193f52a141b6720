//! What goes through, held against what shall.

use crate::{
    PortSet,
    ask::Question,
    matrix::{Ends, Flow},
};

/// Which way what goes through differs from what shall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It goes through, and nobody asked for it.
    Extra,
    /// It was asked for, and does not go through.
    Missing,
}

/// One difference: ports between two ends, and one packet of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which way.
    pub fault: Fault,
    /// One packet for which it is so.
    pub packet: Question,
    /// The ends that differ: as many as differ alike.
    pub from: Ends,
    /// Whom they call.
    pub to: Ends,
    /// The ports that differ.
    pub ports: PortSet,
    /// For what is missing: the place in what was wanted.
    pub wanted: Option<usize>,
}

/// What shall go through. What several say adds up; nothing else shall.
pub type Wanted = Flow;
