//! What may fail at once: by class, since nodes of a class are alike, and node by node.

use std::collections::BTreeMap;

use crate::{
    fill::Node,
    model::{Failure, Model},
};

/// What fails as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Any single node of a class, of so many.
    Node {
        /// The class.
        class: usize,
        /// How many of its nodes stand.
        count: u32,
    },
    /// All nodes of a domain that may fail: class and how many, by class.
    Domain(Vec<(usize, u32)>),
}

impl Unit {
    /// How many of this unit there are.
    pub(crate) fn count(&self) -> u32 {
        match self {
            Self::Node { count, .. } => *count,
            Self::Domain(_) => 1,
        }
    }

    /// The nodes that go with `times` of it: class and how many.
    fn lost(&self, times: u32, into: &mut BTreeMap<usize, u32>) {
        match self {
            Self::Node { class, .. } => *into.entry(*class).or_default() += times,
            Self::Domain(all) if times > 0 => {
                for (class, count) in all {
                    *into.entry(*class).or_default() += count;
                }
            }
            Self::Domain(_) => {}
        }
    }
}

/// What may fail of a model, one unit after the other. A node that shares its domain with none
/// is one for itself.
pub(crate) fn units(model: &Model, at: usize) -> Vec<Unit> {
    let domain = model.failures[at].domain;
    let mut units = Vec::new();
    let mut domains: BTreeMap<u32, Vec<(usize, u32)>> = BTreeMap::new();
    for (class, node) in model.classes.iter().enumerate() {
        let count = node.count;
        if count == 0 || !node.fails.get(at).copied().unwrap_or(false) {
            continue;
        }
        match model.domain(class, domain) {
            Some(number) => domains.entry(number).or_default().push((class, count)),
            None => units.push(Unit::Node { class, count }),
        }
    }
    units.extend(domains.into_values().map(Unit::Domain));
    units
}

/// How many units fail at once: all of them, where there are fewer than asked for.
pub(crate) fn at_once(failure: &Failure, units: &[Unit]) -> u32 {
    let all: u64 = units.iter().map(|unit| u64::from(unit.count())).sum();
    u32::try_from(all).map_or(failure.k, |all| failure.k.min(all))
}

/// The ways in which so many of the units fail, by how many of each: each way that loses other
/// classes, or other numbers of them, once. The first units fail first.
pub(crate) struct Choices<'u> {
    units: &'u [Unit],
    next: Option<Vec<u32>>,
}

impl<'u> Choices<'u> {
    pub(crate) fn new(units: &'u [Unit], many: u32) -> Self {
        let mut first = vec![0; units.len()];
        let over = pour(units, &mut first, many);
        Self {
            units,
            next: (over == 0).then_some(first),
        }
    }

    /// The choice after this one: the last unit that can leave one of its losses to those after
    /// it does.
    fn after(&self, now: &[u32]) -> Option<Vec<u32>> {
        let (mut taken, mut room) = (0_u32, 0_u64);
        for at in (0..now.len()).rev() {
            if now[at] > 0 && room > 0 {
                let mut next = now.to_vec();
                next[at] -= 1;
                next[at + 1..].fill(0);
                pour(&self.units[at + 1..], &mut next[at + 1..], taken + 1);
                return Some(next);
            }
            taken += now[at];
            room += u64::from(self.units[at].count() - now[at]);
        }
        None
    }
}

impl Iterator for Choices<'_> {
    type Item = Vec<(usize, u32)>;

    /// What is lost: class and how many nodes, by class.
    fn next(&mut self) -> Option<Self::Item> {
        let now = self.next.take()?;
        self.next = self.after(&now);
        let mut lost = BTreeMap::new();
        for (unit, times) in self.units.iter().zip(&now) {
            unit.lost(*times, &mut lost);
        }
        Some(lost.into_iter().filter(|(_, count)| *count > 0).collect())
    }
}

/// Lets the first units fail first; returns how many could not.
fn pour(units: &[Unit], into: &mut [u32], many: u32) -> u32 {
    let mut left = many;
    for (unit, into) in units.iter().zip(into) {
        *into = unit.count().min(left);
        left -= *into;
    }
    left
}

/// The same node by node: each set of nodes that can fail together, at most so many of them;
/// `None` where there are more.
pub(crate) fn sets(model: &Model, at: usize, most: usize) -> Option<Vec<Vec<Node>>> {
    let units = units(model, at);
    let many = usize::try_from(at_once(&model.failures[at], &units)).ok()?;
    let mut single: Vec<Vec<Node>> = Vec::new();
    for unit in &units {
        match unit {
            Unit::Node { class, count } => {
                if usize::try_from(*count).ok()? > most.saturating_mul(2) {
                    return None;
                }
                single.extend((0..*count).map(|at| vec![Node { class: *class, at }]));
            }
            Unit::Domain(all) => {
                let nodes = all.iter().flat_map(|(class, count)| {
                    (0..*count).map(move |at| Node { class: *class, at })
                });
                single.push(nodes.collect());
            }
        }
    }
    let mut sets = Vec::new();
    let mut chosen: Vec<usize> = (0..many).collect();
    loop {
        if sets.len() >= most {
            return None;
        }
        let mut set: Vec<Node> = chosen.iter().flat_map(|at| single[*at].clone()).collect();
        set.sort_unstable();
        sets.push(set);
        // The last that can still move on does, and those after it follow it.
        let movable = (0..many)
            .rev()
            .find(|at| chosen[*at] + many - at < single.len());
        let Some(at) = movable else {
            return Some(sets);
        };
        let from = chosen[at] + 1;
        for (place, step) in (at..many).zip(0..) {
            chosen[place] = from + step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(counts: &[u32]) -> Vec<Unit> {
        let each = counts.iter().enumerate();
        each.map(|(class, count)| Unit::Node {
            class,
            count: *count,
        })
        .collect()
    }

    #[test]
    fn each_way_to_lose_two_nodes_is_there_once() {
        let all: Vec<_> = Choices::new(&nodes(&[1, 2, 1]), 2).collect();
        assert_eq!(
            all,
            [
                vec![(0, 1), (1, 1)],
                vec![(0, 1), (2, 1)],
                vec![(1, 2)],
                vec![(1, 1), (2, 1)],
            ]
        );
    }

    #[test]
    fn domains_fail_whole_and_nothing_fails_where_nothing_is_to() {
        let units = [
            Unit::Domain(vec![(0, 3), (1, 1)]),
            Unit::Domain(vec![(2, 2)]),
        ];
        let all: Vec<_> = Choices::new(&units, 1).collect();
        assert_eq!(all, [vec![(0, 3), (1, 1)], vec![(2, 2)]]);
        let none: Vec<_> = Choices::new(&units, 0).collect();
        assert_eq!(none, [vec![]]);
    }
}
