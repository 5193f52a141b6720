//! The document cases of the KDL 2.0 specification: what must be refused is, and everything else,
//! printed by the rules of that collection, is what it says.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "the cases are files, found by the environment; a skipped test says so"
)]

mod properties;

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf, sync::Arc};

use tenantry_syntax::{
    FileId, Limits,
    ast::{Entry, Node, Scalar},
    parse,
};

#[test]
fn every_case_is_read_as_the_specification_says() {
    let Some(cases) = cases() else { return };
    let mut inputs: Vec<PathBuf> = fs::read_dir(cases.join("input"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    inputs.sort();
    assert!(inputs.len() > 300, "only {} cases", inputs.len());
    let mut wrong = String::new();
    for input in &inputs {
        let name = input.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(input).unwrap();
        let parse = parse(FileId(0), Arc::from(text.as_str()), &Limits::default());
        properties::hold(&text);
        let refused = !parse.errors().is_empty();
        if refused != name.ends_with("_fail") {
            writeln!(wrong, "{name}: {text:?} gave {:?}", parse.errors()).unwrap();
        }
        if refused {
            continue;
        }
        let expected = cases.join(format!("expected_kdl/{name}.kdl"));
        let expected = fs::read_to_string(expected).unwrap();
        let mut printed = String::new();
        print(parse.document().nodes(), 0, &mut printed);
        if expected.trim_end() != printed.trim_end() {
            writeln!(wrong, "{name}: {text:?} was read as\n{printed}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn cases() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("TENANTRY_SHARED").map_or(root, PathBuf::from);
    let cases = shared.join("conformance/kdl");
    if !cases.is_dir() {
        println!("skipped: no cases at {}", cases.display());
        return None;
    }
    Some(cases)
}

/// Arguments, then properties by name, of which the last of a name counts; four spaces for each
/// level; no empty blocks.
fn print<'a>(nodes: impl Iterator<Item = Node<'a>>, depth: usize, out: &mut String) {
    for node in nodes {
        out.extend(std::iter::repeat_n("    ", depth));
        out.push_str(&typed(node.annotation(), &string(&node.name())));
        let mut props = BTreeMap::new();
        for entry in node.entries() {
            match entry {
                Entry::Arg(arg) => {
                    out.push(' ');
                    out.push_str(&typed(arg.annotation(), &scalar(&arg.value())));
                }
                Entry::Prop(prop) => {
                    let value = typed(prop.annotation(), &scalar(&prop.value()));
                    props.insert(prop.name(), value);
                }
            }
        }
        for (name, value) in props {
            out.push_str(&format!(" {}={value}", string(&name)));
        }
        if node.nodes().next().is_some() {
            out.push_str(" {\n");
            print(node.nodes(), depth + 1, out);
            out.extend(std::iter::repeat_n("    ", depth));
            out.push('}');
        }
        out.push('\n');
    }
}

fn typed<T: AsRef<str>, S>(annotation: Option<(T, S)>, what: &str) -> String {
    match annotation {
        Some((name, _)) => format!("({}){what}", string(name.as_ref())),
        None => what.to_owned(),
    }
}

fn scalar(value: &Scalar<'_>) -> String {
    match value {
        Scalar::Str(text) => string(text),
        Scalar::Int(value) => value.to_string(),
        Scalar::Number(written) if written.starts_with('#') => (*written).to_owned(),
        Scalar::Number(written) => {
            let digits = written.replace('_', "").replace('e', "E");
            match digits.split_once('E') {
                Some((m, e)) if !e.starts_with(['+', '-']) => format!("{m}E+{e}"),
                _ => digits,
            }
        }
        Scalar::Bool(value) => format!("#{value}"),
        Scalar::Null => "#null".to_owned(),
    }
}

/// Without quotes where that is the same string.
fn string(text: &str) -> String {
    let bare = parse(FileId(0), Arc::from(text), &Limits::default());
    let mut nodes = bare.document().nodes();
    let same = nodes
        .next()
        .is_some_and(|n| n.name() == text && n.span().range().len() == text.len());
    if bare.errors().is_empty() && same && !text.starts_with('"') && !text.starts_with('#') {
        return text.to_owned();
    }
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '"' | '\\' => quoted.extend(['\\', c]),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
