//! What a local name stands for: the elements that an `each` goes through, and what calls give an
//! argument of a definition.

use std::collections::BTreeSet;

use tenantry_core::{
    cel::{Value, spelling},
    compile::Kept,
};
use tenantry_syntax::{
    around::nodes_at,
    ast::{Entry, Node},
};

use crate::{
    facts::by_environment,
    host::Snapshot,
    hover::scalar,
    names::DeclaredId,
    outline::{DEFINE, Declared},
};

/// More elements than this are counted, and not all named.
const NAMED: usize = 4;
/// More calls than this are not looked at: a definition may be called thousands of times.
const CALLS: usize = 50;

/// What a local name stands for, a line each, in Markdown; nothing where that is not known.
pub(crate) fn of(snapshot: &Snapshot, declared: &Declared) -> Vec<String> {
    let Some(source) = snapshot.known().analysis.sources.get(declared.span.file) else {
        return Vec::new();
    };
    let node = nodes_at(&source.parse, declared.name_span.start).pop();
    let Some(node) = node.filter(|node| node.span() == declared.span) else {
        return Vec::new();
    };
    if node.name() == "each" {
        let Some(list) = property(node, "in") else {
            return Vec::new();
        };
        return by_environment(snapshot.environments(), |kept| {
            elements(kept, declared, &list).into_iter().collect()
        });
    }
    given(snapshot, declared, node).into_iter().collect()
}

/// The elements of a table, parameter or `let`. What an expression yields is not worked out anew.
fn elements(kept: &Kept, declared: &Declared, list: &str) -> Option<String> {
    let values = kept.estate.text.values.get(declared.unit.0 as usize)?;
    let value = values.get(list).or_else(|| values.get(&*spelling(list)))?;
    let all: Vec<Value> = match value {
        Value::Keyed(rows) => (0..rows.len()).map(|at| rows.at(at)).collect(),
        Value::List(items) => items.to_vec(),
        _ => return None,
    };
    let what = match value {
        Value::Keyed(_) => "row",
        _ => "element",
    };
    let named: Vec<String> = all
        .iter()
        .take(NAMED)
        .map(|one| format!("`{one}`"))
        .collect();
    Some(match all.len() {
        0 => format!("`{list}` has no {what}"),
        1 => format!("the {what} {} of `{list}`", named.concat()),
        count => format!(
            "each of {count} {what}s of `{list}`: {}",
            listed(named, count)
        ),
    })
}

/// What calls of the definition give one of its arguments.
fn given(snapshot: &Snapshot, declared: &Declared, node: Node<'_>) -> Option<String> {
    let names = &snapshot.known().names;
    let file = declared.span.file;
    let outline = snapshot.known().outlines.get(file.0 as usize)?;
    let around = |one: &Declared| {
        one.sort == DEFINE
            && one.span.start <= declared.span.start
            && declared.span.end <= one.span.end
    };
    let numbered = (0u32..).zip(&outline.declared);
    let (at, define) = numbered.filter(|(_, one)| around(one)).last()?;
    let place = position(snapshot, define, node);
    let users = names.users(DeclaredId { file, at });
    let calls = users.len();
    let mut values: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, one) in users.into_iter().take(CALLS) {
        let source = snapshot.known().analysis.sources.get(file)?;
        let call = nodes_at(&source.parse, one.span.start).pop();
        let value = call.and_then(|call| match place {
            Some(place) => argument(call, place),
            None => property(call, &declared.name),
        });
        // Where a call leaves it out, its default holds, which its head says.
        let value = value.filter(|value| seen.insert(value.clone()));
        values.extend(value.map(|value| format!("`{value}`")));
    }
    let count = values.len();
    values.truncate(NAMED);
    match (calls, count) {
        (0, _) => Some(format!("nobody calls `{}`", define.name)),
        (_, 0) => None,
        (_, _) => Some(format!("given by calls: {}", listed(values, count))),
    }
}

/// The place of an `arg` among those of its definition; a `param` has none.
fn position(snapshot: &Snapshot, define: &Declared, node: Node<'_>) -> Option<usize> {
    let source = snapshot.known().analysis.sources.get(define.span.file)?;
    let define = nodes_at(&source.parse, define.name_span.start).pop()?;
    let mut arguments = define.nodes().filter(|child| child.name() == "arg");
    arguments.position(|argument| argument.span() == node.span())
}

fn argument(call: Node<'_>, place: usize) -> Option<String> {
    let arguments = call.entries().filter_map(|entry| match entry {
        Entry::Arg(arg) => Some(scalar(arg.value())),
        Entry::Prop(_) => None,
    });
    arguments.into_iter().nth(place)
}

fn property(node: Node<'_>, name: &str) -> Option<String> {
    node.entries().find_map(|entry| match entry {
        Entry::Prop(prop) if prop.name() == name => Some(scalar(prop.value())),
        _ => None,
    })
}

/// Some words, and how many more there are.
fn listed(words: Vec<String>, of: usize) -> String {
    let more = of - words.len();
    let words = words.join(", ");
    match more {
        0 => words,
        more => format!("{words} and {more} more"),
    }
}
