//! A world of nodes: how many replicas of each shape stand on which, as numbers of the solver
//! with all rules about them.

mod capacity;
mod domains;
mod kinds;
mod order;
mod owners;

use super::{
    fill_of,
    solver::{Int, Lit, Solver, TooWide},
};
use crate::{
    fill::{Fill, Node},
    model::Model,
    problem::Topology,
};

/// What stands where.
pub(super) struct World<'m> {
    pub(super) model: &'m Model,
    /// The nodes that stand.
    pub(super) nodes: Vec<Node>,
    /// How many there are, by shape and node; `None` where none can be.
    pub(super) counts: Vec<Vec<Option<Int>>>,
    /// How many there are on all nodes of a class together, by shape and class.
    pub(super) totals: Vec<Vec<Option<Int>>>,
    /// How many lie in each NUMA cell, by shape and node; empty where they need not.
    pub(super) cells: Vec<Vec<Vec<Int>>>,
}

impl<'m> World<'m> {
    /// A world of these nodes that keeps all rules of a model.
    ///
    /// # Errors
    /// Its numbers are too large.
    pub(super) fn new(
        model: &'m Model,
        nodes: Vec<Node>,
        solver: &mut Solver,
    ) -> Result<Self, TooWide> {
        let counts: Vec<Vec<Option<Int>>> = (0..model.shapes.len())
            .map(|shape| {
                let count = nodes.iter().map(|node| {
                    let most = i64::try_from(model.most(node.class, shape)).unwrap_or(i64::MAX);
                    (most > 0).then(|| solver.number(0, most))
                });
                count.collect()
            })
            .collect();
        let mut world = Self {
            model,
            cells: vec![vec![Vec::new(); nodes.len()]; counts.len()],
            totals: vec![vec![None; model.classes.len()]; counts.len()],
            nodes,
            counts,
        };
        world.rows_hold(solver)?;
        world.kinds_hold(solver)?;
        world.cells_hold(solver)?;
        world.may_share(solver);
        world.owned(solver)?;
        world.domains_hold(solver)?;
        Ok(world)
    }

    /// Nobody is on a node with whom a rule says that it must not be.
    fn may_share(&self, solver: &mut Solver) {
        let model = self.model;
        let never = model
            .apart
            .iter()
            .filter(|pair| pair.topology == Topology::Node && pair.of != pair.with)
            .map(|pair| (pair.of, pair.with));
        for (of, with) in never {
            for node in 0..self.nodes.len() {
                let there = [self.is_on(solver, of, node), self.is_on(solver, with, node)];
                solver.clause(&there.map(|lit| !lit));
            }
        }
    }

    /// Whether a shape has replicas on a node.
    pub(super) fn is_on(&self, solver: &Solver, shape: usize, node: usize) -> Lit {
        let count = self.counts[shape][node];
        count.map_or(Lit::FALSE, |count| solver.at_least(count, 1))
    }

    /// What stands on a node in the solver's solution.
    pub(super) fn pods(&self, solver: &Solver, node: usize) -> Vec<(usize, u32)> {
        let counts = self.counts.iter().enumerate();
        let counts = counts.filter_map(|(shape, counts)| {
            let count = u32::try_from(solver.value(counts[node]?)).unwrap_or(0);
            (count > 0).then_some((shape, count))
        });
        counts.collect()
    }

    /// The solver's solution as a placement.
    pub(super) fn fill(&self, solver: &Solver) -> Fill {
        let nodes = self.nodes.iter().enumerate();
        fill_of(
            nodes
                .map(|(at, node)| (*node, self.pods(solver, at)))
                .collect(),
        )
    }
}
