//! A small dense simplex, for linear programs whose columns are made while it runs. What it says
//! is a hint: it computes in floating point, and everything that is told to the outside is proved
//! again in integers.

use crate::steps::{Spent, Steps};

/// What counts as nothing in a reduced cost.
const COST_EPSILON: f64 = 1e-9;

/// What counts as nothing in a pivot.
const PIVOT_EPSILON: f64 = 1e-8;

/// The inverse is computed anew after so many pivots for each row, at least [`FRESH_AT_LEAST`].
const FRESH_PER_ROW: usize = 4;

/// See [`FRESH_PER_ROW`].
const FRESH_AT_LEAST: usize = 128;

/// A pivot of so many products is a step.
const PRODUCTS_PER_STEP: usize = 256;

/// A column: its cost, and its entries by row.
#[derive(Debug, Clone)]
struct Column {
    cost: f64,
    entries: Vec<(usize, f64)>,
}

/// Minimises `cost·x` with `A x = b`, `x >= 0`, by the primal simplex with the inverse of the
/// basis kept dense. The first columns are one unit vector for each row, and the first basis.
#[derive(Debug, Clone)]
pub(super) struct Simplex {
    right: Vec<f64>,
    columns: Vec<Column>,
    basis: Vec<usize>,
    basic: Vec<bool>,
    inverse: Vec<f64>,
    level: Vec<f64>,
    dual: Vec<f64>,
    pivots: usize,
}

impl Simplex {
    /// A program of these rows: the right side, not negative, and the cost of the row's unit
    /// column.
    pub(super) fn new(rows: &[(f64, f64)]) -> Self {
        let size = rows.len();
        let unit = |(row, (_, cost)): (usize, &(f64, f64))| Column {
            cost: *cost,
            entries: vec![(row, 1.0)],
        };
        let mut inverse = vec![0.0; size * size];
        for row in 0..size {
            inverse[row * size + row] = 1.0;
        }
        Self {
            right: rows.iter().map(|(right, _)| *right).collect(),
            columns: rows.iter().enumerate().map(unit).collect(),
            basis: (0..size).collect(),
            basic: vec![true; size],
            inverse,
            level: rows.iter().map(|(right, _)| *right).collect(),
            dual: rows.iter().map(|(_, cost)| *cost).collect(),
            pivots: 0,
        }
    }

    /// Adds a column; returns its number.
    pub(super) fn add(&mut self, cost: f64, entries: Vec<(usize, f64)>) -> usize {
        self.columns.push(Column { cost, entries });
        self.basic.push(false);
        self.columns.len() - 1
    }

    /// What the program costs as it stands.
    pub(super) fn cost(&self) -> f64 {
        let each = self.basis.iter().zip(&self.level);
        each.map(|(column, level)| self.columns[*column].cost * level.max(0.0))
            .sum()
    }

    /// The prices of the rows.
    pub(super) fn duals(&self) -> &[f64] {
        &self.dual
    }

    /// The columns that are not at 0, by number, and their level.
    pub(super) fn levels(&self) -> Vec<(usize, f64)> {
        let each = self.basis.iter().copied().zip(self.level.iter().copied());
        let mut levels: Vec<(usize, f64)> = each.filter(|(_, level)| *level > 1e-7).collect();
        levels.sort_by_key(|(column, _)| *column);
        levels
    }

    /// Pivots until no column lowers the cost.
    ///
    /// # Errors
    /// The budget is spent.
    pub(super) fn optimise(&mut self, steps: &mut Steps<'_>) -> Result<(), Spent> {
        let size = self.right.len();
        let work = size * size / PRODUCTS_PER_STEP + self.columns.len() / 32 + 1;
        while let Some(entering) = self.entering() {
            steps.take("simplex", u64::try_from(work).unwrap_or(u64::MAX))?;
            let direction = self.direction(entering);
            let Some(row) = self.leaving(&direction) else {
                // Nothing bounds it, which the programs that are asked here do not allow: what
                // is known so far is as good a hint as any.
                return Ok(());
            };
            self.pivot(entering, row, &direction);
            self.pivots += 1;
            if self.pivots >= (FRESH_PER_ROW * size).max(FRESH_AT_LEAST) {
                steps.take(
                    "simplex",
                    u64::try_from(size * size * size / PRODUCTS_PER_STEP).unwrap_or(u64::MAX),
                )?;
                self.freshen();
            }
        }
        Ok(())
    }

    /// The column with the lowest reduced cost, where one is below 0.
    fn entering(&self) -> Option<usize> {
        let mut best = (None, -COST_EPSILON);
        for (at, column) in self.columns.iter().enumerate() {
            if self.basic[at] {
                continue;
            }
            let entries = column.entries.iter();
            let worth: f64 = entries.map(|(row, value)| self.dual[*row] * value).sum();
            let reduced = column.cost - worth;
            if reduced < best.1 {
                best = (Some(at), reduced);
            }
        }
        best.0
    }

    /// The column as the basis sees it.
    fn direction(&self, column: usize) -> Vec<f64> {
        let size = self.right.len();
        let entries = &self.columns[column].entries;
        let rows = self.inverse.chunks_exact(size);
        rows.map(|inverse| {
            entries
                .iter()
                .map(|(row, value)| inverse[*row] * value)
                .sum()
        })
        .collect()
    }

    /// The row that comes to 0 first; of several the one with the largest pivot.
    fn leaving(&self, direction: &[f64]) -> Option<usize> {
        let mut best: Option<(usize, f64)> = None;
        for (row, slope) in direction.iter().enumerate() {
            if *slope <= PIVOT_EPSILON {
                continue;
            }
            let ratio = self.level[row].max(0.0) / slope;
            let better = best.is_none_or(|(known, least)| {
                ratio < least - 1e-12 || (ratio <= least + 1e-12 && *slope > direction[known])
            });
            if better {
                best = Some((row, ratio));
            }
        }
        best.map(|(row, _)| row)
    }

    fn pivot(&mut self, entering: usize, row: usize, direction: &[f64]) {
        let size = self.right.len();
        let slope = direction[row];
        let pivot_row: Vec<f64> = self.inverse[row * size..(row + 1) * size]
            .iter()
            .map(|value| value / slope)
            .collect();
        let step = self.level[row].max(0.0) / slope;
        let filled: Vec<usize> = (0..size).filter(|at| pivot_row[*at] != 0.0).collect();
        let sparse = filled.len() * 4 < size;
        for (other, slope) in direction.iter().enumerate() {
            if other == row || slope.abs() < 1e-12 {
                continue;
            }
            self.level[other] -= slope * step;
            let values = &mut self.inverse[other * size..(other + 1) * size];
            if sparse {
                for at in &filled {
                    values[*at] -= slope * pivot_row[*at];
                }
            } else {
                for (value, pivot) in values.iter_mut().zip(&pivot_row) {
                    *value -= slope * pivot;
                }
            }
        }
        let column = &self.columns[entering];
        let worth: f64 = column
            .entries
            .iter()
            .map(|(row, value)| self.dual[*row] * value)
            .sum();
        let reduced = column.cost - worth;
        for (dual, pivot) in self.dual.iter_mut().zip(&pivot_row) {
            *dual += reduced * pivot;
        }
        self.inverse[row * size..(row + 1) * size].copy_from_slice(&pivot_row);
        self.level[row] = step;
        self.basic[self.basis[row]] = false;
        self.basic[entering] = true;
        self.basis[row] = entering;
    }

    /// Computes inverse, levels and prices anew from the basis. Leaves them as they are where
    /// the basis has become singular.
    fn freshen(&mut self) {
        self.pivots = 0;
        let size = self.right.len();
        let Some(inverse) = self.invert() else {
            return;
        };
        self.inverse = inverse;
        for row in 0..size {
            let values = &self.inverse[row * size..(row + 1) * size];
            self.level[row] = values.iter().zip(&self.right).map(|(a, b)| a * b).sum();
        }
        self.dual = vec![0.0; size];
        for (row, column) in self.basis.iter().enumerate() {
            let cost = self.columns[*column].cost;
            if cost == 0.0 {
                continue;
            }
            let values = &self.inverse[row * size..(row + 1) * size];
            for (dual, value) in self.dual.iter_mut().zip(values) {
                *dual += cost * value;
            }
        }
    }

    /// Inverts the basis by Gauss and Jordan with row pivots; `None` where it is singular.
    fn invert(&self) -> Option<Vec<f64>> {
        let size = self.right.len();
        let width = 2 * size;
        let mut table = vec![0.0; size * width];
        for (at, column) in self.basis.iter().enumerate() {
            for (row, value) in &self.columns[*column].entries {
                table[row * width + at] += value;
            }
        }
        for row in 0..size {
            table[row * width + size + row] = 1.0;
        }
        for at in 0..size {
            let largest = (at..size).max_by(|a, b| {
                let (a, b) = (table[a * width + at].abs(), table[b * width + at].abs());
                a.total_cmp(&b)
            })?;
            let pivot = table[largest * width + at];
            if pivot.abs() < 1e-11 {
                return None;
            }
            for column in 0..width {
                table.swap(at * width + column, largest * width + column);
            }
            for value in &mut table[at * width..(at + 1) * width] {
                *value /= pivot;
            }
            let pivot_row = table[at * width..(at + 1) * width].to_vec();
            for (row, values) in table.chunks_exact_mut(width).enumerate() {
                let factor = values[at];
                if row == at || factor == 0.0 {
                    continue;
                }
                for (value, pivot) in values.iter_mut().zip(&pivot_row) {
                    *value -= factor * pivot;
                }
            }
        }
        let rows = table.chunks_exact(width);
        Some(rows.flat_map(|row| row[size..].iter().copied()).collect())
    }
}
