//! Budgets in steps: how much work may be done, never how much time. The same input takes the
//! same steps and gets the same answer on every machine.

use std::collections::BTreeMap;

/// The budget is spent, or the guard said stop: what was looked for is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent;

/// How many steps a decision may take, and what they went into.
///
/// A step is a unit of work that is about as long everywhere: a node of a search, a product of a
/// scalar product's, a conflict.
#[derive(Default)]
pub struct Steps<'g> {
    limit: u64,
    used: u64,
    counted: BTreeMap<&'static str, u64>,
    guard: Option<&'g dyn Fn() -> bool>,
    asked: u64,
}

/// The guard is asked once in so many steps.
const GUARD_EVERY: u64 = 4096;

impl<'g> Steps<'g> {
    /// A budget of so many steps.
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// A budget with a guard that may end the work early, for `--time-limit`. It may make an
    /// answer open and nothing else.
    #[must_use]
    pub fn guarded(limit: u64, guard: &'g dyn Fn() -> bool) -> Self {
        Self {
            limit,
            guard: Some(guard),
            ..Self::default()
        }
    }

    /// Takes steps for a purpose.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn take(&mut self, purpose: &'static str, steps: u64) -> Result<(), Spent> {
        self.used = self.used.saturating_add(steps);
        *self.counted.entry(purpose).or_default() += steps;
        if self.used > self.limit {
            return Err(Spent);
        }
        if self.used / GUARD_EVERY > self.asked {
            self.asked = self.used / GUARD_EVERY;
            if self.guard.is_some_and(|stop| stop()) {
                self.limit = self.used;
                return Err(Spent);
            }
        }
        Ok(())
    }

    /// Does a part of the work within so many steps of the budget. Where only the part's are
    /// spent, the rest can still be used.
    ///
    /// # Errors
    /// As the work.
    pub fn within<T>(
        &mut self,
        steps: u64,
        work: impl FnOnce(&mut Self) -> Result<T, Spent>,
    ) -> Result<T, Spent> {
        let limit = self.limit;
        self.limit = limit.min(self.used.saturating_add(steps));
        let part = self.limit;
        let done = work(self);
        // A guard that said stop has lowered the limit for good.
        if self.limit == part {
            self.limit = limit;
        }
        done
    }

    /// How many steps are left.
    pub fn left(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    /// How many steps each purpose took.
    pub fn counted(&self) -> &BTreeMap<&'static str, u64> {
        &self.counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_cannot_spend_more_than_its_own_and_leaves_the_rest() {
        let mut steps = Steps::new(100);
        let part = steps.within(10, |steps| steps.take("part", 11));
        assert_eq!(part, Err(Spent));
        assert_eq!(steps.take("rest", 80), Ok(()));
        assert_eq!(steps.take("rest", 10), Err(Spent));
        assert_eq!(steps.counted()["part"], 11);
    }

    #[test]
    fn a_guard_ends_everything() {
        let stop = || true;
        let mut steps = Steps::guarded(u64::MAX, &stop);
        let part = steps.within(1 << 20, |steps| steps.take("part", GUARD_EVERY));
        assert_eq!(part, Err(Spent));
        assert_eq!(steps.take("rest", 1), Err(Spent));
    }
}
