//! What is left to be placed, and where it may be.

use std::collections::BTreeMap;

use crate::ground::Ground;

/// What is left to be placed.
#[derive(Debug, Clone)]
pub(super) struct Demand {
    /// How many replicas, by shape; without those that each node must hold.
    left: Vec<u32>,
    /// How many in each domain, of shapes that were told.
    shares: Vec<Option<Shares>>,
    /// How many on each node, of shapes that were told.
    on_node: Vec<Option<OnNode>>,
}

/// How many replicas of a shape each part of the nodes takes.
#[derive(Debug, Clone)]
pub(super) struct Shares {
    /// The part of each class.
    pub(super) part: Vec<usize>,
    /// How many each takes.
    pub(super) left: Vec<u32>,
}

/// How many replicas of a shape each node takes.
#[derive(Debug, Clone)]
pub(super) struct OnNode {
    /// At least, where a class's nodes count.
    pub(super) least: u32,
    /// How many nodes count.
    pub(super) nodes: u32,
    /// By how many more, where they count.
    pub(super) skew: u32,
    /// Whether they count, by class.
    pub(super) counts: Vec<bool>,
}

impl Demand {
    /// All replicas of a model, anywhere.
    pub(super) fn of(ground: &Ground<'_>) -> Self {
        let shapes = &ground.model.shapes;
        Self {
            left: shapes.iter().map(|shape| shape.replicas).collect(),
            shares: vec![None; shapes.len()],
            on_node: vec![None; shapes.len()],
        }
    }

    /// Tells how many replicas of a shape each part of the nodes takes.
    pub(super) fn share(&mut self, shape: usize, shares: Shares) {
        self.shares[shape] = Some(shares);
    }

    /// Tells how many replicas of a shape each node takes.
    pub(super) fn on_node(&mut self, shape: usize, each: OnNode) {
        let fixed = each.least.saturating_mul(each.nodes);
        self.left[shape] = self.left[shape].saturating_sub(fixed);
        self.on_node[shape] = Some(each);
    }

    /// How many replicas of a shape are left, but for those that each node must hold.
    pub(super) fn left(&self, shape: usize) -> u32 {
        self.left[shape]
    }

    /// How many replicas of a shape may still stand on a class, but for those that each of its
    /// nodes must hold.
    pub(super) fn available(&self, class: usize, shape: usize) -> u32 {
        match &self.shares[shape] {
            Some(shares) => shares.left[shares.part[class]].min(self.left[shape]),
            None => self.left[shape],
        }
    }

    /// The part of the nodes that a class belongs to for a shape.
    pub(super) fn part(&self, class: usize, shape: usize) -> Option<usize> {
        self.shares[shape].as_ref().map(|shares| shares.part[class])
    }

    /// How many replicas each node of a class must hold.
    pub(super) fn must(&self, class: usize, shape: usize) -> u32 {
        match &self.on_node[shape] {
            Some(each) if each.counts[class] => each.least,
            _ => 0,
        }
    }

    /// How many replicas a node of a class may hold at most, of those that are left.
    pub(super) fn on_one(&self, class: usize, shape: usize) -> u32 {
        let left = self.available(class, shape);
        match &self.on_node[shape] {
            Some(each) if each.counts[class] => left.min(each.skew).saturating_add(each.least),
            _ => left,
        }
    }

    /// Whether a shape still has to stand on a class, or may.
    pub(super) fn wants(&self, class: usize, shape: usize) -> bool {
        self.available(class, shape) > 0 || self.must(class, shape) > 0
    }

    /// How often a node with these can be repeated.
    pub(super) fn times(&self, class: usize, pods: &[(usize, u32)]) -> u32 {
        let each = pods.iter().filter_map(|(shape, count)| {
            let free = count.saturating_sub(self.must(class, *shape));
            self.available(class, *shape).checked_div(free)
        });
        each.min().unwrap_or(u32::MAX)
    }

    /// Takes replicas that stand on so many nodes of a class now.
    pub(super) fn take(&mut self, class: usize, (shape, count): (usize, u32), nodes: u32) {
        let free = count
            .saturating_sub(self.must(class, shape))
            .saturating_mul(nodes);
        self.left[shape] = self.left[shape].saturating_sub(free);
        if let Some(shares) = &mut self.shares[shape] {
            let left = &mut shares.left[shares.part[class]];
            *left = left.saturating_sub(free);
        }
    }

    /// Takes replicas that are left and stand on a class now, wherever they were to be.
    pub(super) fn put(&mut self, class: usize, shape: usize, count: u32) {
        self.left[shape] = self.left[shape].saturating_sub(count);
        if let Some(shares) = &mut self.shares[shape] {
            let left = &mut shares.left[shares.part[class]];
            *left = left.saturating_sub(count);
        }
    }

    /// How many replicas are left.
    pub(super) fn rest(&self) -> u64 {
        self.left.iter().map(|left| u64::from(*left)).sum()
    }

    /// Whether nothing is left.
    pub(super) fn is_met(&self) -> bool {
        self.left.iter().all(|left| *left == 0)
    }

    /// Of each class the shapes of which it is the last chance, when classes are filled in an
    /// order.
    pub(super) fn chances(
        &self,
        ground: &Ground<'_>,
        order: &[usize],
    ) -> BTreeMap<usize, Vec<usize>> {
        let mut last: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for shape in 0..self.left.len() {
            let mut classes = order.iter().rev();
            if let Some(class) = classes.find(|class| ground.most(**class, shape) > 0) {
                last.entry(*class).or_default().push(shape);
            }
        }
        last
    }
}
