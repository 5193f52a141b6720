//! Nodes put into a file, as somebody following a page would type them.

use tenantry_core::schema::vocabulary::builtin;
use tenantry_syntax::{
    FileId, Limits, Parse,
    ast::{Entry, Node, Scalar},
    format, parse,
};

/// Parses a text of the manual.
///
/// # Errors
/// Its first syntax error.
pub(crate) fn parsed(text: &str) -> Result<Parse, String> {
    let parse = parse(FileId(0), text.into(), &Limits::default());
    match parse.errors().first() {
        None => Ok(parse),
        Some(error) => Err(error.message.to_string()),
    }
}

/// The file with the nodes of `fragment` inside of the node that the dotted path names.
///
/// # Errors
/// No such node; a syntax error.
pub(crate) fn put(file: &str, path: &str, fragment: &str) -> Result<String, String> {
    let fragment = parsed(fragment)?;
    let mut text = file.to_owned();
    let mut before = 0;
    for node in fragment.document().nodes() {
        let end = node.span().end as usize;
        let source = fragment.text()[before..end].trim_matches('\n');
        text = put_one(&text, path, node, source)?;
        before = end;
    }
    let tidy = parsed(&text)?;
    format::format(&tidy).ok_or_else(|| "cannot be formatted".to_owned())
}

fn put_one(text: &str, path: &str, new: Node<'_>, source: &str) -> Result<String, String> {
    let file = parsed(text)?;
    let mut siblings: Vec<Node<'_>> = file.document().nodes().collect();
    let mut parent = None;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let found = siblings
            .iter()
            .copied()
            .find(|node| node.name() == name || first(*node).as_deref() == Some(name));
        let node = found.ok_or_else(|| format!("there is no `{name}` to put it into"))?;
        siblings = node.nodes().collect();
        parent = Some(node);
    }
    let same = siblings.into_iter().find(|node| alike(*node, new));
    let (at, instead) = match (same, parent) {
        (Some(old), _) => (span(old), source.to_owned()),
        (None, None) => (text.len()..text.len(), format!("\n{source}\n")),
        (None, Some(parent)) => match parent.block_span() {
            Some(block) => {
                let end = block.end as usize - 1;
                let gap = if new.has_block() { "\n" } else { "" };
                (end..end, format!("{gap}{source}\n"))
            }
            None => {
                let end = parent.head_span().end as usize;
                (end..end, format!(" {{\n{source}\n}}"))
            }
        },
    };
    Ok(format!("{}{instead}{}", &text[..at.start], &text[at.end..]))
}

fn span(node: Node<'_>) -> std::ops::Range<usize> {
    node.span().start as usize..node.span().end as usize
}

/// Whether two nodes of one scope are the same thing: by name, and where a kind can be repeated
/// by what it is called.
fn alike(old: Node<'_>, new: Node<'_>) -> bool {
    let (vocabulary, _) = builtin();
    let name = new.name();
    let kinds = vocabulary.kinds().map(|(_, kind)| kind);
    let named: Vec<_> = kinds.filter(|kind| kind.name == name).collect();
    let once = !named.is_empty() && named.iter().all(|kind| kind.key.is_empty());
    old.name() == name && (once || first(old) == first(new))
}

/// The first argument, as it means.
fn first(node: Node<'_>) -> Option<String> {
    node.entries().find_map(|entry| match entry {
        Entry::Arg(arg) => match (arg.text(), arg.value()) {
            (Some(text), _) => Some(text.value().into_owned()),
            (None, Scalar::Int(number)) => Some(number.to_string()),
            _ => None,
        },
        Entry::Prop(_) => None,
    })
}

#[test]
fn what_has_the_same_key_is_replaced_and_the_rest_comes_last() {
    let file = "tenant demo {\n    workload hello {\n        replicas 2\n        port http 8080\n    }\n}\n";
    let put = put(file, "demo.hello", "replicas 3\nport admin 9090\n");
    let expected = "tenant demo {\n    workload hello {\n        replicas 3\n        port http 8080\n        port admin 9090\n    }\n}\n";
    assert_eq!(put.as_deref(), Ok(expected));
}
