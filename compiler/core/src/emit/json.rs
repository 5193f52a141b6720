//! JSON: two spaces, LF, a final line end, keys in the tree's order.

use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter};

use super::{
    text::{Text, is_deceptive},
    tree::{NodeRef, Tree, View},
};
use crate::origin::OriginId;

/// What is still to be written.
enum Due<'t> {
    Value(NodeRef<'t>, Surroundings),
    Close(char, Surroundings),
}

#[derive(Clone, Copy)]
struct Surroundings {
    indent: usize,
    /// Nothing follows in the same list or map.
    last: bool,
    /// The mark of the nearest marked ancestor.
    origin: OriginId,
}

/// One document.
pub fn document(tree: &Tree) -> Text {
    document_because(tree, OriginId::NONE)
}

/// A value, written as [`document`] writes a tree, without one in between: for documents of
/// megabytes that no line leads back from. Maps must have text keys, and numbers must be whole;
/// a value that cannot be said is nothing.
pub(super) fn written<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    let pretty = Pretty(PrettyFormatter::new());
    let mut to = serde_json::Serializer::with_formatter(&mut out, pretty);
    if value.serialize(&mut to).is_err() {
        return Vec::new();
    }
    out.push(b'\n');
    out
}

/// How `serde_json` lays out, with our spelling of characters.
struct Pretty(PrettyFormatter<'static>);

macro_rules! as_pretty {
    ($($method:ident($($name:ident: $Type:ty)?))*) => { $(
        fn $method<W: io::Write + ?Sized>(&mut self, to: &mut W, $($name: $Type)?) -> io::Result<()> {
            self.0.$method(to, $($name)?)
        }
    )* };
}

impl Formatter for Pretty {
    as_pretty! {
        begin_array() end_array() begin_array_value(first: bool) end_array_value()
        begin_object() end_object() begin_object_key(first: bool) begin_object_value()
        end_object_value()
    }

    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        to: &mut W,
        text: &str,
    ) -> io::Result<()> {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return to.write_all(text.as_bytes());
        }
        let mut spelt = String::with_capacity(text.len());
        text.chars().for_each(|c| spell(c, &mut spelt));
        to.write_all(spelt.as_bytes())
    }

    fn write_char_escape<W: io::Write + ?Sized>(
        &mut self,
        to: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        let c = match escape {
            CharEscape::Quote => '"',
            CharEscape::ReverseSolidus => '\\',
            CharEscape::Solidus => '/',
            CharEscape::Backspace => '\u{8}',
            CharEscape::FormFeed => '\u{c}',
            CharEscape::LineFeed => '\n',
            CharEscape::CarriageReturn => '\r',
            CharEscape::Tab => '\t',
            CharEscape::AsciiControl(byte) => byte.into(),
        };
        let mut spelt = String::new();
        spell(c, &mut spelt);
        to.write_all(spelt.as_bytes())
    }
}

/// One document, with the reason of all in it that has no nearer one.
pub fn document_because(tree: &Tree, origin: OriginId) -> Text {
    let mut out = Text::default();
    let around = Surroundings {
        indent: 0,
        last: true,
        origin,
    };
    let mut stack = vec![Due::Value(tree.root(), around)];
    while let Some(due) = stack.pop() {
        match due {
            Due::Value(node, around) => write_value(node, around, &mut stack, &mut out),
            Due::Close(bracket, around) => {
                begin_line(around, &mut out);
                out.add_with(|to| to.push(bracket));
                end_value(around, &mut out);
            }
        }
    }
    out
}

fn write_value<'t>(
    node: NodeRef<'t>,
    mut around: Surroundings,
    stack: &mut Vec<Due<'t>>,
    out: &mut Text,
) {
    if node.origin() != OriginId::NONE {
        around.origin = node.origin();
    }
    begin_line(around, out);
    if let Some(key) = node.key() {
        out.add_with(|to| write_string(key, to));
        out.add(": ");
    }
    if node.is_empty() {
        write_leaf(node, out);
        end_value(around, out);
        return;
    }
    let (open, close) = match node.view() {
        View::List => ("[", ']'),
        _ => ("{", '}'),
    };
    out.add(open);
    out.end_line();
    stack.push(Due::Close(close, around));
    push_children(node, around, stack);
}

fn push_children<'t>(node: NodeRef<'t>, around: Surroundings, stack: &mut Vec<Due<'t>>) {
    let start = stack.len();
    let within = Surroundings {
        indent: around.indent + 2,
        last: false,
        ..around
    };
    stack.extend(node.children().map(|child| Due::Value(child, within)));
    if let Some(Due::Value(_, last)) = stack.last_mut() {
        last.last = true;
    }
    stack[start..].reverse();
}

fn begin_line(around: Surroundings, out: &mut Text) {
    out.mark(around.origin);
    out.indent(around.indent);
}

fn end_value(around: Surroundings, out: &mut Text) {
    if !around.last {
        out.add(",");
    }
    out.end_line();
}

fn write_leaf(node: NodeRef<'_>, out: &mut Text) {
    match node.view() {
        View::Null => out.add("null"),
        View::Bool(true) => out.add("true"),
        View::Bool(false) => out.add("false"),
        View::Number(digits) => out.add(digits),
        View::Text(text) => out.add_with(|to| write_string(text, to)),
        View::List => out.add("[]"),
        View::Map => out.add("{}"),
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    text.chars().for_each(|c| spell(c, out));
    out.push('"');
}

/// Writes a character of a text.
fn spell(c: char, out: &mut String) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if is_deceptive(c) => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
        _ => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::document;
    use crate::{
        emit::tree::{Scalar, Tree},
        origin::OriginId,
    };

    #[test]
    fn two_spaces_and_a_final_line_end() {
        let mut tree = Tree::map();
        let mut root = tree.root_mut();
        root.set("version", 1);
        root.map("none");
        let mut files = root.list("files");
        files.push("a\"\u{202e}\u{e0041}\n");
        files.push_map().set("path", Scalar::Null);
        assert_eq!(
            document(&tree).as_str(),
            r#"{
  "version": 1,
  "none": {},
  "files": [
    "a\"\u202e\udb40\udc41\n",
    {
      "path": null
    }
  ]
}
"#
        );
    }

    #[test]
    fn what_is_written_without_a_tree_is_written_alike() {
        let value = serde_json::json!({
            "none": {}, "nothing": [], "deep": [[1, -2], [{}, { "a": true }]],
            "text": "\u{1}\u{7f}\u{8}\u{c}\n\r\t\"\\/\u{202e}\u{e0041}ü\u{a0}", "\u{200b}\"": null,
        });
        let tree = Tree::from_serialize_with_nulls(&value).unwrap();
        let written = String::from_utf8(super::written(&value)).unwrap();
        assert_eq!(written, document(&tree).as_str());
    }

    #[test]
    fn each_line_knows_where_it_came_from() {
        let mut tree = Tree::map();
        tree.root_mut().map("a").set("b", 1);
        tree.root_mut().set("c", 2);
        tree.mark("", OriginId(1));
        tree.mark("/a/b", OriginId(2));
        let text = document(&tree);
        let origins: Vec<_> = (1..=6).map(|line| text.lines().at(line).0).collect();
        assert_eq!(origins, [1, 1, 2, 1, 1, 1], "{}", text.as_str());
    }
}
