//! Scripted sessions: each file of `sessions` is an estate and what is asked about it; the answers
//! are snapshots, so that a reviewer reads what an editor would show.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::{
    client::{Client, modern},
    fixture::Fixture,
};

/// What clients send by themselves, in every session.
const OWN: [&str; 1] = ["textDocument/diagnostic"];

fn sessions() -> Vec<(String, Fixture)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lsp/sessions");
    let mut found: Vec<(String, Fixture)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, Fixture::parse(&fs::read_to_string(&path).unwrap()))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

#[test]
fn each_request_is_answered_as_reviewed() {
    for (name, fixture) in sessions() {
        let told = play(&fixture);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, told);
        });
    }
}

#[test]
fn every_request_that_is_served_is_in_a_session() {
    let asked: BTreeSet<String> = sessions()
        .into_iter()
        .flat_map(|(_, fixture)| fixture.requests)
        .map(|(method, _)| method)
        .collect();
    let missing: Vec<&str> = tenantry_lsp::methods()
        .filter(|method| !asked.contains(*method) && !OWN.contains(method))
        .collect();
    assert!(missing.is_empty(), "no session asks {missing:?}");
}

/// Opens the estate with all its files, and asks.
fn play(fixture: &Fixture) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in &fixture.files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut client = Client::open(folder.path(), modern());
    for (path, text) in &fixture.files {
        client.did_open(path, text);
    }
    let mut told = String::new();
    for (method, said) in &fixture.requests {
        let params = fixture.params(said, |path| client.uri(path));
        let answer = client.request(method, params);
        told += &format!("> {method} {said}\n");
        told += &match answer {
            Ok(value) => show(&value, &client.root),
            Err(error) => format!("refused: {}", show(&error["message"], &client.root)),
        };
        told.push_str("\n\n");
    }
    assert_eq!(client.shut_down(), Some(0));
    told
}

/// An answer for reading: long texts as they are, positions in one line, no place of this machine.
fn show(value: &Value, root: &str) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out.replace(root, "file:///estate")
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    match value {
        Value::Object(fields) if is_position(value) => {
            *out += &format!("{}:{}", fields["line"], fields["character"]);
        }
        Value::Object(fields) if is_range(value) => {
            write(&fields["start"], depth, out);
            out.push_str("..");
            write(&fields["end"], depth, out);
        }
        Value::Object(fields) => {
            // Edits by file come in any order.
            let by_file = |key: &&String| key.starts_with("file:").then(|| (*key).clone());
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| by_file(key));
            for (key, value) in fields {
                *out += &format!("\n{pad}{key}: ");
                write(value, depth + 1, out);
            }
        }
        Value::Array(items) if items.iter().all(Value::is_number) => {
            *out += &value.to_string();
        }
        Value::Array(items) => {
            for item in items {
                *out += &format!("\n{pad}- ");
                write(item, depth + 1, out);
            }
        }
        Value::String(text) if text.contains('\n') => {
            for line in text.lines() {
                *out += &format!("\n{pad}| {line}");
            }
        }
        Value::String(text) => out.push_str(text),
        other => *out += &other.to_string(),
    }
}

fn is_position(value: &Value) -> bool {
    let fields = value.as_object();
    fields.is_some_and(|fields| fields.len() == 2 && fields.contains_key("character"))
}

fn is_range(value: &Value) -> bool {
    let fields = value.as_object();
    fields.is_some_and(|fields| {
        fields.len() == 2
            && fields.get("start").is_some_and(is_position)
            && fields.contains_key("end")
    })
}
