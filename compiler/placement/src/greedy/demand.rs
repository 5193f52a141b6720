//! What is left to be placed, and where it may be.

use std::collections::BTreeMap;

use crate::ground::Ground;

/// What is left to be placed.
#[derive(Debug, Clone)]
pub(super) struct Demand {
    /// How many replicas, by shape.
    left: Vec<u32>,
    /// How many in each domain, of shapes that were told.
    shares: Vec<Option<Shares>>,
    /// How many on each node, of shapes that were told.
    on_node: Vec<Option<OnNode>>,
}

/// How many replicas of a shape each domain takes.
#[derive(Debug, Clone)]
pub(super) struct Shares {
    /// The domain of each class, by number.
    pub(super) domain: Vec<usize>,
    /// How many each takes.
    pub(super) left: Vec<u32>,
}

/// How many replicas of a shape each node takes.
#[derive(Debug, Clone)]
pub(super) struct OnNode {
    /// At least, where a class's nodes count.
    pub(super) least: u32,
    /// At most, where they count.
    pub(super) most: u32,
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

    /// Tells how many replicas of a shape each domain takes.
    #[expect(dead_code, reason = "rules over domains are to tell it")]
    pub(super) fn share(&mut self, shape: usize, shares: Shares) {
        self.shares[shape] = Some(shares);
    }

    /// Tells how many replicas of a shape each node takes.
    #[expect(dead_code, reason = "rules over domains are to tell it")]
    pub(super) fn on_node(&mut self, shape: usize, each: OnNode) {
        self.on_node[shape] = Some(each);
    }

    /// How many replicas of a shape are left.
    pub(super) fn left(&self, shape: usize) -> u32 {
        self.left[shape]
    }

    /// How many replicas of a shape may still stand on a class.
    pub(super) fn available(&self, class: usize, shape: usize) -> u32 {
        match &self.shares[shape] {
            Some(shares) => shares.left[shares.domain[class]].min(self.left[shape]),
            None => self.left[shape],
        }
    }

    /// How many replicas each node of a class must hold.
    pub(super) fn must(&self, class: usize, shape: usize) -> u32 {
        match &self.on_node[shape] {
            Some(each) if each.counts[class] => each.least,
            _ => 0,
        }
    }

    /// How many replicas a node of a class may hold.
    pub(super) fn most(&self, class: usize, shape: usize) -> u32 {
        match &self.on_node[shape] {
            Some(each) if each.counts[class] => each.most,
            _ => u32::MAX,
        }
    }

    /// How often a node with these can be repeated.
    pub(super) fn times(&self, class: usize, pods: &[(usize, u32)]) -> u32 {
        let each = pods
            .iter()
            .map(|(shape, count)| self.available(class, *shape) / (*count).max(1));
        each.min().unwrap_or(0)
    }

    /// Takes replicas that stand on a class now.
    pub(super) fn take(&mut self, class: usize, shape: usize, count: u32) {
        self.left[shape] = self.left[shape].saturating_sub(count);
        if let Some(shares) = &mut self.shares[shape] {
            let left = &mut shares.left[shares.domain[class]];
            *left = left.saturating_sub(count);
        }
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
