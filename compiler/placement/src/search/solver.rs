//! A solver for whole numbers between bounds: clauses over bounds, and linear rows over the
//! numbers themselves. It learns a clause from every conflict, as SAT solvers do; rows are never
//! unfolded into clauses but explain what they imply when a conflict asks.
//!
//! Each number has one literal `[x >= v]` for each value above its least, so that a literal is
//! always a bound. Everything is decided in integers; the activities that order the decisions
//! are floats, and change only how soon an answer is found.

mod analyze;
mod heap;
mod linear;

use heap::Heap;
use linear::Row;
pub(super) use linear::TooWide;

use crate::steps::{Spent, Steps};

/// Conflicts between two restarts, times Luby's sequence.
const RESTART: u64 = 100;

/// Learnt clauses that are kept at first, and how many more after each cleaning.
const KEPT: usize = 4_000;
const KEPT_MORE: usize = 1_000;

/// How much work one step is.
const WORK_OF_A_STEP: u64 = 16;

/// A bound of a number, or its opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lit(u32);

impl Lit {
    /// What always holds.
    pub(super) const TRUE: Self = Self(0);
    /// What never holds.
    pub(super) const FALSE: Self = Self(1);

    fn of(var: usize, holds: bool) -> Self {
        // Variables are counted in `u32` where they are made.
        let var = u32::try_from(var).unwrap_or(u32::MAX >> 1);
        Self(var << 1 | u32::from(!holds))
    }

    fn var(self) -> usize {
        (self.0 >> 1) as usize
    }

    fn holds(self) -> bool {
        self.0 & 1 == 0
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

impl std::ops::Not for Lit {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}

/// A number of the solver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Int(u32);

impl Int {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// A bound, and where in the trail it came to be.
#[derive(Debug, Clone, Copy)]
struct Bound {
    at: u32,
    value: i64,
}

/// What is known about a number.
#[derive(Debug)]
struct Number {
    /// The variable of `[x >= first + 1]`; the next values follow it.
    var: usize,
    /// The least and the greatest value when it was made.
    first: i64,
    last: i64,
    /// The bounds over time. The first of each holds for good.
    lower: Vec<Bound>,
    upper: Vec<Bound>,
    /// The rows whose least sum grows with the lower bound, and by how much.
    rises: Vec<(u32, i64)>,
    /// The rows whose least sum grows as the upper bound falls.
    falls: Vec<(u32, i64)>,
}

impl Number {
    fn low(&self) -> i64 {
        self.lower[self.lower.len() - 1].value
    }

    fn high(&self) -> i64 {
        self.upper[self.upper.len() - 1].value
    }
}

/// Why a literal holds.
#[derive(Debug, Clone, Copy)]
enum Why {
    /// It was chosen, or holds for good.
    Chosen,
    /// A stronger bound of the same number.
    Implied(Lit),
    /// All others of a clause do not hold.
    Clause(u32),
    /// A row.
    Row(u32),
}

#[derive(Debug, Default)]
struct Clause {
    lits: Vec<Lit>,
    learnt: bool,
    /// How many levels it joins: the fewer, the more it is worth.
    levels: u32,
    /// When it last took part in a conflict.
    used: u64,
}

#[derive(Debug, Clone, Copy)]
struct Watch {
    clause: u32,
    /// Another literal of the clause: where it holds the clause need not be looked at.
    other: Lit,
}

/// What is known about a variable.
#[derive(Debug, Clone, Copy)]
struct Var {
    number: u32,
    value: i64,
    level: u32,
    at: u32,
    why: Why,
    /// How it was set last, or how it is tried first.
    phase: bool,
    seen: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Open,
    Holds,
    Fails,
}

/// The solver.
#[derive(Debug)]
pub(super) struct Solver {
    numbers: Vec<Number>,
    vars: Vec<Var>,
    values: Vec<Value>,
    clauses: Vec<Clause>,
    free: Vec<u32>,
    learnt: usize,
    kept: usize,
    watches: Vec<Vec<Watch>>,
    rows: Vec<Row>,
    queue: std::collections::VecDeque<u32>,
    trail: Vec<Lit>,
    levels: Vec<usize>,
    head: usize,
    heap: Heap,
    /// Cannot be solved, whatever is chosen.
    broken: bool,
    conflicts: u64,
    work: u64,
    best: usize,
    best_phases: Vec<bool>,
    solution: Vec<i64>,
    causes: Vec<Lit>,
}

impl Solver {
    /// A solver without numbers.
    pub(super) fn new() -> Self {
        let mut solver = Self {
            numbers: Vec::new(),
            vars: Vec::new(),
            values: Vec::new(),
            clauses: Vec::new(),
            free: Vec::new(),
            learnt: 0,
            kept: KEPT,
            watches: Vec::new(),
            rows: Vec::new(),
            queue: std::collections::VecDeque::new(),
            trail: Vec::new(),
            levels: Vec::new(),
            head: 0,
            heap: Heap::default(),
            broken: false,
            conflicts: 0,
            work: 0,
            best: 0,
            best_phases: Vec::new(),
            solution: Vec::new(),
            causes: Vec::new(),
        };
        // The variable of what always holds.
        let truth = solver.number(0, 1);
        solver.assert(solver.at_least(truth, 1));
        solver
    }

    /// A new number with its bounds.
    pub(super) fn number(&mut self, low: i64, high: i64) -> Int {
        let high = high.max(low);
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.push(Number {
            var: self.vars.len(),
            first: low,
            last: high,
            lower: vec![Bound { at: 0, value: low }],
            upper: vec![Bound { at: 0, value: high }],
            rises: Vec::new(),
            falls: Vec::new(),
        });
        for value in low + 1..=high {
            self.vars.push(Var {
                number,
                value,
                level: 0,
                at: 0,
                why: Why::Chosen,
                phase: false,
                seen: false,
            });
            self.values.extend([Value::Open; 2]);
            self.watches.extend([Vec::new(), Vec::new()]);
            self.best_phases.push(false);
            self.heap.add();
        }
        Int(number)
    }

    /// The literal that says that a number is at least so much.
    pub(super) fn at_least(&self, number: Int, value: i64) -> Lit {
        let known = &self.numbers[number.index()];
        if value <= known.first {
            Lit::TRUE
        } else if value > known.last {
            Lit::FALSE
        } else {
            let above = usize::try_from(value - known.first - 1).unwrap_or(0);
            Lit::of(known.var + above, true)
        }
    }

    /// The bounds that hold for good, once nothing is chosen.
    pub(super) fn bounds(&self, number: Int) -> (i64, i64) {
        let known = &self.numbers[number.index()];
        (known.lower[0].value, known.upper[0].value)
    }

    /// Tries this value of a number first.
    pub(super) fn prefer(&mut self, number: Int, value: i64) {
        let known = &self.numbers[number.index()];
        for var in known.var..known.var + usize::try_from(known.last - known.first).unwrap_or(0) {
            self.vars[var].phase = self.vars[var].value <= value;
        }
    }

    /// Chooses a number sooner than those with less weight.
    pub(super) fn weigh(&mut self, number: Int, weight: f64) {
        let known = &self.numbers[number.index()];
        for var in known.var..known.var + usize::try_from(known.last - known.first).unwrap_or(0) {
            self.heap.weigh(var, weight);
        }
    }

    /// The value of a number in the last solution.
    pub(super) fn value(&self, number: Int) -> i64 {
        self.solution.get(number.index()).copied().unwrap_or(0)
    }

    /// One of these must hold.
    pub(super) fn clause(&mut self, lits: &[Lit]) {
        let mut lits = lits.to_vec();
        lits.sort_unstable();
        lits.dedup();
        let holds = |lit: &Lit| self.value_of(*lit) == Value::Holds;
        if lits.iter().any(holds) || lits.windows(2).any(|two| two[0] == !two[1]) {
            return;
        }
        lits.retain(|lit| self.value_of(*lit) != Value::Fails);
        match lits.as_slice() {
            [] => self.broken = true,
            [lit] => self.assert(*lit),
            _ => {
                self.attach(Clause {
                    lits,
                    ..Clause::default()
                });
            }
        }
    }

    /// This must hold.
    pub(super) fn assert(&mut self, lit: Lit) {
        match self.value_of(lit) {
            Value::Holds => {}
            Value::Fails => self.broken = true,
            Value::Open => self.set(lit, Why::Chosen),
        }
    }

    /// Looks for values that keep everything: whether there are any.
    ///
    /// # Errors
    /// The budget is spent.
    pub(super) fn solve(&mut self, steps: &mut Steps<'_>) -> Result<bool, Spent> {
        let solved = self.search(steps);
        self.back_to(0);
        solved
    }

    fn search(&mut self, steps: &mut Steps<'_>) -> Result<bool, Spent> {
        let mut restarts = 0;
        let mut until = RESTART;
        self.best = 0;
        loop {
            if self.broken {
                return Ok(false);
            }
            if let Some(conflict) = self.propagate() {
                self.conflicts += 1;
                if self.trail.len() > self.best {
                    self.remember();
                }
                self.pay(steps)?;
                if !self.learn(conflict) {
                    self.broken = true;
                    return Ok(false);
                }
                until = until.saturating_sub(1);
                continue;
            }
            if until == 0 {
                restarts += 1;
                until = RESTART * luby(restarts);
                self.restart(restarts);
                self.pay(steps)?;
            }
            let Some(var) = self.next() else {
                self.solution = self.numbers.iter().map(Number::low).collect();
                return Ok(true);
            };
            if self.work > WORK_OF_A_STEP << 10 {
                self.pay(steps)?;
            }
            self.levels.push(self.trail.len());
            self.set(Lit::of(var, self.vars[var].phase), Why::Chosen);
        }
    }

    fn pay(&mut self, steps: &mut Steps<'_>) -> Result<(), Spent> {
        let work = self.work / WORK_OF_A_STEP;
        self.work %= WORK_OF_A_STEP;
        steps.take("search", work)
    }

    /// Begins anew with what was learnt; now and then from the most that was ever set.
    fn restart(&mut self, restarts: u64) {
        self.back_to(0);
        if self.learnt > self.kept {
            self.clean();
            self.kept += KEPT_MORE;
        }
        if restarts.is_multiple_of(8) {
            for (var, phase) in self.vars.iter_mut().zip(&self.best_phases) {
                var.phase = *phase;
            }
            self.best = 0;
        }
    }

    /// Keeps in mind what is set now.
    fn remember(&mut self) {
        self.best = self.trail.len();
        for lit in &self.trail {
            self.best_phases[lit.var()] = lit.holds();
        }
        self.work += self.trail.len() as u64 / 4;
    }

    fn next(&mut self) -> Option<usize> {
        loop {
            let var = self.heap.pop()?;
            if self.values[var << 1] == Value::Open {
                return Some(var);
            }
        }
    }

    fn value_of(&self, lit: Lit) -> Value {
        self.values[lit.index()]
    }

    fn level(&self) -> usize {
        self.levels.len()
    }

    /// Sets an open literal and all weaker bounds of its number.
    fn set(&mut self, lit: Lit, why: Why) {
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
    fn back_to(&mut self, level: usize) {
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

    /// Sets what follows. The clause or row that cannot be kept, where there is one.
    fn propagate(&mut self) -> Option<Why> {
        loop {
            while let Some(lit) = self.trail.get(self.head).copied() {
                self.head += 1;
                if let Some(clause) = self.visit(!lit) {
                    return Some(Why::Clause(clause));
                }
            }
            let row = self.queue.pop_front()?;
            self.rows[row as usize].queued = false;
            if !self.tighten(row) {
                return Some(Why::Row(row));
            }
        }
    }

    /// Visits the clauses that watch a literal that fails now.
    fn visit(&mut self, fails: Lit) -> Option<u32> {
        let mut watches = std::mem::take(&mut self.watches[fails.index()]);
        self.work += watches.len() as u64 + 1;
        let mut kept = 0;
        let mut conflict = None;
        let mut at = 0;
        while at < watches.len() {
            let watch = watches[at];
            at += 1;
            if self.values[watch.other.index()] == Value::Holds {
                watches[kept] = watch;
                kept += 1;
                continue;
            }
            let clause = &mut self.clauses[watch.clause as usize];
            if clause.lits.is_empty() {
                continue;
            }
            if clause.lits[0] == fails {
                clause.lits.swap(0, 1);
            }
            let first = clause.lits[0];
            let watch = Watch {
                other: first,
                ..watch
            };
            if self.values[first.index()] != Value::Holds {
                let values = &self.values;
                let mut rest = clause.lits.iter().skip(2);
                let found = rest.position(|lit| values[lit.index()] != Value::Fails);
                if let Some(found) = found {
                    clause.lits.swap(1, found + 2);
                    let now = clause.lits[1];
                    self.watches[now.index()].push(watch);
                    continue;
                }
            }
            watches[kept] = watch;
            kept += 1;
            match self.values[first.index()] {
                Value::Holds => {}
                Value::Open => self.set(first, Why::Clause(watch.clause)),
                Value::Fails => {
                    conflict = Some(watch.clause);
                    break;
                }
            }
        }
        while at < watches.len() {
            watches[kept] = watches[at];
            kept += 1;
            at += 1;
        }
        watches.truncate(kept);
        // Nothing watches a literal that fails anew while its watches are visited.
        self.watches[fails.index()] = watches;
        conflict
    }

    fn attach(&mut self, clause: Clause) -> u32 {
        let [first, second] = [clause.lits[0], clause.lits[1]];
        self.learnt += usize::from(clause.learnt);
        let at = if let Some(at) = self.free.pop() {
            self.clauses[at as usize] = clause;
            at
        } else {
            self.clauses.push(clause);
            u32::try_from(self.clauses.len() - 1).unwrap_or(u32::MAX)
        };
        for (watched, other) in [(first, second), (second, first)] {
            self.watches[watched.index()].push(Watch { clause: at, other });
        }
        at
    }

    /// Forgets half of what was learnt: what joins many levels and was not used for long.
    /// Nothing is set but what holds for good, so that no clause is a reason that is needed.
    fn clean(&mut self) {
        let mut learnt: Vec<(bool, u64, u32)> = Vec::new();
        for (clause, at) in self.clauses.iter().zip(0_u32..) {
            if clause.learnt && !clause.lits.is_empty() && clause.levels > 2 {
                learnt.push((clause.levels <= 6, clause.used, at));
            }
        }
        learnt.sort_unstable();
        learnt.truncate(learnt.len() / 2);
        for (_, _, at) in &learnt {
            self.clauses[*at as usize].lits.clear();
            self.learnt -= 1;
        }
        for list in &mut self.watches {
            list.retain(|watch| !self.clauses[watch.clause as usize].lits.is_empty());
        }
        self.free.extend(learnt.iter().map(|(_, _, at)| *at));
    }
}

/// Luby's sequence: 1 1 2 1 1 2 4 …
fn luby(at: u64) -> u64 {
    let mut at = at;
    loop {
        let bits = u64::BITS - at.leading_zeros();
        if at == (1 << bits) - 1 {
            return 1 << (bits - 1);
        }
        at -= (1 << (bits - 1)) - 1;
    }
}

#[cfg(test)]
mod tests;
