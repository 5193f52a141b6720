//! In which order classes are filled, and shapes chosen for a node.

use crate::{
    ground::Ground,
    model::{Model, UNBOUNDED},
};

/// A whole, of shares in fixed point.
pub(super) const WHOLE: u64 = 1 << 20;

/// Which class is filled first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Classes {
    /// On which the fewest replicas may stand.
    Picky,
    /// With the smallest nodes.
    Small,
    /// With the largest nodes.
    Large,
}

/// Which shape is taken first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Score {
    /// What takes most of a node, all rows together.
    Size,
    /// What takes most of a node in one row.
    Widest,
    /// What takes most of the rows of which there is little.
    Scarce,
    /// What may stand on the fewest nodes.
    Rigid,
    /// Of which a node holds the fewest.
    Coarse,
    /// As many of each as make all nodes alike, then [`Score::Scarce`].
    Even,
    /// What asks for rows as the node has them left.
    Dot,
    /// What leaves the node's rows the most balanced.
    Balance,
}

/// Every order of classes.
pub(super) const CLASSES: [Classes; 3] = [Classes::Picky, Classes::Large, Classes::Small];

/// Every order of shapes, the cheap ones first.
pub(super) const SCORES: [Score; 8] = [
    Score::Scarce,
    Score::Even,
    Score::Rigid,
    Score::Widest,
    Score::Coarse,
    Score::Size,
    Score::Dot,
    Score::Balance,
];

impl Score {
    /// Whether the next shape depends on what the node holds already.
    pub(super) fn looks_at_the_node(self) -> bool {
        matches!(self, Self::Dot | Self::Balance)
    }
}

/// Figures about a model that scores are made of.
pub(super) struct Figures {
    /// By row: what is asked for, as a share of what there is.
    scarce: Vec<u64>,
    /// By shape: how many nodes admit it.
    nodes: Vec<u64>,
    /// By class: how many replicas may stand there.
    wanted: Vec<u64>,
}

impl Figures {
    pub(super) fn of(ground: &Ground<'_>) -> Self {
        let model = ground.model;
        let shapes = || 0..model.shapes.len();
        let classes = || 0..model.classes.len();
        let nodes = shapes().map(|shape| {
            classes()
                .filter(|class| ground.most(*class, shape) > 0)
                .map(|class| u64::from(model.classes[class].count))
                .sum()
        });
        let wanted = classes().map(|class| {
            shapes()
                .filter(|shape| ground.most(class, *shape) > 0)
                .map(|shape| u64::from(model.shapes[shape].replicas))
                .sum()
        });
        Self {
            scarce: (0..model.rows.len())
                .map(|row| scarce(model, row))
                .collect(),
            nodes: nodes.collect(),
            wanted: wanted.collect(),
        }
    }

    /// The classes in an order.
    pub(super) fn classes(&self, model: &Model, by: Classes) -> Vec<usize> {
        let mut order: Vec<usize> = (0..model.classes.len())
            .filter(|class| model.classes[*class].count > 0 && self.wanted[*class] > 0)
            .collect();
        let size = |class: &usize| -> u128 {
            let has = model.classes[*class].has.iter().zip(&self.scarce);
            let bounded = has.filter(|(has, _)| **has != UNBOUNDED);
            bounded
                .map(|(has, scarce)| u128::from(*has) * u128::from(*scarce))
                .sum()
        };
        match by {
            Classes::Picky => order.sort_by_key(|class| (self.wanted[*class], size(class), *class)),
            Classes::Small => order.sort_by_key(|class| (size(class), *class)),
            Classes::Large => {
                order.sort_by_key(|class| (std::cmp::Reverse(size(class)), *class));
            }
        }
        order
    }

    /// How early a shape is taken on a class: the largest first.
    pub(super) fn rank(&self, ground: &Ground<'_>, class: usize, shape: usize, by: Score) -> u128 {
        let shares = || shares(ground.model, class, shape);
        let scarce = || -> u128 {
            let each = shares().zip(&self.scarce);
            each.map(|(share, scarce)| u128::from(share) * u128::from(*scarce))
                .sum()
        };
        match by {
            Score::Size => shares().map(u128::from).sum(),
            Score::Widest => shares().max().map_or(0, u128::from),
            Score::Scarce | Score::Even | Score::Dot | Score::Balance => scarce(),
            Score::Rigid => {
                let free = u128::from(u32::MAX).saturating_sub(u128::from(self.nodes[shape]));
                (free << 80) + scarce()
            }
            Score::Coarse => {
                let few = u32::MAX - ground.most(class, shape);
                (u128::from(few) << 80) + scarce()
            }
        }
    }

    /// On how many nodes a shape may stand.
    pub(super) fn nodes(&self, shape: usize) -> u64 {
        self.nodes[shape]
    }

    /// What all replicas of a shape take together, on the first class that they may stand on.
    pub(super) fn size(&self, ground: &Ground<'_>, shape: usize) -> u128 {
        let mut classes = 0..ground.model.classes.len();
        let class = classes.find(|class| ground.most(*class, shape) > 0);
        class.map_or(0, |class| {
            let one = self.rank(ground, class, shape, Score::Scarce);
            one * u128::from(ground.model.shapes[shape].replicas)
        })
    }

    /// How well a shape goes with what a node has left: the largest first.
    pub(super) fn suits(
        &self,
        model: &Model,
        (class, shape): (usize, usize),
        left: &[u64],
        by: Score,
    ) -> i128 {
        let has = &model.classes[class].has;
        let rows = shares(model, class, shape)
            .zip(has.iter().zip(left))
            .zip(&self.scarce);
        let rows = rows.filter(|((_, (has, _)), _)| **has != UNBOUNDED);
        let each = rows.map(|((share, (has, left)), scarce)| {
            let free = share_of(*left, *has);
            match by {
                Score::Balance => {
                    let (free, share) = (i128::from(free), i128::from(share));
                    let after = free - share;
                    -((after * after) >> 10) * i128::from(*scarce)
                }
                _ => i128::from(share) * i128::from(free >> 4) * i128::from(*scarce),
            }
        });
        each.sum()
    }
}

/// What one replica takes of a node, by row. Nothing where nothing bounds it.
fn shares(model: &Model, class: usize, shape: usize) -> impl Iterator<Item = u64> {
    let has = model.classes[class].has.iter().enumerate();
    has.map(move |(row, has)| share_of(model.weight(class, shape, row), *has))
}

/// A part as a share of a whole; nothing of what is unbounded.
fn share_of(part: u64, whole: u64) -> u64 {
    if whole == UNBOUNDED || whole == 0 {
        return 0;
    }
    let share = u128::from(part.min(whole)) * u128::from(WHOLE) / u128::from(whole);
    u64::try_from(share).unwrap_or(WHOLE)
}

/// What is asked of a row, as a share of what all nodes have; four times the whole at most.
fn scarce(model: &Model, row: usize) -> u64 {
    let mut has = 0_u128;
    let mut units = 0_u128;
    for class in model.classes.iter().filter(|class| class.count > 0) {
        if class.has[row] == UNBOUNDED {
            return 0;
        }
        has += u128::from(class.has[row]) * u128::from(class.count);
        units += u128::from(class.count);
    }
    // A class's shares weigh differently: what is asked counts at their mean.
    let asked = |dedicated: bool| -> u128 {
        let shapes = model.shapes.iter();
        let shapes = shapes.filter(|shape| shape.dedicated[row] == dedicated);
        shapes
            .map(|shape| u128::from(shape.request[row]) * u128::from(shape.replicas))
            .sum()
    };
    let weight = |of: fn(&crate::model::Class) -> &Vec<u64>| -> u128 {
        let each = model.classes.iter();
        let sum: u128 = each
            .map(|class| u128::from(of(class)[row]) * u128::from(class.count))
            .sum();
        sum / units.max(1)
    };
    let shared = asked(false).saturating_mul(weight(|class| &class.shared));
    let dedicated = asked(true).saturating_mul(weight(|class| &class.dedicated));
    let asked = shared.saturating_add(dedicated);
    let most = u128::from(WHOLE) * 4;
    let share = asked.saturating_mul(u128::from(WHOLE)) / has.max(1);
    u64::try_from(share.min(most)).unwrap_or(WHOLE)
}
