//! Written text, and which of its lines came from where.

use crate::origin::OriginId;

/// For each line of a text the origin of what stands on it, kept as the lines at which it
/// changes: `(line, origin)`, lines from 1, ascending. A line before the first entry has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineOrigins(Vec<(u32, OriginId)>);

impl LineOrigins {
    /// The origin of a line, [`OriginId::NONE`] if it has none.
    pub fn at(&self, line: u32) -> OriginId {
        let after = self.0.partition_point(|(start, _)| *start <= line);
        let last = after.checked_sub(1).and_then(|i| self.0.get(i));
        last.map_or(OriginId::NONE, |(_, origin)| *origin)
    }

    /// The lines at which the origin changes.
    pub fn changes(&self) -> &[(u32, OriginId)] {
        &self.0
    }

    /// Lines, from 1 and ascending, from which on it is so for another reason.
    pub fn of(changes: impl IntoIterator<Item = (u32, OriginId)>) -> Self {
        let mut lines = Self::default();
        for (line, origin) in changes {
            lines.enter(line, origin);
        }
        lines
    }

    /// From `line` on it is `origin`. Lines come in order, each at most once.
    pub(super) fn enter(&mut self, line: u32, origin: OriginId) {
        let before = self.0.last().map_or(OriginId::NONE, |(_, origin)| *origin);
        if origin != before {
            self.0.push((line, origin));
        }
    }
}

/// A written document with the origins of its lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    text: String,
    lines: LineOrigins,
    /// The number of the line being written, less one.
    ended: u32,
}

impl Text {
    /// Text that is no document of ours: a script from a template, with the lines, from 1 and
    /// ascending, from which on it has another origin.
    pub fn plain(text: &str, reasons: impl IntoIterator<Item = (u32, OriginId)>) -> Self {
        Self {
            text: text.to_owned(),
            lines: LineOrigins::of(reasons),
            ended: 0,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where its lines came from.
    pub fn lines(&self) -> &LineOrigins {
        &self.lines
    }

    /// Both.
    pub fn into_parts(self) -> (String, LineOrigins) {
        (self.text, self.lines)
    }

    /// Says of the line being written that what stands on it came from `origin`.
    pub(super) fn mark(&mut self, origin: OriginId) {
        self.lines.enter(self.ended + 1, origin);
    }

    /// Adds text without line ends.
    pub(super) fn add(&mut self, text: &str) {
        debug_assert!(!text.contains('\n'), "lines are ended by `end_line`");
        self.text.push_str(text);
    }

    /// Adds the escaped form of a text; what it is, the format knows.
    pub(super) fn add_with(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
    }

    /// Adds spaces.
    pub(super) fn indent(&mut self, columns: usize) {
        const BLANKS: &str = "                                ";
        let mut left = columns;
        while left > 0 {
            let now = left.min(BLANKS.len());
            self.text.push_str(&BLANKS[..now]);
            left -= now;
        }
    }

    /// Ends the line.
    pub(super) fn end_line(&mut self) {
        self.text.push('\n');
        self.ended += 1;
    }
}

/// Whether a character is written escaped by every format that can: one that no terminal shows as
/// itself, that some reader takes for a line end, or that turns the direction of what follows, so
/// that a reviewer would see another text than the machine reads.
pub(super) fn is_deceptive(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        || (c as u32) & 0xfffe == 0xfffe
}
