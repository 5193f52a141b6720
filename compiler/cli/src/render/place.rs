//! Offsets to lines and columns: the only place where that is done.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use tenantry_core::FileId;
use tenantry_syntax::lines::{Encoding, Lines};

use super::Files;

/// Bytes of a byte order mark.
const BOM: u32 = '\u{feff}'.len_utf8() as u32;

/// A position as people count: lines and columns from one, a column being a character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// Line, from one.
    pub(crate) line: u32,
    /// Character in the line, from one.
    pub(crate) column: u32,
    /// Byte in the file, from zero.
    pub(crate) offset: u32,
}

/// The places of a set of files. A file's lines are found once, when first asked for.
pub(crate) struct Places<'a> {
    files: &'a dyn Files,
    lines: RefCell<BTreeMap<FileId, Rc<Lines>>>,
}

impl<'a> Places<'a> {
    pub(crate) fn of(files: &'a dyn Files) -> Self {
        Self {
            files,
            lines: RefCell::default(),
        }
    }

    pub(crate) fn files(&self) -> &'a dyn Files {
        self.files
    }

    /// Where a byte is. One beyond the end, or inside a character, is moved back to the nearest
    /// that can be shown.
    pub(crate) fn at(&self, file: FileId, offset: u32) -> Place {
        let lines = self.lines(file);
        let position = lines.position(offset, Encoding::Utf8);
        let offset = lines.range(position.line).start + position.column;
        let (start, line) = self.line(file, position.line + 1);
        // Within a line break, the byte stands behind the line's text.
        let before = offset.saturating_sub(start) as usize;
        let before = line.get(..before).unwrap_or(line);
        let column = u32::try_from(before.chars().count()).unwrap_or(u32::MAX);
        Place {
            line: position.line + 1,
            column: column + 1,
            offset,
        }
    }

    /// Where a line starts, and its text without the line break. `line` counts from one. A byte
    /// order mark is no part of the first: no editor shows it, and none counts it.
    pub(crate) fn line(&self, file: FileId, line: u32) -> (u32, &'a str) {
        let range = self.lines(file).range(line.saturating_sub(1));
        let text = self
            .files
            .text(file)
            .get(range.start as usize..range.end as usize)
            .unwrap_or_default();
        match text.strip_prefix('\u{feff}') {
            Some(rest) if range.start == 0 => (BOM, rest),
            _ => (range.start, text),
        }
    }

    /// Where a line ends, before its line break.
    pub(crate) fn line_end(&self, file: FileId, line: u32) -> Place {
        self.at(file, self.lines(file).range(line.saturating_sub(1)).end)
    }

    /// How many lines a file has; the one after a final line break counts.
    pub(crate) fn line_count(&self, file: FileId) -> u32 {
        self.lines(file).count()
    }

    fn lines(&self, file: FileId) -> Rc<Lines> {
        let mut known = self.lines.borrow_mut();
        Rc::clone(
            known
                .entry(file)
                .or_insert_with(|| Rc::new(Lines::new(self.files.text(file).into()))),
        )
    }
}
