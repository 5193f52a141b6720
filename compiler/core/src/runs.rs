//! Tables that are only added to and outlive a run in parts: what one analysis entered, the next
//! may take over under the same numbers.

use std::sync::Arc;

/// Entries whose numbers follow each other, to which nothing is added any more.
#[derive(Debug)]
struct Run<T> {
    first: u32,
    entries: Arc<Vec<T>>,
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for Run<T> {
    fn clone(&self) -> Self {
        Self {
            first: self.first,
            entries: self.entries.clone(),
        }
    }
}

/// The most entries of one run.
const LONGEST: usize = 1 << 14;

/// A table of entries by number. Not every number has one: of what an earlier run entered, only
/// what is still wanted is kept.
#[derive(Debug)]
pub(crate) struct Runs<T> {
    /// Closed, by their first numbers.
    closed: Vec<Run<T>>,
    /// What is being entered, and the number of its first.
    open: Vec<T>,
    first: u32,
    /// Below this are the entries of what begins anew in each table.
    ground: u32,
    /// Which of the runs that were taken over are wanted; all others are new.
    wanted: Vec<bool>,
}

impl<T: Clone> Clone for Runs<T> {
    fn clone(&self) -> Self {
        Self {
            closed: self.closed.clone(),
            open: self.open.clone(),
            first: self.first,
            ground: self.ground,
            wanted: self.wanted.clone(),
        }
    }
}

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self {
            closed: Vec::new(),
            open: Vec::new(),
            first: 0,
            ground: 0,
            wanted: Vec::new(),
        }
    }
}

impl<T> Runs<T> {
    /// A table whose first number is this.
    pub(crate) fn starting(first: u32) -> Self {
        Self {
            first,
            ..Self::default()
        }
    }

    /// A table that begins anew at zero, beside all that another one holds but for its ground. Of
    /// that nothing is wanted yet.
    pub(crate) fn after(before: &Self) -> Self {
        debug_assert!(before.open.is_empty(), "what is kept is closed");
        let others = before
            .closed
            .iter()
            .filter(|run| run.first >= before.ground);
        let closed: Vec<Run<T>> = others.cloned().collect();
        Self {
            wanted: vec![false; closed.len()],
            closed,
            ..Self::default()
        }
    }

    /// The number of the next entry.
    pub(crate) fn next(&self) -> u32 {
        let open = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        self.first.saturating_add(open)
    }

    /// Enters one; its number.
    pub(crate) fn push(&mut self, entry: T) -> u32 {
        // One long list would be copied whenever it grows.
        if self.open.len() == LONGEST {
            self.cut();
        }
        let number = self.next();
        self.open.push(entry);
        number
    }

    /// The entry of a number.
    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        if let Some(at) = number.checked_sub(self.first)
            && let Some(entry) = self.open.get(at as usize)
        {
            return Some(entry);
        }
        let after = self.closed.partition_point(|run| run.first <= number);
        let run = self.closed.get(after.checked_sub(1)?)?;
        run.entries.get((number - run.first) as usize)
    }

    /// Whether nothing was ever entered.
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.closed.is_empty()
    }

    /// All entries, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let closed = self.closed.iter().map(|run| (run.first, &**run.entries));
        let all = closed.chain([(self.first, &*self.open)]);
        all.flat_map(|(first, entries)| (first..).zip(entries))
    }

    /// Closes the run at hand; what follows is another one. Returns how many there are.
    pub(crate) fn cut(&mut self) -> usize {
        if !self.open.is_empty() {
            let next = self.next();
            let entries = std::mem::take(&mut self.open);
            let first = std::mem::replace(&mut self.first, next);
            let run = Run {
                first,
                entries: Arc::new(entries),
            };
            // What is new has the highest numbers, but for what comes before the first skip.
            let at = self.closed.partition_point(|other| other.first < first);
            self.closed.insert(at, run);
            if at < self.wanted.len() {
                self.wanted.insert(at, true);
            }
        }
        self.closed.len()
    }

    /// What was entered so far is the ground, which begins anew in each table. Goes on at a
    /// number, if it is not behind already.
    pub(crate) fn skip_to(&mut self, number: u32) {
        self.cut();
        self.ground = self.first;
        self.first = self.first.max(number);
    }

    /// The first numbers of the runs from one on, all of which are closed.
    pub(crate) fn since(&self, from: usize) -> impl Iterator<Item = u32> {
        self.closed.iter().skip(from).map(|run| run.first)
    }

    /// A run that was taken over stays.
    pub(crate) fn want(&mut self, first: u32) {
        let at = self.closed.partition_point(|run| run.first < first);
        if let Some(wanted) = self.wanted.get_mut(at) {
            *wanted = true;
        }
    }

    /// Lets go of what was taken over and nobody wants.
    pub(crate) fn settle(&mut self) {
        self.cut();
        let mut wanted = std::mem::take(&mut self.wanted).into_iter();
        self.closed.retain(|_| wanted.next().unwrap_or(true));
    }

    /// Takes up the runs of tables whose numbers come after all of this one's, in their order,
    /// and goes on at `next`.
    pub(crate) fn join(&mut self, tables: impl IntoIterator<Item = Self>, next: u32) {
        self.cut();
        for mut table in tables {
            table.cut();
            self.closed.append(&mut table.closed);
        }
        self.first = self.first.max(next);
    }
}

#[cfg(test)]
mod tests {
    use super::Runs;

    #[test]
    fn what_is_wanted_of_another_table_stays_under_its_numbers() {
        let mut before = Runs::default();
        before.push("ground");
        before.skip_to(1);
        before.push("first");
        before.cut();
        before.push("second");
        before.cut();

        let mut now = Runs::after(&before);
        assert_eq!(now.push("ground again"), 0, "numbers begin anew");
        now.skip_to(before.next());
        now.want(2);
        assert_eq!(now.push("third"), 3);
        now.settle();
        let all: Vec<_> = now.iter().collect();
        assert_eq!(all, [(0, &"ground again"), (2, &"second"), (3, &"third")]);
        assert_eq!(now.get(1), None);
        assert_eq!(now.get(2), Some(&"second"));
        assert_eq!(now.get(4), None);
    }
}
