//! Fills nodes pattern by pattern: one empty node is filled, and its pattern repeated as often as
//! demand and nodes allow, so that it costs about as much as there are patterns.

use std::collections::BTreeMap;

use super::{
    demand::Demand,
    node::Node,
    order::{Classes, Figures, Score},
    patch,
};
use crate::{
    fill::Fill,
    ground::Ground,
    steps::{Spent, Steps},
};

/// One way of filling.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variant {
    pub(super) classes: Classes,
    pub(super) score: Score,
}

/// What came of filling.
#[derive(Debug)]
pub(super) enum Filled {
    /// All stands.
    Whole(Fill),
    /// Something is left. With what stands, where all classes were filled.
    Rest(Demand, Option<Fill>),
}

/// Fills all classes in one way, until it shows that something is left over.
///
/// # Errors
/// The budget is spent.
pub(super) fn fill(
    ground: &Ground<'_>,
    figures: &Figures,
    variant: Variant,
    mut demand: Demand,
    steps: &mut Steps<'_>,
) -> Result<Filled, Spent> {
    let order = figures.classes(ground.model, variant.classes);
    let mut chances = demand.chances(ground, &order);
    let mut fill = Fill::default();
    let mut lost = 0_u32;
    let few = patch::few(ground.model);
    for (place, class) in order.iter().copied().enumerate() {
        let shapes = ranked(ground, figures, class, variant.score, &demand);
        let mut filling = Filling {
            ground,
            class,
            figures,
            score: variant.score,
            beyond: BTreeMap::new(),
            shapes,
        };
        if variant.score == Score::Even {
            filling.look_beyond(&order[place + 1..], &demand, steps)?;
        }
        steps.take("greedy", filling.shapes.len() as u64 + 1)?;
        let mut nodes = ground.model.classes[class].count;
        while nodes > 0 && !filling.shapes.is_empty() {
            let node = filling.one_node(&demand, nodes, steps)?;
            if node.pods().is_empty() {
                break;
            }
            let times = demand.times(class, node.pods()).min(nodes);
            if times == 0 {
                break;
            }
            for (shape, count) in node.pods() {
                demand.take(class, (*shape, *count), times);
            }
            fill.groups.push(node.group(times));
            nodes -= times;
            filling.shapes.retain(|shape| demand.wants(class, *shape));
        }
        // What may stand on no class that follows has to stand by now, but for a few.
        for shape in chances.remove(&class).unwrap_or_default() {
            lost = lost.saturating_add(demand.left(shape));
        }
        if lost > few {
            return Ok(Filled::Rest(demand, None));
        }
    }
    Ok(if demand.is_met() {
        Filled::Whole(fill)
    } else {
        Filled::Rest(demand, Some(fill))
    })
}

/// The shapes that may stand on a class, those to be taken first at the front.
fn ranked(
    ground: &Ground<'_>,
    figures: &Figures,
    class: usize,
    score: Score,
    demand: &Demand,
) -> Vec<usize> {
    let shapes = 0..ground.model.shapes.len();
    let shapes =
        shapes.filter(|shape| ground.most(class, *shape) > 0 && demand.wants(class, *shape));
    let ranks = shapes.map(|shape| {
        let rank = figures.rank(ground, class, shape, score);
        (std::cmp::Reverse(rank), shape)
    });
    let mut ranked: Vec<_> = ranks.collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, shape)| shape).collect()
}

/// A class that is being filled.
struct Filling<'g, 'm> {
    ground: &'g Ground<'m>,
    figures: &'g Figures,
    class: usize,
    score: Score,
    /// How many nodes of classes that are still to be filled a shape may stand on, by shape.
    beyond: BTreeMap<usize, u64>,
    /// What may stand there and is left, in order.
    shapes: Vec<usize>,
}

impl<'g, 'm> Filling<'g, 'm> {
    /// Fills an empty node until nothing of what is left has room.
    fn one_node(
        &self,
        demand: &Demand,
        nodes: u32,
        steps: &mut Steps<'_>,
    ) -> Result<Node<'g, 'm>, Spent> {
        let mut node = Node::new(self.ground, self.class);
        for shape in &self.shapes {
            let must = demand.must(self.class, *shape);
            self.add(&mut node, *shape, must, demand);
        }
        if self.score == Score::Even {
            steps.take("greedy", self.shapes.len() as u64)?;
            for shape in &self.shapes {
                let share = demand.available(self.class, *shape) / self.open(*shape, nodes);
                self.add(&mut node, *shape, share, demand);
            }
        }
        if self.score.looks_at_the_node() {
            self.add_the_best(&mut node, demand, steps)?;
        } else {
            steps.take("greedy", self.shapes.len() as u64)?;
            for shape in &self.shapes {
                self.add(&mut node, *shape, u32::MAX, demand);
            }
        }
        Ok(node)
    }

    /// Counts the nodes that shapes may stand on, of classes that are still to be filled.
    fn look_beyond(
        &mut self,
        classes: &[usize],
        demand: &Demand,
        steps: &mut Steps<'_>,
    ) -> Result<(), Spent> {
        steps.take("greedy", (self.shapes.len() * classes.len()) as u64 / 8)?;
        for shape in &self.shapes {
            let here = demand.part(self.class, *shape);
            let same = classes.iter().filter(|class| {
                self.ground.most(**class, *shape) > 0 && demand.part(**class, *shape) == here
            });
            let nodes = same.map(|class| u64::from(self.ground.model.classes[*class].count));
            self.beyond.insert(*shape, nodes.sum());
        }
        Ok(())
    }

    /// On how many nodes a shape may stand, so many of this class among them.
    fn open(&self, shape: usize, nodes: u32) -> u32 {
        let beyond = self.beyond.get(&shape).copied().unwrap_or(0);
        u32::try_from((beyond + u64::from(nodes)).max(1)).unwrap_or(u32::MAX)
    }

    /// Adds what suits best what the node has left, until nothing has room.
    fn add_the_best(
        &self,
        node: &mut Node<'_, '_>,
        demand: &Demand,
        steps: &mut Steps<'_>,
    ) -> Result<(), Spent> {
        let mut open: Vec<usize> = self.shapes.clone();
        while !open.is_empty() {
            steps.take("greedy", 2 * open.len() as u64)?;
            open.retain(|shape| self.room(node, *shape, demand) > 0);
            let suits = |shape: &usize| {
                let at = (self.class, *shape);
                self.figures
                    .suits(self.ground.model, at, node.left(), self.score)
            };
            // The first of those that are equal has the higher rank.
            let best = open.iter().copied().rev().max_by_key(suits);
            let Some(best) = best else { break };
            let chunk = self.room(node, best, demand).div_ceil(4);
            if !self.add(node, best, chunk, demand) {
                open.retain(|shape| *shape != best);
            }
        }
        Ok(())
    }

    /// How many more replicas of a shape a node takes, of those that are left.
    fn room(&self, node: &Node<'_, '_>, shape: usize, demand: &Demand) -> u32 {
        let left = demand.on_one(self.class, shape);
        let left = left.saturating_sub(node.count(shape));
        if left == 0 {
            return 0;
        }
        let room = node.room(shape).min(left);
        if node.is_whole(shape)
            && u64::from(room) < u64::from(self.ground.model.shapes[shape].replicas)
        {
            return 0;
        }
        room
    }

    /// Adds so many replicas, as far as there is room for them and for whom they need beside
    /// them; returns whether any was added.
    fn add(&self, node: &mut Node<'_, '_>, shape: usize, count: u32, demand: &Demand) -> bool {
        if count == 0 {
            return false;
        }
        let missing = node.missing(shape);
        if missing.is_empty() {
            let room = self.room(node, shape, demand);
            let count = if node.is_whole(shape) {
                room
            } else {
                count.min(room)
            };
            node.add(shape, count);
            return count > 0;
        }
        let mut tried = node.clone();
        for with in missing {
            if self.room(&tried, with, demand) == 0 {
                return false;
            }
            let count = if tried.is_whole(with) {
                demand.left(with)
            } else {
                1
            };
            tried.add(with, count);
        }
        let room = self.room(&tried, shape, demand);
        let count = if tried.is_whole(shape) {
            room
        } else {
            count.min(room)
        };
        if count == 0 {
            return false;
        }
        tried.add(shape, count);
        *node = tried;
        true
    }
}
