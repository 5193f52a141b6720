//! The word that a completion takes the place of, and how it is to be written there.

use std::ops::Range;

use tenantry_syntax::{around::Word, format::quote, kind::TokenKind};

/// A word of the text, or the place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot<'t> {
    /// The bytes that a completion replaces: the word without its quotes, on the cursor's line.
    pub(super) range: Range<u32>,
    /// What is typed of it up to the cursor, without the quotes.
    pub(super) typed: &'t str,
    /// How a string is written there.
    pub(super) quotes: Quotes,
}

/// How a string is written at a spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Bare where it can be, else in quotes of its own.
    Own,
    /// Within quotes that stand there.
    Inside,
    /// Behind a quote that is not closed yet.
    Open,
}

impl<'t> Spot<'t> {
    /// Where no word stands yet.
    pub(super) fn empty(at: u32) -> Self {
        Self {
            range: at..at,
            typed: "",
            quotes: Quotes::Own,
        }
    }

    /// A word with the cursor in it.
    pub(super) fn of(word: &Word<'t>, at: u32) -> Self {
        if !word.is_quoted() {
            return Self {
                range: word.range.start..word.range.end.max(word.range.start),
                typed: word.typed,
                quotes: Quotes::Own,
            };
        }
        let inside = word.typed.trim_start_matches('#');
        let signs = if inside.starts_with("\"\"\"") { 3 } else { 1 };
        let opening = word.typed.len() - inside.len() + signs.min(inside.len());
        let typed = word.typed.get(opening..).unwrap_or_default();
        let start = word.range.start + u32::try_from(opening).unwrap_or(u32::MAX);
        let start = start.min(at);
        match closing(word) {
            Some(end) if end >= at => Self {
                range: start..end,
                typed,
                quotes: Quotes::Inside,
            },
            _ => Self {
                range: start..at,
                typed,
                quotes: Quotes::Open,
            },
        }
    }

    /// A part of what is typed, from a byte of it up to the cursor.
    pub(super) fn from(&self, start: usize, at: u32) -> Self {
        let typed = self.typed.get(start..).unwrap_or_default();
        let length = u32::try_from(typed.len()).unwrap_or(u32::MAX);
        Self {
            range: at.saturating_sub(length)..at,
            typed,
            quotes: self.quotes,
        }
    }

    /// Whether a quote stands before it.
    pub(super) fn is_quoted(&self) -> bool {
        self.quotes != Quotes::Own
    }

    /// How a string is written there.
    pub(super) fn written(&self, text: &str) -> String {
        match self.quotes {
            Quotes::Own if is_bare(text) => text.to_owned(),
            Quotes::Own => quote(text),
            Quotes::Inside => text.to_owned(),
            Quotes::Open => format!("{text}\""),
        }
    }
}

/// Where the quotes of a string close on its own line.
fn closing(word: &Word<'_>) -> Option<u32> {
    let text = word.text?;
    let source = text.source();
    if source.contains('\n') || word.kind == Some(TokenKind::MultiLine) {
        return None;
    }
    let hashes = source.len() - source.trim_end_matches('#').len();
    let body = source.get(..source.len() - hashes)?;
    let opening = source.find('"')?;
    let closes = body.ends_with('"') && body.len() > opening + 1;
    let end = word.range.end - u32::try_from(hashes).ok()?;
    closes.then(|| end.saturating_sub(1))
}

/// Whether a word needs no quotes. Some that could do without get them all the same: what looks
/// like a number is easily read as one.
pub(super) fn is_bare(text: &str) -> bool {
    let mut letters = text.strip_prefix('$').unwrap_or(text).chars();
    let begins = |first: char| first.is_ascii_alphabetic() || first == '_';
    let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let keyword = matches!(text, "true" | "false" | "null" | "inf" | "nan");
    !keyword && letters.next().is_some_and(begins) && letters.all(goes_on)
}

#[cfg(test)]
mod tests {
    use super::is_bare;

    #[test]
    fn what_could_be_read_as_something_else_is_quoted() {
        for (text, bare) in [
            ("web", true),
            ("acme.web", true),
            ("$gpu-nodes", true),
            ("20GiB", false),
            ("5g", false),
            ("10.0.0.0/8", false),
            ("true", false),
            ("", false),
            ("$", false),
        ] {
            assert_eq!(is_bare(text), bare, "{text:?}");
        }
    }
}
