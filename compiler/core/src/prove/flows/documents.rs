//! Objects as the values that a reader of their files gets.

use serde_json::{Map, Number, Value};

use crate::emit::{NodeRef, Tree, View};

/// How deep a value goes; no reader of ours goes deeper.
const DEEPEST: usize = 120;

/// The value of a tree. What lies too deep is nothing, which no file reads back as.
pub(in crate::prove) fn value(tree: &Tree) -> Value {
    of(tree.root(), DEEPEST)
}

fn of(node: NodeRef<'_>, left: usize) -> Value {
    let Some(left) = left.checked_sub(1) else {
        return Value::Null;
    };
    match node.view() {
        View::Null => Value::Null,
        View::Bool(value) => Value::Bool(value),
        View::Number(digits) => {
            let number: Result<Number, _> = serde_json::from_str(digits);
            number.map_or(Value::Null, Value::Number)
        }
        View::Text(text) => Value::String(text.to_owned()),
        View::List => Value::Array(node.children().map(|item| of(item, left)).collect()),
        View::Map => {
            let entries = node.children();
            let entries = entries.map(|entry| {
                let key = entry.key().unwrap_or_default().to_owned();
                (key, of(entry, left))
            });
            Value::Object(entries.collect::<Map<String, Value>>())
        }
    }
}
