//! Linear rows: a sum of multiples of numbers that must not exceed an amount.

use std::collections::{BTreeMap, VecDeque};

use super::{Bound, Int, Lit, Solver, Value, Why};

/// The numbers of a row are too large to be added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) struct TooWide;

/// The largest sum that a row may reach.
const WIDEST: i128 = 1 << 60;

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    /// Factor and number, the smallest factors first.
    terms: Vec<(i64, Int)>,
    /// What the sum must not exceed.
    most: i64,
    /// The least sum that the bounds allow.
    pub(super) least: i64,
    /// The most that one number alone can add to the least sum.
    widest: i64,
    /// Whether it waits to be looked at.
    pub(super) queued: bool,
}

impl Row {
    /// The least sum grew.
    pub(super) fn grow(&mut self, by: i64, own: u32, queue: &mut VecDeque<u32>) {
        self.least += by;
        if !self.queued && self.least > self.most - self.widest {
            self.queued = true;
            queue.push_back(own);
        }
    }
}

impl Solver {
    /// The sum of these multiples must be exactly so much.
    ///
    /// # Errors
    /// The numbers are too large.
    pub(in crate::search) fn exactly(
        &mut self,
        terms: &[(i128, Int)],
        amount: i128,
    ) -> Result<(), TooWide> {
        self.at_most(terms, amount)?;
        let opposite: Vec<(i128, Int)> = terms
            .iter()
            .map(|(factor, number)| (-factor, *number))
            .collect();
        self.at_most(&opposite, -amount)
    }

    /// The sum of these multiples must not exceed an amount.
    ///
    /// # Errors
    /// The numbers are too large.
    pub(in crate::search) fn at_most(
        &mut self,
        terms: &[(i128, Int)],
        most: i128,
    ) -> Result<(), TooWide> {
        let mut merged: BTreeMap<Int, i128> = BTreeMap::new();
        for (factor, number) in terms {
            *merged.entry(*number).or_default() += factor;
        }
        let mut most = most;
        let mut terms: Vec<(i128, Int)> = Vec::new();
        let mut by = 0;
        let (mut lowest, mut highest) = (0_i128, 0_i128);
        for (number, factor) in merged {
            let (low, high) = self.bounds(number);
            if low == high {
                most -= factor * i128::from(low);
            } else if factor != 0 {
                let ends = [factor * i128::from(low), factor * i128::from(high)];
                lowest += ends[0].min(ends[1]);
                highest += ends[0].max(ends[1]);
                by = gcd(by, factor.abs());
                terms.push((factor, number));
            }
        }
        if highest <= most {
            return Ok(());
        }
        if lowest > most {
            self.broken = true;
            return Ok(());
        }
        let most = most.div_euclid(by);
        if [lowest, highest]
            .iter()
            .any(|end| (end / by).abs() > WIDEST)
        {
            return Err(TooWide);
        }
        let mut terms: Vec<(i64, Int)> = terms
            .into_iter()
            .map(|(factor, number)| Ok((i64::try_from(factor / by)?, number)))
            .collect::<Result<_, std::num::TryFromIntError>>()
            .map_err(|_| TooWide)?;
        terms.sort_by_key(|(factor, number)| (factor.abs(), *number));
        self.add_row(terms, i64::try_from(most).map_err(|_| TooWide)?);
        Ok(())
    }

    fn add_row(&mut self, terms: Vec<(i64, Int)>, most: i64) {
        let own = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let (mut least, mut widest) = (0, 0);
        for (factor, number) in &terms {
            let (low, high) = self.bounds(*number);
            let known = &mut self.numbers[number.index()];
            if *factor > 0 {
                least += factor * low;
                known.rises.push((own, *factor));
            } else {
                least += factor * high;
                known.falls.push((own, -factor));
            }
            widest = widest.max(factor.abs() * (high - low));
        }
        self.rows.push(Row {
            terms,
            most,
            least,
            widest,
            queued: true,
        });
        self.queue.push_back(own);
    }

    /// Sets the bounds that a row implies; whether it can still be kept.
    pub(super) fn tighten(&mut self, own: u32) -> bool {
        let row = &self.rows[own as usize];
        let slack = row.most - row.least;
        if slack < 0 {
            return false;
        }
        self.work += 1;
        if slack >= row.widest {
            return true;
        }
        self.work += row.terms.len() as u64 / 2;
        // The largest factors are bound first.
        for at in (0..row.terms.len()).rev() {
            let (factor, number) = self.rows[own as usize].terms[at];
            let known = &self.numbers[number.index()];
            let (low, high) = (known.low(), known.high());
            if low == high || factor.abs() * (high - low) <= slack {
                continue;
            }
            let lit = if factor > 0 {
                !self.at_least(number, low + slack / factor + 1)
            } else {
                self.at_least(number, high - slack / -factor)
            };
            debug_assert_eq!(self.value_of(lit), Value::Open, "a bound that is news");
            let why = if self.level() == 0 {
                Why::Chosen
            } else {
                Why::Row(own)
            };
            self.set(lit, why);
        }
        true
    }

    /// Why a row implies a literal: the bounds that do, each as weak as can be. Without a
    /// literal, why the row cannot be kept.
    pub(super) fn explain(&mut self, own: u32, implied: Option<Lit>, causes: &mut Vec<Lit>) {
        let row = &self.rows[own as usize];
        self.work += row.terms.len() as u64;
        let (skip, before) = match implied {
            Some(lit) => {
                let var = &self.vars[lit.var()];
                (Some(var.number), var.at)
            }
            None => (None, u32::MAX),
        };
        // What the bounds add up to beyond what is needed.
        let mut spare = -row.most - 1;
        let mut needed: Vec<(i64, Int, i64, i64)> = Vec::new();
        for (factor, number) in &row.terms {
            if Some(number.0) == skip {
                spare += self.opposite_of(implied, *factor);
                continue;
            }
            let known = &self.numbers[number.index()];
            let (root, then) = if *factor > 0 {
                (known.lower[0].value, value_before(&known.lower, before))
            } else {
                (known.upper[0].value, value_before(&known.upper, before))
            };
            spare += factor * then;
            if root != then {
                needed.push((*factor, *number, root, then));
            }
        }
        debug_assert!(spare >= 0, "the row implies it");
        for (factor, number, root, then) in needed {
            let gain = factor * (then - root);
            if gain <= spare {
                spare -= gain;
                continue;
            }
            // As many units as can be spared are not needed.
            let units = spare / factor.abs();
            spare -= units * factor.abs();
            causes.push(if factor > 0 {
                self.at_least(number, then - units)
            } else {
                !self.at_least(number, then + units + 1)
            });
        }
    }

    /// What a number adds to its row where the literal about it does not hold.
    fn opposite_of(&self, implied: Option<Lit>, factor: i64) -> i64 {
        let Some(lit) = implied else { return 0 };
        let value = self.vars[lit.var()].value;
        // Without `x < v` it is at least `v`; without `x >= v` at most `v - 1`.
        factor * if lit.holds() { value - 1 } else { value }
    }
}

/// The bound before a place of the trail.
fn value_before(bounds: &[Bound], before: u32) -> i64 {
    let mut latest = bounds.iter().rev();
    let found = latest.find(|bound| bound.at < before);
    found.or(bounds.first()).map_or(0, |bound| bound.value)
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
