//! What replicas ask for of one row, against what the nodes have on which they may stand: for every
//! set of replicas at once, by a flow. Each replica counts at what it asks for, or at more where
//! what it leaves of a node is of use to no other (dual-feasible functions).

use std::collections::BTreeSet;

use super::{
    hall::{self, Cut},
    lots::{Lots, Takes},
    pieces::{Piece, Pieces},
    scope::Scope,
};
use crate::{
    fill::{Proof, Reason},
    model::Row,
    steps::{Spent, Steps},
};

/// How many sizes of small replicas are tried as those that do not count.
const SMALL: usize = 8;
/// Into how many parts nodes are cut at most.
const PARTS: u128 = 5;

/// At how much replicas count.
///
/// A function of what a replica takes of a bin is fit for it when no bin's replicas count more
/// than the bin together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    /// At what they ask for.
    Asked,
    /// What takes less than this not at all, and what leaves less at the whole bin. No more than
    /// half a bin is taken as small.
    Half(u128),
    /// At how many of so many equal parts of a bin they do not fit into.
    Parts(u128),
}

impl Measure {
    /// At how much a bin counts.
    fn bin(self, bin: u128) -> u128 {
        match self {
            Self::Asked | Self::Half(_) => bin,
            Self::Parts(parts) => bin * parts,
        }
    }

    /// At how much a part of a bin counts.
    fn part(self, part: u128, bin: u128) -> u128 {
        match self {
            Self::Asked => part,
            Self::Half(small) => {
                let small = small.min(bin / 2);
                if part > bin - small {
                    bin
                } else if part < small {
                    0
                } else {
                    part
                }
            }
            Self::Parts(parts) => {
                let all = part * (parts + 1);
                match (all.checked_div(bin), all.checked_rem(bin)) {
                    (Some(_), Some(0)) => part * parts,
                    (Some(whole), _) => bin * whole,
                    (None, _) => 0,
                }
            }
        }
    }
}

/// Replicas that ask for more of a row than their nodes have.
///
/// # Errors
/// The budget is spent.
pub(super) fn find(scope: &Scope<'_, '_>, steps: &mut Steps<'_>) -> Result<Option<Reason>, Spent> {
    let model = scope.ground.model;
    let pieces = Pieces::of(scope, steps)?;
    let in_cells = model.classes.iter().any(|class| class.cells > 1)
        && model.shapes.iter().any(|shape| shape.single);
    let mut lots = Vec::new();
    for cells in [false, true].into_iter().filter(|cells| in_cells || !cells) {
        for row in 0..model.rows.len() {
            steps.take("bounds", pieces.pieces.len() as u64 + 1)?;
            lots.extend(Lots::of(scope, &pieces, row, cells));
        }
    }
    for lots in &lots {
        if let Some(reason) = overfull(scope, &pieces, lots, &[Measure::Asked], steps)? {
            return Ok(Some(reason));
        }
    }
    // A replica is a whole one.
    for lots in lots.iter().filter(|lots| model.rows[lots.row] != Row::Pods) {
        let measures = measures(scope, &pieces, lots);
        if let Some(reason) = overfull(scope, &pieces, lots, &measures, steps)? {
            return Ok(Some(reason));
        }
    }
    Ok(None)
}

/// Replicas that count more by one of some measures than their nodes.
fn overfull(
    scope: &Scope<'_, '_>,
    pieces: &Pieces,
    lots: &Lots,
    measures: &[Measure],
    steps: &mut Steps<'_>,
) -> Result<Option<Reason>, Spent> {
    for measure in measures {
        let counted = Counted::of(scope, pieces, lots, *measure, steps)?;
        if let Some(cut) = hall::cut(&pieces.to, &counted.asked, &counted.has, steps)? {
            return Ok(Some(counted.reason(&cut)));
        }
    }
    Ok(None)
}

/// The measures worth trying on a row, but for what is asked.
fn measures(scope: &Scope<'_, '_>, pieces: &Pieces, lots: &Lots) -> Vec<Measure> {
    let mut small = BTreeSet::new();
    for piece in &pieces.pieces {
        for size in lots.sizes_in[piece.set].iter().flatten() {
            let bin = u128::from(lots.sizes[*size].bin) * lots.sizes[*size].factor;
            if let Takes::Part(part) = lots.takes(scope, *size, piece.shape)
                && part > 0
                && part <= bin
            {
                small.insert(if part <= bin / 2 {
                    part
                } else {
                    bin - part + 1
                });
            }
        }
    }
    let every = small.len().div_ceil(SMALL).max(1);
    let some = small.iter().copied().step_by(every).map(Measure::Half);
    let parts = (2..=PARTS).map(Measure::Parts);
    // Nothing but what takes half or more.
    [Measure::Half(u128::MAX)]
        .into_iter()
        .chain(some)
        .chain(parts)
        .collect()
}

/// A row, counted by a measure.
struct Counted<'a> {
    scope: &'a Scope<'a, 'a>,
    pieces: &'a Pieces,
    lots: &'a Lots,
    measure: Measure,
    /// At how much a replica of each piece counts.
    worth: Vec<u128>,
    /// By set.
    asked: Vec<u128>,
    /// By column.
    has: Vec<u128>,
}

impl<'a> Counted<'a> {
    fn of(
        scope: &'a Scope<'_, '_>,
        pieces: &'a Pieces,
        lots: &'a Lots,
        measure: Measure,
        steps: &mut Steps<'_>,
    ) -> Result<Self, Spent> {
        let model = scope.ground.model;
        let mut asked = vec![0; pieces.sets.len()];
        let mut work = model.classes.len();
        let worth = pieces.pieces.iter().map(|piece| {
            let sizes = lots.sizes_in[piece.set].as_deref().unwrap_or_default();
            work += sizes.len();
            let each = sizes.iter().map(|size| {
                let bin = u128::from(lots.sizes[*size].bin) * lots.sizes[*size].factor;
                match lots.takes(scope, *size, piece.shape) {
                    Takes::Node => measure.bin(lots.node(*size)),
                    // It fits, so that it is no larger than what sums reach.
                    Takes::Part(part) => measure.part(part.min(bin), bin),
                }
            });
            let worth = each.min().unwrap_or(0);
            asked[piece.set] += worth * u128::from(piece.replicas);
            worth
        });
        let worth = worth.collect();
        let has = pieces.columns.iter().map(|column| {
            let each = column.iter().map(|class| {
                let size = lots.size_of[*class].map_or(0, |size| measure.bin(lots.node(size)));
                size * u128::from(model.classes[*class].count)
            });
            each.sum()
        });
        let has = has.collect();
        steps.take("bounds", work as u64 / 4 + 1)?;
        Ok(Self {
            scope,
            pieces,
            lots,
            measure,
            worth,
            asked,
            has,
        })
    }

    /// The reason that a cut is.
    fn reason(&self, cut: &Cut) -> Reason {
        let inside = |piece: &&(&Piece, &u128)| {
            *piece.1 > 0 && cut.demands.binary_search(&piece.0.set).is_ok()
        };
        let pieces = self.pieces.pieces.iter().zip(&self.worth);
        let counted: Vec<(&Piece, &u128)> = pieces.collect();
        let counted = counted.iter().filter(inside);
        let worth: std::collections::BTreeMap<usize, u128> = counted
            .map(|(piece, worth)| (piece.shape, **worth))
            .collect();
        let mut classes: Vec<usize> = cut
            .columns
            .iter()
            .flat_map(|column| self.pieces.columns[*column].iter().copied())
            .collect();
        classes.sort_unstable();
        let shapes: Vec<usize> = worth.keys().copied().collect();
        let row = self.lots.row;
        let proof = if self.measure == Measure::Asked {
            Proof::Sum {
                row,
                asked: cut.asked,
                has: cut.has,
                unit: self.lots.unit,
                classes,
            }
        } else {
            let model = self.scope.ground.model;
            let nodes = classes.into_iter().map(|class| {
                let size = self.lots.size_of[class];
                let worth = size.map_or(0, |size| self.measure.bin(self.lots.node(size)));
                (class, u64::from(model.classes[class].count), worth)
            });
            Proof::Large {
                row,
                worth: worth.into_iter().collect(),
                nodes: nodes.collect(),
                asked: cut.asked,
                has: cut.has,
            }
        };
        self.scope.reason(&shapes, &[row], proof)
    }
}

#[cfg(test)]
mod tests {
    use super::Measure;

    /// No sum of parts that fits into a bin counts more than the bin.
    #[test]
    fn measures_are_dual_feasible() {
        let measures = (2..6).map(Measure::Parts);
        let halves = (1..9).chain([u128::MAX]).map(Measure::Half);
        for measure in measures.chain(halves) {
            for bin in 1..=12_u128 {
                // The most that parts of a sum count together.
                let mut most = vec![0_u128; 13];
                for sum in 1..=bin {
                    let parts = 1..=sum;
                    let best = parts.map(|part| {
                        most[usize::try_from(sum - part).unwrap()] + measure.part(part, bin)
                    });
                    most[usize::try_from(sum).unwrap()] = best.max().unwrap();
                }
                let all = most[usize::try_from(bin).unwrap()];
                assert!(all <= measure.bin(bin), "{measure:?} {bin}: {all}");
            }
        }
    }
}
