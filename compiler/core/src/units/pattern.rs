//! Patterns of text.

use std::fmt;
use std::hash::{Hash, Hasher};

use regex::{Regex, RegexBuilder};

use super::error::quoted;
use super::{Unit, UnitError};

/// A regular expression that is matched in time linear in the text: no back-references, no
/// look-around. Patterns are equal where they are written alike.
#[derive(Clone)]
pub struct Pattern(Regex);

/// The longest pattern, in bytes.
const MAX_LEN: usize = 1000;
/// The most memory that one compiled pattern may take, in bytes.
const MAX_COMPILED: usize = 1 << 20;

impl Pattern {
    /// Whether it matches somewhere in `text`; anchors (`^`, `$`) tie it to the ends.
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Unit for Pattern {
    const NAME: &'static str = "pattern";
    const EXAMPLE: &'static str = "^[a-z]+$";
    const DOC: &'static str = "a regular expression without back-references and look-around";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if text.len() > MAX_LEN {
            return Err(UnitError::new(format!(
                "the pattern has {} characters: the most is {MAX_LEN}",
                text.len()
            )));
        }
        RegexBuilder::new(text)
            .size_limit(MAX_COMPILED)
            .dfa_size_limit(MAX_COMPILED)
            .nest_limit(50)
            .build()
            .map(Self)
            .map_err(|error| not_a_pattern(text, &error))
    }
}

fn not_a_pattern(text: &str, error: &regex::Error) -> UnitError {
    let shown = quoted(text);
    if let regex::Error::CompiledTooBig(_) = error {
        return UnitError::new(format!(
            "the pattern {shown} is too large once repetitions are unrolled"
        ))
        .help("lower its `{n}` repetitions");
    }
    // The library draws the pattern with a caret; its last line alone is the reason.
    let report = error.to_string();
    let reason = report.lines().last().unwrap_or_default();
    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
    UnitError::new(format!("{shown} is not a pattern: {reason}"))
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Pattern {}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.as_str()).finish()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_where_their_anchors_let_them() {
        let code = Pattern::parse("^f[0-9]{3}$").unwrap();
        assert!(code.matches("f001") && !code.matches("xf001"));
        assert!(Pattern::parse("[0-9]").unwrap().matches("f001"));
    }

    #[test]
    fn what_cannot_be_matched_in_linear_time_is_refused() {
        for bad in [
            "(a",
            "[z-a]",
            r"(a)\1",
            "(?=a)",
            "a{1000}{1000}{1000}",
            &"(".repeat(400),
        ] {
            let error = Pattern::parse(bad).unwrap_err();
            assert!(
                !error.message.contains('\n') && error.message.len() < 300,
                "{error}"
            );
        }
        assert!(Pattern::parse(&"a".repeat(1001)).is_err());
        assert_eq!(
            Pattern::parse("(a").unwrap_err().message,
            "`(a` is not a pattern: unclosed group"
        );
    }
}
