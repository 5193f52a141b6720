//! JSON: two spaces, LF, a final line end, keys in the tree's order.

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
    let mut out = Text::default();
    let around = Surroundings {
        indent: 0,
        last: true,
        origin: OriginId::NONE,
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
    for c in text.chars() {
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
    out.push('"');
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
