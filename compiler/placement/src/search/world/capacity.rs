//! What nodes and their NUMA cells have must do for what stands on them.

use super::World;
use crate::{
    model::UNBOUNDED,
    search::solver::{Int, Solver, TooWide},
};

/// How finely sums are followed to see which of them can be reached.
const FINEST: u64 = 1 << 17;

/// The most groups of classes that are counted for themselves.
const MOST_CLOSED: usize = 24;

impl World<'_> {
    /// The rows of each node, cells apart; and what each node must take at least, as the others
    /// cannot take it.
    pub(super) fn rows_hold(&self, solver: &mut Solver) -> Result<(), TooWide> {
        for row in 0..self.model.rows.len() {
            let all: Vec<usize> = (0..self.model.shapes.len()).collect();
            let fullest = self.fullest(row, &all);
            for (node, place) in self.nodes.iter().enumerate() {
                if self.model.classes[place.class].has[row] != UNBOUNDED {
                    let terms = self.terms(row, node, &all, 1);
                    solver.at_most(&terms, i128::from(fullest[place.class]))?;
                }
            }
            for classes in self.closed() {
                self.must_take(solver, row, &classes)?;
            }
        }
        Ok(())
    }

    /// What the given shapes weigh on a node.
    fn terms(&self, row: usize, node: usize, shapes: &[usize], sign: i128) -> Vec<(i128, Int)> {
        let class = self.nodes[node].class;
        let terms = shapes.iter().filter_map(|shape| {
            let weight = i128::from(self.model.weight(class, *shape, row));
            Some((sign * weight, self.counts[*shape][node]?)).filter(|_| weight > 0)
        });
        terms.collect()
    }

    /// By class, the most of a row that the given shapes can take of a node: less than it has
    /// where no counts of them add up to that.
    pub(super) fn fullest(&self, row: usize, shapes: &[usize]) -> Vec<u64> {
        let model = self.model;
        let classes = model.classes.iter().enumerate();
        let fullest = classes.map(|(class, node)| {
            let kinds: Vec<(u64, u64)> = shapes
                .iter()
                .map(|shape| (model.weight(class, *shape, row), model.most(class, *shape)))
                .filter(|(weight, most)| *weight > 0 && *most > 0)
                .collect();
            reach(&kinds, node.has[row])
        });
        fullest.collect()
    }

    /// Groups of classes outside of which some shapes cannot stand: all classes, and those that
    /// each shape can stand on.
    fn closed(&self) -> Vec<Vec<bool>> {
        let model = self.model;
        let mut there = vec![false; model.classes.len()];
        for node in &self.nodes {
            there[node.class] = true;
        }
        let mut closed = vec![there];
        for shape in 0..model.shapes.len() {
            let own = (0..model.classes.len())
                .map(|class| closed[0][class] && model.most(class, shape) > 0);
            closed.push(own.collect());
        }
        closed.sort_unstable();
        closed.dedup();
        closed.truncate(MOST_CLOSED);
        closed
    }

    /// The shapes that cannot stand outside of some classes must be taken by their nodes: each
    /// takes what all others, full, do not.
    fn must_take(&self, solver: &mut Solver, row: usize, inside: &[bool]) -> Result<(), TooWide> {
        let model = self.model;
        let classes = || (0..model.classes.len()).filter(|class| inside[*class]);
        let Some(one) = classes().next() else {
            return Ok(());
        };
        let alike = classes().all(|class| {
            let (node, first) = (&model.classes[class], &model.classes[one]);
            (node.shared[row], node.dedicated[row]) == (first.shared[row], first.dedicated[row])
        });
        let nodes: Vec<usize> = (0..self.nodes.len())
            .filter(|node| inside[self.nodes[*node].class])
            .collect();
        let kept_in = |shape: &usize| {
            let mut counts = self.counts[*shape].iter().enumerate();
            counts.all(|(node, count)| count.is_none() || inside[self.nodes[node].class])
        };
        let shapes: Vec<usize> = (0..model.shapes.len()).filter(kept_in).collect();
        if !alike || shapes.is_empty() {
            return Ok(());
        }
        let fullest = self.fullest(row, &shapes);
        let has = nodes
            .iter()
            .map(|node| i128::from(fullest[self.nodes[*node].class]));
        let asked = shapes.iter().map(|shape| {
            i128::from(model.weight(one, *shape, row)) * i128::from(model.shapes[*shape].replicas)
        });
        let slack = has.sum::<i128>() - asked.sum::<i128>();
        for node in nodes {
            let least = i128::from(fullest[self.nodes[node].class]) - slack;
            if least > 0 || slack < 0 {
                let terms = self.terms(row, node, &shapes, -1);
                solver.at_most(&terms, -least)?;
            }
        }
        if slack < 0 {
            // More than all nodes together have.
            solver.at_most(&[], -1)?;
        }
        Ok(())
    }

    /// What must lie in one cell does, and each cell has enough for it.
    pub(super) fn cells_hold(&mut self, solver: &mut Solver) -> Result<(), TooWide> {
        for node in 0..self.nodes.len() {
            let class = &self.model.classes[self.nodes[node].class];
            let cells = usize::try_from(class.cells).unwrap_or(1);
            if cells <= 1 {
                continue;
            }
            let singles: Vec<usize> = (0..self.counts.len())
                .filter(|shape| self.model.shapes[*shape].single)
                .collect();
            for shape in &singles {
                if let Some(count) = self.counts[*shape][node] {
                    let in_cells = self.split(solver, node, *shape, count, cells)?;
                    self.cells[*shape][node] = in_cells;
                }
            }
            for row in 0..self.model.rows.len() {
                let Some(has) = class.cell[row] else { continue };
                for cell in 0..cells {
                    let weigh = |shape: &usize| {
                        let class = self.nodes[node].class;
                        let weight = i128::from(self.model.weight(class, *shape, row));
                        let count = self.cells[*shape][node].get(cell)?;
                        Some((weight, *count)).filter(|_| weight > 0)
                    };
                    let terms: Vec<(i128, Int)> = singles.iter().filter_map(weigh).collect();
                    solver.at_most(&terms, i128::from(has))?;
                }
            }
        }
        Ok(())
    }

    /// How many of a shape lie in each cell of a node.
    fn split(
        &self,
        solver: &mut Solver,
        node: usize,
        shape: usize,
        count: Int,
        cells: usize,
    ) -> Result<Vec<Int>, TooWide> {
        let class = self.nodes[node].class;
        let rows = (0..self.model.rows.len()).filter_map(|row| {
            let weight = self.model.weight(class, shape, row);
            let has = self.model.classes[class].cell[row]?;
            has.checked_div(weight)
        });
        let most = rows
            .min()
            .unwrap_or(u64::MAX)
            .min(self.model.most(class, shape));
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let in_cells: Vec<Int> = (0..cells).map(|_| solver.number(0, most)).collect();
        let mut terms: Vec<(i128, Int)> = in_cells.iter().map(|it| (1, *it)).collect();
        terms.push((-1, count));
        solver.exactly(&terms, 0)?;
        Ok(in_cells)
    }
}

/// The largest sum up to a limit that so many of each weight can reach, or the limit where that
/// is not followed.
pub(super) fn reach(kinds: &[(u64, u64)], limit: u64) -> u64 {
    let all = kinds.iter().fold(0_u64, |sum, (weight, most)| {
        sum.saturating_add(weight.saturating_mul(*most))
    });
    if all <= limit {
        return all;
    }
    let by = kinds.iter().fold(0, |by, (weight, _)| gcd(by, *weight));
    let limit = limit / by.max(1);
    if limit > FINEST {
        return limit * by.max(1);
    }
    let size = usize::try_from(limit).unwrap_or(0);
    // Which sums can be reached, one bit each.
    let mut sums = vec![0_u64; size / 64 + 1];
    sums[0] = 1;
    for (weight, most) in kinds {
        let weight = usize::try_from(weight / by).unwrap_or(usize::MAX);
        let mut left = usize::try_from(*most)
            .unwrap_or(usize::MAX)
            .min(size / weight);
        let mut part = 1;
        while left > 0 {
            let times = part.min(left);
            shift_in(&mut sums, weight * times);
            left -= times;
            part *= 2;
        }
    }
    let reached = (0..=size)
        .rev()
        .find(|sum| sums[sum / 64] >> (sum % 64) & 1 == 1);
    reached.unwrap_or(0) as u64 * by
}

/// Adds to a set of sums all of them with so much more.
fn shift_in(sums: &mut [u64], by: usize) {
    let (words, bits) = (by / 64, by % 64);
    for at in (words..sums.len()).rev() {
        let mut moved = sums[at - words] << bits;
        if bits > 0 && at > words {
            moved |= sums[at - words - 1] >> (64 - bits);
        }
        sums[at] |= moved;
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::reach;

    #[test]
    fn reaches_only_what_adds_up() {
        assert_eq!(reach(&[(3, 9), (5, 9)], 7), 6);
        assert_eq!(reach(&[(300, 9), (500, 9)], 799), 600);
        assert_eq!(reach(&[(300, 1), (500, 1)], 10_000), 800);
        assert_eq!(reach(&[(64, 3), (65, 2)], 200), 194);
        assert_eq!(reach(&[(7, 100)], 699), 693);
        assert_eq!(reach(&[], 10), 0);
    }

    #[test]
    fn agrees_with_trying_everything() {
        for limit in 0..60 {
            let mut best = 0;
            for (a, b, c) in
                (0..4).flat_map(|a| (0..3).flat_map(move |b| (0..6).map(move |c| (a, b, c))))
            {
                let sum = 11 * a + 17 * b + 4 * c;
                if sum <= limit {
                    best = best.max(sum);
                }
            }
            assert_eq!(reach(&[(11, 3), (17, 2), (4, 5)], limit), best);
        }
    }
}
