//! A placement from which every failure can be borne without moving what survives.
//!
//! One placement must do for all failures. A placement is found and each set of nodes that may
//! fail is tried on it; a set that it does not survive becomes a part of the search: what
//! stands after that failure, as numbers of their own beside those of the placement. Either some
//! placement survives everything, or the placement together with the failures so far cannot be.

use std::collections::BTreeSet;

use super::{base, fill_of, is_small, nodes_of, solver::Solver, world::World};
use crate::{
    failing,
    fill::{Evacuated, Fill, Node, Proof, Reason},
    model::Model,
    problem::Mode,
    steps::{Spent, Steps},
};

/// Of one failure, the most sets of nodes that are tried.
const MOST_SETS: usize = 4_000;

/// The most numbers of all failures that become a part of the search.
const MOST_NUMBERS: usize = 150_000;

/// How many failures that a placement does not survive become a part of the search at once.
const AT_ONCE: usize = 3;

/// Whether a placement survives all failures that evacuate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Survival {
    /// This one does; and where what was lost stands after each of them.
    Survives(Stand),
    /// None does. With what is lost, by class, where one failure alone shows it.
    Lacks(Reason, Vec<(usize, u32)>),
    /// It was not looked for: there is too much.
    Open,
}

/// A placement that survives, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stand {
    /// What stands as long as nothing fails.
    pub(crate) base: Fill,
    /// One for each way to fail that is unlike the others.
    pub(crate) evacuated: Vec<Evacuated>,
}

/// Looks for a placement that survives all failures that evacuate, each for itself; all other
/// failures are left aside.
///
/// # Errors
/// The budget is spent.
pub(crate) fn evacuate(model: &Model, steps: &mut Steps<'_>) -> Result<Survival, Spent> {
    if !is_small(model) {
        return Ok(Survival::Open);
    }
    let mut losses = Vec::new();
    for (failure, known) in model.failures.iter().enumerate() {
        if known.mode == Mode::Evacuate && known.k > 0 {
            let Some(sets) = failing::sets(model, failure, MOST_SETS) else {
                return Ok(Survival::Open);
            };
            losses.extend(sets.into_iter().map(|lost| Loss { failure, lost }));
        }
    }
    let relaxed: Vec<Model> = model
        .failures
        .iter()
        .map(|failure| model.after(failure, &[]))
        .collect();
    let mut solver = Solver::new();
    let Ok(world) = base(model, nodes_of(model), &mut solver) else {
        return Ok(Survival::Open);
    };
    let search = Search {
        relaxed: &relaxed,
        losses: &losses,
        world,
    };
    search.run(&mut solver, steps)
}

/// A set of nodes that may fail.
#[derive(Debug)]
struct Loss {
    failure: usize,
    lost: Vec<Node>,
}

struct Search<'m> {
    /// The model after each failure, without what the failure relaxes.
    relaxed: &'m [Model],
    losses: &'m [Loss],
    world: World<'m>,
}

/// What is looked at of a placement: by node what stands there, and in which cells.
type Load = Vec<(usize, u32, Vec<u32>)>;

impl Search<'_> {
    fn run(&self, solver: &mut Solver, steps: &mut Steps<'_>) -> Result<Survival, Spent> {
        let mut known = BTreeSet::new();
        let mut numbers = 0;
        while solver.solve(steps)? {
            let (moved, failed) = self.survivors(solver, &known, steps)?;
            if failed.is_empty() {
                return Ok(Survival::Survives(self.stand(solver, moved)));
            }
            for loss in failed {
                known.insert(loss);
                let Some(added) = self.bear(solver, &self.losses[loss]) else {
                    return Ok(Survival::Open);
                };
                numbers += added;
                if numbers > MOST_NUMBERS {
                    return Ok(Survival::Open);
                }
            }
        }
        let model = self.world.model;
        let reason = Reason {
            shapes: (0..model.shapes.len()).collect(),
            rows: (0..model.rows.len()).collect(),
            proof: Proof::Search,
        };
        let mut known = known.into_iter();
        let lost = match (known.next(), known.next()) {
            (Some(only), None) => by_class(&self.losses[only].lost),
            _ => Vec::new(),
        };
        Ok(Survival::Lacks(reason, lost))
    }

    /// Tries all failures on the solver's placement: what moves after those that it survives,
    /// and some that it does not.
    fn survivors(
        &self,
        solver: &Solver,
        known: &BTreeSet<usize>,
        steps: &mut Steps<'_>,
    ) -> Result<(Vec<Evacuated>, Vec<usize>), Spent> {
        let loads: Vec<Load> = (0..self.world.nodes.len())
            .map(|node| self.load(solver, node))
            .collect();
        let mut tried = BTreeSet::new();
        let mut moved = Vec::new();
        let mut failed = Vec::new();
        for (at, loss) in self.losses.iter().enumerate() {
            if !tried.insert(self.kind(loss, &loads)) {
                continue;
            }
            match self.after(loss, &loads, steps)? {
                Some(found) => moved.push(found),
                // Part of the search already, so that it was survived.
                None if known.contains(&at) => {}
                None => failed.push(at),
            }
            if failed.len() == AT_ONCE {
                break;
            }
        }
        Ok((moved, failed))
    }

    /// What makes failures of a placement alike: losing the same from nodes of the same classes.
    fn kind<'l>(&self, loss: &Loss, loads: &'l [Load]) -> (usize, Vec<(usize, &'l Load)>) {
        let mut kind: Vec<(usize, &Load)> = self
            .places(loss)
            .map(|node| (self.world.nodes[node].class, &loads[node]))
            .collect();
        kind.sort_unstable();
        (loss.failure, kind)
    }

    /// The lost nodes by their places in the world.
    fn places<'l>(&'l self, loss: &'l Loss) -> impl Iterator<Item = usize> + 'l {
        let find = |node: &Node| self.world.nodes.binary_search(node).ok();
        loss.lost.iter().filter_map(find)
    }

    fn load(&self, solver: &Solver, node: usize) -> Load {
        let pods = self.world.pods(solver, node).into_iter();
        let pods = pods.map(|(shape, count)| {
            let cells = self.world.cells[shape][node].iter();
            let cells = cells.map(|cell| u32::try_from(solver.value(*cell)).unwrap_or(0));
            (shape, count, cells.collect())
        });
        pods.collect()
    }

    /// What moves after a failure of a placement, if it can.
    fn after(
        &self,
        loss: &Loss,
        loads: &[Load],
        steps: &mut Steps<'_>,
    ) -> Result<Option<Evacuated>, Spent> {
        let lost: BTreeSet<usize> = self.places(loss).collect();
        let (places, nodes) = self.left(&lost);
        let mut solver = Solver::new();
        // A placement's own numbers are not too large, nor are these.
        let world =
            World::new(&self.relaxed[loss.failure], nodes, &mut solver).map_err(|_| Spent)?;
        for (at, place) in places.iter().enumerate() {
            for (shape, count, cells) in &loads[*place] {
                let Some(number) = world.counts[*shape][at] else {
                    return Ok(None);
                };
                solver.assert(solver.at_least(number, i64::from(*count)));
                for (cell, count) in world.cells[*shape][at].iter().zip(cells) {
                    solver.assert(solver.at_least(*cell, i64::from(*count)));
                }
            }
        }
        world.guide(&mut solver);
        if !solver.solve(steps)? {
            return Ok(None);
        }
        let mut moved = Vec::new();
        for (at, place) in places.iter().enumerate() {
            for (shape, count) in world.pods(&solver, at) {
                let stays = loads[*place].iter().find(|(other, ..)| *other == shape);
                let came = count - stays.map_or(0, |(_, stays, _)| *stays).min(count);
                if came > 0 {
                    moved.push((world.nodes[at], shape, came));
                }
            }
        }
        Ok(Some(Evacuated {
            failure: loss.failure,
            lost: loss.lost.clone(),
            moved,
        }))
    }

    /// The nodes that are left: their places in the world, and they themselves.
    fn left(&self, lost: &BTreeSet<usize>) -> (Vec<usize>, Vec<Node>) {
        let left = (0..self.world.nodes.len()).filter(|node| !lost.contains(node));
        left.map(|place| (place, self.world.nodes[place])).unzip()
    }

    /// Makes a failure a part of the search: whatever stands, stands after it too, with more
    /// beside it. How many numbers that took; `None` where they are too large.
    fn bear(&self, solver: &mut Solver, loss: &Loss) -> Option<usize> {
        let lost: BTreeSet<usize> = self.places(loss).collect();
        let (places, nodes) = self.left(&lost);
        let after = World::new(&self.relaxed[loss.failure], nodes, solver).ok()?;
        let mut numbers = 0;
        for (at, place) in places.iter().enumerate() {
            for shape in 0..after.counts.len() {
                let Some(stays) = self.world.counts[shape][*place] else {
                    continue;
                };
                let all = after.counts[shape][at]?;
                solver.at_most(&[(1, stays), (-1, all)], 0).ok()?;
                let cells = self.world.cells[shape][*place].iter();
                for (stays, all) in cells.zip(&after.cells[shape][at]) {
                    solver.at_most(&[(1, *stays), (-1, *all)], 0).ok()?;
                }
                numbers += 1 + after.cells[shape][at].len();
            }
        }
        after.guide(solver);
        Some(numbers)
    }

    /// The solver's placement, its nodes in the order of a fill.
    fn stand(&self, solver: &Solver, mut evacuated: Vec<Evacuated>) -> Stand {
        let holds: Vec<(Node, Vec<(usize, u32)>)> = self
            .world
            .nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (*node, self.world.pods(solver, at)))
            .collect();
        // Nodes of a class that hold nothing come after the others.
        let mut order: Vec<Node> = holds.iter().map(|(node, _)| *node).collect();
        let is_empty: BTreeSet<Node> = holds
            .iter()
            .filter(|(_, pods)| pods.is_empty())
            .map(|(node, _)| *node)
            .collect();
        order.sort_by_key(|node| (node.class, is_empty.contains(node), node.at));
        let renamed = |node: &Node| {
            let place = order.iter().position(|other| other == node);
            place.map_or(*node, |place| self.world.nodes[place])
        };
        for one in &mut evacuated {
            one.lost = one.lost.iter().map(renamed).collect();
            one.lost.sort_unstable();
            for (node, ..) in &mut one.moved {
                *node = renamed(node);
            }
            one.moved.sort_unstable();
        }
        Stand {
            base: fill_of(holds),
            evacuated,
        }
    }
}

/// How many nodes of which class.
fn by_class(lost: &[Node]) -> Vec<(usize, u32)> {
    let mut by: Vec<(usize, u32)> = Vec::new();
    for node in lost {
        match by.last_mut() {
            Some((class, count)) if *class == node.class => *count += 1,
            _ => by.push((node.class, 1)),
        }
    }
    by
}
