//! What makes the search short: an order among nodes that are alike, and what is tried first.

use std::collections::BTreeMap;

use super::World;
use crate::{
    model::UNBOUNDED,
    search::solver::{Int, Solver, TooWide},
};

/// What makes classes of different zones alike.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kind<'m> {
    nodes: usize,
    rows: (&'m [u64], &'m [u64], &'m [u64]),
    cells: (u32, &'m [Option<u64>]),
    seen: Vec<bool>,
    fails: &'m [bool],
}

/// Up to where the weights of the order among nodes may grow.
const HEAVIEST: i128 = 1 << 40;

impl World<'_> {
    /// Nodes of a class are alike: of all placements that differ only in which of them is which,
    /// one is looked for. The first node has most of the hardest shape, and so on.
    ///
    /// # Errors
    /// The numbers are too large.
    pub(in crate::search) fn break_symmetry(&self, solver: &mut Solver) -> Result<(), TooWide> {
        let hardest = self.hardest();
        for (node, pair) in self.nodes.windows(2).enumerate() {
            if pair[0].class != pair[1].class {
                continue;
            }
            // As digits of one number, the hardest first, as far as they go.
            let mut terms: Vec<(i128, Int)> = Vec::new();
            let mut digits: Vec<(i128, usize)> = Vec::new();
            let mut weight = 1;
            let there = |shape: &&usize| self.counts[**shape][node].is_some();
            let mut shapes: Vec<usize> = hardest.iter().filter(there).copied().collect();
            shapes.truncate(self.digits(pair[0].class, &shapes));
            for shape in shapes.into_iter().rev() {
                digits.push((weight, shape));
                weight *= i128::from(self.model.most(pair[0].class, shape)) + 1;
            }
            for (weight, shape) in digits {
                if let (Some(one), Some(next)) =
                    (self.counts[shape][node], self.counts[shape][node + 1])
                {
                    terms.extend([(-weight, one), (weight, next)]);
                }
            }
            solver.at_most(&terms, 0)?;
        }
        self.order_zones(solver, &hardest)
    }

    /// Zones whose nodes are alike are alike too: of all ways to name them one is looked for.
    fn order_zones(&self, solver: &mut Solver, hardest: &[usize]) -> Result<(), TooWide> {
        let model = self.model;
        if model.classes.iter().any(|class| class.rack.is_some()) {
            return Ok(());
        }
        let mut zones: BTreeMap<u32, Vec<(Kind<'_>, usize)>> = BTreeMap::new();
        for (class, nodes) in self.by_class() {
            if let Some(zone) = model.classes[class].zone {
                let kind = self.kind(class, nodes.len());
                zones.entry(zone).or_default().push((kind, class));
            }
        }
        let mut alike: BTreeMap<Vec<Kind<'_>>, Vec<Vec<usize>>> = BTreeMap::new();
        for mut zone in zones.into_values() {
            zone.sort_unstable();
            let (kinds, classes): (Vec<Kind<'_>>, Vec<usize>) = zone.into_iter().unzip();
            alike.entry(kinds).or_default().push(classes);
        }
        let mut weight = 1_i128;
        let digits = hardest.iter().take_while(|shape| {
            weight *= i128::from(model.shapes[**shape].replicas) + 1;
            weight <= HEAVIEST
        });
        let digits: Vec<usize> = digits.copied().collect();
        for zones in alike.values() {
            for pair in zones.windows(2) {
                let mut terms: Vec<(i128, Int)> = Vec::new();
                let mut weight = 1;
                for shape in digits.iter().rev() {
                    for (sign, classes) in [(-1, &pair[0]), (1, &pair[1])] {
                        let totals = classes.iter().filter_map(|at| self.totals[*shape][*at]);
                        terms.extend(totals.map(|total| (sign * weight, total)));
                    }
                    weight *= i128::from(model.shapes[*shape].replicas) + 1;
                }
                solver.at_most(&terms, 0)?;
            }
        }
        Ok(())
    }

    /// All that a rule can see of a class but its zone, and how many nodes of it there are.
    fn kind(&self, class: usize, nodes: usize) -> Kind<'_> {
        let model = self.model;
        let known = &model.classes[class];
        let admits = model.shapes.iter().map(|shape| shape.admits[class]);
        let counts = model.even.iter().map(|even| even.counts[class]);
        Kind {
            nodes,
            rows: (&known.has, &known.shared, &known.dedicated),
            cells: (known.cells, &known.cell),
            seen: admits.chain(counts).collect(),
            fails: &known.fails,
        }
    }

    /// How many of these shapes fit into one number as its digits.
    fn digits(&self, class: usize, shapes: &[usize]) -> usize {
        let mut weight = 1_i128;
        let fits = shapes.iter().take_while(|shape| {
            weight *= i128::from(self.model.most(class, **shape)) + 1;
            weight <= HEAVIEST
        });
        fits.count().max(1)
    }

    /// Tells the solver where to begin: with the shapes that are hardest to place.
    pub(in crate::search) fn guide(&self, solver: &mut Solver) {
        let hardest = self.hardest();
        let mut weight = 1.0;
        for shape in hardest.iter().rev() {
            for count in self.counts[*shape].iter().flatten() {
                solver.prefer(*count, i64::MAX);
                solver.weigh(*count, weight);
            }
            for total in self.totals[*shape].iter().flatten() {
                solver.prefer(*total, i64::MAX);
            }
            weight += 1.0;
        }
    }

    /// The shapes, those first of which a replica takes the largest part of any node that it
    /// may stand on.
    fn hardest(&self) -> Vec<usize> {
        let model = self.model;
        let part = |shape: usize| {
            let classes = (0..model.classes.len()).filter(|class| model.most(*class, shape) > 0);
            let parts = classes.flat_map(|class| {
                (0..model.rows.len()).filter_map(move |row| {
                    let has = model.classes[class].has[row];
                    let weight = u128::from(model.weight(class, shape, row));
                    (has != UNBOUNDED && has > 0).then(|| weight * 1_000_000 / u128::from(has))
                })
            });
            parts.max().unwrap_or(0)
        };
        let mut shapes: Vec<(u128, usize)> = (0..model.shapes.len())
            .map(|shape| (part(shape), shape))
            .collect();
        shapes.sort_by_key(|(part, shape)| (std::cmp::Reverse(*part), *shape));
        shapes.into_iter().map(|(_, shape)| shape).collect()
    }
}
