//! What is wrong with an expression, at a place in its text.

use std::ops::Range;

use crate::units::UnitError;

/// What is wrong with an expression; the caller knows where its text stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes of the expression's text that are at fault.
    pub range: Range<usize>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The few words to write under the range; may be empty.
    pub label: String,
    /// How to put it right.
    pub help: Option<String>,
    /// What to replace the range with, where that is known for sure.
    pub fix: Option<String>,
}

impl Problem {
    /// A problem of these bytes.
    pub fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            range,
            message: message.into(),
            label: String::new(),
            help: None,
            fix: None,
        }
    }

    /// A value of a unit that was written wrongly.
    pub fn of_unit(range: Range<usize>, error: UnitError) -> Self {
        Self {
            help: error.help,
            ..Self::new(range, error.message)
        }
    }

    /// The words under the range.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// How to put it right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What to replace the range with.
    #[must_use]
    pub fn fix(mut self, replacement: impl Into<String>) -> Self {
        self.fix = Some(replacement.into());
        self
    }

    /// The same problem in a text that this one is a part of, `by` bytes in.
    #[must_use]
    pub fn shifted(mut self, by: usize) -> Self {
        self.range = self.range.start + by..self.range.end + by;
        self
    }
}
