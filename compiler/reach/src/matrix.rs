//! Everything that goes through, grouped.

use crate::{Addresses, PodId, PortSet};

/// One end of many connections.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ends {
    /// Pods, sorted, each once.
    Pods(Vec<PodId>),
    /// Addresses outside the cluster.
    Addresses(Addresses),
}

/// What goes through from each of some ends to each of others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// Who calls.
    pub from: Ends,
    /// Who is called.
    pub to: Ends,
    /// On which ports; never none.
    pub ports: PortSet,
}
