//! YAML, written so that readers of YAML 1.1 (Ansible, the `yaml` of older Go and Ruby) and of
//! YAML 1.2 agree on every value: block style, two spaces, LF; `apiVersion`, `kind`, `metadata`
//! lead a document and `name` leads a list's item; everything else stays in the tree's order.

use super::{
    text::Text,
    tree::{NodeRef, Tree, View},
};
use crate::origin::OriginId;

mod scalar;

/// Keys that lead a document, in this order.
const DOCUMENT_HEAD: &[&str] = &["apiVersion", "kind", "metadata"];

/// The key that leads an item of a list.
const ITEM_HEAD: &[&str] = &["name"];

/// Readers look at most 1,024 characters ahead for the colon behind a key. A longer one, as it is
/// written, takes the form that announces itself.
const MAX_PLAIN_KEY: usize = 1000;

/// Who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    Any,
    /// Ansible, which takes text for a Jinja template unless it is told not to.
    Ansible,
}

/// One document.
pub fn document(tree: &Tree) -> Text {
    stream([(tree, OriginId::NONE)])
}

/// One document for Ansible. A text of the spec that looks like a template is marked `!unsafe`, so
/// that it stays text: a template may run commands on whoever runs the playbook.
pub fn ansible(tree: &Tree) -> Text {
    let mut out = Text::default();
    write(tree, OriginId::NONE, Reader::Ansible, &mut out);
    out
}

/// Several documents in one file, joined with `---`, each with the reason of all in it that has no
/// nearer one.
pub fn stream<'t>(trees: impl IntoIterator<Item = (&'t Tree, OriginId)>) -> Text {
    let mut out = Text::default();
    for (number, (tree, origin)) in trees.into_iter().enumerate() {
        if number > 0 {
            // The line that opens a document belongs to it.
            out.mark(match tree.root().origin() {
                OriginId::NONE => origin,
                own => own,
            });
            out.add("---");
            out.end_line();
        }
        write(tree, origin, Reader::Any, &mut out);
    }
    out
}

/// A node that is still to be written. In block style nothing needs closing, so that a stack of
/// these is the whole state.
struct Due<'t> {
    node: NodeRef<'t>,
    place: Place,
    /// The mark of the nearest marked ancestor.
    inherited: OriginId,
}

/// Where a node begins: a line's indentation, and the dashes of the items that begin there.
#[derive(Clone, Copy)]
struct Place {
    indent: usize,
    dashes: usize,
}

impl Place {
    /// The column behind the dashes, which is where the siblings of what stands there begin.
    fn column(self) -> usize {
        self.indent + 2 * self.dashes
    }

    /// The start of a line of its own.
    fn line(indent: usize) -> Self {
        Self { indent, dashes: 0 }
    }
}

fn write(tree: &Tree, inherited: OriginId, reader: Reader, out: &mut Text) {
    let mut stack = vec![Due {
        node: tree.root(),
        place: Place::line(0),
        inherited,
    }];
    while let Some(due) = stack.pop() {
        let Due { node, place, .. } = due;
        let origin = match node.origin() {
            OriginId::NONE => due.inherited,
            own => own,
        };
        let holds = !node.is_empty();
        let first = if let Some(key) = node.key() {
            begin_line(place, origin, out);
            write_key(key, place.column(), out);
            if holds {
                out.end_line();
            } else {
                out.add(" ");
                write_leaf(node, origin, place.column() + 2, reader, out);
            }
            Place::line(place.column() + 2)
        } else {
            if !holds {
                begin_line(place, origin, out);
                write_leaf(node, origin, place.column().max(2), reader, out);
            }
            place
        };
        if holds {
            push_children(node, first, origin, &mut stack);
        }
    }
}

/// Puts the children of a node on the stack, the first at `first` and the others below it.
fn push_children<'t>(
    node: NodeRef<'t>,
    first: Place,
    inherited: OriginId,
    stack: &mut Vec<Due<'t>>,
) {
    let dashes = usize::from(node.view() == View::List);
    let rest = Place {
        indent: first.column(),
        dashes,
    };
    let first = Place {
        dashes: first.dashes + dashes,
        ..first
    };
    let start = stack.len();
    stack.extend(node.children().map(|child| Due {
        node: child,
        place: rest,
        inherited,
    }));
    let own = &mut stack[start..];
    lead(node, own);
    if let Some(due) = own.first_mut() {
        due.place = first;
    }
    own.reverse();
}

/// Puts those of the children of a node in front that lead it.
fn lead(node: NodeRef<'_>, children: &mut [Due<'_>]) {
    let head = match (node.view(), node.key()) {
        (View::Map, None) if node.is_root() => DOCUMENT_HEAD,
        (View::Map, None) => ITEM_HEAD,
        _ => return,
    };
    let mut rest = children;
    for key in head {
        let found = rest.iter().position(|due| due.node.key() == Some(key));
        let Some(at) = found else { continue };
        rest[..=at].rotate_right(1);
        rest = &mut rest[1..];
    }
}

fn begin_line(place: Place, origin: OriginId, out: &mut Text) {
    out.mark(origin);
    out.indent(place.indent);
    for _ in 0..place.dashes {
        out.add("- ");
    }
}

/// Writes a key and its colon.
fn write_key(key: &str, column: usize, out: &mut Text) {
    // No byte of it takes more than four as it is written.
    if key.len() <= MAX_PLAIN_KEY / 5 {
        out.add_with(|to| scalar::write_line(key, to));
        out.add(":");
        return;
    }
    let mut written = String::new();
    scalar::write_line(key, &mut written);
    if written.len() <= MAX_PLAIN_KEY {
        out.add(&written);
    } else {
        out.add("? ");
        out.add(&written);
        out.end_line();
        out.indent(column);
    }
    out.add(":");
}

/// Writes a scalar, or a map or list that holds nothing, and ends its line. The lines of a block
/// of text stand at `column`.
fn write_leaf(node: NodeRef<'_>, origin: OriginId, column: usize, reader: Reader, out: &mut Text) {
    if reader == Reader::Ansible && node.as_str().is_some_and(is_template) {
        out.add("!unsafe ");
    }
    match node.view() {
        View::Null => out.add("null"),
        View::Bool(true) => out.add("true"),
        View::Bool(false) => out.add("false"),
        View::Number(digits) => out.add(digits),
        View::List => out.add("[]"),
        View::Map => out.add("{}"),
        View::Text(text) => match scalar::block_head(text) {
            Some(head) => {
                let because = |line| match node.lines().map(|lines| lines.at(line)) {
                    None | Some(OriginId::NONE) => origin,
                    Some(own) => own,
                };
                return write_block(text, head, column, because, out);
            }
            None => out.add_with(|to| scalar::write_line(text, to)),
        },
    }
    out.end_line();
}

/// Whether Jinja finds something to do in a text.
fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"]
        .iter()
        .any(|opening| text.contains(opening))
}

/// Writes a text line by line below its head, each with its reason.
fn write_block(
    text: &str,
    head: &str,
    column: usize,
    because: impl Fn(u32) -> OriginId,
    out: &mut Text,
) {
    out.add(head);
    out.end_line();
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    for (number, line) in (1..).zip(lines) {
        out.mark(because(number));
        if !line.is_empty() {
            out.indent(column);
            out.add(line);
        }
        out.end_line();
    }
}

#[cfg(test)]
mod tests;
