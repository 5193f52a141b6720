//! Placing what is left node by node, each filled by what is worth most; and again with what was
//! left over worth more.

use super::{
    price::{DEAREST, Pods, Values, price},
    stock::WHOLE,
    task::Task,
};
use crate::{
    fill::Group,
    steps::{Spent, Steps},
};

/// The search for what to put on a node ends after so many nodes.
const EASY: u64 = 60;

/// With so many nodes in sight nothing is tried again: what is left over is small beside them.
const MANY: u64 = 2_000;

/// Places all of a task; `None` where this way does not find how.
///
/// # Errors
/// The budget is spent.
pub(super) fn complete(
    task: &Task<'_>,
    tries: usize,
    steps: &mut Steps<'_>,
) -> Result<Option<Vec<Group>>, Spent> {
    let mut worth = sizes(task);
    for _ in 0..tries {
        for order in [Order::Tight, Order::Given] {
            let (groups, left) = fill(task, &worth, order, steps)?;
            if left.is_done() {
                return Ok(Some(groups));
            }
            for (worth, left) in worth.iter_mut().zip(&left.demand) {
                if *left > 0 {
                    *worth *= 1.15;
                }
            }
            if task.nodes.iter().sum::<u64>() > MANY {
                break;
            }
        }
    }
    Ok(None)
}

/// Fillings to begin with, one for each class and more where nodes remain: those of a placement
/// of as much as can be.
///
/// # Errors
/// The budget is spent.
pub(super) fn begin(task: &Task<'_>, steps: &mut Steps<'_>) -> Result<(Vec<Group>, bool), Spent> {
    let (groups, left) = fill(task, &sizes(task), Order::Tight, steps)?;
    Ok((groups, left.is_done()))
}

/// Which classes are filled first.
#[derive(Clone, Copy)]
enum Order {
    /// Those that hold the fewest shapes.
    Tight,
    /// As the problem has them.
    Given,
}

fn fill<'m>(
    task: &Task<'m>,
    worth: &[f64],
    order: Order,
    steps: &mut Steps<'_>,
) -> Result<(Vec<Group>, Task<'m>), Spent> {
    let mut left = task.clone();
    let mut groups = Vec::new();
    let largest = worth.iter().copied().fold(1e-12, f64::max);
    let whole = |shape: usize| ((worth[shape] / largest * DEAREST as f64) as i64).max(1);
    let values = Values {
        of: &whole,
        bonuses: Vec::new(),
    };
    let mut classes: Vec<usize> = (0..task.nodes.len())
        .filter(|class| task.nodes[*class] > 0)
        .collect();
    if matches!(order, Order::Tight) {
        classes.sort_by_key(|class| task.stocks[*class].items.len());
    }
    for class in classes {
        while left.nodes[class] > 0 && !left.is_done() {
            let Some((_, pods)) = price(&left, class, &values, 0, EASY, steps)?.best else {
                break;
            };
            let nodes = left.repeats(class, &pods);
            left.place(class, &pods, nodes);
            groups.push(group(class, nodes, pods));
        }
    }
    Ok((groups, left))
}

pub(super) fn group(class: usize, nodes: u64, pods: Pods) -> Group {
    Group {
        class,
        nodes: u32::try_from(nodes).unwrap_or(u32::MAX),
        pods,
    }
}

/// What each shape takes of a node, each row as dear as it is scarce.
fn sizes(task: &Task<'_>) -> Vec<f64> {
    let mut sizes = vec![0.0; task.demand.len()];
    let mut room = vec![0.0; task.demand.len()];
    for (class, stock) in task.stocks.iter().enumerate() {
        let nodes = task.nodes[class] as f64;
        let mut pressure = vec![0.0; stock.has.len()];
        for item in &stock.items {
            let demand = task.demand[item.shape] as f64;
            for (pressure, part) in pressure.iter_mut().zip(&item.part) {
                *pressure += demand * *part as f64 / WHOLE as f64 / nodes.max(1.0);
            }
        }
        for item in &stock.items {
            let parts = item.part.iter().zip(&pressure);
            let size: f64 = parts
                .map(|(part, pressure)| *part as f64 / WHOLE as f64 * pressure.max(0.01))
                .sum();
            sizes[item.shape] += size * nodes;
            room[item.shape] += nodes;
        }
    }
    // Large ones are harder to place than small ones of the same sum.
    let each = sizes.iter().zip(&room);
    each.map(|(size, room)| (size / room.max(1.0) + 1e-9).powf(1.05))
        .collect()
}
