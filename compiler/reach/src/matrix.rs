//! Everything that goes through, grouped.

mod classes;
mod ground;
mod group;
mod lists;
#[cfg(test)]
mod naive;
mod rows;
#[cfg(test)]
mod tests;
mod tiers;

use std::{error, fmt};

use crate::{Addresses, Judge, PodId, PortSet, ask::End, policy::Direction};

pub(crate) use classes::{Class, Classes};
pub(crate) use ground::{Element, Grant, Ground, OPEN, SetId, Telling};
pub(crate) use lists::Lists;
#[cfg(test)]
pub(crate) use naive::Naive;
pub(crate) use rows::{Rows, naming, used, within_lists, within_memory, within_steps};

/// One end of many connections.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ends {
    /// Pods, sorted, each once.
    Pods(Vec<PodId>),
    /// Addresses outside the cluster. Addresses that pods are known to have may lie within; they
    /// are spoken of as pods, and not meant.
    Addresses(Addresses),
}

impl Ends {
    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Pods(pods) => pods.is_empty(),
            Self::Addresses(addresses) => addresses.is_empty(),
        }
    }

    /// Whether an end is among them.
    pub fn holds(&self, end: End) -> bool {
        match (self, end) {
            (Self::Pods(pods), End::Pod(pod)) => pods.binary_search(&pod).is_ok(),
            (Self::Addresses(addresses), End::Address(address)) => addresses.contains(address),
            _ => false,
        }
    }
}

/// What goes through from each of some ends to each of others. A single pod and itself are no
/// such two ends, even where it is among both; two replicas of a template are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// Who calls.
    pub from: Ends,
    /// Who is called.
    pub to: Ends,
    /// On which ports; never none.
    pub ports: PortSet,
}

/// So many pods are told apart, and so many of them reach one another, that no one would read it
/// and it would take too long to work out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch {
    /// How many steps it would take at least.
    pub steps: u64,
    /// How many are taken.
    pub limit: u64,
}

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the policies tell so many pods apart that {} or more pairs of them would have to be \
             looked at; {} are",
            self.steps, self.limit
        )
    }
}

impl error::Error for TooMuch {}

/// Everything that policies let through, sorted: between pods, and between pods and addresses
/// outside. What the API lets through whatever policies say (a pod and itself, a pod and its
/// node) is not listed; of pods in their node's network it is what most pod networks do.
///
/// # Errors
/// Where that would be millions of pairs that are not alike.
pub fn matrix(judge: &Judge<'_>) -> Result<Vec<Flow>, TooMuch> {
    let ground = Ground::of(judge, Telling::Content, [true; 2], std::iter::empty())?;
    let naming = naming(&ground);
    let mark = |element| naming.get(element as usize).copied().unwrap_or(0);
    let (egress, ingress) = (Direction::Egress, Direction::Ingress);
    // Callers are told apart by the rules of the called, and the called by those of callers.
    let from = Classes::of(&ground, egress, &used(&ground, ingress), |_| 0);
    let to = Classes::of(&ground, ingress, &used(&ground, egress), mark);
    group::flows(&Rows::of(ground, from, to)?)
}
