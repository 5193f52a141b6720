//! The typed view of the tree: nodes, entries, values.
//!
//! Everything here is two words wide, borrows the [`Parse`], and works out names and values when
//! asked. What was taken out with `/-` is not seen, and neither is what could not be read: a node
//! without a name, a property without a value.

use std::borrow::Cow;

use crate::{
    Parse, Span,
    errors::offset,
    kind::{ElementKind, TokenKind},
    number, strings,
    tree::{Children, Element},
};

/// A file.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    parse: &'a Parse,
}

impl<'a> Document<'a> {
    pub(crate) fn new(parse: &'a Parse) -> Self {
        Self { parse }
    }

    /// The nodes at the top of the file.
    pub fn nodes(self) -> impl Iterator<Item = Node<'a>> {
        named(self.parse, self.parse.tree().children(None))
    }
}

/// A node: a name, entries, perhaps a block.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    parse: &'a Parse,
    at: u32,
}

impl<'a> Node<'a> {
    /// The name, without quotes.
    pub fn name(self) -> Cow<'a, str> {
        self.name_text().value()
    }

    /// Where the name stands, quotes included.
    pub fn name_span(self) -> Span {
        self.name_text().span()
    }

    /// The name as a string of the file.
    pub fn name_text(self) -> Text<'a> {
        let token = name_token(self.parse, self.at).unwrap_or(self.element().first);
        Text {
            parse: self.parse,
            token,
        }
    }

    /// From the annotation or name to the last entry or the end of the block; what is taken out
    /// behind that, and the terminator, are not in it.
    pub fn span(self) -> Span {
        self.block_span()
            .map_or_else(|| self.head_span(), |block| self.head_span().to(block))
    }

    /// From the annotation or name to the last entry.
    pub fn head_span(self) -> Span {
        let entries = self.children().filter(|(_, e)| is_entry(e.kind));
        let end = entries
            .map(|(_, e)| e.end)
            .last()
            .unwrap_or(self.name_text().token + 1);
        span(self.parse, self.element().first, end)
    }

    /// The type before the name, and where it stands, parentheses included.
    pub fn annotation(self) -> Option<(Cow<'a, str>, Span)> {
        annotation(self.parse, self.at)
    }

    /// Arguments and properties in the order of the text.
    pub fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        self.children()
            .filter_map(move |(at, element)| entry(self.parse, at, element))
    }

    /// Whether there is a block, be it empty.
    pub fn has_block(self) -> bool {
        self.block().is_some()
    }

    /// The block, braces included.
    pub fn block_span(self) -> Option<Span> {
        let block = &self.parse.tree().elements[self.block()? as usize];
        Some(span(self.parse, block.first, block.end))
    }

    /// The nodes in the block.
    pub fn nodes(self) -> impl Iterator<Item = Node<'a>> {
        let children = self
            .block()
            .map(|block| self.parse.tree().children(Some(block)));
        children
            .into_iter()
            .flat_map(move |children| named(self.parse, children))
    }

    /// The `//` lines directly above, without their slashes and the space behind them.
    pub fn comment_above(self) -> Option<String> {
        let tokens = &self.parse.tree().tokens;
        let mut lines: Vec<&str> = Vec::new();
        let mut line = line_of(&tokens.kinds, self.element().first as usize)?;
        while let Some(end) = line.checked_sub(1)
            && let Some(comment) = end.checked_sub(1)
            && tokens.kinds[comment] == TokenKind::LineComment
            && let Some(above) = line_of(&tokens.kinds, comment)
        {
            let text = self.parse.text()[tokens.range(comment)].trim_start_matches('/');
            lines.push(text.strip_prefix(' ').unwrap_or(text).trim_end());
            line = above;
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    fn element(self) -> &'a Element {
        &self.parse.tree().elements[self.at as usize]
    }

    fn children(self) -> Children<'a> {
        self.parse.tree().children(Some(self.at))
    }

    fn block(self) -> Option<u32> {
        self.children()
            .find(|(_, e)| e.kind == ElementKind::Block)
            .map(|(at, _)| at)
    }
}

/// An argument or a property.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// A value alone.
    Arg(Arg<'a>),
    /// A name and a value.
    Prop(Prop<'a>),
}

impl Entry<'_> {
    /// All of it, annotation included.
    pub fn span(self) -> Span {
        match self {
            Self::Arg(arg) => arg.span(),
            Self::Prop(prop) => prop.span(),
        }
    }
}

/// A value alone.
#[derive(Debug, Clone, Copy)]
pub struct Arg<'a> {
    parse: &'a Parse,
    at: u32,
}

impl<'a> Arg<'a> {
    /// The value.
    pub fn value(self) -> Scalar<'a> {
        scalar(self.parse, last_token(self.parse, self.at))
    }

    /// The value as a string of the file, if it is one.
    pub fn text(self) -> Option<Text<'a>> {
        text(self.parse, last_token(self.parse, self.at))
    }

    /// The value, without its annotation.
    pub fn value_span(self) -> Span {
        let token = last_token(self.parse, self.at);
        span(self.parse, token, token + 1)
    }

    /// All of it, annotation included.
    pub fn span(self) -> Span {
        element_span(self.parse, self.at)
    }

    /// The type before the value, and where it stands, parentheses included.
    pub fn annotation(self) -> Option<(Cow<'a, str>, Span)> {
        annotation(self.parse, self.at)
    }
}

/// A name and a value.
#[derive(Debug, Clone, Copy)]
pub struct Prop<'a> {
    parse: &'a Parse,
    at: u32,
}

impl<'a> Prop<'a> {
    /// The name, without quotes.
    pub fn name(self) -> Cow<'a, str> {
        self.name_text().value()
    }

    /// Where the name stands, quotes included.
    pub fn name_span(self) -> Span {
        self.name_text().span()
    }

    /// The name as a string of the file.
    pub fn name_text(self) -> Text<'a> {
        let first = self.parse.tree().elements[self.at as usize].first;
        Text {
            parse: self.parse,
            token: name_token(self.parse, self.at).unwrap_or(first),
        }
    }

    /// The value.
    pub fn value(self) -> Scalar<'a> {
        scalar(self.parse, last_token(self.parse, self.at))
    }

    /// The value as a string of the file, if it is one.
    pub fn text(self) -> Option<Text<'a>> {
        text(self.parse, last_token(self.parse, self.at))
    }

    /// The value, without its annotation.
    pub fn value_span(self) -> Span {
        let token = last_token(self.parse, self.at);
        span(self.parse, token, token + 1)
    }

    /// Name, `=`, annotation and value.
    pub fn span(self) -> Span {
        element_span(self.parse, self.at)
    }

    /// The type before the value, and where it stands, parentheses included.
    pub fn annotation(self) -> Option<(Cow<'a, str>, Span)> {
        annotation(self.parse, self.at)
    }
}

/// A value as the file has it; what it means is for whoever knows the type that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar<'a> {
    /// A string, decoded.
    Str(Cow<'a, str>),
    /// A whole number.
    Int(i128),
    /// A fraction, an exponent, infinity, not a number, or beyond 128 bits: as it was written.
    Number(&'a str),
    /// `#true` or `#false`
    Bool(bool),
    /// `#null`
    Null,
}

/// A string as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    parse: &'a Parse,
    token: u32,
}

/// How a string is written. All forms mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// `text`
    Bare,
    /// `"text"`, with escapes.
    Quoted,
    /// `#"text"#`, without.
    Raw,
    /// Triple quotes over several lines, with escapes.
    MultiLine,
    /// Triple quotes over several lines, without.
    RawMultiLine,
}

impl<'a> Text<'a> {
    /// The content: quotes and escapes resolved, indentation taken off.
    pub fn value(self) -> Cow<'a, str> {
        strings::content(self.kind(), self.source())
    }

    /// Where it stands, quotes included.
    pub fn span(self) -> Span {
        span(self.parse, self.token, self.token + 1)
    }

    /// As it is written, quotes included.
    pub fn source(self) -> &'a str {
        &self.parse.text()[self.span().range()]
    }

    /// How it is written. Text that should have been quoted counts as bare.
    pub fn form(self) -> Form {
        match self.kind() {
            TokenKind::Quoted => Form::Quoted,
            TokenKind::Raw | TokenKind::OldRaw => Form::Raw,
            TokenKind::MultiLine => Form::MultiLine,
            TokenKind::RawMultiLine => Form::RawMultiLine,
            _ => Form::Bare,
        }
    }

    /// The byte of the file from which the byte `at` of the content comes. For the content's
    /// length, and anything beyond it, where the content ends in the file.
    pub fn source_offset(self, at: usize) -> u32 {
        let inside = strings::source_offset(self.kind(), self.source(), at);
        self.span().start + offset(inside)
    }

    fn kind(self) -> TokenKind {
        self.parse.tree().tokens.kinds[self.token as usize]
    }
}

/// The nodes among `children` that have a name.
fn named<'a>(parse: &'a Parse, children: Children<'a>) -> impl Iterator<Item = Node<'a>> {
    children
        .filter(|(_, element)| element.kind == ElementKind::Node)
        .filter(|&(at, _)| name_token(parse, at).is_some())
        .map(move |(at, _)| Node { parse, at })
}

/// The node that is the element `at`.
pub(crate) fn node(parse: &Parse, at: u32) -> Node<'_> {
    Node { parse, at }
}

fn is_entry(kind: ElementKind) -> bool {
    matches!(kind, ElementKind::Arg | ElementKind::Prop)
}

/// The entry at `at`, if that is one, and whole.
pub(crate) fn entry<'a>(parse: &'a Parse, at: u32, element: &Element) -> Option<Entry<'a>> {
    let value = element.end.checked_sub(1)?;
    let kind = parse.tree().tokens.kinds[value as usize];
    if !kind.is_value() || kind == TokenKind::BadKeyword {
        return None;
    }
    match element.kind {
        ElementKind::Arg => Some(Entry::Arg(Arg { parse, at })),
        ElementKind::Prop => {
            name_token(parse, at).filter(|&name| name < value)?;
            Some(Entry::Prop(Prop { parse, at }))
        }
        _ => None,
    }
}

/// The token that names a node or a property: the first one behind the annotation, if it is text.
pub(crate) fn name_token(parse: &Parse, at: u32) -> Option<u32> {
    let tree = &parse.tree();
    let element = &tree.elements[at as usize];
    let mut token = element.first;
    if tree.tokens.kinds[token as usize] == TokenKind::OpenParen {
        token = tree.children(Some(at)).next()?.1.end;
        while tree.tokens.kinds[token as usize].is_trivia() {
            token += 1;
        }
    }
    (token < element.end && tree.tokens.kinds[token as usize].is_string()).then_some(token)
}

fn annotation<'a>(parse: &'a Parse, at: u32) -> Option<(Cow<'a, str>, Span)> {
    let mut children = parse.tree().children(Some(at));
    let (at, element) = children
        .next()
        .filter(|(_, e)| e.kind == ElementKind::Annotation)?;
    let mut tokens = element.first + 1..element.end;
    let token = tokens.find(|&t| !parse.tree().tokens.kinds[t as usize].is_trivia())?;
    Some((text(parse, token)?.value(), element_span(parse, at)))
}

pub(crate) fn text(parse: &Parse, token: u32) -> Option<Text<'_>> {
    let kind = parse.tree().tokens.kinds[token as usize];
    kind.is_string().then_some(Text { parse, token })
}

fn scalar(parse: &Parse, token: u32) -> Scalar<'_> {
    let source = &parse.text()[parse.tree().tokens.range(token as usize)];
    match parse.tree().tokens.kinds[token as usize] {
        TokenKind::True => Scalar::Bool(true),
        TokenKind::False => Scalar::Bool(false),
        TokenKind::Null => Scalar::Null,
        TokenKind::NotFinite => Scalar::Number(source),
        TokenKind::Number => number::integer(source).map_or(Scalar::Number(source), Scalar::Int),
        TokenKind::BareKeyword => match source {
            "true" => Scalar::Bool(true),
            "false" => Scalar::Bool(false),
            "null" => Scalar::Null,
            _ => Scalar::Number(source),
        },
        kind => Scalar::Str(strings::content(kind, source)),
    }
}

fn last_token(parse: &Parse, at: u32) -> u32 {
    parse.tree().elements[at as usize].end.saturating_sub(1)
}

fn element_span(parse: &Parse, at: u32) -> Span {
    let element = &parse.tree().elements[at as usize];
    span(parse, element.first, element.end)
}

/// The bytes from the token `first` up to the token `end`, which is not in it.
fn span(parse: &Parse, first: u32, end: u32) -> Span {
    let tokens = &parse.tree().tokens;
    let start = tokens.range(first as usize).start;
    let end = tokens.range(end as usize).start.max(start);
    Span::new(parse.file(), offset(start), offset(end))
}

/// The first token of the line that `token` begins; `None` if something stands before it there.
fn line_of(kinds: &[TokenKind], token: usize) -> Option<usize> {
    let before = &kinds[..token];
    let line = match before {
        [.., TokenKind::Space] => token - 1,
        _ => token,
    };
    matches!(
        kinds[..line],
        [] | [.., TokenKind::Newline | TokenKind::Bom]
    )
    .then_some(line)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{FileId, Limits};

    fn parsed(text: &str) -> Parse {
        crate::parse(FileId(0), Arc::from(text), &Limits::default())
    }

    fn first(parse: &Parse) -> Node<'_> {
        parse.document().nodes().next().unwrap()
    }

    /// The values of the first node, properties with their names before them.
    fn values(text: &str) -> Vec<(Option<String>, String)> {
        let parse = parsed(text);
        let told = |entry| match entry {
            Entry::Arg(arg) => (None, format!("{:?}", arg.value())),
            Entry::Prop(prop) => (
                Some(prop.name().into_owned()),
                format!("{:?}", prop.value()),
            ),
        };
        first(&parse).entries().map(told).collect()
    }

    fn args(text: &str) -> Vec<String> {
        values(text).into_iter().map(|(_, value)| value).collect()
    }

    #[test]
    fn a_node_has_a_name_entries_in_order_and_a_block() {
        let parse = parsed("disk data \"2TiB\" storage=ceph-ssd { keep }");
        let node = first(&parse);
        assert_eq!(node.name(), "disk");
        assert_eq!(node.entries().count(), 3);
        assert!(node.has_block());
        assert_eq!(
            node.nodes()
                .map(|n| n.name().into_owned())
                .collect::<Vec<_>>(),
            ["keep"]
        );
        assert_eq!(&parse.text()[node.span().range()], parse.text());
        assert_eq!(
            &parse.text()[node.head_span().range()],
            "disk data \"2TiB\" storage=ceph-ssd"
        );
        assert_eq!(
            &parse.text()[node.block_span().unwrap().range()],
            "{ keep }"
        );
    }

    #[test]
    fn values_are_what_is_written() {
        assert_eq!(
            args("n a 0x10 -1 1.5 1e3 #inf #true #null"),
            [
                "Str(\"a\")",
                "Int(16)",
                "Int(-1)",
                "Number(\"1.5\")",
                "Number(\"1e3\")",
                "Number(\"#inf\")",
                "Bool(true)",
                "Null",
            ]
        );
    }

    #[test]
    fn a_mistake_with_a_plain_meaning_keeps_it() {
        assert_eq!(
            args("n true 2TiB /ready r\"x\""),
            [
                "Bool(true)",
                "Str(\"2TiB\")",
                "Str(\"/ready\")",
                "Str(\"x\")",
            ]
        );
        assert_eq!(
            values("n a= b=1"),
            [(Some("b".to_owned()), "Int(1)".to_owned())]
        );
    }

    #[test]
    fn what_is_taken_out_is_not_seen() {
        let parse = parsed("/-gone\nn /-1 2 /-a=3 b=4 /-{ x } { y } /-{ z }");
        let node = first(&parse);
        assert_eq!(node.name(), "n");
        assert_eq!(node.entries().count(), 2);
        assert_eq!(
            node.nodes()
                .map(|n| n.name().into_owned())
                .collect::<Vec<_>>(),
            ["y"]
        );
        assert_eq!(&parse.text()[node.head_span().range()], "n /-1 2 /-a=3 b=4");
    }

    #[test]
    fn annotations_belong_to_what_stands_behind_them() {
        let parse = parsed("(a)n (b)1 c=(d)2");
        let node = first(&parse);
        let told = |annotation: Option<(Cow<'_, str>, Span)>| {
            annotation.map(|(name, at)| (name.into_owned(), parse.text()[at.range()].to_owned()))
        };
        let is = |name: &str| Some((name.to_owned(), format!("({name})")));
        assert_eq!(told(node.annotation()), is("a"));
        let mut entries = node.entries();
        let (Some(Entry::Arg(arg)), Some(Entry::Prop(prop))) = (entries.next(), entries.next())
        else {
            panic!("an argument and a property");
        };
        assert_eq!(told(arg.annotation()), is("b"));
        assert_eq!(&parse.text()[arg.value_span().range()], "1");
        assert_eq!(told(prop.annotation()), is("d"));
        assert_eq!(&parse.text()[prop.name_span().range()], "c");
        assert_eq!(&parse.text()[prop.value_span().range()], "2");
    }

    #[test]
    fn the_comment_above_is_only_what_stands_directly_above_on_lines_of_its_own() {
        for (text, comment) in [
            ("// one\n//   two\nn", Some("one\n  two")),
            ("// far\n\nn", None),
            ("a // behind\nn", None),
            ("a { // of the brace\n    n\n}", None),
            ("/// three\n  n", Some("three")),
        ] {
            let parse = parsed(text);
            let mut nodes: Vec<_> = parse.document().nodes().collect();
            nodes.extend(nodes.clone().into_iter().flat_map(Node::nodes));
            let node = nodes.into_iter().find(|node| node.name() == "n").unwrap();
            assert_eq!(node.comment_above().as_deref(), comment, "{text:?}");
        }
    }

    #[test]
    fn a_place_inside_a_string_leads_back_to_the_file() {
        let parse = parsed("when \"a \\\"b\\\" && $c\"");
        let Some(Entry::Arg(arg)) = first(&parse).entries().next() else {
            panic!("an argument")
        };
        let text = arg.text().unwrap();
        assert_eq!(text.form(), Form::Quoted);
        let inside = text.value().find("$c").unwrap();
        assert_eq!(&parse.text()[text.source_offset(inside) as usize..], "$c\"");
    }
}
