//! What was tried, for an answer that is none.

use std::collections::BTreeMap;

/// How often one way was tried, and to what end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tries {
    /// It told nothing.
    open: u64,
    /// Its steps were spent.
    spent: u64,
    /// How many steps it took in all.
    steps: u64,
}

/// What was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trail {
    ways: BTreeMap<usize, (&'static str, Tries)>,
    notes: Vec<String>,
}

impl Trail {
    /// A way of deciding, by its place among them, took so many steps and told nothing; whether
    /// because they were all that it may take.
    pub(crate) fn open(&mut self, (at, way): (usize, &'static str), steps: u64, spent: bool) {
        let (_, tries) = self.ways.entry(at).or_insert((way, Tries::default()));
        tries.steps += steps;
        if spent {
            tries.spent += 1;
        } else {
            tries.open += 1;
        }
    }

    /// Something else that whoever asks should know.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// All of it in words.
    pub(crate) fn told(&self) -> Vec<String> {
        let mut told = self.notes.clone();
        for (way, tries) in self.ways.values() {
            let steps = tries.steps;
            let times = match tries.open + tries.spent {
                1 => String::new(),
                times => format!("{times} times, "),
            };
            told.push(if tries.spent > 0 {
                format!("{way}: {times}gave up after {steps} steps")
            } else {
                format!("{way}: {times}does not tell, after {steps} steps")
            });
        }
        if told.is_empty() {
            told.push("nothing could be tried within the steps".to_owned());
        }
        told
    }
}
