//! Text that looks like something else to a reader of YAML: it comes out as the text that went in.

use std::{collections::BTreeMap, fs, path::Path};

use serde_yaml::Value;

use super::harness::Estate;

/// As it is written between quotation marks, and as it must be read again.
const TEXTS: &[(&str, &str)] = &[
    ("no", "no"),
    ("Yes", "Yes"),
    ("on", "on"),
    ("y", "y"),
    ("true", "true"),
    ("null", "null"),
    ("~", "~"),
    ("", ""),
    (" ", " "),
    ("1e3", "1e3"),
    ("1e", "1e"),
    ("0o7", "0o7"),
    ("017", "017"),
    ("0x1F", "0x1F"),
    ("0b11", "0b11"),
    ("1_000", "1_000"),
    ("12:30:45", "12:30:45"),
    ("190:20", "190:20"),
    (".5", ".5"),
    ("+1", "+1"),
    (".inf", ".inf"),
    ("-.INF", "-.INF"),
    (".nan", ".nan"),
    ("1.", "1."),
    ("2026-01-01", "2026-01-01"),
    ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ("=", "="),
    ("<<", "<<"),
    ("!!binary aGk=", "!!binary aGk="),
    ("!x", "!x"),
    ("*a", "*a"),
    ("&a", "&a"),
    ("- x", "- x"),
    ("-", "-"),
    ("? x", "? x"),
    ("a: b", "a: b"),
    ("a:", "a:"),
    (": a", ": a"),
    ("a #b", "a #b"),
    ("#a", "#a"),
    ("%a", "%a"),
    ("@a", "@a"),
    ("`a", "`a"),
    ("|", "|"),
    (">-", ">-"),
    ("{a: b}", "{a: b}"),
    ("[a", "[a"),
    ("a, b]", "a, b]"),
    ("'a", "'a"),
    ("it''s", "it''s"),
    ("\\\"a\\\"", "\"a\""),
    ("a\\\\n", "a\\n"),
    ("---", "---"),
    ("--- a", "--- a"),
    ("...", "..."),
    ("a ", "a "),
    (" a", " a"),
    ("\\ta", "\ta"),
    ("a\\t", "a\t"),
    ("a\\n", "a\n"),
    ("\\na", "\na"),
    ("a\\n\\n", "a\n\n"),
    ("\\n", "\n"),
    ("a\\nb", "a\nb"),
    ("a\\n b\\nc", "a\n b\nc"),
    (" a\\nb", " a\nb"),
    ("a \\nb ", "a \nb "),
    ("a\\n---\\nb", "a\n---\nb"),
    ("a\\r\\nb", "a\r\nb"),
    ("a\\rb", "a\rb"),
    ("\\u{85}", "\u{85}"),
    ("a\\u{85}b", "a\u{85}b"),
    ("a\\nb\\u{2028}c", "a\nb\u{2028}c"),
    ("\\u{2029}", "\u{2029}"),
    ("\\u{7f}", "\u{7f}"),
    ("\\u{1}", "\u{1}"),
    ("\\u{1b}[31m", "\u{1b}[31m"),
    ("a\\u{a0}b", "a\u{a0}b"),
    ("\\u{1F600}", "\u{1F600}"),
    ("\\u{FFFE}", "\u{FFFE}"),
    ("a\\u{feff}", "a\u{feff}"),
    ("{{ x }}", "{{ x }}"),
];

/// Every value of every entry, under a name that says which it was.
fn texts() -> BTreeMap<String, String> {
    let all = TEXTS.iter().enumerate();
    all.map(|(at, (_, meant))| (format!("k{at}"), (*meant).to_owned()))
        .collect()
}

/// The texts as nodes, each behind its key.
fn nodes(kind: &str) -> String {
    let all = TEXTS.iter().enumerate();
    all.map(|(at, (written, _))| format!("{kind} k{at} \"{written}\"\n"))
        .collect()
}

/// All documents of all files that were built for the tenant.
fn documents(folder: &Path, into: &mut Vec<(String, Value)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            documents(&path, into);
        } else if path.extension().is_some_and(|kind| kind == "yaml") {
            let text = fs::read_to_string(&path).unwrap();
            use serde::Deserialize as _;
            for document in serde_yaml::Deserializer::from_str(&text) {
                let value = Value::deserialize(document)
                    .unwrap_or_else(|error| panic!("{}: {error}\n{text}", path.display()));
                into.push((path.display().to_string(), value));
            }
        }
    }
}

fn built(text: &str) -> Vec<(String, Value)> {
    let estate = Estate::on_ground(text);
    estate.run(&["build", "--format", "short"]).accepted();
    let mut all = Vec::new();
    documents(&estate.path().join("out"), &mut all);
    all
}

/// Looks for a mapping that holds `k0`, and compares it as a whole.
#[track_caller]
fn same(documents: &[(String, Value)], keys: &[&str], expected: &BTreeMap<String, String>) {
    let found = documents.iter().find_map(|(_, document)| {
        let mut at = document;
        for key in keys {
            at = at.get(*key)?;
        }
        at.get("k0").map(|_| at)
    });
    let found = found.unwrap_or_else(|| panic!("nothing at {keys:?}"));
    for (key, meant) in expected {
        assert_eq!(
            found.get(key.as_str()),
            Some(&Value::String(meant.clone())),
            "{key}"
        );
    }
}

#[test]
fn in_a_config_s_entries_and_files() {
    let text = format!(
        "tenant t {{ quota cpu=1; config c {{\n{}}}\n config d {{\n{}}} }}",
        nodes("entry"),
        nodes("file")
    );
    let documents = built(&text);
    let maps: Vec<&Value> = documents
        .iter()
        .map(|(_, value)| value)
        .filter(|value| value["kind"] == "ConfigMap")
        .collect();
    assert_eq!(maps.len(), 2);
    for map in maps {
        same(&[(String::new(), map.clone())], &["data"], &texts());
    }
}

#[test]
fn in_annotations() {
    let text = format!("tenant t {{ quota cpu=1\n{} }}", nodes("annotation"));
    same(&built(&text), &["metadata", "annotations"], &texts());
}

#[test]
fn in_variables_and_commands() {
    let command: String = TEXTS
        .iter()
        .map(|(written, _)| format!(" \"{written}\""))
        .collect();
    let text = format!(
        "tenant t {{ quota cpu=2 memory=\"2GiB\"; workload w {{ container image=\"r.example/a/b:1.0\" {{ command{command} }}; cpu 1; memory \"1GiB\"\n{} }} }}",
        nodes("var")
    );
    let documents = built(&text);
    let container = documents
        .iter()
        .find(|(_, value)| value["kind"] == "Deployment")
        .map(|(_, value)| &value["spec"]["template"]["spec"]["containers"][0])
        .unwrap();
    let command: Vec<&str> = container["command"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|arg| arg.as_str().unwrap())
        .collect();
    // `$$(` is how Kubernetes itself is told that a `$(` is meant as it stands.
    let meant: Vec<String> = TEXTS
        .iter()
        .map(|(_, meant)| meant.replace("$(", "$$("))
        .collect();
    assert_eq!(command, meant);
    let vars: BTreeMap<String, String> = container["env"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|var| {
            (
                var["name"].as_str().unwrap().to_owned(),
                var["value"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    for (key, text) in texts() {
        assert_eq!(vars[&key], text.replace("$(", "$$("), "{key}");
    }
}

#[test]
fn in_objects_of_the_spec_s_own() {
    let text = format!(
        "tenant t {{ quota cpu=1; raw r because=x {{ values {{ apiVersion v1; kind ConfigMap; metadata {{ name r; namespace t }}; data {{\n{}\n}} }} }} }}",
        nodes("").replace("\n ", "\n").trim_start()
    );
    same(&built(&text), &["data"], &texts());
}

/// Where a name is due, most of them are none: refused, and not silently another one.
#[test]
fn as_names_and_keys() {
    for (written, _) in TEXTS {
        for text in [
            format!("tenant \"{written}\" {{ quota cpu=1 }}"),
            format!("tenant t {{ quota cpu=1; label \"{written}\" x; label x \"{written}\" }}"),
            format!(
                "tenant t {{ quota cpu=1; config c {{ entry \"{written}\" x; file \"{written}\" y }} }}"
            ),
            format!("tenant t {{ quota cpu=1; annotation \"{written}\" x }}"),
        ] {
            let estate = Estate::on_ground(&text);
            if estate.run(&["build", "--format", "short"]).code == Some(0) {
                let mut all = Vec::new();
                documents(&estate.path().join("out"), &mut all);
                let keys = all
                    .iter()
                    .flat_map(|(_, value)| value.as_mapping().unwrap().keys());
                assert!(keys.into_iter().all(Value::is_string));
            }
        }
    }
}
