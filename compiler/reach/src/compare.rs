//! What goes through, held against what shall.

mod blame;
mod held;
mod open;
mod packet;

use crate::{
    Addresses, Judge, PodId, PortSet,
    ask::Question,
    matrix::{Flow, TooMuch, within_lists},
    policy::{By, Direction},
};

use held::Held;

/// Which way what goes through differs from what shall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It goes through, and nobody asked for it.
    Extra,
    /// It was asked for, and does not go through.
    Missing,
}

/// Pods, and addresses outside the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parties {
    /// The pods, sorted, each once.
    pub pods: Vec<PodId>,
    /// The addresses; those that pods are known to have are spoken of as pods, and not meant.
    pub addresses: Addresses,
}

/// One mistake: what differs because of one rule, of one flow that was asked for, of pods that
/// refuse all alike, or of pods that nothing isolates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which way.
    pub fault: Fault,
    /// One packet for which it is so.
    pub packet: Question,
    /// For what goes through: the rule of each side that lets the packet through; none for a side
    /// that nothing isolates. Caller's side first.
    pub through: [Option<By>; 2],
    /// For what does not: the sides that refuse the packet.
    pub refused: Vec<Direction>,
    /// Everybody who calls whom they should not, or cannot call whom they should, by the same
    /// mistake. Not each of them need differ with each of `to`.
    pub from: Parties,
    /// Whom they call.
    pub to: Parties,
    /// The ports that differ somewhere between them.
    pub ports: PortSet,
    /// For what is missing: the places in what was wanted, sorted.
    pub wanted: Vec<usize>,
}

/// What shall go through. What several say adds up; nothing else shall. A single pod may be among
/// both ends: nothing is asked of it and itself.
pub type Wanted = Flow;

/// What is compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terms<'t> {
    /// What shall go through.
    pub wanted: &'t [Wanted],
    /// The pods of which `wanted` tells everything: connections with none of these at either end
    /// are not looked at. None for all pods.
    pub of: Option<&'t [PodId]>,
    /// The only side to look at, of the pods in `of`, as if everything were let through at the
    /// other ends: what this side alone lets through is exactly what is wanted, or it differs.
    /// None for what both sides let through.
    pub side: Option<Direction>,
}

/// How what goes through differs from what shall; nothing where they are the same.
///
/// # Errors
/// Where that would be millions of pairs that are not alike.
pub fn compare(judge: &Judge<'_>, wanted: &[Wanted]) -> Result<Vec<Difference>, TooMuch> {
    compare_under(
        judge,
        &Terms {
            wanted,
            ..Terms::default()
        },
    )
}

/// The same, of some pods or of one side alone.
///
/// # Errors
/// Where that would be millions of pairs that are not alike.
pub fn compare_under(judge: &Judge<'_>, terms: &Terms<'_>) -> Result<Vec<Difference>, TooMuch> {
    let ground = held::ground(judge, terms)?;
    let held = Held::lay_out(ground, terms)?;
    let (items, covered) = held.items()?;
    let groups = blame::groups(items.iter().map(|item| item.blamed));
    let mut differences: Vec<Difference> = Vec::new();
    let mut listed = 0;
    for group in groups {
        let items: Vec<_> = group.into_iter().map(|at| &items[at as usize]).collect();
        let told = packet::told(&held, &items);
        listed += told.as_ref().map_or(0, Difference::len);
        within_lists(listed)?;
        differences.extend(told);
    }
    differences.extend(open::difference(&held, &covered));
    differences.sort_by(|a, b| a.rank().cmp(&b.rank()));
    Ok(differences)
}

impl Difference {
    /// How many pods are listed.
    fn len(&self) -> usize {
        self.from.pods.len() + self.to.pods.len()
    }

    /// What they are sorted by.
    fn rank(&self) -> (Fault, Question, &PortSet) {
        (self.fault, self.packet, &self.ports)
    }
}

#[cfg(test)]
mod tests;
