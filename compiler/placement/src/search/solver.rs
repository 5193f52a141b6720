//! A solver for whole numbers between bounds: clauses over bounds, and linear rows over the
//! numbers themselves. It learns a clause from every conflict, as SAT solvers do; rows are never
//! unfolded into clauses but explain what they imply when a conflict asks.
//!
//! Each number has one literal `[x >= v]` for each value above its least, so that a literal is
//! always a bound. Everything is decided in integers; the activities that order the decisions
//! are floats, and change only how soon an answer is found.

mod analyze;
mod clauses;
mod heap;
mod linear;
mod literal;
mod propagate;
mod trail;

use clauses::{Clause, Watch};
use heap::Heap;
use linear::Row;
pub(super) use linear::TooWide;
pub(super) use literal::{Int, Lit};

use crate::steps::{Spent, Steps};

/// Conflicts between two restarts, times Luby's sequence.
const RESTART: u64 = 100;

/// Learnt clauses that are kept at first, and how many more after each cleaning.
const KEPT: usize = 4_000;
const KEPT_MORE: usize = 1_000;

/// How much work one step is.
const WORK_OF_A_STEP: u64 = 16;

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
