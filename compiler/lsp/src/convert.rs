//! Offsets to the protocol's positions and back. Nothing else knows of lines and columns.

use std::{cell::RefCell, collections::BTreeMap, ops::Range as Bytes, sync::Arc};

use lsp_types::{Location, Position, Range, TextEdit, Uri, WorkspaceEdit};
use tenantry_ide::{Edit, FileEdits, Snapshot};
use tenantry_syntax::lines::{self, Encoding, Lines};

use crate::uri::Root;

/// The lines of the files of one snapshot, found when first asked for.
pub(crate) struct Converter<'s> {
    snapshot: &'s Snapshot,
    root: &'s Root,
    encoding: Encoding,
    lines: RefCell<BTreeMap<String, Option<Arc<Lines>>>>,
}

impl<'s> Converter<'s> {
    pub(crate) fn new(snapshot: &'s Snapshot, root: &'s Root, encoding: Encoding) -> Self {
        Self {
            snapshot,
            root,
            encoding,
            lines: RefCell::default(),
        }
    }

    /// The lines of a file in its newest text.
    pub(crate) fn lines(&self, path: &str) -> Option<Arc<Lines>> {
        if let Some(lines) = self.lines.borrow().get(path) {
            return lines.clone();
        }
        let file = self.snapshot.file(path);
        let lines = file.map(|file| Arc::new(Lines::new(file.parse.text().into())));
        self.lines
            .borrow_mut()
            .insert(path.to_owned(), lines.clone());
        lines
    }

    /// The offset of a position; beyond the end of a line it is that end.
    pub(crate) fn offset(&self, path: &str, at: Position) -> Option<u32> {
        let place = lines::Position {
            line: at.line,
            column: at.character,
        };
        Some(self.lines(path)?.offset(place, self.encoding))
    }

    /// The bytes of a range.
    pub(crate) fn bytes(&self, path: &str, range: Range) -> Option<Bytes<u32>> {
        let start = self.offset(path, range.start)?;
        let end = self.offset(path, range.end)?;
        Some(start..end.max(start))
    }

    /// The position of an offset; the start of the file where that has no text.
    pub(crate) fn position(&self, path: &str, at: u32) -> Position {
        match self.lines(path) {
            Some(lines) => position(&lines, at, self.encoding),
            None => Position::new(0, 0),
        }
    }

    /// The range of bytes.
    pub(crate) fn range(&self, path: &str, bytes: &Bytes<u32>) -> Range {
        Range::new(
            self.position(path, bytes.start),
            self.position(path, bytes.end),
        )
    }

    /// The URI of a file.
    pub(crate) fn uri(&self, path: &str) -> Uri {
        self.root.uri(path)
    }

    /// A place for the editor to go to.
    pub(crate) fn location(&self, at: &tenantry_ide::Location) -> Location {
        Location::new(self.uri(&at.path), self.range(&at.path, &at.range))
    }

    /// Replacements of one file.
    pub(crate) fn edits(&self, path: &str, edits: &[Edit]) -> Vec<TextEdit> {
        edits
            .iter()
            .map(|edit| TextEdit::new(self.range(path, &edit.range), edit.text.clone()))
            .collect()
    }

    /// Replacements of several files.
    pub(crate) fn workspace_edit(&self, edits: &FileEdits) -> WorkspaceEdit {
        let changes = edits.iter();
        let changes = changes.map(|(path, edits)| (self.uri(path), self.edits(path, edits)));
        WorkspaceEdit::new(Some(changes.collect()), None, None)
    }
}

pub(crate) fn position(lines: &Lines, at: u32, encoding: Encoding) -> Position {
    let place = lines.position(at, encoding);
    Position::new(place.line, place.column)
}
