//! The walk that prints.

use std::borrow::Cow;

use super::{Rewrite, ScalarSite, WIDTH, is_one_value};
use crate::{
    Parse,
    ast::{self, Node},
    chars::{line_start, skip_spaces},
    errors::offset,
    indent::moved,
    kind::{ElementKind, TokenKind},
    tree::Tree,
};

const INDENT: &str = "    ";

/// The text anew, and its comments behind nodes: where the gap before each is, and its column.
pub(super) fn print<'a>(
    parse: &'a Parse,
    rewrite: Rewrite<'_, 'a>,
) -> (String, Vec<(usize, usize)>) {
    let mut printer = Printer {
        parse,
        tree: parse.tree(),
        rewrite,
        out: String::with_capacity(parse.text().len()),
        scopes: Vec::new(),
        path: Vec::new(),
        next_element: 0,
        state: State::default(),
        trial: None,
        trailing: Vec::new(),
    };
    printer.run();
    (printer.out, printer.trailing)
}

/// An element that is not yet at its end.
#[derive(Debug, Clone, Copy)]
struct Scope {
    element: u32,
    kind: ElementKind,
    end: usize,
}

/// Where the printer stands; small, so that a trial can be taken back.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// The last token that was printed.
    last: Option<TokenKind>,
    /// Line ends in the source since then.
    newlines: usize,
    /// Whether a `;` stood in the source since then.
    semicolon: bool,
    /// Blocks around that are on several lines.
    depth: usize,
    /// Characters in the current line.
    column: usize,
    /// The value of the entry that is being printed: its token and element.
    value: Option<(usize, u32)>,
}

/// A block that is being printed on one line, and how to take that back.
#[derive(Debug, Clone, Copy)]
struct Trial {
    brace: usize,
    /// The token behind the closing brace.
    end: usize,
    out: usize,
    scopes: usize,
    path: usize,
    next_element: usize,
    state: State,
}

struct Printer<'a, 'h> {
    parse: &'a Parse,
    tree: &'a Tree,
    rewrite: Rewrite<'h, 'a>,
    out: String,
    scopes: Vec<Scope>,
    path: Vec<Node<'a>>,
    next_element: usize,
    state: State,
    trial: Option<Trial>,
    /// Comments behind nodes: where the gap before each is, and its column.
    trailing: Vec<(usize, usize)>,
}

impl<'a> Printer<'a, '_> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(&kind) = self.tree.tokens.kinds.get(at)
            && kind != TokenKind::Eof
        {
            self.enter_and_leave(at);
            at = self.token(at, kind);
        }
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// Leaves the elements that ended before this token and enters those that begin with it.
    fn enter_and_leave(&mut self, at: usize) {
        while let Some(scope) = self.scopes.last()
            && scope.end <= at
        {
            if scope.kind == ElementKind::Node {
                self.path.pop();
            }
            self.scopes.pop();
        }
        while let Some(element) = self.tree.elements.get(self.next_element)
            && element.first as usize <= at
        {
            let index = offset(self.next_element);
            let end = element.end as usize;
            match element.kind {
                ElementKind::Arg | ElementKind::Prop => self.state.value = Some((end - 1, index)),
                ElementKind::Annotation => {}
                ElementKind::Node => self.path.push(ast::node(self.parse, index)),
                ElementKind::Block | ElementKind::Skipped => {}
            }
            self.scopes.push(Scope {
                element: index,
                kind: element.kind,
                end,
            });
            self.next_element += 1;
        }
    }

    /// Prints one token; answers where to go on.
    fn token(&mut self, at: usize, kind: TokenKind) -> usize {
        let between = self
            .scopes
            .last()
            .is_none_or(|s| s.kind == ElementKind::Block);
        if self.trial.is_some() && self.breaks_line(at, kind) {
            return self.take_back();
        }
        match kind {
            TokenKind::Space | TokenKind::Bom => {}
            TokenKind::Newline => self.state.newlines += 1,
            TokenKind::Semicolon => self.state.semicolon = true,
            TokenKind::OpenBrace => return self.open_brace(at),
            TokenKind::CloseBrace => self.close_brace(at),
            TokenKind::LineComment | TokenKind::BlockComment if between => {
                self.comment_between(at, kind);
            }
            // Between nodes it continues nothing.
            TokenKind::Continuation if between => {}
            TokenKind::Continuation if self.state.last == Some(TokenKind::Continuation) => {}
            _ => {
                self.space_inside(at, kind);
                self.print(at, kind);
            }
        }
        if self.trial.is_some() && self.state.column > WIDTH {
            return self.take_back();
        }
        at + 1
    }

    /// Whether this token cannot be in a block on one line.
    fn breaks_line(&self, at: usize, kind: TokenKind) -> bool {
        match kind {
            TokenKind::Newline | TokenKind::LineComment | TokenKind::Continuation => true,
            TokenKind::Quoted
            | TokenKind::MultiLine
            | TokenKind::RawMultiLine
            | TokenKind::BlockComment => self.source(at).contains(['\n', '\r']),
            _ => false,
        }
    }

    /// Gives up the one line: back to the brace, and every node on its own line.
    fn take_back(&mut self) -> usize {
        let Some(trial) = self.trial.take() else {
            return self.tree.tokens.kinds.len();
        };
        self.out.truncate(trial.out);
        self.scopes.truncate(trial.scopes);
        self.path.truncate(trial.path);
        self.next_element = trial.next_element;
        self.state = trial.state;
        self.state.depth += 1;
        trial.brace + 1
    }

    fn open_brace(&mut self, at: usize) -> usize {
        self.space_inside(at, TokenKind::OpenBrace);
        self.print(at, TokenKind::OpenBrace);
        let kinds = &self.tree.tokens.kinds;
        let blank = |t: &usize| {
            matches!(
                kinds[*t],
                TokenKind::Space | TokenKind::Newline | TokenKind::Continuation
            )
        };
        let first = (at + 1..kinds.len()).find(|t| !blank(t)).unwrap_or(at);
        if kinds[first] == TokenKind::CloseBrace {
            self.print(first, TokenKind::CloseBrace);
            return first + 1;
        }
        if self.trial.is_none() {
            let end = self.scopes.last().map_or(at, |scope| scope.end);
            self.trial = Some(Trial {
                brace: at,
                end,
                out: self.out.len(),
                scopes: self.scopes.len(),
                path: self.path.len(),
                next_element: self.next_element,
                state: self.state,
            });
        }
        at + 1
    }

    fn close_brace(&mut self, at: usize) {
        match self.trial {
            Some(trial) => {
                self.push(" ");
                self.print(at, TokenKind::CloseBrace);
                if at + 1 == trial.end && self.state.column <= WIDTH {
                    self.trial = None;
                }
            }
            None => {
                self.state.depth -= 1;
                self.new_line(0);
                self.print(at, TokenKind::CloseBrace);
            }
        }
    }

    fn comment_between(&mut self, at: usize, kind: TokenKind) {
        let State {
            last,
            newlines,
            semicolon,
            ..
        } = self.state;
        let behind = match kind {
            TokenKind::LineComment => last.is_some(),
            // A comment like this belongs to what it stands before.
            _ => last.is_some_and(|last| last != TokenKind::OpenBrace) && !semicolon,
        };
        if behind && newlines == 0 {
            if kind == TokenKind::LineComment && last != Some(TokenKind::OpenBrace) {
                self.trailing.push((self.out.len(), self.state.column));
            }
            self.push(" ");
        } else {
            self.begin_item();
        }
        self.print(at, kind);
    }

    /// The gap before a node, or before a comment that stands like one.
    fn begin_item(&mut self) {
        let State {
            last,
            newlines,
            semicolon,
            ..
        } = self.state;
        let glued = last == Some(TokenKind::BlockComment) && newlines == 0 && !semicolon;
        match last {
            None => {}
            _ if glued => self.push(" "),
            _ if self.trial.is_some() && semicolon => self.push("; "),
            _ if self.trial.is_some() => self.push(" "),
            _ => {
                if newlines > 1 && last != Some(TokenKind::OpenBrace) {
                    self.out.push('\n');
                }
                self.new_line(0);
            }
        }
    }

    /// The gap before a token that is not between nodes, unless it begins one.
    fn space_inside(&mut self, at: usize, kind: TokenKind) {
        use TokenKind::{
            BlockComment, CloseParen, Continuation, Equals, LineComment, OpenParen, Slashdash,
        };
        if self.begins_item(at) {
            return self.begin_item();
        }
        match (self.state.last, kind) {
            (Some(Continuation), LineComment) => self.push(" "),
            (Some(LineComment | Continuation), _) => self.new_line(1),
            (Some(BlockComment), _) | (_, BlockComment | LineComment | Continuation) => {
                self.push(" ");
            }
            (Some(Equals | OpenParen | CloseParen | Slashdash), _) | (_, Equals | CloseParen) => {}
            _ => self.push(" "),
        }
    }

    /// Whether the token is the first of a node, or of the `/-` before one, which is to say of the
    /// outermost element inside the innermost block.
    fn begins_item(&self, at: usize) -> bool {
        let inside = self
            .scopes
            .iter()
            .rev()
            .take_while(|s| s.kind != ElementKind::Block);
        inside
            .last()
            .is_some_and(|s| self.tree.elements[s.element as usize].first as usize == at)
    }

    fn print(&mut self, at: usize, kind: TokenKind) {
        let rewritten = self.rewritten(at);
        let source = match (&rewritten, kind) {
            (Some(new), _) => Cow::Borrowed(new.as_str()),
            (None, TokenKind::LineComment) => Cow::Borrowed(self.source(at).trim_end()),
            (None, TokenKind::MultiLine | TokenKind::RawMultiLine) => self.moved_text(at, kind),
            _ => Cow::Borrowed(self.source(at)),
        };
        // Inside a token a line end means the same in all its spellings; files have one.
        if source.contains('\r') {
            self.push(&source.replace("\r\n", "\n").replace('\r', "\n"));
        } else {
            self.push(&source);
        }
        self.state.last = Some(kind);
        self.state.newlines = 0;
        self.state.semicolon = false;
    }

    /// Text over several lines, which moves along with its line.
    fn moved_text(&self, at: usize, kind: TokenKind) -> Cow<'a, str> {
        let bytes = self.parse.text().as_bytes();
        let line = line_start(bytes, self.tree.tokens.range(at).start);
        let old = &self.parse.text()[line..skip_spaces(bytes, line)];
        let printed = &self.out[self.out.rfind('\n').map_or(0, |end| end + 1)..];
        let new = printed.len() - printed.trim_start_matches(' ').len();
        moved(kind, self.source(at), old, new)
    }

    /// What is to stand in the place of this token, if it is a value and someone wants it to.
    fn rewritten(&mut self, at: usize) -> Option<String> {
        let (_, element) = self.state.value.filter(|(token, _)| *token == at)?;
        if self
            .scopes
            .iter()
            .any(|scope| scope.kind == ElementKind::Skipped)
        {
            return None;
        }
        let kind = &self.tree.elements[element as usize];
        let entry = ast::entry(self.parse, element, kind)?;
        let new = (self.rewrite)(ScalarSite {
            path: &self.path,
            entry,
        })?;
        is_one_value(&new).then_some(new)
    }

    fn source(&self, at: usize) -> &'a str {
        &self.parse.text()[self.tree.tokens.range(at)]
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(last) => self.state.column = text[last + 1..].chars().count(),
            None => self.state.column += text.chars().count(),
        }
    }

    /// Goes to a new line, `deeper` levels deeper than the block.
    fn new_line(&mut self, deeper: usize) {
        self.out.push('\n');
        let levels = self.state.depth + deeper;
        self.out.extend(std::iter::repeat_n(INDENT, levels));
        self.state.column = levels * INDENT.len();
    }
}
