//! Tokens to elements, in one walk with an explicit stack.
//!
//! The walk is always in one of two places: between nodes, or behind the name of one. Opening a
//! block sets the node aside, closing it takes the node up again. Wherever something does not fit,
//! it is reported, and the walk goes on as if the most likely thing stood there.

mod block;
mod cursor;
mod entry;

use crate::{
    Limits,
    errors::{Errors, shown, write_quoted},
    kind::{ElementKind, TokenKind},
    lexer::Lexed,
    tree::{Element, Tokens},
};

/// The elements of the tokens of `text`.
pub(crate) fn elements(
    text: &str,
    lexed: &Lexed,
    limits: &Limits,
    errors: &mut Errors,
) -> Vec<Element> {
    let mut parser = Parser {
        text,
        tokens: &lexed.tokens,
        errors,
        max_depth: limits.max_depth as usize,
        too_deep: false,
        surplus: lexed.surplus_braces,
        at: 0,
        end: 0,
        forgiven: 0,
        line: 0,
        elements: Vec::with_capacity(lexed.tokens.kinds.len() / 4 + 1),
        stack: Vec::new(),
    };
    parser.run();
    parser.elements
}

/// How far a node has come; each step rules out what the earlier ones allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Entries may come.
    Entries,
    /// A block was taken out with `/-`; only blocks may come.
    Skipped,
    /// The block was there; only blocks that are taken out may come.
    Closed,
}

/// A node whose end is not yet reached.
#[derive(Debug, Clone, Copy)]
struct Open {
    node: u32,
    /// The `/-` around it, if any.
    skipped: Option<u32>,
    phase: Phase,
    /// Whether entries behind a block were already reported.
    late: bool,
}

/// A block whose end is not yet reached, and the node that it belongs to.
#[derive(Debug, Clone, Copy)]
struct Frame {
    owner: Open,
    block: u32,
    /// The `/-` around the block, if any.
    skipped: Option<u32>,
    /// The token `{`, and the first token of its line.
    brace: usize,
    line: usize,
}

struct Parser<'t, 'e> {
    text: &'t str,
    tokens: &'t Tokens,
    errors: &'e mut Errors,
    max_depth: usize,
    too_deep: bool,
    /// Braces that are opened and never closed, or less than 0: closed and never opened. While it
    /// is not 0, indentation is a hint; in a file with as many of both it never is.
    surplus: i64,
    at: usize,
    /// The token after the last one that said something.
    end: usize,
    /// A token before which a space may be missing: something wrong that was reported ended there.
    forgiven: usize,
    /// First token of the current line.
    line: usize,
    elements: Vec<Element>,
    stack: Vec<Frame>,
}

impl Parser<'_, '_> {
    fn run(&mut self) {
        self.version_marker();
        let mut open = None;
        loop {
            open = match open {
                Some(node) => self.behind_name(node),
                None => match self.between_nodes() {
                    Some(next) => next,
                    None => return,
                },
            };
        }
    }

    /// `/- kdl-version 1` on the first line. Like any `/-` it takes its node out, but it also says
    /// that the rest is in a language that is not read here.
    fn version_marker(&mut self) {
        let start = self.text.trim_start_matches('\u{feff}');
        let Some(rest) = start.strip_prefix("/-") else {
            return;
        };
        let Some(version) = rest.trim_start().strip_prefix("kdl-version") else {
            return;
        };
        let number = version.split_whitespace().next().unwrap_or_default();
        if number == "1" && version.starts_with([' ', '\t']) {
            let at = self.text.len() - version.trim_start().len();
            self.errors
                .report(
                    at..at + 1,
                    "this file says that it is KDL 1, and KDL 2 is read here",
                )
                .help("write `/- kdl-version 2`, or remove the line");
        }
    }

    /// One step between nodes: the node that begins here, or is taken up again. `None` at the end
    /// of the file.
    fn between_nodes(&mut self) -> Option<Option<Open>> {
        self.line_space();
        match self.kind() {
            TokenKind::Eof => {
                self.close_all();
                return None;
            }
            TokenKind::CloseBrace => return Some(self.close_brace()),
            TokenKind::Semicolon => {
                self.error("`;` ends a node, and there is none before it")
                    .help("remove it");
                self.bump();
                return Some(None);
            }
            _ => self.close_outdented(),
        }
        let skipped = (self.kind() == TokenKind::Slashdash).then(|| {
            let skipped = self.open(ElementKind::Skipped);
            self.bump();
            self.line_space();
            skipped
        });
        if let Some(skipped) = skipped
            && !self.begins_node()
        {
            self.nothing_to_skip(skipped);
            return Some(None);
        }
        Some(Some(self.start_node(skipped)))
    }

    fn begins_node(&self) -> bool {
        !matches!(
            self.kind(),
            TokenKind::Eof | TokenKind::CloseBrace | TokenKind::Semicolon | TokenKind::Slashdash
        )
    }

    fn nothing_to_skip(&mut self, skipped: u32) {
        let slashdash = self.range(self.elements[skipped as usize].first as usize);
        self.errors
            .report(
                slashdash,
                "`/-` takes out what follows it, and nothing follows",
            )
            .help("remove it; a comment begins with `//`");
        self.close(skipped);
    }

    /// The annotation and name of a node.
    fn start_node(&mut self, skipped: Option<u32>) -> Open {
        let node = self.open(ElementKind::Node);
        let readable = self.kind() != TokenKind::OpenParen || self.annotation();
        self.node_space();
        match self.kind() {
            kind if kind.is_string() => self.name(),
            _ if readable => self.missing_name(),
            _ => {}
        }
        Open {
            node,
            skipped,
            phase: Phase::Entries,
            late: false,
        }
    }

    fn name(&mut self) {
        if self.kind() == TokenKind::BareKeyword {
            self.keyword_as_name("a node");
        }
        self.bump();
    }

    fn keyword_as_name(&mut self, what: &str) {
        let word = &self.text[self.range(self.at)];
        self.error(format!("`{word}` without quotes cannot name {what}"))
            .help(write_quoted(word));
    }

    /// Reports that no name stands here and passes over what does, unless it means something to
    /// whoever goes on.
    fn missing_name(&mut self) {
        let found = &self.text[self.range(self.at)];
        let short = shown(found);
        match self.kind() {
            // Reported by the lexer.
            TokenKind::Bad | TokenKind::BadKeyword => self.bump(),
            TokenKind::OpenBrace => {
                self.error("a block belongs to a node, and none stands before it")
                    .help("write the node's name before `{`, on the same line")
                    .structure = true;
            }
            TokenKind::Number
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Null
            | TokenKind::NotFinite => {
                self.error(format!(
                    "a node begins with its name, and `{short}` is none"
                ))
                .help(format!("if it is the name, {}", write_quoted(found)));
                self.bump();
            }
            TokenKind::Equals | TokenKind::CloseParen => {
                self.error(format!("a node begins with its name, not with `{short}`"));
                self.bump();
            }
            _ => {
                self.error("a node's name is missing here")
                    .help("write the name of the node");
            }
        }
    }

    /// One step behind the name of `node`; answers it until it ends.
    fn behind_name(&mut self, mut node: Open) -> Option<Open> {
        let spaced = self.node_space();
        match self.kind() {
            TokenKind::Newline
            | TokenKind::LineComment
            | TokenKind::Eof
            | TokenKind::CloseBrace => {
                self.end_node(node);
                return None;
            }
            TokenKind::Semicolon => {
                self.end_node(node);
                self.bump();
                return None;
            }
            TokenKind::OpenBrace => return self.open_block(node, None),
            TokenKind::Slashdash => return self.slashdash(node),
            TokenKind::Bad => self.pass_over_mistake(),
            _ if node.phase == Phase::Closed => {
                self.error("a node ends with its block, and this stands on the same line")
                    .help("begin the next node on a line of its own, or put `;` between");
                if matches!(self.kind(), TokenKind::Equals | TokenKind::CloseParen) {
                    self.pass_over_mistake();
                }
                self.end_node(node);
                return None;
            }
            TokenKind::Equals => self.stray_equals(node),
            TokenKind::CloseParen => {
                self.error("`)` closes nothing")
                    .help("remove it; text that holds a parenthesis is quoted");
                self.pass_over_mistake();
            }
            _ if spaced || self.at == self.forgiven => self.entry(&mut node),
            TokenKind::OpenParen => {
                self.error("`(` cannot stand in text without quotes")
                    .help("quote the text; a type before a value stands behind a space");
                // What the parentheses hold is part of the mistake.
                let told = self.errors.count();
                self.entry(&mut node);
                self.errors.take_back(told);
                self.forgiven = self.at;
            }
            _ => {
                self.error("a space is missing before this")
                    .help("put a space between them");
                self.entry(&mut node);
            }
        }
        Some(node)
    }

    /// `/-` behind a node's name, and what it takes out.
    fn slashdash(&mut self, mut node: Open) -> Option<Open> {
        let skipped = self.open(ElementKind::Skipped);
        self.bump();
        self.line_space();
        match self.kind() {
            TokenKind::OpenBrace => return self.open_block(node, Some(skipped)),
            kind if kind.is_value() || kind == TokenKind::OpenParen => {
                self.entry(&mut node);
                self.close(skipped);
            }
            _ => self.nothing_to_skip(skipped),
        }
        Some(node)
    }

    fn end_node(&mut self, node: Open) {
        self.close(node.node);
        if let Some(skipped) = node.skipped {
            self.close(skipped);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{FileId, Limits, parse};

    /// Every mistake of a text: the words it points at, and its message.
    fn mistakes(text: &str) -> Vec<(String, String)> {
        let parse = parse(FileId(0), Arc::from(text), &Limits::default());
        let told = |e: &crate::SyntaxError| (text[e.span.range()].to_owned(), e.message.clone());
        parse.errors().iter().map(told).collect()
    }

    fn mistake(text: &str) -> (String, String) {
        let all = mistakes(text);
        assert_eq!(all.len(), 1, "{text:?}: {all:?}");
        all[0].clone()
    }

    fn names(text: &str) -> Vec<String> {
        let parse = parse(FileId(0), Arc::from(text), &Limits::default());
        parse
            .document()
            .nodes()
            .map(|n| n.name().into_owned())
            .collect()
    }

    #[test]
    fn each_mistake_is_one_error_at_its_own_bytes() {
        for (text, at) in [
            ("node true", "true"),
            ("node on=false", "false"),
            ("true", "true"),
            ("disk data 2TiB", "2TiB"),
            ("probe path=/ready", "/ready"),
            ("net 10.0.0.0/16", "10.0.0.0/16"),
            ("node \"a\"b", "b"),
            ("node key=", "="),
            ("region = \"x\"", "="),
            ("node (type)", ")"),
            ("node (type", "("),
            ("node ()1", "()"),
            ("a { b", "{"),
            ("a }", "}"),
            ("a {} b", "b"),
            ("a {} {}", "{"),
            ("a /-{} b", "b"),
            (";", ";"),
            ("a /-\n", "/-"),
            ("a \"x", "\"x"),
            ("a \"x\ny\"", "\"x"),
            ("a \"\\d\"", "\\d"),
            ("a \"\\u{110000}\"", "\\u{110000}"),
            ("a r\"x\"", "r"),
            ("a r#\"x\"#", "r"),
            ("a #yes", "#yes"),
            ("# a comment", "#"),
            ("a /* b", "/*"),
            ("a \\ b", "\\"),
            ("a \u{200e}b", "\u{200e}"),
            ("1 2", "1"),
            ("{ a }", "{"),
            ("a )", ")"),
            ("a 1=2", "1"),
            ("a (t)b=2", "("),
            ("a b#c", "b#c"),
            ("/- kdl-version 1\na", "1"),
            ("a \"\"\"\n  x\n y\n  \"\"\"", " "),
        ] {
            assert_eq!(mistake(text).0, at, "{text:?}");
        }
    }

    #[test]
    fn the_help_says_what_to_write() {
        for (text, help) in [
            ("n true", "write `#true`, or `\"true\"` if it is text"),
            (
                "n 2TiB",
                "what starts with a digit and is not a number is quoted: write \"2TiB\"",
            ),
            ("n .5", "a number begins with a digit: write `0.5`"),
            ("n 1.", "a digit follows the point: write `1` or `1.0`"),
            ("n /a\\b", "write \"/a\\\\b\""),
            ("n #Yes", "write `#true`"),
            ("n r##\"x\"##", "write `##\"…\"##`"),
            ("n = 1", "write `n` and the value, with a space between"),
        ] {
            let parse = parse(FileId(0), Arc::from(text), &Limits::default());
            assert_eq!(parse.errors()[0].help.as_deref(), Some(help), "{text:?}");
        }
    }

    #[test]
    fn quotes_that_do_not_pair_up_are_one_mistake_of_their_line() {
        assert_eq!(
            mistake("a b=/x\" {\n}").0,
            "/x",
            "the word that lacks its first quote"
        );
        assert_eq!(mistake("a b=\"x {\n}").0, "\"x", "the brace is given back");
        assert_eq!(mistake("a { b \"x }\nc").0, "\"x");
        let (at, message) = mistake("a \"x b \"y\" \"z\"");
        assert_eq!(
            (at.as_str(), message.as_str()),
            ("\"", "the quotes on this line do not pair up")
        );
    }

    #[test]
    fn a_brace_that_is_never_closed_is_shown_with_where_that_is_seen() {
        let text = "a {\n    b {\n    c\n}\n";
        let parse = parse(FileId(0), Arc::from(text), &Limits::default());
        let error = &parse.errors()[0];
        assert_eq!(error.span.start, 10);
        let (seen, how) = error.related.as_ref().unwrap();
        assert_eq!(&text[seen.range()], "c");
        assert_eq!(how, "by its indentation this stands outside the block");
    }

    #[test]
    fn a_brace_that_closes_nothing_is_shown_with_where_its_block_should_begin() {
        let seen = |text: &str| {
            let parse = parse(FileId(0), Arc::from(text), &Limits::default());
            let error = &parse.errors()[0];
            assert_eq!(error.message, "`}` closes nothing", "{text:?}");
            let seen = error.related.as_ref();
            seen.map(|(seen, _)| text[seen.range()].to_owned())
        };
        for (text, head) in [
            ("a 1\n    b {\n        c\n    }\n}\n", Some("a 1")),
            (
                "a {\n    b x=2 // so\n\n        c\n    }\n}\n",
                Some("b x=2"),
            ),
            ("a {\n}\n    b\n}\n", None),
            ("a\nb\n}\n", None),
            ("a 1; }\n", None),
            ("}\n", None),
            ("  a\n  }\n", None),
            ("\n}\n", None),
        ] {
            assert_eq!(seen(text).as_deref(), head, "{text:?}");
        }
        let far = format!("a\n{}}}\n", "    b 1\n".repeat(4000));
        assert_eq!(seen(&far), None);
    }

    #[test]
    fn a_broken_line_costs_its_node_and_all_are_reported_at_once() {
        let text = "a 1\nb \"x\nc )\nd 2TiB\ne 5\n";
        assert_eq!(mistakes(text).len(), 3);
        assert_eq!(names(text), ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn a_missing_brace_is_found_by_indentation_only_where_one_is_missing() {
        let text = "a {\n    b {\n        c\n    d {\n    }\n}\ne\n";
        assert_eq!(mistake(text).0, "{");
        assert_eq!(names(text), ["a", "e"]);
        let odd = "a {\nb {\nc\n}\nd\n}\ne\n";
        assert_eq!(mistakes(odd), []);
        assert_eq!(names(odd), ["a", "e"]);
    }

    #[test]
    fn a_brace_too_many_is_the_one_that_stands_too_deep() {
        let text = "a {\n    b {\n    }\n    }\n    c\n}\nd\n";
        assert_eq!(mistakes(text).len(), 1);
        assert_eq!(names(text), ["a", "d"]);
    }

    #[test]
    fn passing_a_limit_is_one_error() {
        let deep = "a {".repeat(100) + &"}".repeat(100);
        let parse = parse(
            FileId(0),
            Arc::from(deep),
            &Limits {
                max_depth: 9,
                ..Limits::default()
            },
        );
        assert_eq!(parse.errors().len(), 1);
        assert!(parse.errors()[0].limit);
    }
}
