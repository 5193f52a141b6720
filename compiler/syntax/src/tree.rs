//! The tree: two flat arrays, tokens in the order of the text, elements in the order of their
//! beginnings.
//!
//! A token is a kind and a start; it ends where the next one starts, so no byte can be in two or
//! in none. An element is a run of tokens and says how many elements follow inside it. No element
//! points anywhere else, so a tree is as cheap to drop as it is to share.

use crate::{
    errors::offset,
    kind::{ElementKind, TokenKind},
};

/// The tokens of a file; as many kinds as starts, the end of the file being the last of both.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) kinds: Vec<TokenKind>,
    pub(crate) starts: Vec<u32>,
}

impl Tokens {
    /// Room for the tokens of `text`: one for every four bytes is what an estate has.
    pub(crate) fn for_text(text: &str) -> Self {
        let room = text.len() / 4 + 8;
        Self {
            kinds: Vec::with_capacity(room),
            starts: Vec::with_capacity(room),
        }
    }

    pub(crate) fn push(&mut self, kind: TokenKind, start: u32) {
        self.kinds.push(kind);
        self.starts.push(start);
    }

    pub(crate) fn finish(&mut self, len: u32) {
        self.push(TokenKind::Eof, len);
    }

    /// The bytes of a token. Those of the end of the file are none.
    pub(crate) fn range(&self, token: usize) -> std::ops::Range<usize> {
        let last = self.starts.last().copied().unwrap_or_default();
        let start = self.starts.get(token).copied().unwrap_or(last);
        let end = self.starts.get(token + 1).copied().unwrap_or(last);
        start as usize..end as usize
    }
}

/// A run of tokens that means something, and the elements inside it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element {
    pub(crate) kind: ElementKind,
    /// First token; never space or comment.
    pub(crate) first: u32,
    /// The token after the last one.
    pub(crate) end: u32,
    /// The element after all that are inside this one.
    pub(crate) next: u32,
}

/// The tree of one file.
#[derive(Debug, Clone)]
pub struct Tree {
    pub(crate) tokens: Tokens,
    pub(crate) elements: Vec<Element>,
}

impl Tree {
    pub(crate) fn new(tokens: Tokens, elements: Vec<Element>) -> Self {
        Self { tokens, elements }
    }

    /// The tree of a text that is too long to be read: one token without a meaning.
    pub(crate) fn unread(text: &str) -> Self {
        let mut tokens = Tokens {
            kinds: Vec::new(),
            starts: Vec::new(),
        };
        if !text.is_empty() {
            tokens.push(TokenKind::Bad, 0);
        }
        tokens.finish(offset(text.len()));
        Self {
            tokens,
            elements: Vec::new(),
        }
    }

    /// Every token with its bytes, in order: together they are the text.
    pub fn tokens(&self) -> impl Iterator<Item = (TokenKind, std::ops::Range<usize>)> + '_ {
        let kinds = self.tokens.kinds.iter().copied().enumerate();
        kinds
            .filter(|(_, kind)| *kind != TokenKind::Eof)
            .map(|(i, kind)| (kind, self.tokens.range(i)))
    }

    /// The token that holds the byte at `offset`; `None` at and beyond the end.
    pub fn token_at(&self, offset: u32) -> Option<(TokenKind, std::ops::Range<usize>)> {
        let after = self.tokens.starts.partition_point(|&start| start <= offset);
        let token = after.checked_sub(1)?;
        let kind = *self.tokens.kinds.get(token)?;
        (kind != TokenKind::Eof).then(|| (kind, self.tokens.range(token)))
    }

    /// The bytes of what was taken out with `/-`, in the order of the text; what is taken out
    /// within another is not told.
    pub fn skipped(&self) -> impl Iterator<Item = std::ops::Range<u32>> + '_ {
        let mut end = 0;
        self.elements.iter().filter_map(move |element| {
            if element.kind != ElementKind::Skipped || element.first < end {
                return None;
            }
            end = element.end;
            let start = self.tokens.range(element.first as usize).start;
            let last = self.tokens.range(element.end as usize).start;
            Some(offset(start)..offset(last))
        })
    }

    /// The elements directly inside `parent`, or at the top of the file.
    pub(crate) fn children(&self, parent: Option<u32>) -> Children<'_> {
        let (next, end) = match parent {
            Some(parent) => (parent + 1, self.elements[parent as usize].next),
            None => (0, offset(self.elements.len())),
        };
        Children {
            elements: &self.elements,
            next,
            end,
        }
    }
}

/// Elements side by side.
#[derive(Debug, Clone)]
pub(crate) struct Children<'a> {
    elements: &'a [Element],
    next: u32,
    end: u32,
}

impl<'a> Iterator for Children<'a> {
    type Item = (u32, &'a Element);

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let at = self.next;
        let element = self.elements.get(at as usize)?;
        self.next = element.next;
        Some((at, element))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{
        FileId, Limits,
        kind::TokenKind::{Bare, Equals, Space},
        parse,
    };

    #[test]
    fn a_token_is_found_by_any_of_its_bytes() {
        let parse = parse(FileId(0), Arc::from("ab c=d"), &Limits::default());
        let kinds: Vec<_> = (0..7)
            .map(|at| parse.tree().token_at(at).map(|t| t.0))
            .collect();
        let is = [
            Some(Bare),
            Some(Bare),
            Some(Space),
            Some(Bare),
            Some(Equals),
            Some(Bare),
            None,
        ];
        assert_eq!(kinds, is);
    }
}
