//! Deals the replicas of workloads out to the nodes of a fill.

use std::collections::BTreeMap;

use crate::{
    answer::Count,
    fill::{Fill, Group},
    model::{Model, Range},
    problem::Problem,
    steps::{Spent, Steps},
};

/// Nodes of a pool that follow each other and hold the same.
pub(super) struct Run {
    /// The pool, by its place in the problem.
    pub(super) pool: usize,
    /// The first of them.
    pub(super) first: u32,
    /// How many.
    pub(super) nodes: u32,
    /// What each holds, by workload.
    pub(super) pods: Vec<(usize, Count)>,
}

/// Deals the replicas of the workloads out to the nodes of a fill.
pub(super) struct Dealer<'m> {
    /// Whose workloads.
    pub(super) problem: &'m Problem,
    /// Its numbers.
    pub(super) model: &'m Model,
}

impl Dealer<'_> {
    /// The runs of a fill whose groups take the given nodes of their classes in order.
    pub(super) fn runs(
        &self,
        fill: &Fill,
        nodes: &[Vec<Range>],
        steps: &mut Steps<'_>,
    ) -> Result<Vec<Run>, Spent> {
        let mut nodes: Vec<Vec<Range>> = nodes
            .iter()
            .map(|ranges| ranges.iter().rev().copied().collect())
            .collect();
        let mut hands: Vec<Vec<(usize, u32)>> = self
            .model
            .shapes
            .iter()
            .map(|shape| shape.workloads.iter().rev().copied().collect())
            .collect();
        let mut runs = Vec::new();
        for group in &fill.groups {
            let cells = self.model.cells(group.class, &group.pods, steps)?;
            let cells = cells.ok_or(Spent)?;
            let mut left = group.nodes;
            while left > 0 {
                let Some(range) = nodes[group.class].last_mut() else {
                    break;
                };
                let alike = alike(&hands, &group.pods).clamp(1, left.min(range.count).max(1));
                let pods = self.deal(group, alike, &cells, (range.pool, &mut hands));
                runs.push(Run {
                    pool: range.pool,
                    first: range.first,
                    nodes: alike,
                    pods,
                });
                left -= alike;
                range.first += alike;
                range.count -= alike;
                if range.count == 0 {
                    nodes[group.class].pop();
                }
            }
        }
        Ok(runs)
    }

    /// What each of so many alike nodes of a group gets.
    fn deal(
        &self,
        group: &Group,
        nodes: u32,
        cells: &[Vec<u32>],
        (pool, hands): (usize, &mut [Vec<(usize, u32)>]),
    ) -> Vec<(usize, Count)> {
        let numa = usize::try_from(self.problem.pools[pool].numa).unwrap_or(1);
        let mut pods = Vec::new();
        for (entry, (shape, count)) in group.pods.iter().enumerate() {
            let single = self.model.shapes[*shape].single && numa > 1;
            let wanted: Vec<u32> = if single {
                let mut wanted: Vec<u32> = cells.iter().map(|cell| cell[entry]).collect();
                wanted.resize(numa, 0);
                wanted
            } else {
                vec![*count]
            };
            let width = wanted.len();
            let hand = &mut hands[*shape];
            let mut dealt: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
            for (cell, mut wanted) in wanted.iter().copied().enumerate() {
                while wanted > 0 {
                    let Some((workload, left)) = hand.last_mut() else {
                        break;
                    };
                    let now = wanted.min(*left / nodes);
                    if now == 0 {
                        break;
                    }
                    *left -= now * nodes;
                    wanted -= now;
                    let of = dealt.entry(*workload).or_insert_with(|| vec![0; width]);
                    of[cell] += now;
                    if *left == 0 {
                        hand.pop();
                    }
                }
            }
            pods.extend(dealt.into_iter().map(|(workload, cells)| {
                if single {
                    (workload, Count::Cells(cells))
                } else {
                    (workload, Count::Node(cells[0]))
                }
            }));
        }
        pods
    }
}

/// How many nodes can get the same: all replicas of each shape from one workload.
fn alike(hands: &[Vec<(usize, u32)>], pods: &[(usize, u32)]) -> u32 {
    let each = pods.iter().filter(|(_, count)| *count > 0);
    let each = each.map(|(shape, count)| hands[*shape].last().map_or(0, |(_, left)| left / count));
    each.min().unwrap_or(u32::MAX)
}
