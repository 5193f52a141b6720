//! Findings as text: one type of finding, one renderer per reader.

pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod kind;
mod line;
pub(crate) mod markdown;
pub(crate) mod place;
pub(crate) mod short;
mod snippet;
pub(crate) mod style;

use std::collections::BTreeSet;

use clap::ValueEnum;
use tenantry_core::{
    FileId,
    diag::{Diagnostic, Level},
};

/// What a renderer may ask about the files that findings point into.
pub(crate) trait Files {
    /// The path to print, as one would type it where the command runs.
    fn path(&self, file: FileId) -> &str;
    /// The text; empty for a file that is not known.
    fn text(&self, file: FileId) -> &str;
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Reports with the source, for reading
    Human,
    /// One line each: `path:line:column: level[rule]: message`
    Short,
    /// One JSON document, for tools
    Json,
}

/// How many findings of each level there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) notes: usize,
    /// Files that have one.
    pub(crate) files: usize,
}

impl Counts {
    pub(crate) fn of(findings: &[Diagnostic]) -> Self {
        let count = |level| {
            findings
                .iter()
                .filter(|finding| finding.level == level)
                .count()
        };
        let files: BTreeSet<FileId> = findings
            .iter()
            .filter_map(|finding| Some(finding.span?.file))
            .collect();
        Self {
            errors: count(Level::Error),
            warnings: count(Level::Warn),
            notes: count(Level::Note),
            files: files.len(),
        }
    }

    /// "3 errors, 1 warning in 2 files"; nothing when there is nothing.
    pub(crate) fn sentence(self) -> Option<String> {
        let parts: Vec<String> = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| counted(count, what))
        .collect();
        let place = if self.files > 0 {
            format!(" in {}", counted(self.files, "file"))
        } else {
            String::new()
        };
        (!parts.is_empty()).then(|| format!("{}{place}", parts.join(", ")))
    }
}

/// `1 file`, `2 files`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Makes text from a spec harmless to a terminal: control characters, which could move the
/// cursor or forge output, and marks that reorder what follows, become visible signs.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(visible_char).collect()
}

fn visible_char(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => '\u{fffd}',
        _ => c,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    //! What the renderers' tests share.

    use tenantry_core::{
        FileId, Span,
        diag::{Family, Level, Rule},
    };

    use super::{Counts, Files, visible};

    /// Files in memory, numbered in order.
    pub(crate) struct Texts(pub(crate) Vec<(&'static str, String)>);

    impl Texts {
        pub(crate) fn of<const N: usize>(files: [(&'static str, &str); N]) -> Self {
            Self(
                files
                    .into_iter()
                    .map(|(path, text)| (path, text.to_owned()))
                    .collect(),
            )
        }

        /// The span of the first `needle` in a file.
        pub(crate) fn find(&self, file: u32, needle: &str) -> Span {
            let start = self.0[file as usize]
                .1
                .find(needle)
                .expect("the needle is in the text");
            let at = |offset: usize| u32::try_from(offset).expect("a small file");
            Span::new(FileId(file), at(start), at(start + needle.len()))
        }
    }

    impl Files for Texts {
        fn path(&self, file: FileId) -> &str {
            self.0.get(file.0 as usize).map_or("?", |(path, _)| path)
        }

        fn text(&self, file: FileId) -> &str {
            self.0.get(file.0 as usize).map_or("", |(_, text)| text)
        }
    }

    /// A rule to make findings of.
    pub(crate) static CAPACITY: Rule = Rule::new(
        "gpu-over-capacity",
        Family::Capacity,
        Level::Error,
        "more GPUs asked of a pool than it has",
        "",
    );

    /// A rule of a lower level.
    pub(crate) static UNPINNED: Rule = Rule::new(
        "image-not-pinned",
        Family::Images,
        Level::Warn,
        "an image without a digest",
        "",
    );

    #[test]
    fn counts_read_as_a_sentence() {
        let counts = Counts {
            errors: 3,
            warnings: 1,
            notes: 0,
            files: 2,
        };
        assert_eq!(
            counts.sentence().as_deref(),
            Some("3 errors, 1 warning in 2 files")
        );
        assert_eq!(Counts::default().sentence(), None);
    }

    #[test]
    fn a_spec_cannot_talk_to_the_terminal() {
        assert_eq!(visible("a\u{1b}[2Jb\u{202e}c\rd"), "a␛[2Jb\u{fffd}c␍d");
    }
}
