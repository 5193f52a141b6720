//! The fewest things that explain all that differs, as near as picking the largest first comes.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use crate::{
    matrix::Element,
    policy::{By, Direction},
};

/// What may be to blame for something that differs. Of two that explain as much the first in this
/// order is blamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Blame {
    /// A rule lets through what it should not.
    Rule(Direction, Option<By>),
    /// A pod, and those that are like it, refuse what they should let through.
    Refuses(Element),
    /// What was wanted, by its place: it is the other ends that refuse.
    Wanted(u32),
}

/// Puts what differs into groups with one to blame for each; `blamed` are two who may be to blame,
/// or twice the same.
pub(super) fn groups(blamed: impl Iterator<Item = [Blame; 2]>) -> Vec<Vec<u32>> {
    let mut by: BTreeMap<Blame, Vec<u32>> = BTreeMap::new();
    let mut count = 0;
    for ([one, other], at) in blamed.zip(0..) {
        by.entry(one).or_default().push(at);
        if other != one {
            by.entry(other).or_default().push(at);
        }
        count = at + 1;
    }
    let mut heap: BinaryHeap<(usize, Reverse<Blame>)> = by
        .iter()
        .map(|(blame, all)| (all.len(), Reverse(*blame)))
        .collect();
    let mut explained = vec![false; count as usize];
    let mut groups = Vec::new();
    while let Some((size, Reverse(blame))) = heap.pop() {
        let Some(all) = by.get_mut(&blame) else {
            continue;
        };
        // Those that a larger one has explained in the meantime do not count any more.
        all.retain(|at| !explained[*at as usize]);
        if all.is_empty() {
            continue;
        }
        if all.len() < size {
            heap.push((all.len(), Reverse(blame)));
            continue;
        }
        let group = std::mem::take(all);
        for at in &group {
            explained[*at as usize] = true;
        }
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::PolicyId;

    fn rule(direction: Direction, policy: u32) -> Blame {
        Blame::Rule(direction, Some(By::Policy(PolicyId(policy), 0)))
    }

    #[test]
    fn one_mistake_is_told_once() {
        let wide = rule(Direction::Ingress, 0);
        let callers = [1, 2, 3].map(|policy| [rule(Direction::Egress, policy), wide]);
        assert_eq!(groups(callers.into_iter()), [[0, 1, 2]]);
    }

    #[test]
    fn what_one_does_not_explain_is_told_too() {
        let (a, b) = (rule(Direction::Ingress, 0), rule(Direction::Egress, 1));
        let c = rule(Direction::Egress, 2);
        assert_eq!(
            groups([[a, a], [a, b], [b, c]].into_iter()),
            [vec![0, 1], vec![2]]
        );
        assert!(groups(std::iter::empty()).is_empty());
    }
}
