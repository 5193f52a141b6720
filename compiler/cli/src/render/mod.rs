//! Findings as text: one type of finding, one renderer per reader.

mod every_rule;
mod fingerprint;
mod github;
mod gitlab;
pub(crate) mod html;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod kind;
mod line;
mod locate;
pub(crate) mod markdown;
pub(crate) mod place;
mod sarif;
pub(crate) mod short;
mod snippet;
pub(crate) mod style;
pub(crate) mod told;

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
    /// The path of the file that stands for all of them, for formats that want a file for
    /// everything.
    fn home(&self) -> &str;
}

/// What findings are told as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Reports with the source, for reading
    Human,
    /// One line each: `path:line:column: level[rule]: message`
    Short,
    /// One JSON document; `tenantry schema --findings` describes it
    Json,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// Commands of a GitHub workflow, which marks the lines of the change
    Github,
    /// A report of GitLab's Code Quality
    Gitlab,
    /// JUnit's XML, for what shows the results of tests
    Junit,
}

impl Format {
    /// As it is written behind `--format`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Short => "short",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
        }
    }
}

/// What a finding says beneath its message, a line each, for formats that have one text for it.
fn notes(finding: &Diagnostic) -> Vec<String> {
    let notes = [("why", &finding.why), ("help", &finding.help)];
    let notes = notes.into_iter().filter_map(|(title, text)| {
        let text = text.as_deref()?;
        Some(format!("{title}: {}", visible(text)))
    });
    notes.collect()
}

/// The message in one line, with the environments where not all have it.
fn headline(finding: &Diagnostic) -> String {
    let message = visible(&finding.message).replace('\n', " ");
    match finding.envs.as_slice() {
        [] => message,
        envs => format!("{message} (in env {})", envs.join(", ")),
    }
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

    use clap::ValueEnum as _;
    use tenantry_core::{
        FileId, Span,
        diag::{Family, Level, Rule},
    };

    use super::{Counts, Files, Format, visible};

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

    impl Texts {
        /// The spans of every `needle` in a file.
        pub(crate) fn find_all(&self, file: u32, needle: &str) -> Vec<Span> {
            let at = |offset: usize| u32::try_from(offset).expect("a small file");
            let found = self.0[file as usize].1.match_indices(needle);
            found
                .map(|(start, _)| Span::new(FileId(file), at(start), at(start + needle.len())))
                .collect()
        }
    }

    impl Files for Texts {
        fn path(&self, file: FileId) -> &str {
            self.0.get(file.0 as usize).map_or("?", |(path, _)| path)
        }

        fn text(&self, file: FileId) -> &str {
            self.0.get(file.0 as usize).map_or("", |(_, text)| text)
        }

        fn home(&self) -> &str {
            "tenantry.kdl"
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
    fn a_format_is_called_what_is_typed() {
        for format in Format::value_variants() {
            let typed = format.to_possible_value().expect("none is hidden");
            assert_eq!(typed.get_name(), format.name());
        }
    }

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
