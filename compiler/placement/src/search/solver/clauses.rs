//! Clauses, who watches them, and which of the learnt ones are kept.

use super::{Lit, Solver};

#[derive(Debug, Default)]
pub(super) struct Clause {
    pub(super) lits: Vec<Lit>,
    pub(super) learnt: bool,
    /// How many levels it joins: the fewer, the more it is worth.
    pub(super) levels: u32,
    /// When it last took part in a conflict.
    pub(super) used: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Watch {
    pub(super) clause: u32,
    /// Another literal of the clause: where it holds the clause need not be looked at.
    pub(super) other: Lit,
}

impl Solver {
    pub(super) fn attach(&mut self, clause: Clause) -> u32 {
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
    pub(super) fn clean(&mut self) {
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
