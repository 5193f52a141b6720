//! The proof that a task does not fit, in integers: with these prices the replicas are worth more
//! than all nodes together can ever hold.

use super::task::{Group, Task};

/// Prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Certificate {
    /// What placing a replica is worth, by shape. Not below 0, but where more replicas of the
    /// shape than there are would be of use ([`Task::exact`]).
    pub(super) worth: Vec<i64>,
    /// What a replica of a group's shape is worth beyond that in a set of the group, by group
    /// and set.
    pub(super) extra: Vec<Vec<i64>>,
    /// What a node is worth beyond what it holds, by [`Task::holders`], where it is one of them.
    pub(super) held: Vec<i64>,
    /// What one node holds at most, by class, in these prices.
    pub(super) price: Vec<i64>,
}

impl Certificate {
    /// What a replica is worth on a node of a class.
    pub(super) fn value(&self, groups: &[Group], class: usize, shape: usize) -> i64 {
        let mut value = self.worth[shape];
        for (group, extra) in groups.iter().zip(&self.extra) {
            if group.shape != shape {
                continue;
            }
            for (set, extra) in group.sets.iter().zip(extra) {
                if set.contains(&class) {
                    value = value.saturating_add(*extra);
                }
            }
        }
        value
    }

    /// What a node of a class is worth beyond what it holds: by shapes, where it holds any.
    pub(super) fn bonuses<'t>(&self, task: &'t Task<'_>, class: usize) -> Vec<(&'t [usize], i64)> {
        let each = task.holders.iter().zip(&self.held);
        each.filter(|(holders, held)| **held != 0 && holders.classes.contains(&class))
            .map(|(holders, held)| (holders.shapes.as_slice(), *held))
            .collect()
    }

    /// What all replicas are worth at least, wherever they stand, less what all nodes hold at
    /// most. Above 0 the task does not fit, if the prices are right: in any placement the nodes
    /// would hold what the replicas are worth.
    pub(super) fn balance(&self, task: &Task<'_>) -> i128 {
        let replicas = self.worth.iter().zip(&task.demand);
        let worth: i128 = replicas
            .map(|(worth, demand)| i128::from(*worth) * i128::from(*demand))
            .sum();
        let groups = task.groups.iter().zip(&self.extra);
        let extra: i128 = groups.map(|(group, extra)| least(group, extra)).sum();
        let nodes = self.price.iter().zip(&task.nodes);
        let price: i128 = nodes
            .map(|(price, nodes)| i128::from(*price) * i128::from(*nodes))
            .sum();
        let holders = task.holders.iter().zip(&self.held);
        let held: i128 = holders
            .map(|(holders, held)| {
                let nodes = if *held > 0 {
                    holders.least
                } else {
                    holders.most
                };
                i128::from(*held) * (i128::from(nodes) - i128::from(holders.placed))
            })
            .sum();
        worth + extra + held - price
    }
}

/// What the sets of a group bring at least, beyond what is placed already. Each set holds `m` to
/// `m + skew` replicas for some `m`; the sum is linear in `m`, so that one of its ends is least.
fn least(group: &Group, extra: &[i64]) -> i128 {
    let all: i128 = extra.iter().map(|extra| i128::from(*extra)).sum();
    let below: i128 = extra.iter().map(|extra| i128::from((*extra).min(0))).sum();
    let placed = extra.iter().zip(&group.placed);
    let placed: i128 = placed
        .map(|(extra, placed)| i128::from(*extra) * i128::from(*placed))
        .sum();
    let ends = [all * i128::from(group.least), all * i128::from(group.most)];
    ends[0].min(ends[1]) + below * i128::from(group.skew) - placed
}
