//! The place in the tokens, and the elements that begin and end there.

use std::ops::Range;

use super::Parser;
use crate::{
    errors::offset,
    kind::{ElementKind, TokenKind},
    tree::Element,
};

impl Parser<'_, '_> {
    // Elements.

    pub(super) fn open(&mut self, kind: ElementKind) -> u32 {
        let at = offset(self.elements.len());
        let first = offset(self.at);
        self.elements.push(Element {
            kind,
            first,
            end: first,
            next: at,
        });
        at
    }

    /// Ends an element behind the last token that says something.
    pub(super) fn close(&mut self, element: u32) {
        let next = offset(self.elements.len());
        let end = offset(self.end);
        let element = &mut self.elements[element as usize];
        element.next = next;
        element.end = end.max(element.first);
    }

    // Tokens.

    pub(super) fn kind(&self) -> TokenKind {
        self.tokens.kinds[self.at]
    }

    /// Passes over a token that says something.
    pub(super) fn bump(&mut self) {
        self.at += 1;
        self.end = self.at;
    }

    /// Passes over a token that was reported; what touches it is part of the same mistake.
    pub(super) fn pass_over_mistake(&mut self) {
        self.bump();
        self.forgiven = self.at;
    }

    pub(super) fn range(&self, token: usize) -> Range<usize> {
        self.tokens.range(token)
    }

    /// Reports a mistake at the current token.
    pub(super) fn error(&mut self, message: impl Into<String>) -> &mut crate::SyntaxError {
        let range = self.range(self.at);
        self.errors.report(range, message)
    }

    /// Passes over what may stand between nodes.
    pub(super) fn line_space(&mut self) {
        loop {
            match self.kind() {
                TokenKind::Newline => self.line = self.at + 1,
                TokenKind::Space
                | TokenKind::LineComment
                | TokenKind::BlockComment
                | TokenKind::Bom => {}
                TokenKind::Continuation => {
                    self.continuation();
                    continue;
                }
                _ => return,
            }
            self.at += 1;
        }
    }

    /// Passes over what may stand inside a node; answers whether there was any.
    pub(super) fn node_space(&mut self) -> bool {
        let start = self.at;
        loop {
            match self.kind() {
                TokenKind::Space | TokenKind::BlockComment => self.at += 1,
                TokenKind::Continuation => self.continuation(),
                _ => return self.at > start,
            }
        }
    }

    /// `\` and the line end that it takes away.
    fn continuation(&mut self) {
        match self.continuation_end(self.at) {
            Some(end) => {
                self.at = end;
                self.line = end;
            }
            None => {
                self.error("`\\` continues a line and is the last thing on it")
                    .help("break the line here, or remove it; in quotes a backslash is `\\\\`");
                self.pass_over_mistake();
            }
        }
    }

    /// The token behind the line end that belongs to the `\` at `at`.
    pub(super) fn continuation_end(&self, mut at: usize) -> Option<usize> {
        loop {
            at += 1;
            match self.tokens.kinds[at] {
                TokenKind::Space | TokenKind::BlockComment | TokenKind::LineComment => {}
                TokenKind::Newline => return Some(at + 1),
                TokenKind::Eof => return Some(at),
                _ => return None,
            }
        }
    }
}
