//! What all nodes of a class hold together. It follows from what each of them holds, but says at
//! once what would have to be found out node by node.

use std::collections::BTreeSet;

use super::World;
use crate::{
    model::UNBOUNDED,
    problem::{Isolation, Topology},
    search::solver::{Int, Solver, TooWide},
};

/// Into up to so many parts of a node what it holds is rounded.
pub(super) const PARTS: u64 = 7;

impl World<'_> {
    /// Every replica stands on some class; and no class holds more than its nodes do.
    pub(super) fn kinds_hold(&mut self, solver: &mut Solver) -> Result<(), TooWide> {
        let classes: Vec<(usize, Vec<usize>)> = self.by_class();
        for shape in 0..self.counts.len() {
            let replicas = i64::from(self.model.shapes[shape].replicas);
            for (class, nodes) in &classes {
                let counts: Vec<Int> = nodes
                    .iter()
                    .filter_map(|node| self.counts[shape][*node])
                    .collect();
                self.totals[shape][*class] = sum_of(solver, &counts, replicas)?;
            }
            let all = self.totals[shape].iter().flatten();
            let terms: Vec<(i128, Int)> = all.map(|total| (1, *total)).collect();
            solver.exactly(&terms, i128::from(replicas))?;
        }
        for (class, nodes) in classes {
            self.class_holds(solver, class, nodes.len() as u64)?;
        }
        Ok(())
    }

    /// The classes that have nodes here, with their nodes.
    pub(super) fn by_class(&self) -> Vec<(usize, Vec<usize>)> {
        let mut classes: Vec<(usize, Vec<usize>)> = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            match classes.last_mut() {
                Some((class, nodes)) if *class == node.class => nodes.push(at),
                _ => classes.push((node.class, vec![at])),
            }
        }
        classes
    }

    fn class_holds(&self, solver: &mut Solver, class: usize, nodes: u64) -> Result<(), TooWide> {
        let model = self.model;
        let shapes: Vec<usize> = (0..model.shapes.len())
            .filter(|shape| self.totals[*shape][class].is_some())
            .collect();
        let mut rows: BTreeSet<(Vec<u64>, u64)> = BTreeSet::new();
        for row in 0..model.rows.len() {
            let weigh = |shape: &usize| model.weight(class, *shape, row);
            let weights: Vec<u64> = shapes.iter().map(weigh).collect();
            let has = model.classes[class].has[row];
            if has != UNBOUNDED {
                let has = self.fullest(row, &shapes)[class];
                rows.insert((weights.clone(), has));
                rows.extend((1..=PARTS).map(|parts| (rounded(&weights, has, parts), parts)));
            }
            if let Some(cell) = model.classes[class].cell[row] {
                let cells = u64::from(model.classes[class].cells);
                let single = |(shape, weight): (&usize, &u64)| {
                    if model.shapes[*shape].single {
                        *weight
                    } else {
                        0
                    }
                };
                let weights: Vec<u64> = shapes.iter().zip(&weights).map(single).collect();
                rows.extend(
                    (1..=PARTS).map(|parts| (rounded(&weights, cell, parts), parts * cells)),
                );
            }
        }
        rows.extend(self.alone(class, &shapes));
        for (weights, has) in rows {
            let terms = shapes.iter().zip(&weights).filter_map(|(shape, weight)| {
                Some((i128::from(*weight), self.totals[*shape][class]?)).filter(|_| *weight > 0)
            });
            let terms: Vec<(i128, Int)> = terms.collect();
            solver.at_most(&terms, i128::from(has) * i128::from(nodes))?;
        }
        Ok(())
    }

    /// Groups of shapes of which a node holds one replica at most: no two of them can share it,
    /// as the rules say or as it has too little for both.
    fn alone(&self, class: usize, shapes: &[usize]) -> Vec<(Vec<u64>, u64)> {
        let model = self.model;
        let mut left: Vec<usize> = shapes
            .iter()
            .copied()
            .filter(|shape| model.most(class, *shape) == 1)
            .collect();
        let mut groups = Vec::new();
        while let Some(first) = left.first().copied() {
            let mut group = vec![first];
            for shape in left.iter().skip(1) {
                if group
                    .iter()
                    .all(|other| !self.can_share(class, *shape, *other))
                {
                    group.push(*shape);
                }
            }
            left.retain(|shape| !group.contains(shape));
            // Others that are alone beside every one of them, in however many replicas, weigh
            // nothing here: one replica of them does not say that there is only one.
            let weights = shapes.iter().map(|shape| u64::from(group.contains(shape)));
            groups.push((weights.collect(), 1));
        }
        groups
    }

    fn can_share(&self, class: usize, one: usize, other: usize) -> bool {
        let model = self.model;
        let (a, b) = (&model.shapes[one], &model.shapes[other]);
        let isolated = [a.isolation, b.isolation];
        let apart = model.apart.iter().any(|pair| {
            pair.topology == Topology::Node
                && (pair.of, pair.with) == (one.min(other), one.max(other))
        });
        !apart
            && !isolated.contains(&Isolation::Node)
            && (!isolated.contains(&Isolation::Tenant) || a.tenant == b.tenant)
            && model.rows_hold(class, &[(one, 1), (other, 1)])
    }
}

/// A number that is the sum of these; `None` of none.
pub(super) fn sum_of(
    solver: &mut Solver,
    counts: &[Int],
    most: i64,
) -> Result<Option<Int>, TooWide> {
    match counts {
        [] => Ok(None),
        [one] => Ok(Some(*one)),
        _ => {
            let highest = counts.iter().map(|count| solver.bounds(*count).1);
            let sum = solver.number(0, highest.sum::<i64>().min(most));
            let mut terms: Vec<(i128, Int)> = counts.iter().map(|count| (1, *count)).collect();
            terms.push((-1, sum));
            solver.exactly(&terms, 0)?;
            Ok(Some(sum))
        }
    }
}

/// Weights in parts of a node so that no node holds more than all parts, whatever is on it: each
/// weight is rounded down to parts of which there is one more than the node has, but where it
/// is that exactly. (Dual feasible functions of Fekete and Schepers.)
pub(super) fn rounded(weights: &[u64], has: u64, parts: u64) -> Vec<u64> {
    let (has, more) = (u128::from(has.max(1)), u128::from(parts) + 1);
    let round = |weight: &u64| {
        let times = u128::from(*weight) * more;
        let parts = if times.is_multiple_of(has) {
            u128::from(*weight) * (more - 1) / has
        } else {
            times / has
        };
        u64::try_from(parts).unwrap_or(u64::MAX)
    };
    weights.iter().map(round).collect()
}
