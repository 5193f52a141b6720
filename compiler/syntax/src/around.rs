//! What stands around an offset: the blocks that it lies in, and which part of which node.
//!
//! For whoever completes or explains what is under a cursor. The typed view leaves out what is not
//! whole; here a property without its value and a node of which only a letter is typed are what
//! matters most, so this looks at tokens and elements themselves.

use std::ops::Range;

use crate::{
    Parse, Span,
    ast::{self, Node, Text},
    errors::offset,
    kind::{ElementKind, TokenKind},
};

/// What stands around an offset.
#[derive(Debug, Clone)]
pub struct Around<'a> {
    /// The nodes in whose blocks it lies, the outermost first.
    pub blocks: Vec<Node<'a>>,
    /// The node that it is a part of; none where a new one would begin.
    pub node: Option<Node<'a>>,
    /// Which part.
    pub part: Part<'a>,
}

/// A part of a node, or the place of one.
#[derive(Debug, Clone)]
pub enum Part<'a> {
    /// Where a node would begin: an empty line of a block, or behind `;` or `{`.
    Blank,
    /// In the name of the node.
    Name(Word<'a>),
    /// In the head of the node, where the next argument or property would begin.
    Gap {
        /// How many arguments stand before.
        argument: usize,
    },
    /// In an argument, which may become the name of a property.
    Argument {
        /// Which one, from 0.
        index: usize,
        /// What stands there.
        word: Word<'a>,
    },
    /// In the name of a property.
    Key {
        /// What stands there.
        word: Word<'a>,
    },
    /// In the value of a property, or where it belongs.
    Value {
        /// The property's name.
        key: String,
        /// What stands there.
        word: Word<'a>,
    },
    /// In the type in front of something.
    Annotation,
    /// In a comment, or in what was taken out with `/-`.
    Comment,
}

/// A word of the text, perhaps unfinished.
#[derive(Debug, Clone)]
pub struct Word<'a> {
    /// The bytes of the whole word; empty where none is typed yet.
    pub range: Range<u32>,
    /// What is typed of it up to the offset, as written.
    pub typed: &'a str,
    /// The word as a string of the file, where it is one.
    pub text: Option<Text<'a>>,
    /// How it is written; none for what is no string.
    pub kind: Option<TokenKind>,
}

impl Word<'_> {
    /// Whether the word is in quotes of some form.
    pub fn is_quoted(&self) -> bool {
        self.kind.is_some_and(|kind| {
            matches!(
                kind,
                TokenKind::Quoted
                    | TokenKind::Raw
                    | TokenKind::OldRaw
                    | TokenKind::MultiLine
                    | TokenKind::RawMultiLine
            )
        }) || self.typed.starts_with('"')
    }
}

/// Looks at an offset, which is clamped to the text.
pub fn around(parse: &Parse, at: u32) -> Around<'_> {
    let mut looking = Looking {
        parse,
        at: at.min(offset(parse.text().len())),
        blocks: Vec::new(),
    };
    let (node, part) = looking.look();
    Around {
        blocks: looking.blocks,
        node,
        part,
    }
}

struct Looking<'a> {
    parse: &'a Parse,
    at: u32,
    blocks: Vec<Node<'a>>,
}

impl<'a> Looking<'a> {
    fn look(&mut self) -> (Option<Node<'a>>, Part<'a>) {
        let Some((token, joined)) = self.significant() else {
            return (None, self.comment_or_blank());
        };
        if self.in_comment() {
            self.descend(token);
            return (None, Part::Comment);
        }
        let kind = self.kind(token);
        let begins = matches!(
            kind,
            TokenKind::OpenBrace | TokenKind::Semicolon | TokenKind::Newline
        );
        // A block that is never closed ends with its last word, before the line ends behind it.
        match self.descend(self.saying(token)) {
            Found::Skipped => (None, Part::Comment),
            Found::Nothing => (None, Part::Blank),
            Found::Node(_) if begins || kind == TokenKind::CloseBrace => (None, Part::Blank),
            Found::Node(at) => {
                let node = ast::node(self.parse, at);
                let part = self.part(at, token, joined);
                let named = self.name_of(at).is_some();
                (named.then_some(node), part)
            }
        }
    }

    /// The last token before the offset that says something, and whether the offset touches it.
    /// A line end counts, unless the line goes on below.
    fn significant(&self) -> Option<(u32, bool)> {
        let starts = &self.parse.tree().tokens.starts;
        let mut token = starts.partition_point(|&start| start < self.at);
        let mut joined = true;
        loop {
            token = token.checked_sub(1)?;
            match self.kind(offset(token)) {
                TokenKind::Newline if self.continues(token) => {}
                TokenKind::Space
                | TokenKind::BlockComment
                | TokenKind::LineComment
                | TokenKind::Continuation
                | TokenKind::Bom
                | TokenKind::Eof => {}
                _ => return Some((offset(token), joined)),
            }
            joined = false;
        }
    }

    /// The token, or of line ends the one before them.
    fn saying(&self, token: u32) -> u32 {
        let before = (0..=token).rev();
        let mut saying = before.skip_while(|token| {
            let kind = self.kind(*token);
            kind == TokenKind::Newline || kind.is_trivia()
        });
        saying.next().unwrap_or(token)
    }

    /// Whether the line end `newline` is behind a `\`.
    fn continues(&self, newline: usize) -> bool {
        let before = (0..newline).rev().map(|at| self.kind(offset(at)));
        let mut said = before.skip_while(|kind| {
            matches!(
                kind,
                TokenKind::Space | TokenKind::LineComment | TokenKind::BlockComment
            )
        });
        said.next() == Some(TokenKind::Continuation)
    }

    /// Whether the offset is inside of a comment; at the end of a line's comment it still is.
    fn in_comment(&self) -> bool {
        let starts = &self.parse.tree().tokens.starts;
        let token = starts.partition_point(|&start| start < self.at);
        let Some(token) = token.checked_sub(1) else {
            return false;
        };
        let range = self.parse.tree().tokens.range(token);
        match self.kind(offset(token)) {
            TokenKind::LineComment => true,
            TokenKind::BlockComment => (self.at as usize) < range.end,
            _ => false,
        }
    }

    fn comment_or_blank(&self) -> Part<'a> {
        if self.in_comment() {
            Part::Comment
        } else {
            Part::Blank
        }
    }

    /// The innermost node that holds a token in its head; blocks on the way are noted. Of a token
    /// that opens a block, the node is the one whose block it is.
    fn descend(&mut self, token: u32) -> Found {
        let tree = self.parse.tree();
        let (mut level, mut node) = (None, None);
        loop {
            let holds = |first: u32, end: u32| first <= token && token < end;
            let inner = tree
                .children(level)
                .find(|(_, element)| holds(element.first, element.end));
            let Some((at, element)) = inner else {
                return node.map_or(Found::Nothing, Found::Node);
            };
            match element.kind {
                ElementKind::Skipped => return Found::Skipped,
                ElementKind::Node => node = Some(at),
                ElementKind::Block => {
                    let closed =
                        self.kind(token) == TokenKind::CloseBrace && token + 1 == element.end;
                    if closed {
                        return node.map_or(Found::Nothing, Found::Node);
                    }
                    if let Some(owner) = node.take()
                        && self.name_of(owner).is_some()
                    {
                        self.blocks.push(ast::node(self.parse, owner));
                    }
                }
                ElementKind::Annotation | ElementKind::Arg | ElementKind::Prop => {
                    return node.map_or(Found::Nothing, Found::Node);
                }
            }
            level = Some(at);
        }
    }

    /// Which part of the head of a node holds a token; `joined` where the offset touches it.
    fn part(&self, node: u32, token: u32, joined: bool) -> Part<'a> {
        let tree = self.parse.tree();
        if self.name_of(node) == Some(token) {
            return if joined {
                Part::Name(self.word(token))
            } else {
                Part::Gap { argument: 0 }
            };
        }
        let mut index = 0;
        for (at, element) in tree.children(Some(node)) {
            let holds = element.first <= token && token < element.end;
            match element.kind {
                ElementKind::Annotation if holds => return Part::Annotation,
                ElementKind::Arg if holds => {
                    return if !joined {
                        Part::Gap {
                            argument: index + 1,
                        }
                    } else if self.in_annotation(at, token) {
                        Part::Annotation
                    } else {
                        let word = self.word(token);
                        Part::Argument { index, word }
                    };
                }
                ElementKind::Prop if holds => return self.property(at, token, joined, index),
                ElementKind::Arg => index += 1,
                _ => {}
            }
        }
        // What fits nowhere: a lone quote, a sign.
        if joined && !self.kind(token).is_trivia() {
            let word = self.word(token);
            return Part::Argument { index, word };
        }
        Part::Gap { argument: index }
    }

    fn property(&self, at: u32, token: u32, joined: bool, arguments: usize) -> Part<'a> {
        let name = self.name_of(at);
        let equals = self.equals_of(at);
        let key = || {
            name.and_then(|token| self.text_at(token))
                .map_or_else(String::new, |text| text.value().into_owned())
        };
        let after_equals = equals.is_some_and(|equals| token > equals);
        if after_equals && !joined && self.kind(token).is_value() {
            return Part::Gap {
                argument: arguments,
            };
        }
        if after_equals && self.in_annotation(at, token) {
            return Part::Annotation;
        }
        if after_equals {
            let word = self.word(token);
            return Part::Value { key: key(), word };
        }
        if equals == Some(token) {
            let word = self.empty();
            return Part::Value { key: key(), word };
        }
        if joined {
            let word = self.word(token);
            return Part::Key { word };
        }
        Part::Gap {
            argument: arguments,
        }
    }

    fn in_annotation(&self, at: u32, token: u32) -> bool {
        self.parse.tree().children(Some(at)).any(|(_, element)| {
            element.kind == ElementKind::Annotation && element.first <= token && token < element.end
        })
    }

    fn equals_of(&self, at: u32) -> Option<u32> {
        let element = &self.parse.tree().elements[at as usize];
        (element.first..element.end).find(|token| self.kind(*token) == TokenKind::Equals)
    }

    fn name_of(&self, at: u32) -> Option<u32> {
        ast::name_token(self.parse, at)
    }

    fn text_at(&self, token: u32) -> Option<Text<'a>> {
        ast::text(self.parse, token)
    }

    fn kind(&self, token: u32) -> TokenKind {
        let kinds = &self.parse.tree().tokens.kinds;
        kinds.get(token as usize).copied().unwrap_or(TokenKind::Eof)
    }

    fn word(&self, token: u32) -> Word<'a> {
        let range = self.parse.tree().tokens.range(token as usize);
        let upto = (self.at as usize).clamp(range.start, range.end);
        let upto = self.parse.text().floor_char_boundary(upto);
        Word {
            typed: self.parse.text().get(range.start..upto).unwrap_or_default(),
            text: self.text_at(token),
            kind: Some(self.kind(token)),
            range: offset(range.start)..offset(range.end),
        }
    }

    fn empty(&self) -> Word<'a> {
        Word {
            range: self.at..self.at,
            typed: "",
            text: None,
            kind: None,
        }
    }
}

enum Found {
    /// A node, by its element.
    Node(u32),
    /// No node: the top of the file, or between the nodes of a block.
    Nothing,
    /// What `/-` took out.
    Skipped,
}

/// The nodes, from the outermost, of which a span is a part, and what lies in their blocks.
pub fn nodes_at(parse: &Parse, at: u32) -> Vec<Node<'_>> {
    let mut way: Vec<Node<'_>> = Vec::new();
    let mut level: Vec<Node<'_>> = parse.document().nodes().collect();
    let holds = |span: Span| span.start <= at && at <= span.end;
    while let Some(node) = level.iter().copied().rev().find(|node| holds(node.span())) {
        way.push(node);
        level = node.nodes().collect();
    }
    way
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{FileId, Limits, parse};

    /// What is at the `|` of a text, in one line.
    fn at(text: &str) -> String {
        let offset = text.find('|').unwrap();
        let parse = parse(
            FileId(0),
            Arc::from(text.replacen('|', "", 1)),
            &Limits::default(),
        );
        let around = around(&parse, u32::try_from(offset).unwrap());
        let blocks: Vec<_> = around.blocks.iter().map(|node| node.name()).collect();
        let node = around.node.map(|node| node.name().into_owned());
        let part = match around.part {
            Part::Blank => "blank".to_owned(),
            Part::Name(word) => format!("name {}", word.typed),
            Part::Gap { argument } => format!("gap {argument}"),
            Part::Argument { index, word } => format!("argument {index} {}", word.typed),
            Part::Key { word } => format!("key {}", word.typed),
            Part::Value { key, word } => format!("value {key} {}", word.typed),
            Part::Annotation => "annotation".to_owned(),
            Part::Comment => "comment".to_owned(),
        };
        format!("{}|{}|{part}", blocks.join("/"), node.unwrap_or_default())
    }

    #[test]
    fn every_part_of_a_node_is_known() {
        for (text, is) in [
            ("|", "||blank"),
            ("a\n|", "||blank"),
            ("wo|", "|wo|name wo"),
            ("w|orkload x", "|workload|name w"),
            ("disk |", "|disk|gap 0"),
            ("disk root |", "|disk|gap 1"),
            ("disk root 20Gi|B", "|disk|argument 1 20Gi"),
            ("disk root sto|", "|disk|argument 1 sto"),
            ("disk root storage=|", "|disk|value storage "),
            ("disk root storage= |", "|disk|value storage "),
            ("disk root storage=fa|st x=1", "|disk|value storage fa"),
            ("disk root sto|rage=fast", "|disk|key sto"),
            ("disk root storage=fast |", "|disk|gap 1"),
            ("disk root \"$|\"", "|disk|argument 1 \"$"),
            ("a {\n  |\n}", "a||blank"),
            ("a {\n  b|\n}", "a|b|name b"),
            ("a { b 1; c|", "a|c|name c"),
            ("a { b 1; |", "a||blank"),
            ("a {\n  b {\n    c 1\n  }\n  |\n}", "a||blank"),
            ("a {\n} |", "||blank"),
            ("a \\\n  b|", "|a|argument 0 b"),
            ("a \\\n  |", "|a|gap 0"),
            ("// a|", "||comment"),
            ("a { // x|\n}", "a||comment"),
            ("a /* x| */ 1", "||comment"),
            ("/- a b|\n", "||comment"),
            ("(i|nt)a 1", "|a|annotation"),
            ("a (i|nt)1", "|a|annotation"),
        ] {
            assert_eq!(at(text), is, "{text:?}");
        }
    }

    #[test]
    fn an_open_brace_costs_nothing_above_it() {
        for (text, is) in [
            ("a {\n  b {\n    |", "a/b||blank"),
            ("a {\n  b x=|\nc 1\n", "a|b|value x "),
            ("a {\n  b {\n    c |\n  d 1\n}\n", "a/b|c|gap 0"),
        ] {
            assert_eq!(at(text), is, "{text:?}");
        }
    }

    #[test]
    fn every_offset_of_any_text_has_an_answer() {
        for text in [
            "a{b\"c\n}/-d(e)f=/*",
            "é=\"\"\"\n  ${x}\n",
            "}{;\\\n#\"",
            "\u{feff}a",
        ] {
            let parse = parse(FileId(0), Arc::from(text), &Limits::default());
            for at in 0..=u32::try_from(text.len()).unwrap() + 1 {
                around(&parse, at);
                nodes_at(&parse, at);
            }
        }
    }
}
