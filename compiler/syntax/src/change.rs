//! Changes in the words of whoever asks for them ("without this node", "with this property"),
//! worked out as edits of a text that keep its layout and every comment in it.
//!
//! A change says by a span what it is about, and the text around is looked at only as far as the
//! line or block goes; so a thousand changes of one file cost what a thousand small ones do.

use std::ops::Range;

use crate::{
    Parse, Span,
    ast::{self, Entry, Node},
    errors::offset,
    kind::{ElementKind, TokenKind},
};

/// A step of indentation, as the formatter writes it.
const STEP: &str = "    ";

/// What shall be different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// These bytes are to read like that.
    Replace(Span, String),
    /// The node whose name or entries are here goes, with its block. Its comments stay, on lines
    /// of their own.
    RemoveNode(Span),
    /// The argument or property that is here, or whose value is, goes.
    RemoveEntry(Span),
    /// The node whose name or entries are here has this property, with the value as it is to be
    /// written.
    SetProperty(Span, String, String),
    /// The node whose name or entries are here has this node in its block, which it gets where
    /// it has none. The text is that of one node on one line.
    AddChild(Span, String),
}

impl From<(Span, String)> for Change {
    fn from((span, text): (Span, String)) -> Self {
        Self::Replace(span, text)
    }
}

impl Change {
    /// The place that it is about.
    pub fn span(&self) -> Span {
        match self {
            Self::Replace(span, _)
            | Self::RemoveNode(span)
            | Self::RemoveEntry(span)
            | Self::SetProperty(span, ..)
            | Self::AddChild(span, _) => *span,
        }
    }

    /// The same change at another place.
    #[must_use]
    pub fn at(mut self, place: Span) -> Self {
        match &mut self {
            Self::Replace(span, _)
            | Self::RemoveNode(span)
            | Self::RemoveEntry(span)
            | Self::SetProperty(span, ..)
            | Self::AddChild(span, _) => *span = place,
        }
        self
    }

    /// The edit of the text that makes it so; line ends in it are those of the text. `None` where
    /// nothing of that kind is at the place, or where more would go than what is meant: something
    /// that was taken out with `/-`, a comment that has no other place to stand.
    pub fn edit(&self, parse: &Parse) -> Option<(Span, String)> {
        let at = Surroundings { parse };
        let (span, text) = match self {
            Self::Replace(span, text) => (*span, text.clone()),
            Self::RemoveNode(span) => at.without_node(*span)?,
            Self::RemoveEntry(span) => at.without_entry(*span)?,
            Self::SetProperty(span, name, value) => at.with_property(*span, name, value)?,
            Self::AddChild(span, node) => at.with_child(*span, node)?,
        };
        let newline = at.newline();
        let text = match text.contains('\n') && newline != "\n" {
            true => text.replace("\r\n", "\n").replace('\n', newline),
            false => text,
        };
        Some((span, text))
    }
}

/// The last line of the block of the node whose name or entries are here, of those without a block
/// of their own: what is missing in the block would stand below. `None` where there is none.
pub fn last_in_block(parse: &Parse, span: Span) -> Option<Span> {
    let node = Surroundings { parse }.node(span)?;
    let lines = node.nodes().filter(|line| line.nodes().next().is_none());
    lines.last().map(Node::head_span)
}

/// A text, asked about what stands beside what.
struct Surroundings<'a> {
    parse: &'a Parse,
}

impl<'a> Surroundings<'a> {
    fn kind(&self, token: usize) -> TokenKind {
        let kinds = &self.parse.tree().tokens.kinds;
        kinds.get(token).copied().unwrap_or(TokenKind::Eof)
    }

    fn bytes(&self, token: usize) -> Range<usize> {
        self.parse.tree().tokens.range(token)
    }

    fn start(&self, token: usize) -> u32 {
        offset(self.bytes(token).start)
    }

    fn text(&self, token: usize) -> &'a str {
        self.parse.text().get(self.bytes(token)).unwrap_or_default()
    }

    /// The token that holds a byte, or the one that begins there.
    fn token(&self, byte: u32) -> usize {
        let starts = &self.parse.tree().tokens.starts;
        starts.partition_point(|start| *start <= byte).max(1) - 1
    }

    fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.parse.file(), start, end)
    }

    /// How this text ends its lines.
    fn newline(&self) -> &'static str {
        let text = self.parse.text();
        match text.find('\n') {
            Some(at) if text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// The innermost element of these kinds at a place. What stands in a node's head is shortly
    /// behind the node in the order of elements.
    fn element(&self, span: Span, wanted: &[ElementKind]) -> Option<u32> {
        if span.file != self.parse.file() {
            return None;
        }
        let token = self.token(span.start);
        let elements = &self.parse.tree().elements;
        let behind = elements.partition_point(|element| element.first as usize <= token);
        let at = elements[..behind]
            .iter()
            .rposition(|element| wanted.contains(&element.kind) && token < element.end as usize)?;
        u32::try_from(at).ok()
    }

    fn node(&self, span: Span) -> Option<Node<'a>> {
        let at = self.element(span, &[ElementKind::Node])?;
        Some(ast::node(self.parse, at))
    }

    /// The token behind trivia of these kinds.
    fn skip(&self, mut token: usize, kinds: &[TokenKind]) -> usize {
        while kinds.contains(&self.kind(token)) {
            token += 1;
        }
        token
    }

    /// The first token of the trivia of these kinds that ends before `token`.
    fn skip_back(&self, mut token: usize, kinds: &[TokenKind]) -> usize {
        while token > 0 && kinds.contains(&self.kind(token - 1)) {
            token -= 1;
        }
        token
    }

    /// The comments among these tokens; `None` if something was taken out there, which would be
    /// lost.
    fn comments(&self, tokens: Range<usize>) -> Option<Vec<usize>> {
        let mut found = Vec::new();
        for token in tokens {
            match self.kind(token) {
                TokenKind::Slashdash => return None,
                TokenKind::LineComment | TokenKind::BlockComment => found.push(token),
                _ => {}
            }
        }
        Some(found)
    }

    /// The indentation of the line that a token begins; `None` if something stands before it.
    fn indentation(&self, token: usize) -> Option<&'a str> {
        let line = self.skip_back(token, &[TokenKind::Space]);
        let begins =
            line == 0 || matches!(self.kind(line - 1), TokenKind::Newline | TokenKind::Bom);
        begins.then(|| if line < token { self.text(line) } else { "" })
    }

    fn without_node(&self, span: Span) -> Option<(Span, String)> {
        let node = self.node(span)?;
        let whole = node.span();
        let (first, end) = (self.token(whole.start), self.token(whole.end));
        let mut behind = self.skip(end, &[TokenKind::Space]);
        let ended = self.kind(behind) == TokenKind::Semicolon;
        if ended {
            behind = self.skip(behind + 1, &[TokenKind::Space]);
        }
        let trailing = [
            TokenKind::Space,
            TokenKind::LineComment,
            TokenKind::BlockComment,
        ];
        let line_end = self.skip(behind, &trailing);
        let ends = matches!(self.kind(line_end), TokenKind::Newline | TokenKind::Eof);
        match self.indentation(first).filter(|_| ends) {
            Some(indentation) => self.without_lines(first, line_end, indentation),
            None => self.without_part(first..end, behind, ended),
        }
    }

    /// Takes whole lines away, but for the comments in them.
    fn without_lines(
        &self,
        first: usize,
        line_end: usize,
        indentation: &str,
    ) -> Option<(Span, String)> {
        let comments = self.comments(first..line_end)?;
        let mut start = self.skip_back(first, &[TokenKind::Space]);
        let mut end = line_end;
        if comments.is_empty() {
            if let Some(block) = self.emptied(first, line_end) {
                return Some((block, String::new()));
            }
            if self.kind(end) == TokenKind::Newline {
                end += 1;
            } else if start > 0 && self.kind(start - 1) == TokenKind::Newline {
                // The last line of the file, which has no end: that of the line before goes.
                start -= 1;
            }
            // Of an empty line above and one below, one stays.
            let above =
                start >= 2 && (start - 2..start).all(|at| self.kind(at) == TokenKind::Newline);
            if above && self.kind(end) == TokenKind::Newline {
                end += 1;
            }
        }
        let kept: Vec<String> = comments
            .into_iter()
            .map(|comment| format!("{indentation}{}", self.text(comment).trim_end()))
            .collect();
        Some((
            self.span(self.start(start), self.start(end)),
            kept.join("\n"),
        ))
    }

    /// Takes a node away that shares its line with others.
    fn without_part(
        &self,
        node: Range<usize>,
        behind: usize,
        ended: bool,
    ) -> Option<(Span, String)> {
        let comments = self.comments(node.clone())?;
        if comments
            .iter()
            .any(|at| self.kind(*at) == TokenKind::LineComment)
        {
            return None;
        }
        let kept: Vec<&str> = comments.iter().map(|at| self.text(*at)).collect();
        let mut kept = kept.join(" ");
        let before = self.skip_back(node.start, &[TokenKind::Space]);
        let after = |at: usize| {
            before > 0 && self.kind(before - 1) == [TokenKind::Semicolon, TokenKind::OpenBrace][at]
        };
        if kept.is_empty() && after(1) && self.kind(behind) == TokenKind::CloseBrace {
            let block = self.emptied(node.start, behind)?;
            return Some((block, String::new()));
        }
        let next = matches!(
            self.kind(behind),
            TokenKind::CloseBrace | TokenKind::Newline | TokenKind::Eof | TokenKind::LineComment
        );
        if after(0) && next {
            // The last of several: the `;` before it goes too, and the one behind it.
            let end = if ended {
                self.skip_back(behind, &[TokenKind::Space])
            } else {
                node.end
            };
            if !kept.is_empty() {
                kept.insert(0, ' ');
            }
            return Some((self.span(self.start(before - 1), self.start(end)), kept));
        }
        if !kept.is_empty() {
            kept.push(' ');
        }
        let end = if ended { behind } else { node.end };
        Some((self.span(self.start(node.start), self.start(end)), kept))
    }

    /// The block that holds nothing but these tokens, with the space before it: it goes with them.
    fn emptied(&self, first: usize, end: usize) -> Option<Span> {
        let blank = [TokenKind::Space, TokenKind::Newline];
        let open = self.skip_back(first, &blank).checked_sub(1)?;
        let close = self.skip(end, &blank);
        let pair = (self.kind(open), self.kind(close));
        if pair != (TokenKind::OpenBrace, TokenKind::CloseBrace) {
            return None;
        }
        let before = self.skip_back(open, &[TokenKind::Space]);
        Some(self.span(self.start(before), self.start(close + 1)))
    }

    fn without_entry(&self, span: Span) -> Option<(Span, String)> {
        let at = self.element(span, &[ElementKind::Arg, ElementKind::Prop])?;
        let element = &self.parse.tree().elements[at as usize];
        let (first, end) = (element.first as usize, element.end as usize);
        let comments = self.comments(first..end)?;
        if !comments.is_empty() {
            return None;
        }
        let behind = self.skip(end, &[TokenKind::Space]);
        let last = matches!(
            self.kind(behind),
            TokenKind::Newline
                | TokenKind::Eof
                | TokenKind::Semicolon
                | TokenKind::OpenBrace
                | TokenKind::CloseBrace
                | TokenKind::LineComment
        );
        let before = self.skip_back(first, &[TokenKind::Space]);
        let (start, end) = match self.continued(before) {
            // Behind the last entry of a node no line goes on.
            Some(above) if last => (above, end),
            Some(_) => (first, behind),
            None => (before, end),
        };
        Some((self.span(self.start(start), self.start(end)), String::new()))
    }

    /// Where the lines above end that go on at the line that `token` begins.
    fn continued(&self, token: usize) -> Option<usize> {
        let newline = token.checked_sub(1)?;
        let mark = self
            .skip_back(newline, &[TokenKind::Space])
            .checked_sub(1)?;
        let goes_on =
            (self.kind(mark), self.kind(newline)) == (TokenKind::Continuation, TokenKind::Newline);
        goes_on.then(|| self.skip_back(mark, &[TokenKind::Space]))
    }

    fn with_property(&self, span: Span, name: &str, value: &str) -> Option<(Span, String)> {
        let node = self.node(span)?;
        let there = node.entries().find_map(|entry| match entry {
            Entry::Prop(prop) if prop.name() == name => Some(prop),
            _ => None,
        });
        Some(match there {
            Some(prop) => (prop.value_span(), value.to_owned()),
            None => {
                let end = node.head_span().end;
                (self.span(end, end), format!(" {name}={value}"))
            }
        })
    }

    fn with_child(&self, span: Span, child: &str) -> Option<(Span, String)> {
        let node = self.node(span)?;
        let indentation = self.indentation(self.token(node.span().start));
        let Some(block) = node.block_span() else {
            let end = node.head_span().end;
            let text = match indentation {
                Some(outer) => format!(" {{\n{outer}{STEP}{child}\n{outer}}}"),
                None => format!(" {{ {child} }}"),
            };
            return Some((self.span(end, end), text));
        };
        let close = self.token(block.end.checked_sub(1)?);
        if let Some(outer) = self.indentation(close) {
            let inner = node
                .nodes()
                .filter_map(|sibling| self.indentation(self.token(sibling.span().start)))
                .last()
                .map_or_else(|| format!("{outer}{STEP}"), str::to_owned);
            let line = self.start(self.skip_back(close, &[TokenKind::Space]));
            return Some((self.span(line, line), format!("{inner}{child}\n")));
        }
        match node.nodes().last() {
            None => Some((block, format!("{{ {child} }}"))),
            Some(last) => {
                let end = last.span().end;
                let behind = self.skip(self.token(end), &[TokenKind::Space]);
                match self.kind(behind) {
                    TokenKind::Semicolon => {
                        let end = self.start(behind + 1);
                        Some((self.span(end, end), format!(" {child}")))
                    }
                    TokenKind::CloseBrace => Some((self.span(end, end), format!("; {child}"))),
                    _ => None,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
