//! One row of a model: how large its nodes are, and how much of one a replica makes useless to
//! others.

use std::collections::{BTreeMap, BTreeSet};

use super::{pieces::Pieces, scope::Scope};
use crate::{model::UNBOUNDED, problem::Isolation};

/// The most parts of a node, times requests, that sums of requests are looked for in.
const PARTS: u64 = 1 << 14;

/// Nodes of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    /// What one bin of a node holds: the node, or one of its cells. Never more than what sums of
    /// requests reach.
    pub(super) bin: u64,
    /// How many bins a node has.
    pub(super) bins: u64,
    /// What a shared and what a dedicated unit weigh.
    shared: u64,
    dedicated: u64,
    /// By what all of it is multiplied so that sizes can be compared.
    pub(super) factor: u128,
}

/// A row of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lots {
    pub(super) row: usize,
    /// Whether cells are the bins, and only what must lie in one is counted.
    pub(super) cells: bool,
    /// By what a unit of the resource is multiplied.
    pub(super) unit: u128,
    /// The sizes that nodes have.
    pub(super) sizes: Vec<Size>,
    /// The size of each class; `None` where nothing bounds the row.
    pub(super) size_of: Vec<Option<usize>>,
    /// The sizes in each set of classes; `None` where one has no bounds.
    pub(super) sizes_in: Vec<Option<Vec<usize>>>,
}

impl Lots {
    /// A row as it can be counted: by shared units and, where a dedicated one weighs more
    /// somewhere, by dedicated ones.
    pub(super) fn of(scope: &Scope<'_, '_>, pieces: &Pieces, row: usize, cells: bool) -> Vec<Self> {
        let model = scope.ground.model;
        let mut sizes: Vec<Size> = Vec::new();
        let mut known = BTreeMap::new();
        let size_of = model.classes.iter().map(|class| {
            if class.has[row] == UNBOUNDED {
                return None;
            }
            let (bin, bins) = match class.cell[row] {
                Some(cell) if cells => (cell, u64::from(class.cells)),
                _ => (class.has[row], 1),
            };
            let key = (bin, bins, class.shared[row], class.dedicated[row]);
            Some(*known.entry(key).or_insert_with(|| {
                sizes.push(Size {
                    bin,
                    bins,
                    shared: class.shared[row],
                    dedicated: class.dedicated[row],
                    factor: 1,
                });
                sizes.len() - 1
            }))
        });
        let size_of: Vec<Option<usize>> = size_of.collect();
        let sizes_in = pieces.sets.iter().map(|set| {
            let sizes: Option<BTreeSet<usize>> = set.iter().map(|class| size_of[*class]).collect();
            Some(sizes?.into_iter().collect())
        });
        let mut lots = Self {
            row,
            cells,
            unit: 1,
            sizes_in: sizes_in.collect(),
            size_of,
            sizes,
        };
        lots.cut_to_sums(scope, pieces);
        let mixed = lots.sizes.iter().any(|size| size.shared != size.dedicated);
        let by_shared = lots.in_units(|size| size.shared);
        let by_dedicated = if mixed {
            lots.in_units(|size| size.dedicated)
        } else {
            None
        };
        by_shared.into_iter().chain(by_dedicated).collect()
    }

    /// The same with sizes multiplied so that a unit weighs the same everywhere; `None` where
    /// that makes figures too large.
    fn in_units(&self, of: fn(&Size) -> u64) -> Option<Self> {
        let mut unit = 1_u64;
        for size in &self.sizes {
            let by = unit / gcd(unit, of(size)).max(1);
            unit = of(size).checked_mul(by).filter(|unit| *unit < 1 << 32)?;
        }
        let mut lots = self.clone();
        lots.unit = u128::from(unit);
        for size in &mut lots.sizes {
            size.factor = u128::from(unit / of(size).max(1));
        }
        Some(lots)
    }

    /// Lowers bins to what sums of requests reach: of 8 GPUs, those who take 3 each use 6.
    fn cut_to_sums(&mut self, scope: &Scope<'_, '_>, pieces: &Pieces) {
        let mut weights: Vec<BTreeSet<u64>> = vec![BTreeSet::new(); self.sizes.len()];
        for piece in &pieces.pieces {
            for size in self.sizes_in[piece.set].iter().flatten() {
                let weight = self.weight(scope, *size, piece.shape);
                weights[*size].extend(weight.filter(|weight| *weight > 0));
            }
        }
        for (size, weights) in self.sizes.iter_mut().zip(weights) {
            size.bin = reachable(size.bin, &weights);
        }
    }

    /// What a replica weighs in a bin of a size; `None` where it does not count, or where it takes
    /// the whole node.
    fn weight(&self, scope: &Scope<'_, '_>, size: usize, shape: usize) -> Option<u64> {
        let shape = &scope.ground.model.shapes[shape];
        let size = &self.sizes[size];
        if shape.isolation == Isolation::Node || self.cells && !shape.single {
            return None;
        }
        let unit = if shape.dedicated[self.row] {
            size.dedicated
        } else {
            size.shared
        };
        Some(shape.request[self.row].saturating_mul(unit))
    }

    /// What a node of a size holds, multiplied.
    pub(super) fn node(&self, size: usize) -> u128 {
        let size = &self.sizes[size];
        u128::from(size.bin) * u128::from(size.bins) * size.factor
    }

    /// What a replica takes of a node of a size, as part of a bin and of the whole node.
    pub(super) fn takes(&self, scope: &Scope<'_, '_>, size: usize, shape: usize) -> Takes {
        let asks = &scope.ground.model.shapes[shape];
        if asks.isolation == Isolation::Node {
            return Takes::Node;
        }
        match self.weight(scope, size, shape) {
            Some(weight) => Takes::Part(u128::from(weight) * self.sizes[size].factor),
            None => Takes::Part(0),
        }
    }
}

/// What a replica takes of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// All of it.
    Node,
    /// So much of a bin, multiplied.
    Part(u128),
}

/// The largest sum of weights, each as often as wanted, that is no more than a size; the size
/// where that is too much to find out.
fn reachable(size: u64, weights: &BTreeSet<u64>) -> u64 {
    let step = weights.iter().fold(0, |step, weight| gcd(*weight, step));
    if step == 0 {
        return size;
    }
    let parts = size / step;
    let work = parts.saturating_mul(weights.len() as u64);
    if work > PARTS || weights.contains(&step) {
        return parts * step;
    }
    let weights: Vec<usize> = weights
        .iter()
        .filter_map(|weight| usize::try_from(weight / step).ok())
        .collect();
    let Ok(parts) = usize::try_from(parts) else {
        return size;
    };
    let mut sums = vec![false; parts + 1];
    sums[0] = true;
    let mut largest = 0;
    for sum in 1..=parts {
        let mut fits = weights.iter().take_while(|weight| **weight <= sum);
        if fits.any(|weight| sums[sum - weight]) {
            sums[sum] = true;
            largest = sum;
        }
    }
    largest as u64 * step
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::reachable;

    #[test]
    fn sums_reach_what_they_reach() {
        assert_eq!(reachable(8, &[3].into()), 6);
        assert_eq!(reachable(8, &[3, 5].into()), 8);
        assert_eq!(reachable(7, &[4, 6].into()), 6);
        assert_eq!(reachable(7, &[3, 5].into()), 6);
        assert_eq!(reachable(7, &[].into()), 7);
        assert_eq!(reachable(2, &[3].into()), 0);
        assert_eq!(reachable(1 << 50, &[3 << 20, 5 << 20].into()), 1 << 50);
    }
}
