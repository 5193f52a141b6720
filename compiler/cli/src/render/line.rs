//! One line of source as a terminal can take it.

use unicode_width::UnicodeWidthChar as _;

use super::visible_char;

/// Columns of a tab stop.
pub(super) const TAB: usize = 4;

/// A line as printed: harmless to a terminal, and cut where it is too long.
pub(super) struct ShownLine {
    pub(super) text: String,
    /// The offset in the line of each printed character, and in `text`; one more for the end.
    offsets: Vec<(usize, usize)>,
}

impl ShownLine {
    /// Prints `line` in about `width` columns, so that the offsets in `keep` are seen.
    pub(super) fn of(line: &str, keep: &[usize], width: usize) -> Self {
        let from = first_shown(line, keep, width);
        let mut text = String::from(if from > 0 { "…" } else { "" });
        let mut offsets = Vec::new();
        let mut column = text.chars().count();
        let mut rest = line[from..].char_indices();
        let end = loop {
            let Some((at, c)) = rest.next() else {
                break line.len();
            };
            let shown = visible_char(c);
            let next = column + columns(shown, column);
            if next > width && (next > width + 1 || !rest.as_str().is_empty()) {
                offsets.push((from + at, text.len()));
                text.push('…');
                break from + at;
            }
            offsets.push((from + at, text.len()));
            text.push(shown);
            column = next;
        };
        if end == line.len() {
            offsets.push((end, text.len()));
        }
        Self { text, offsets }
    }

    /// Where an offset of the line is printed; one that is cut off is at the nearest edge.
    pub(super) fn place_of(&self, offset: usize) -> usize {
        let at = self
            .offsets
            .partition_point(|(original, _)| *original < offset);
        self.offsets
            .get(at)
            .or(self.offsets.last())
            .map_or(0, |(_, shown)| *shown)
    }
}

/// Where a line's printed part starts: at its beginning unless what must be seen is too far
/// right, else a third of the width before that.
fn first_shown(line: &str, keep: &[usize], width: usize) -> usize {
    let column_of = |offset: usize| {
        line[..offset]
            .chars()
            .fold(0, |column, c| column + columns(visible_char(c), column))
    };
    let Some(first) = keep.iter().min().copied() else {
        return 0;
    };
    let last = keep.iter().max().copied().unwrap_or(first);
    if column_of(last) + 1 < width {
        return 0;
    }
    let before = width / 3;
    line[..first]
        .char_indices()
        .rev()
        .nth(before)
        .map_or(0, |(at, _)| at)
}

/// Columns that a character takes when it starts at `column`.
fn columns(c: char, column: usize) -> usize {
    match c {
        '\t' => TAB - column % TAB,
        _ => c.width().unwrap_or(0),
    }
}
