//! The text of an open document, change by change.

use std::sync::Arc;

use lsp_types::{Range, TextDocumentContentChangeEvent};
use tenantry_syntax::lines::{Encoding, Lines, Position};

/// The text after these changes, which the client has made one after the other.
pub(super) fn apply(
    text: Arc<str>,
    changes: Vec<TextDocumentContentChangeEvent>,
    encoding: Encoding,
) -> Arc<str> {
    changes
        .into_iter()
        .fold(text, |text, change| one(text, change, encoding))
}

fn one(text: Arc<str>, change: TextDocumentContentChangeEvent, encoding: Encoding) -> Arc<str> {
    match change {
        TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
            whole.text.into()
        }
        TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
            let (start, end) = bytes(&text, part.range, encoding);
            let mut out = String::with_capacity(text.len() + part.text.len());
            out.push_str(text.get(..start).unwrap_or_default());
            out.push_str(&part.text);
            out.push_str(text.get(end..).unwrap_or_default());
            out.into()
        }
    }
}

/// The bytes of a range; what is beyond the text is its end.
fn bytes(text: &Arc<str>, range: Range, encoding: Encoding) -> (usize, usize) {
    let lines = Lines::new(Arc::clone(text));
    let offset = |at: lsp_types::Position| {
        let place = Position {
            line: at.line,
            column: at.character,
        };
        lines.offset(place, encoding) as usize
    };
    let (start, end) = (offset(range.start), offset(range.end));
    (start, end.max(start))
}
