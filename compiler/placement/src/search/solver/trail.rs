//! What is set, in its order, and how it is taken back.

use super::{Bound, Lit, Solver, Value, Why};

impl Solver {
    /// Sets an open literal and all weaker bounds of its number.
    pub(super) fn set(&mut self, lit: Lit, why: Why) {
        let var = self.vars[lit.var()];
        let number = var.number as usize;
        let (low, high) = (self.numbers[number].low(), self.numbers[number].high());
        let at = u32::try_from(self.trail.len()).unwrap_or(u32::MAX);
        self.hold(lit, why);
        let implied = if self.level() == 0 {
            Why::Chosen
        } else {
            Why::Implied(lit)
        };
        let own = lit.var();
        if lit.holds() {
            let below = usize::try_from(var.value - 1 - low).unwrap_or(0);
            for weaker in (own - below..own).rev() {
                self.hold(Lit::of(weaker, true), implied);
            }
            self.raise(number, at, var.value, low);
        } else {
            let above = usize::try_from(high - var.value).unwrap_or(0);
            for weaker in own + 1..=own + above {
                self.hold(Lit::of(weaker, false), implied);
            }
            self.lower(number, at, var.value - 1, high);
        }
    }

    fn hold(&mut self, lit: Lit, why: Why) {
        let level = u32::try_from(self.level()).unwrap_or(u32::MAX);
        let at = u32::try_from(self.trail.len()).unwrap_or(u32::MAX);
        self.values[lit.index()] = Value::Holds;
        self.values[(!lit).index()] = Value::Fails;
        let var = &mut self.vars[lit.var()];
        (var.level, var.at, var.why) = (level, at, why);
        self.trail.push(lit);
    }

    fn raise(&mut self, number: usize, at: u32, value: i64, from: i64) {
        let known = &mut self.numbers[number];
        let bound = Bound { at, value };
        if self.levels.is_empty() {
            known.lower[0] = bound;
        } else {
            known.lower.push(bound);
        }
        for (row, factor) in &known.rises {
            self.rows[*row as usize].grow(factor * (value - from), *row, &mut self.queue);
        }
        self.work += known.rises.len() as u64;
    }

    fn lower(&mut self, number: usize, at: u32, value: i64, from: i64) {
        let known = &mut self.numbers[number];
        let bound = Bound { at, value };
        if self.levels.is_empty() {
            known.upper[0] = bound;
        } else {
            known.upper.push(bound);
        }
        for (row, factor) in &known.falls {
            self.rows[*row as usize].grow(factor * (from - value), *row, &mut self.queue);
        }
        self.work += known.falls.len() as u64;
    }

    /// Takes back everything that was set above a level.
    pub(super) fn back_to(&mut self, level: usize) {
        if level >= self.level() {
            return;
        }
        // Below this level all rows were looked at before anything more was chosen.
        while let Some(row) = self.queue.pop_front() {
            self.rows[row as usize].queued = false;
        }
        let keep = self.levels[level];
        while self.trail.len() > keep {
            let Some(lit) = self.trail.pop() else { break };
            self.unset(lit);
        }
        self.levels.truncate(level);
        self.head = self.trail.len();
    }

    fn unset(&mut self, lit: Lit) {
        let at = u32::try_from(self.trail.len()).unwrap_or(u32::MAX);
        self.values[lit.index()] = Value::Open;
        self.values[(!lit).index()] = Value::Open;
        let var = &mut self.vars[lit.var()];
        var.phase = lit.holds();
        let known = &mut self.numbers[var.number as usize];
        if lit.holds() {
            let from = known.low();
            if known.lower.len() > 1 && known.lower.last().is_some_and(|last| last.at == at) {
                known.lower.pop();
                let back = from - known.low();
                for (row, factor) in &known.rises {
                    self.rows[*row as usize].least -= factor * back;
                }
            }
        } else {
            let from = known.high();
            if known.upper.len() > 1 && known.upper.last().is_some_and(|last| last.at == at) {
                known.upper.pop();
                let back = known.high() - from;
                for (row, factor) in &known.falls {
                    self.rows[*row as usize].least -= factor * back;
                }
            }
        }
        self.heap.back(lit.var());
    }
}
