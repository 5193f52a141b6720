//! Expressions against the `cel` crate: what both know must come to the same value.
//!
//! The texts are well-typed by construction and sparing with brackets, so that the strength and
//! grouping of operators decides what they mean.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use tenantry_core::cel::{self as ours, Budget, NoTypes, Scope, Value};

/// What an expression comes to; errors are all alike.
fn by_us(text: &str) -> Option<String> {
    let program = ours::compile(text, &Scope::new(), &NoTypes, None)
        .unwrap_or_else(|problems| panic!("{text}\n{problems:#?}"));
    let vars: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    let value = ours::evaluate(&program, &vars, &mut Budget::default()).ok()?;
    Some(shown(&value))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => format!("{text:?}"),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}

/// The referee's verdict.
fn by_referee(text: &str) -> Option<String> {
    let program = cel::Program::compile(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    program
        .execute(&cel::Context::default())
        .ok()
        .map(|value| judged(&value))
}

fn judged(value: &cel::Value) -> String {
    match value {
        cel::Value::Int(n) => n.to_string(),
        cel::Value::Bool(b) => b.to_string(),
        cel::Value::String(text) => format!("{text:?}"),
        cel::Value::List(items) => {
            let items: Vec<String> = items.iter().map(judged).collect();
            format!("[{}]", items.join(", "))
        }
        other => panic!("no expression here comes to {other:?}"),
    }
}

/// Choices for the writer below, from the bytes of a test case.
struct Choices {
    bytes: std::vec::IntoIter<u8>,
    /// Names of elements in scope.
    names: Vec<String>,
}

impl Choices {
    fn of(&mut self, count: u8) -> u8 {
        self.bytes.next().unwrap_or(0) % count
    }

    fn one<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[usize::from(self.of(u8::try_from(words.len()).unwrap()))]
    }

    fn int(&mut self, depth: u8) -> String {
        let choice = if depth == 0 { self.of(2) } else { self.of(8) };
        let below = depth.saturating_sub(1);
        match choice {
            0 => self.of(10).to_string(),
            1 => self.names.last().cloned().unwrap_or_else(|| "-3".into()),
            2 => format!("({})", self.int(below)),
            3 => format!("size({})", self.list(below)),
            4 => format!(
                "({} ? {} : {})",
                self.truth(below),
                self.int(below),
                self.int(below)
            ),
            5 => format!("[{}, 7][{}]", self.int(below), self.of(3)),
            _ => {
                let sign = self.one(&["+", "-", "*", "/", "%"]);
                format!("{} {sign} {}", self.int(below), self.int(below))
            }
        }
    }

    fn truth(&mut self, depth: u8) -> String {
        let choice = if depth == 0 { self.of(1) } else { self.of(9) };
        let below = depth.saturating_sub(1);
        match choice {
            0 => self.one(&["true", "false"]).into(),
            1 | 2 => {
                let sign = self.one(&["==", "!=", "<", "<=", ">", ">="]);
                format!("{} {sign} {}", self.int(below), self.int(below))
            }
            3 | 4 => {
                let sign = self.one(&["&&", "||"]);
                format!("{} {sign} {}", self.truth(below), self.truth(below))
            }
            5 => format!("!({})", self.truth(below)),
            6 => format!("{} in {}", self.int(below), self.list(below)),
            7 => {
                let name = self.one(&["all", "exists", "exists_one"]);
                self.each(name, below, Self::truth)
            }
            _ => {
                let name = self.one(&["startsWith", "endsWith", "contains"]);
                format!("({}).{name}({})", self.text(below), self.text(0))
            }
        }
    }

    fn text(&mut self, depth: u8) -> String {
        let choice = if depth == 0 { self.of(1) } else { self.of(3) };
        let below = depth.saturating_sub(1);
        match choice {
            0 => self
                .one(&[
                    "''",
                    "'a'",
                    "\"it's\"",
                    r"'\u00e9\n'",
                    r"r'\d'",
                    "'''a'b'''",
                    r"'\x41\101'",
                ])
                .into(),
            1 => format!("string({})", self.int(below)),
            _ => format!("{} + {}", self.text(below), self.text(below)),
        }
    }

    fn list(&mut self, depth: u8) -> String {
        let choice = if depth == 0 { self.of(1) } else { self.of(4) };
        let below = depth.saturating_sub(1);
        match choice {
            0 => format!("[{}, 0, {}]", self.int(0), self.int(0)),
            1 => self.each("map", below, Self::int),
            2 => self.each("filter", below, Self::truth),
            _ => format!("({} + {})", self.list(below), self.list(below)),
        }
    }

    fn each(&mut self, name: &str, depth: u8, body: fn(&mut Self, u8) -> String) -> String {
        let list = self.list(depth);
        let var = format!("x{}", self.names.len());
        self.names.push(var.clone());
        let body = body(self, depth);
        self.names.pop();
        format!("{list}.{name}({var}, {body})")
    }
}

proptest! {
    #[test]
    fn the_referee_agrees(bytes in proptest::collection::vec(any::<u8>(), 4..120), sort in 0..4_u8) {
        let mut choices = Choices { bytes: bytes.into_iter(), names: Vec::new() };
        let text = match sort {
            0 => choices.int(4),
            1 => choices.truth(4),
            2 => choices.text(3),
            _ => choices.list(3),
        };
        prop_assert_eq!(by_us(&text), by_referee(&text), "{}", text);
    }
}

#[test]
fn the_referee_agrees_on_the_forms_that_are_easy_to_get_wrong() {
    for text in [
        "1 - 2 - 3",
        "2 * 3 % 4 / 1",
        "-7 / 2 + -7 % 2",
        "!true || true && false",
        "false ? 1 : true ? 2 : 3",
        "1 < 2 == true",
        "-9223372036854775808",
        "9223372036854775807 + 1",
        "1 / 0 == 1 || true",
        "[1, 2, 3].map(x, x > 1, x * 2)",
        "[[1, 2], [3]].all(x, x.exists(x, x > 1))",
        "[1, 2,].size() + size('é')",
        "0x1F",
        "1 // a remark\n + 2",
        "has({'a': 1}.a)",
        "{'a': [1]}['a'][0]",
    ] {
        assert_eq!(by_us(text), by_referee(text), "{text}");
    }
}
