//! Puts replicas that lost their nodes onto those that are left, everything else staying: what
//! mostly is enough after a failure, and cheaper than to look again for everything.

use std::collections::BTreeMap;

use crate::{
    fill::{Fill, Group},
    model::Model,
    steps::{Spent, Steps},
};

/// Nodes that hold the same: class, where they come from, and pods.
pub(crate) type Alike = (usize, usize, Vec<(usize, u32)>);

/// What holds everything, with the homeless replicas of each shape added to a placement; `None`
/// where this simple way finds no room, or breaks a rule that reaches beyond a node.
///
/// # Errors
/// The budget is spent.
pub(crate) fn refill(
    model: &Model,
    fill: &Fill,
    homeless: &[u32],
    steps: &mut Steps<'_>,
) -> Result<Option<Fill>, Spent> {
    let mut nodes = alike(model, fill);
    Ok(rehouse(model, &mut nodes, homeless, steps)?.then(|| fill_of(&nodes)))
}

/// Adds the homeless replicas of each shape to nodes, what they hold staying. Whether there is
/// room for all, and every rule holds then.
///
/// # Errors
/// The budget is spent.
pub(crate) fn rehouse(
    model: &Model,
    nodes: &mut BTreeMap<Alike, u32>,
    homeless: &[u32],
    steps: &mut Steps<'_>,
) -> Result<bool, Spent> {
    for shape in largest_first(model, homeless) {
        if add(model, nodes, (shape, homeless[shape]), steps)? > 0 {
            return Ok(false);
        }
    }
    // Rules that reach beyond a node were not thought of.
    model.accepts(&fill_of(nodes), steps)
}

fn fill_of(nodes: &BTreeMap<Alike, u32>) -> Fill {
    let groups = nodes.iter().filter(|((.., pods), _)| !pods.is_empty());
    let groups = groups.map(|((class, _, pods), nodes)| Group {
        class: *class,
        nodes: *nodes,
        pods: pods.clone(),
    });
    Fill {
        groups: groups.collect(),
    }
}

/// All nodes of a model by what they hold, those that hold nothing too.
fn alike(model: &Model, fill: &Fill) -> BTreeMap<Alike, u32> {
    let mut left: Vec<u32> = model.classes.iter().map(|class| class.count).collect();
    let mut nodes: BTreeMap<Alike, u32> = BTreeMap::new();
    for group in &fill.groups {
        left[group.class] = left[group.class].saturating_sub(group.nodes);
        let key = (group.class, 0, group.pods.clone());
        *nodes.entry(key).or_default() += group.nodes;
    }
    for (class, left) in left.into_iter().enumerate() {
        if left > 0 {
            *nodes.entry((class, 0, Vec::new())).or_default() += left;
        }
    }
    nodes
}

/// The shapes that have homeless replicas: first those that take the largest share of a node.
fn largest_first(model: &Model, homeless: &[u32]) -> Vec<usize> {
    let share = |shape: usize| {
        let parts = (0..model.classes.len()).flat_map(|class| {
            (0..model.rows.len()).filter_map(move |row| {
                let weight = u128::from(model.weight(class, shape, row)) << 20;
                weight.checked_div(u128::from(model.classes[class].has[row]))
            })
        });
        parts.max().unwrap_or(0)
    };
    let mut shapes: Vec<usize> = (0..homeless.len()).filter(|at| homeless[*at] > 0).collect();
    shapes.sort_by_key(|shape| (std::cmp::Reverse(share(*shape)), *shape));
    shapes
}

/// Adds replicas of a shape where there is room, nodes that hold something first; returns how
/// many are left.
fn add(
    model: &Model,
    nodes: &mut BTreeMap<Alike, u32>,
    (shape, count): (usize, u32),
    steps: &mut Steps<'_>,
) -> Result<u32, Spent> {
    let mut left = count;
    let mut order: Vec<Alike> = nodes.keys().cloned().collect();
    order.sort_by_key(|(.., pods)| pods.is_empty());
    for key in order {
        if left == 0 {
            break;
        }
        let most = most(model, &key, (shape, left), steps)?;
        if most == 0 {
            continue;
        }
        let there = nodes.remove(&key).unwrap_or(0);
        let full = there.min(left / most);
        left -= full * most;
        let put = |nodes: &mut BTreeMap<Alike, u32>, many: u32, count: u32| {
            if many > 0 {
                let key = (key.0, key.1, with(&key.2, shape, count));
                *nodes.entry(key).or_default() += many;
            }
        };
        put(nodes, full, most);
        let rest = u32::from(full < there && left > 0);
        put(nodes, rest, left.min(most));
        left -= rest * left.min(most);
        put(nodes, there - full - rest, 0);
    }
    Ok(left)
}

/// How many replicas of a shape a node takes beside what it holds, at most so many.
fn most(
    model: &Model,
    (class, _, pods): &Alike,
    (shape, limit): (usize, u32),
    steps: &mut Steps<'_>,
) -> Result<u32, Spent> {
    if !model.shapes[shape].admits[*class] {
        return Ok(0);
    }
    let (mut fits, mut open) = (0, limit);
    // Most nodes have no room for one.
    let mut try_next = 1;
    while fits < open {
        steps.take("refill", 1 + pods.len() as u64)?;
        if model.holds(*class, &with(pods, shape, try_next), steps)? {
            fits = try_next;
        } else {
            open = try_next - 1;
        }
        try_next = fits + (open - fits).div_ceil(2).max(1);
    }
    Ok(fits)
}

fn with(pods: &[(usize, u32)], shape: usize, count: u32) -> Vec<(usize, u32)> {
    let mut pods = pods.to_vec();
    if count > 0 {
        match pods.binary_search_by_key(&shape, |(at, _)| *at) {
            Ok(at) => pods[at].1 += count,
            Err(at) => pods.insert(at, (shape, count)),
        }
    }
    pods
}
