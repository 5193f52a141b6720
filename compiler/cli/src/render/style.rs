//! Colours and width of what people read.

use owo_colors::{OwoColorize as _, Style};
use tenantry_core::diag::Level;

/// How to print for people: whether in colour, and how wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Whether escape sequences are welcome.
    pub(crate) colour: bool,
    /// Columns.
    pub(crate) width: usize,
}

impl Look {
    /// For a file: no colour, and lines that any window shows.
    pub(crate) const PLAIN: Self = Self {
        colour: false,
        width: 100,
    };

    /// Text in a style, or plain.
    pub(crate) fn paint(self, text: &str, style: Style) -> String {
        if self.colour {
            text.style(style).to_string()
        } else {
            text.to_owned()
        }
    }

    /// What stands out.
    pub(crate) fn strong(self, text: &str) -> String {
        self.paint(text, Style::new().bold())
    }

    /// What steps back.
    pub(crate) fn faint(self, text: &str) -> String {
        self.paint(text, Style::new().dimmed())
    }

    /// What is to be typed, or is a name of the language.
    pub(crate) fn code(self, text: &str) -> String {
        self.paint(text, Style::new().cyan())
    }

    /// What went well.
    pub(crate) fn good(self, text: &str) -> String {
        self.paint(text, Style::new().green().bold())
    }

    /// Text in the colour of a level.
    pub(crate) fn level(self, text: &str, level: Level) -> String {
        self.paint(text, level_style(level))
    }

    /// Text wrapped to the width, the first line behind `first`, the others behind `rest`.
    pub(crate) fn wrap(self, text: &str, first: &str, rest: &str) -> String {
        let options = textwrap::Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        textwrap::fill(text, options)
    }
}

/// The colour of a level: from the terminal's own palette, so that it suits its background.
pub(crate) fn level_style(level: Level) -> Style {
    let style = Style::new().bold();
    match level {
        Level::Error => style.red(),
        Level::Warn => style.yellow(),
        Level::Note | Level::Off => style.blue(),
    }
}
