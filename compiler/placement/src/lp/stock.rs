//! What one node of a class can hold, ready for filling it over and over.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::{Model, UNBOUNDED},
    problem::{Isolation, Topology},
};

/// What rules let one node of a class hold at most of a shape.
#[derive(Debug, Clone)]
pub(super) struct Caps {
    at: BTreeMap<(usize, usize), u32>,
}

impl Caps {
    /// The caps that rules about single nodes set.
    pub(super) fn new(model: &Model) -> Self {
        let mut caps = Self {
            at: BTreeMap::new(),
        };
        for pair in &model.apart {
            if pair.of == pair.with && pair.topology == Topology::Node {
                for class in 0..model.classes.len() {
                    caps.lower(class, pair.of, 1);
                }
            }
        }
        caps
    }

    /// Lowers a cap.
    pub(super) fn lower(&mut self, class: usize, shape: usize, to: u64) {
        let to = u32::try_from(to).unwrap_or(u32::MAX);
        let cap = self.at.entry((class, shape)).or_insert(to);
        *cap = (*cap).min(to);
    }

    fn of(&self, class: usize, shape: usize) -> u32 {
        self.at.get(&(class, shape)).copied().unwrap_or(u32::MAX)
    }
}

/// All of a row.
pub(super) const WHOLE: u64 = 1 << 31;

/// A shape on a node of a class.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The shape.
    pub(super) shape: usize,
    /// What one replica takes, by row of the stock.
    pub(super) weight: Vec<u64>,
    /// The same as a part of what the node has, in units of one in [`WHOLE`], rounded down: what
    /// stands together takes no more than [`WHOLE`] of any row.
    pub(super) part: Vec<u64>,
    /// Whether each replica lies in one of several NUMA cells.
    pub(super) single: bool,
    /// How many one node can hold, nothing else there.
    pub(super) cap: u32,
    /// Whether all that there are stand on one node, or none.
    pub(super) whole: bool,
    /// Items without which it may not stand.
    pub(super) needs: Vec<usize>,
    /// Items beside which it may not stand.
    pub(super) clash: Vec<usize>,
}

/// Items that may share a node, their clashes apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mode {
    /// The items.
    pub(super) items: Vec<usize>,
    /// Whether one replica is all that the node holds.
    pub(super) alone: bool,
}

/// What one node of a class can hold.
#[derive(Debug, Clone)]
pub(super) struct Stock {
    /// What a node has, by row: the rows that bound it, then those of its cells together for
    /// what must lie in one.
    pub(super) has: Vec<u64>,
    /// The shapes that it can hold.
    pub(super) items: Vec<Item>,
    /// Which of them go together.
    pub(super) modes: Vec<Mode>,
}

impl Stock {
    /// What a node of a class can hold.
    pub(super) fn new(model: &Model, class: usize, caps: &Caps) -> Self {
        let node = &model.classes[class];
        let bounded: Vec<usize> = (0..model.rows.len())
            .filter(|row| node.has[*row] != UNBOUNDED)
            .collect();
        let celled: Vec<(usize, u64)> = (0..model.rows.len())
            .filter_map(|row| Some((row, node.cell[row]?)))
            .filter(|_| node.cells > 1)
            .collect();
        let cells = u64::from(node.cells);
        let mut has: Vec<u64> = bounded.iter().map(|row| node.has[*row]).collect();
        has.extend(celled.iter().map(|(_, cell)| cell.saturating_mul(cells)));
        let mut items = Vec::new();
        for (at, shape) in model.shapes.iter().enumerate() {
            if !shape.admits[class] || node.count == 0 {
                continue;
            }
            let mut weight: Vec<u64> = bounded
                .iter()
                .map(|row| model.weight(class, at, *row))
                .collect();
            let mut cap = u64::from(caps.of(class, at).min(shape.replicas));
            let in_cell = celled.iter().map(|(row, cell)| {
                let weight = if shape.single {
                    model.weight(class, at, *row)
                } else {
                    0
                };
                (weight, *cell)
            });
            for (weight, cell) in in_cell.clone().filter(|(weight, _)| *weight > 0) {
                cap = cap.min((cell / weight).saturating_mul(cells));
            }
            weight.extend(in_cell.map(|(weight, _)| weight));
            for (weight, has) in weight.iter().zip(&has).filter(|(weight, _)| **weight > 0) {
                cap = cap.min(has / weight);
            }
            if shape.isolation == Isolation::Node {
                cap = cap.min(1);
            }
            let whole = model
                .united
                .iter()
                .any(|pair| pair.of == at && pair.topology == Topology::Node);
            if cap == 0 || (whole && cap < u64::from(shape.replicas)) {
                continue;
            }
            let part = weight.iter().zip(&has);
            let part = part.map(|(weight, has)| {
                let part = u128::from(*weight) * u128::from(WHOLE) / u128::from((*has).max(1));
                u64::try_from(part).unwrap_or(WHOLE)
            });
            items.push(Item {
                shape: at,
                part: part.collect(),
                weight,
                single: shape.single && !celled.is_empty(),
                cap: u32::try_from(cap).unwrap_or(u32::MAX),
                whole,
                needs: Vec::new(),
                clash: Vec::new(),
            });
        }
        let mut stock = Self {
            has,
            items,
            modes: Vec::new(),
        };
        stock.relate(model);
        stock.modes = stock.find_modes(model);
        stock
    }

    /// Enters who needs whom and who clashes with whom.
    fn relate(&mut self, model: &Model) {
        // What needs somebody who cannot be here cannot be here either, nor who needs that.
        loop {
            let here: BTreeSet<usize> = self.items.iter().map(|item| item.shape).collect();
            let before = self.items.len();
            self.items.retain(|item| {
                let mut needs = node_pairs(&model.together);
                !needs.any(|pair| pair.of == item.shape && !here.contains(&pair.with))
            });
            if self.items.len() == before {
                break;
            }
        }
        let items = self.items.iter().enumerate();
        let place: BTreeMap<usize, usize> = items.map(|(at, item)| (item.shape, at)).collect();
        let both = |pair: &crate::model::Pair| {
            let (of, with) = (place.get(&pair.of)?, place.get(&pair.with)?);
            (of != with).then_some((*of, *with))
        };
        for (of, with) in node_pairs(&model.together).filter_map(both) {
            self.items[of].needs.push(with);
        }
        for (of, with) in node_pairs(&model.apart).filter_map(both) {
            self.items[of].clash.push(with);
            self.items[with].clash.push(of);
        }
    }

    /// The largest sets of items that isolation lets stand together.
    fn find_modes(&self, model: &Model) -> Vec<Mode> {
        let mut shared = Vec::new();
        let mut alone = Vec::new();
        let mut tenants: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let shape = |item: &Item| &model.shapes[item.shape];
        for item in &self.items {
            if shape(item).isolation == Isolation::Tenant {
                tenants.entry(shape(item).tenant).or_default();
            }
        }
        for (at, item) in self.items.iter().enumerate() {
            let isolation = shape(item).isolation;
            match isolation {
                Isolation::Node => alone.push(at),
                Isolation::Shared => shared.push(at),
                Isolation::Tenant => {}
            }
            if isolation != Isolation::Node
                && let Some(items) = tenants.get_mut(&shape(item).tenant)
            {
                items.push(at);
            }
        }
        let together = std::iter::once(shared).chain(tenants.into_values());
        let together = together.filter(|items| !items.is_empty());
        let together = together.map(|items| Mode {
            items,
            alone: false,
        });
        let alone = alone.into_iter().map(|item| Mode {
            items: vec![item],
            alone: true,
        });
        together.chain(alone).collect()
    }
}

fn node_pairs(pairs: &[crate::model::Pair]) -> impl Iterator<Item = &crate::model::Pair> {
    pairs.iter().filter(|pair| pair.topology == Topology::Node)
}
