//! What is to be placed, as a linear program counts it: so many of each shape on so many nodes of
//! each class, and how many may stand in a domain.

use std::collections::BTreeMap;

use super::stock::{Caps, Stock};
use crate::{
    model::{Even, Model},
    problem::Topology,
};

/// Sets of classes, each with about as many replicas of one shape: there is a number between
/// `least` and `most` so that each set holds so many of them or up to `skew` more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// The shape.
    pub(super) shape: usize,
    /// The classes of each set.
    pub(super) sets: Vec<Vec<usize>>,
    /// How many stand in each set already.
    pub(super) placed: Vec<u64>,
    /// The least that the number can be.
    pub(super) least: u64,
    /// The most that the number can be.
    pub(super) most: u64,
    /// By how many a set may have more.
    pub(super) skew: u64,
    /// Whether all replicas of the shape stand in one of the sets, which may differ.
    pub(super) all: bool,
}

/// How many nodes of some classes hold any of some shapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holders {
    /// The shapes.
    pub(super) shapes: Vec<usize>,
    /// The classes.
    pub(super) classes: Vec<usize>,
    /// How many nodes do already.
    pub(super) placed: u64,
    /// At least so many must.
    pub(super) least: u64,
    /// At most so many may.
    pub(super) most: u64,
}

impl Holders {
    /// Whether a node of a class that holds these is one.
    pub(super) fn has(&self, class: usize, pods: &[(usize, u32)]) -> bool {
        self.classes.contains(&class) && pods.iter().any(|(shape, _)| self.shapes.contains(shape))
    }
}

/// A model, or what is left of it to place.
#[derive(Debug, Clone)]
pub(super) struct Task<'m> {
    /// The model.
    pub(super) model: &'m Model,
    /// How many replicas of each shape.
    pub(super) demand: Vec<u64>,
    /// How many nodes of each class.
    pub(super) nodes: Vec<u64>,
    /// What one node of each class can hold.
    pub(super) stocks: Vec<Stock>,
    /// Whether more of a shape than are asked for would be of use to others, by shape: these
    /// must be placed exactly.
    pub(super) exact: Vec<bool>,
    /// How many may stand in a domain.
    pub(super) groups: Vec<Group>,
    /// How many nodes may hold some shapes.
    pub(super) holders: Vec<Holders>,
}

impl<'m> Task<'m> {
    /// All of a model.
    pub(super) fn new(model: &'m Model) -> Self {
        let mut caps = Caps::new(model);
        let mut groups = Vec::new();
        for even in &model.even {
            groups.extend(level(model, even, &mut caps));
        }
        for pair in &model.apart {
            if pair.of == pair.with && pair.topology != Topology::Node {
                groups.extend(single(model, pair.of, pair.topology, &mut caps));
            }
        }
        let mut exact = vec![false; model.shapes.len()];
        for group in &groups {
            exact[group.shape] = true;
        }
        for pair in model.together.iter().chain(&model.united) {
            exact[pair.with] = true;
        }
        let stocks = (0..model.classes.len())
            .map(|class| Stock::new(model, class, &caps))
            .collect();
        let classes = model.classes.iter();
        Self {
            model,
            demand: model.shapes.iter().map(|s| u64::from(s.replicas)).collect(),
            nodes: classes.map(|class| u64::from(class.count)).collect(),
            stocks,
            exact,
            groups,
            holders: Vec::new(),
        }
    }

    /// Whether everything stands.
    pub(super) fn is_done(&self) -> bool {
        self.demand.iter().all(|left| *left == 0)
    }

    /// How many more of a shape the domains of a class can hold.
    pub(super) fn more(&self, class: usize, shape: usize) -> u64 {
        let mut more = u64::MAX;
        for group in self.groups.iter().filter(|group| group.shape == shape) {
            let all = group.most.saturating_add(group.skew);
            for (set, placed) in group.sets.iter().zip(&group.placed) {
                if set.contains(&class) {
                    more = more.min(all.saturating_sub(*placed));
                }
            }
        }
        more
    }

    /// On how many nodes of a class the same can stand, at least one.
    pub(super) fn repeats(&self, class: usize, pods: &[(usize, u32)]) -> u64 {
        let each = pods.iter().map(|(shape, count)| {
            let most = self.demand[*shape].min(self.more(class, *shape));
            most / u64::from((*count).max(1))
        });
        each.min().unwrap_or(1).min(self.nodes[class]).max(1)
    }

    /// Takes `nodes` nodes of a class that hold these off what is left.
    pub(super) fn place(&mut self, class: usize, pods: &[(usize, u32)], nodes: u64) {
        self.nodes[class] = self.nodes[class].saturating_sub(nodes);
        for holders in &mut self.holders {
            if holders.has(class, pods) {
                holders.placed += nodes;
            }
        }
        for (shape, count) in pods {
            let placed = u64::from(*count).saturating_mul(nodes);
            self.demand[*shape] = self.demand[*shape].saturating_sub(placed);
            for group in self.groups.iter_mut().filter(|group| group.shape == *shape) {
                for (set, before) in group.sets.iter().zip(&mut group.placed) {
                    if set.contains(&class) {
                        *before += placed;
                    }
                }
            }
        }
    }
}

/// The classes by domain, those of `which` alone, and how many of their nodes are a domain each.
fn domains(
    model: &Model,
    topology: Topology,
    which: impl Fn(usize) -> bool,
) -> (BTreeMap<u32, Vec<usize>>, u64) {
    let mut named: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let mut alone = 0;
    for (at, class) in model.classes.iter().enumerate() {
        if class.count == 0 || !which(at) {
            continue;
        }
        match model.domain(at, topology) {
            Some(domain) => named.entry(domain).or_default().push(at),
            None => alone += u64::from(class.count),
        }
    }
    (named, alone)
}

/// A spread. Where a node is a domain of its own it becomes a cap on what the node may hold.
fn level(model: &Model, even: &Even, caps: &mut Caps) -> Option<Group> {
    let (counting, alone) = domains(model, even.topology, |class| even.counts[class]);
    let number = counting.len() as u64 + alone;
    if number == 0 {
        return None;
    }
    let shape = &model.shapes[even.of];
    let (all, skew) = (u64::from(shape.replicas), u64::from(even.skew));
    // All of them count, where none can stand in a domain that does not.
    let inside = (0..model.classes.len()).all(|class| {
        let counts = match model.domain(class, even.topology) {
            Some(domain) => counting.contains_key(&domain),
            None => even.counts[class],
        };
        counts || !shape.admits[class] || model.classes[class].count == 0
    });
    let most = all / number;
    let least = if inside {
        all.div_ceil(number).saturating_sub(skew)
    } else {
        0
    };
    for class in 0..model.classes.len() {
        if model.domain(class, even.topology).is_none() && even.counts[class] {
            caps.lower(class, even.of, most.saturating_add(skew));
        }
    }
    // Each domain has all its classes, those that do not make it count too.
    let (whole, _) = domains(model, even.topology, |_| true);
    let sets: Vec<Vec<usize>> = counting
        .keys()
        .filter_map(|domain| whole.get(domain).cloned())
        .collect();
    (!sets.is_empty()).then(|| Group {
        shape: even.of,
        placed: vec![0; sets.len()],
        sets,
        least,
        most,
        skew,
        all: inside && alone == 0,
    })
}

/// At most one replica in each domain.
fn single(model: &Model, shape: usize, topology: Topology, caps: &mut Caps) -> Option<Group> {
    let (named, _) = domains(model, topology, |class| model.shapes[shape].admits[class]);
    for class in 0..model.classes.len() {
        caps.lower(class, shape, 1);
    }
    let sets: Vec<Vec<usize>> = named.into_values().collect();
    (!sets.is_empty()).then(|| Group {
        shape,
        placed: vec![0; sets.len()],
        sets,
        least: 0,
        most: 0,
        skew: 1,
        all: false,
    })
}
