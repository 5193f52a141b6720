//! What follows from what is set: clauses first, which are cheap, then rows.

use super::{Lit, Solver, Value, Watch, Why};

impl Solver {
    /// Sets what follows. The clause or row that cannot be kept, where there is one.
    pub(super) fn propagate(&mut self) -> Option<Why> {
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
}
