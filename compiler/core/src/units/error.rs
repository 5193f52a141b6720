//! What is wrong with a value, in the user's words.

use std::fmt::{self, Write};
use std::ops::Range;

/// What is wrong with a value and what to write instead; the caller adds the span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitError {
    /// What is wrong, in one sentence without a full stop, with the figures filled in.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The value as it is to be written in a spec, where only one can have been meant.
    pub mend: Option<String>,
    /// The bytes of the text that are at fault, where narrower than the whole.
    pub at: Option<Range<usize>>,
}

impl UnitError {
    /// An error about the whole text.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            mend: None,
            at: None,
        }
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds the value that was meant without a doubt.
    #[must_use]
    pub fn mend(mut self, value: impl Into<String>) -> Self {
        self.mend = Some(value.into());
        self
    }

    /// Narrows the error to a part of the text.
    #[must_use]
    pub fn at(mut self, range: Range<usize>) -> Self {
        self.at = Some(range);
        self
    }
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for UnitError {}

/// The longest piece of a user's text that a message repeats, in characters.
const ECHO_LIMIT: usize = 60;

/// A user's text for a message: in backticks, cut to a length that fits a line, and with
/// control characters escaped, so that no value can write to a terminal through its error.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("`");
    for (count, c) in text.chars().enumerate() {
        if count == ECHO_LIMIT {
            out.push('…');
            break;
        }
        if c.is_control() || is_invisible(c) {
            // Writing to a String cannot fail.
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out.push('`');
    out
}

/// Characters that change how their neighbours are shown, or are not shown at all.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_quoted_text_is_short_and_harmless() {
        assert_eq!(quoted("128GiB"), "`128GiB`");
        assert_eq!(quoted("\u{1b}[31m"), "`\\u{1b}[31m`");
        assert_eq!(quoted("a\u{202e}b"), "`a\\u{202e}b`");
        assert_eq!(quoted(&"x".repeat(1000)), format!("`{}…`", "x".repeat(60)));
    }
}
