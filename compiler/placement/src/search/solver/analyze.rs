//! What is learnt from a conflict.

use super::{Clause, Lit, Solver, Why};

impl Solver {
    /// Learns a clause from a conflict, goes back as far as it tells something new, and sets
    /// what it implies. `false` where nothing can be kept whatever is chosen.
    pub(super) fn learn(&mut self, conflict: Why) -> bool {
        let mut causes = std::mem::take(&mut self.causes);
        causes.clear();
        self.reasons(conflict, None, &mut causes);
        let level = causes.iter().map(|lit| self.vars[lit.var()].level).max();
        let Some(level) = level.filter(|level| *level > 0) else {
            return false;
        };
        self.back_to(level as usize);
        let mut learnt = self.resolve(level, causes);
        self.minimize(&mut learnt);
        for lit in &learnt {
            self.vars[lit.var()].seen = false;
        }
        self.strongest(&mut learnt);
        self.heap.decay();
        self.keep(learnt);
        true
    }

    /// Replaces the causes on the last level until one is left; it comes first.
    fn resolve(&mut self, level: u32, mut causes: Vec<Lit>) -> Vec<Lit> {
        let mut learnt = vec![Lit::FALSE];
        let mut open = 0_usize;
        let mut at = self.trail.len();
        loop {
            for cause in &causes {
                let var = &mut self.vars[cause.var()];
                if var.seen || var.level == 0 {
                    continue;
                }
                var.seen = true;
                self.heap.bump(cause.var());
                if var.level == level {
                    open += 1;
                } else {
                    learnt.push(!*cause);
                }
            }
            while at > 0 && !self.vars[self.trail[at - 1].var()].seen {
                at -= 1;
            }
            let Some(lit) = at.checked_sub(1).map(|at| self.trail[at]) else {
                break;
            };
            at -= 1;
            self.work += 1;
            open -= 1;
            if open == 0 {
                learnt[0] = !lit;
                break;
            }
            let var = &mut self.vars[lit.var()];
            var.seen = false;
            let why = var.why;
            causes.clear();
            self.reasons(why, Some(lit), &mut causes);
        }
        self.causes = causes;
        learnt
    }

    /// The literals that hold and together imply one, or the conflict.
    fn reasons(&mut self, why: Why, implied: Option<Lit>, causes: &mut Vec<Lit>) {
        match why {
            Why::Chosen => {}
            Why::Implied(by) => causes.push(by),
            Why::Clause(at) => {
                let clause = &mut self.clauses[at as usize];
                clause.used = self.conflicts;
                self.work += clause.lits.len() as u64;
                let others = clause.lits.iter().filter(|lit| Some(**lit) != implied);
                causes.extend(others.map(|lit| !*lit));
            }
            Why::Row(row) => self.explain(row, implied, causes),
        }
    }

    /// Leaves out what follows from the rest.
    fn minimize(&mut self, learnt: &mut Vec<Lit>) {
        let mut causes = Vec::new();
        let mut kept = vec![learnt[0]];
        let mut left_out = Vec::new();
        for lit in learnt.iter().skip(1) {
            let why = self.vars[lit.var()].why;
            causes.clear();
            self.reasons(why, Some(!*lit), &mut causes);
            let follows = !matches!(why, Why::Chosen)
                && causes.iter().all(|cause| {
                    let var = &self.vars[cause.var()];
                    var.seen || var.level == 0
                });
            if follows {
                left_out.push(*lit);
            } else {
                kept.push(*lit);
            }
        }
        for lit in left_out {
            self.vars[lit.var()].seen = false;
        }
        *learnt = kept;
    }

    /// Of several bounds of a number on the same side the weakest literal of the clause says
    /// all: who is below 3 is below 5.
    fn strongest(&self, learnt: &mut Vec<Lit>) {
        let first = learnt[0];
        let side = |lit: &Lit| (self.vars[lit.var()].number, lit.holds());
        let mut rest: Vec<Lit> = learnt.drain(1..).collect();
        rest.sort_by_key(|lit| {
            let value = self.vars[lit.var()].value;
            // What is said last is said weakest: `x >= 3` before `x >= 5`, `x < 5` before `x < 3`.
            (side(lit), if lit.holds() { value } else { -value })
        });
        rest.dedup_by_key(|lit| side(lit));
        rest.retain(|lit| side(lit) != side(&first));
        learnt.extend(rest);
    }

    /// Adds a learnt clause, goes back and sets its first literal.
    fn keep(&mut self, mut learnt: Vec<Lit>) {
        learnt[1..].sort_unstable_by_key(|lit| {
            let var = &self.vars[lit.var()];
            (std::cmp::Reverse(var.level), *lit)
        });
        let first = learnt[0];
        let back = learnt.get(1).map_or(0, |lit| self.vars[lit.var()].level);
        let mut levels: Vec<u32> = learnt
            .iter()
            .map(|lit| self.vars[lit.var()].level)
            .collect();
        levels.dedup();
        self.back_to(back as usize);
        if learnt.len() == 1 {
            self.set(first, Why::Chosen);
            return;
        }
        let at = self.attach(Clause {
            lits: learnt,
            learnt: true,
            levels: u32::try_from(levels.len()).unwrap_or(u32::MAX),
            used: self.conflicts,
        });
        self.set(first, Why::Clause(at));
    }
}
