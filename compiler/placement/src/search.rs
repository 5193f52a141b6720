//! The exact search, node by node and with all rules: for what counting, filling and prices do
//! not decide, while it is small.

mod evacuate;
mod solver;
mod world;

pub(crate) use evacuate::{Stand, Survival, evacuate};
use solver::{Solver, TooWide};
use world::World;

use crate::{
    fill::{Fill, Found, Group, Node, Proof, Reason},
    model::Model,
    steps::{Spent, Steps},
};

/// The most numbers (shapes times nodes, and cells) and the most of their values that are
/// searched.
const MOST_NUMBERS: u64 = 40_000;
const MOST_VALUES: u64 = 200_000;

/// Searches for a placement, or shows that there is none. A model that is too large stays open.
///
/// # Errors
/// The budget is spent.
pub(crate) fn find(model: &Model, steps: &mut Steps<'_>) -> Result<Found, Spent> {
    let nodes = nodes_of(model);
    if !is_small(model) {
        return Ok(Found::Open);
    }
    let mut solver = Solver::new();
    let Ok(world) = base(model, nodes, &mut solver) else {
        return Ok(Found::Open);
    };
    if solver.solve(steps)? {
        return Ok(Found::Fits(world.fill(&solver)));
    }
    Ok(Found::Lacks(Reason {
        shapes: (0..model.shapes.len()).collect(),
        rows: (0..model.rows.len()).collect(),
        proof: Proof::Search,
    }))
}

fn base<'m>(model: &'m Model, nodes: Vec<Node>, solver: &mut Solver) -> Result<World<'m>, TooWide> {
    let world = World::new(model, nodes, solver)?;
    world.break_symmetry(solver)?;
    world.guide(solver);
    Ok(world)
}

/// All nodes, class by class.
fn nodes_of(model: &Model) -> Vec<Node> {
    if model.nodes() > MOST_NUMBERS {
        return Vec::new();
    }
    let classes = model.classes.iter().enumerate();
    classes
        .flat_map(|(class, node)| (0..node.count).map(move |at| Node { class, at }))
        .collect()
}

fn is_small(model: &Model) -> bool {
    let shapes = model.shapes.len() as u64;
    if model.nodes().saturating_mul(shapes.max(1)) > MOST_NUMBERS {
        return false;
    }
    let (mut numbers, mut values) = (0_u64, 0_u64);
    for (class, node) in model.classes.iter().enumerate() {
        for shape in 0..model.shapes.len() {
            let most = model.most(class, shape);
            let cells = if model.shapes[shape].single && node.cells > 1 {
                u64::from(node.cells)
            } else {
                0
            };
            let count = u64::from(node.count);
            numbers = numbers.saturating_add(count * (1 + cells));
            values = values.saturating_add(count * most * (1 + cells));
        }
    }
    numbers <= MOST_NUMBERS && values <= MOST_VALUES
}

impl Model {
    /// How many replicas of a shape one node of a class can hold, as far as the shape alone
    /// tells.
    fn most(&self, class: usize, shape: usize) -> u64 {
        let (node, replica) = (&self.classes[class], &self.shapes[shape]);
        if !replica.admits[class] {
            return 0;
        }
        let mut most = u64::from(replica.replicas);
        for row in 0..self.rows.len() {
            let weight = self.weight(class, shape, row);
            if weight == 0 {
                continue;
            }
            if node.has[row] != crate::model::UNBOUNDED {
                most = most.min(node.has[row] / weight);
            }
            if let Some(cell) = node.cell[row].filter(|_| replica.single) {
                most = most.min((cell / weight).saturating_mul(u64::from(node.cells)));
            }
        }
        let alone = replica.isolation == crate::problem::Isolation::Node
            || self.apart.iter().any(|pair| {
                pair.topology == crate::problem::Topology::Node
                    && (pair.of, pair.with) == (shape, shape)
            });
        if alone { most.min(1) } else { most }
    }
}

/// A placement of what stands on each node. Nodes of a class that hold nothing come last.
fn fill_of(mut holds: Vec<(Node, Vec<(usize, u32)>)>) -> Fill {
    holds.sort_by_key(|(node, pods)| (node.class, pods.is_empty(), node.at));
    let mut groups: Vec<Group> = Vec::new();
    for (node, pods) in holds {
        match groups.last_mut() {
            _ if pods.is_empty() => {}
            Some(last) if last.class == node.class && last.pods == pods => last.nodes += 1,
            _ => groups.push(Group {
                class: node.class,
                nodes: 1,
                pods,
            }),
        }
    }
    Fill { groups }
}

#[cfg(test)]
mod tests;
