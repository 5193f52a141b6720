//! Offsets to lines and columns, and back.
//!
//! Lines are those of editors: they end with LF, CR LF or CR, and with nothing else, although KDL
//! knows more. Lines and columns count from 0; whoever prints them adds one.

use std::{ops::Range, sync::Arc};

use crate::errors::offset;

/// A place by line and column, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in units of the [`Encoding`] that was asked for.
    pub column: u32,
}

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16, of which a character beyond U+FFFF has two: what editors speak unless
    /// another is agreed.
    Utf16,
}

impl Encoding {
    fn width(self, c: char) -> u32 {
        offset(match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
        })
    }
}

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct Lines {
    text: Arc<str>,
    starts: Vec<u32>,
}

impl Lines {
    /// Finds the lines of `text`, once; every question is then a binary search and one line.
    pub fn new(text: Arc<str>) -> Self {
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|&at| bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
        let starts = std::iter::once(0)
            .chain(ends.map(|at| offset(at + 1)))
            .collect();
        Self { text, starts }
    }

    /// How many lines there are; an empty text has one.
    pub fn count(&self) -> u32 {
        offset(self.starts.len())
    }

    /// The bytes of a line without its end; of a line that is not there, the end of the text.
    pub fn range(&self, line: u32) -> Range<u32> {
        let end_of_text = offset(self.text.len());
        let start = self
            .starts
            .get(line as usize)
            .copied()
            .unwrap_or(end_of_text);
        let next = self
            .starts
            .get(line as usize + 1)
            .copied()
            .unwrap_or(end_of_text);
        let whole = &self.text[start as usize..next as usize];
        start..start + offset(whole.trim_end_matches(['\n', '\r']).len())
    }

    /// The place of a byte. Inside a character it is the character's, beyond the text its end.
    pub fn position(&self, at: u32, encoding: Encoding) -> Position {
        let at = self.text.floor_char_boundary(at as usize);
        let line = self
            .starts
            .partition_point(|&start| start as usize <= at)
            .saturating_sub(1);
        let before = &self.text[self.starts[line] as usize..at];
        let column = match encoding {
            Encoding::Utf8 => offset(before.len()),
            Encoding::Utf16 => before.chars().map(|c| encoding.width(c)).sum(),
        };
        Position {
            line: offset(line),
            column,
        }
    }

    /// The byte at a place. Beyond the end of a line it is that end, inside a character its start.
    pub fn offset(&self, place: Position, encoding: Encoding) -> u32 {
        let range = self.range(place.line);
        let mut column = 0;
        let mut at = range.start;
        for c in self.text[range.start as usize..range.end as usize].chars() {
            column += encoding.width(c);
            if column > place.column {
                break;
            }
            at += offset(c.len_utf8());
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Lines {
        Lines::new(Arc::from(text))
    }

    fn at(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn a_line_ends_with_lf_cr_lf_or_cr() {
        let lines = lines("a\nb\r\nc\rd");
        assert_eq!(lines.count(), 4);
        let ranges: Vec<_> = (0..5).map(|line| lines.range(line)).collect();
        assert_eq!(ranges, [0..1, 2..3, 5..6, 7..8, 8..8]);
    }

    #[test]
    fn columns_are_bytes_or_units_of_utf_16() {
        let lines = lines("x\né😀z");
        let z = 8;
        assert_eq!(lines.position(z, Encoding::Utf8), at(1, 6));
        assert_eq!(lines.position(z, Encoding::Utf16), at(1, 3));
        assert_eq!(lines.offset(at(1, 6), Encoding::Utf8), z);
        assert_eq!(lines.offset(at(1, 3), Encoding::Utf16), z);
    }

    #[test]
    fn what_is_not_a_place_is_moved_to_the_nearest_before_it() {
        let lines = lines("é😀\nend");
        assert_eq!(lines.position(1, Encoding::Utf8), at(0, 0), "inside é");
        assert_eq!(lines.position(99, Encoding::Utf8), at(1, 3));
        assert_eq!(
            lines.offset(at(0, 2), Encoding::Utf16),
            2,
            "inside the pair of 😀"
        );
        assert_eq!(
            lines.offset(at(0, 99), Encoding::Utf16),
            6,
            "not into the next line"
        );
        assert_eq!(lines.offset(at(9, 0), Encoding::Utf16), 10);
    }

    #[test]
    fn every_place_leads_back_to_its_byte() {
        let text = "a é\r\n\r\n😀b\n\n";
        let lines = lines(text);
        for (byte, c) in text.char_indices().filter(|&(_, c)| c != '\n' && c != '\r') {
            for encoding in [Encoding::Utf8, Encoding::Utf16] {
                let place = lines.position(offset(byte), encoding);
                assert_eq!(
                    lines.offset(place, encoding),
                    offset(byte),
                    "{c:?} at {place:?}"
                );
            }
        }
    }
}
