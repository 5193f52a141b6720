//! The formatter: one look for every file, every comment kept, no change of meaning.
//!
//! It walks the tokens once. Between nodes it decides about lines, inside a node about spaces;
//! which of the two is told by the innermost element. A block that stood on one line is tried on
//! one line again, and if something in it does not allow that (a line end, a comment, more than
//! [`WIDTH`] columns), the walk goes back to its brace and puts each node on a line of its own.

use std::{borrow::Cow, sync::Arc};

use crate::{
    FileId, Limits, Parse,
    ast::{self, Entry, Node},
    chars::{line_start, skip_spaces},
    indent::moved,
    kind::{ElementKind, TokenKind},
    tree::Tree,
};

/// Columns that a block on one line may reach.
pub const WIDTH: usize = 100;

const INDENT: &str = "    ";

/// A value that is about to be printed, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct ScalarSite<'s, 'a> {
    /// The nodes around it, outermost first; the last one is its own.
    pub path: &'s [Node<'a>],
    /// The argument or property of which it is the value.
    pub entry: Entry<'a>,
}

/// The text of `parse` anew; `None` if it has errors, for then nobody knows what was meant.
///
/// Formatting what was formatted changes nothing.
pub fn format(parse: &Parse) -> Option<String> {
    format_with(parse, &mut |_| None)
}

/// As [`format()`]; `rewrite` may put another spelling in the place of a value, as it stands in a
/// file, quotes included ([`quote`] makes them). What would not be read as one value is not taken.
/// It may be asked about the same value more than once.
pub fn format_with<'a>(
    parse: &'a Parse,
    rewrite: &mut dyn FnMut(ScalarSite<'_, 'a>) -> Option<String>,
) -> Option<String> {
    if !parse.errors().is_empty() {
        return None;
    }
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
    };
    printer.run();
    Some(printer.out)
}

/// `text` as a string in quotes.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if crate::chars::is_forbidden(c) || crate::chars::is_newline(c) => {
                out.extend(c.escape_unicode());
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
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
    rewrite: &'h mut dyn FnMut(ScalarSite<'_, 'a>) -> Option<String>,
    out: String,
    scopes: Vec<Scope>,
    path: Vec<Node<'a>>,
    next_element: usize,
    state: State,
    trial: Option<Trial>,
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
            let index = crate::errors::offset(self.next_element);
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
        let blank = |t: &usize| matches!(kinds[*t], TokenKind::Space | TokenKind::Newline);
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
        if source.contains("\r\n") {
            self.push(&source.replace("\r\n", "\n"));
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

/// Whether `text` in the place of a value is read as that value and nothing else.
fn is_one_value(text: &str) -> bool {
    let line = format!("node {text}");
    let parse = crate::parse(FileId(0), Arc::from(line.as_str()), &Limits::default());
    let Some(node) = parse.document().nodes().next() else {
        return false;
    };
    let whole = node.span().range().len() == line.len();
    let mut entries = node.entries();
    let first = entries.next();
    parse.errors().is_empty()
        && whole
        && entries.next().is_none()
        && matches!(first, Some(Entry::Arg(arg)) if arg.annotation().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Scalar;

    fn parsed(text: &str) -> Parse {
        crate::parse(FileId(0), Arc::from(text), &Limits::default())
    }

    fn formatted(text: &str) -> String {
        let once = format(&parsed(text)).unwrap();
        assert_eq!(format(&parsed(&once)).unwrap(), once, "{text:?} settles");
        once
    }

    #[test]
    fn spaces_are_canonical() {
        assert_eq!(formatted("a   1\tb = 2 ;c{}"), "a 1 b=2\nc {}\n");
        assert_eq!(
            formatted("( t ) a ( u ) 1 b = ( v ) 2"),
            "(t)a (u)1 b=(v)2\n"
        );
        assert_eq!(
            formatted("/-  a\nb /- 1 /-\n2 /-{\nc\n}"),
            "/-a\nb /-1 /-2 /-{\n    c\n}\n"
        );
    }

    #[test]
    fn a_block_on_one_line_stays_there_if_it_fits() {
        assert_eq!(formatted("a{b;c 1;}"), "a { b; c 1 }\n");
        assert_eq!(formatted("a {b {c}; d}"), "a { b { c }; d }\n");
        assert_eq!(formatted("a { b\nc }"), "a {\n    b\n    c\n}\n");
        let long = "x".repeat(WIDTH);
        assert_eq!(
            formatted(&format!("a {{ {long}; b {{ c }} }}")),
            format!("a {{\n    {long}\n    b {{ c }}\n}}\n")
        );
    }

    #[test]
    fn blank_lines_separate_but_do_not_pile_up() {
        let text = "\n\na\n\n\n\nb {\n\n    c\n\n\n    d\n\n}\n\n\n";
        assert_eq!(formatted(text), "a\n\nb {\n    c\n\n    d\n}\n");
    }

    #[test]
    fn every_comment_stays_with_what_it_was_about() {
        let text = "\
// head
a 1 // behind
b { // in the brace line
// own line
  c /* inside */ 1; /* before */ d
  // last
}
/* before */ e /* after */
";
        let expected = "\
// head
a 1 // behind
b { // in the brace line
    // own line
    c /* inside */ 1
    /* before */ d
    // last
}
/* before */ e /* after */
";
        assert_eq!(formatted(text), expected);
    }

    #[test]
    fn continued_lines_stay_continued() {
        assert_eq!(
            formatted("a \\  // why\n  1 \\\n2\nb \\\n\nc"),
            "a \\ // why\n    1 \\\n    2\nb\n\nc\n"
        );
    }

    #[test]
    fn the_content_of_text_over_several_lines_is_not_touched() {
        let text = "a \"\"\"\n      x\n\n    y  \n    \"\"\"\n";
        assert_eq!(formatted(text), text);
    }

    #[test]
    fn text_over_several_lines_moves_along_with_its_node() {
        let text = "a {\n  b #\"\"\"\n    x\n     y\n    \"\"\"#\n}\n";
        let moved = "a {\n    b #\"\"\"\n      x\n       y\n      \"\"\"#\n}\n";
        assert_eq!(formatted(text), moved);
    }

    #[test]
    fn a_file_with_errors_is_refused() {
        assert_eq!(format(&parsed("a {")), None);
    }

    #[test]
    fn values_may_be_spelt_anew_where_they_are_known() {
        let text = "pool { memory 128Gi size=\"1Gi\"; /-memory \"1Gi\" }";
        let text = text.replace("128Gi", "\"128Gi\"");
        let parse = parsed(&text);
        let mut seen = Vec::new();
        let out = format_with(&parse, &mut |site| {
            let names: Vec<_> = site.path.iter().map(|node| node.name()).collect();
            seen.push(names.join("."));
            let Entry::Arg(arg) = site.entry else {
                return Some("not one value".to_owned());
            };
            let Scalar::Str(text) = arg.value() else {
                return None;
            };
            Some(quote(&text.replace("Gi", "GiB")))
        });
        let expected = "pool { memory \"128GiB\" size=\"1Gi\"; /-memory \"1Gi\" }\n";
        assert_eq!(out.as_deref(), Some(expected));
        assert_eq!(seen, ["pool.memory", "pool.memory"]);
    }

    #[test]
    fn a_quoted_text_is_read_as_that_text() {
        for text in [
            "",
            "plain",
            "a\"b\\c",
            "two\nlines\r\t",
            "\u{feff}\u{202e}\u{0}\u{85}\u{2028}",
        ] {
            let parse = parsed(&format!("node {}", quote(text)));
            assert_eq!(parse.errors(), []);
            let node = parse.document().nodes().next().unwrap();
            let Some(Entry::Arg(arg)) = node.entries().next() else {
                panic!("{text:?}")
            };
            assert_eq!(arg.value(), Scalar::Str(text.into()));
        }
    }
}
