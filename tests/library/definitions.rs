//! What the library declares, read from its text.

use tenantry_stdlib::FILES;
use tenantry_syntax::{
    FileId, Limits, Span,
    ast::{Entry, Node, Scalar},
    parse,
};

/// What stands between a doc's two parts.
const SOURCE: &str = " Source: ";

/// One definition of the library.
pub(crate) struct Definition {
    /// `profile`, `gpu-model`, …
    pub(crate) kind: String,
    /// What a profile is for; empty for other kinds.
    pub(crate) of: String,
    /// Its name.
    pub(crate) name: String,
    /// The file that it stands in.
    pub(crate) path: &'static str,
    /// The comment at the head of that file, where it belongs to no single definition.
    pub(crate) preface: String,
    /// The comment directly above.
    pub(crate) comment: String,
    /// What it is for; empty where it has no doc.
    pub(crate) purpose: String,
    /// Where its figures come from; empty where its doc does not say.
    pub(crate) source: String,
    /// Its text, without the doc.
    pub(crate) text: String,
}

/// All definitions, file by file, in the order of the text.
pub(crate) fn all() -> Vec<Definition> {
    FILES
        .iter()
        .flat_map(|&(path, text)| of_file(path, text))
        .collect()
}

fn of_file(path: &'static str, text: &'static str) -> Vec<Definition> {
    let parsed = parse(FileId(0), text.into(), &Limits::default());
    let preface = preface(text);
    let nodes = parsed.document().nodes();
    nodes
        .map(|node| {
            let doc = property(node, "doc").unwrap_or_default();
            let (purpose, source) = doc.split_once(SOURCE).unwrap_or((&doc, ""));
            let kind = node.name().into_owned();
            let of = property(node, "for").unwrap_or_else(|| "workload".to_owned());
            Definition {
                of: if kind == "profile" { of } else { String::new() },
                kind,
                name: name(node),
                path,
                preface: preface.clone(),
                comment: node.comment_above().unwrap_or_default(),
                purpose: purpose.trim().to_owned(),
                source: source.trim().to_owned(),
                text: without_doc(node, text),
            }
        })
        .collect()
}

/// The comment that a file begins with, if a blank line follows it.
fn preface(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .take_while(|line| line.starts_with("//"))
        .collect();
    let blank = text.lines().nth(lines.len()).is_some_and(str::is_empty);
    if !blank {
        return String::new();
    }
    let plain = |line: &&str| line.trim_start_matches('/').trim_start().to_owned();
    lines.iter().map(plain).collect::<Vec<_>>().join("\n")
}

fn name(node: Node<'_>) -> String {
    let first = node.entries().next();
    match first {
        Some(Entry::Arg(arg)) => arg.text().map_or_else(String::new, |t| t.value().into()),
        _ => String::new(),
    }
}

fn property(node: Node<'_>, name: &str) -> Option<String> {
    node.entries().find_map(|entry| match entry {
        Entry::Prop(prop) if prop.name() == name => match prop.value() {
            Scalar::Str(text) => Some(text.into_owned()),
            _ => None,
        },
        _ => None,
    })
}

/// The text of a node without its doc, and without the line end before that.
fn without_doc(node: Node<'_>, text: &str) -> String {
    let all = node.span();
    let mut before: Option<Span> = None;
    for entry in node.entries() {
        match (entry, before) {
            (Entry::Prop(prop), Some(last)) if prop.name() == "doc" => {
                let head = &text[all.start as usize..last.end as usize];
                let tail = &text[prop.span().end as usize..all.end as usize];
                return format!("{head}{tail}");
            }
            _ => before = Some(entry.span()),
        }
    }
    text[all.range()].to_owned()
}

#[test]
fn every_definition_says_what_it_is_for_and_where_its_figures_come_from() {
    let wrong: Vec<String> = all()
        .iter()
        .filter(|it| {
            let sentence = |text: &str| text.ends_with('.') && !text.contains('\n');
            !sentence(&it.purpose) || !sentence(&it.source)
        })
        .map(|it| format!("{} {} in {}", it.kind, it.name, it.path))
        .collect();
    assert!(
        wrong.is_empty(),
        "these need doc=\"PURPOSE. Source: SOURCE.\":\n{}",
        wrong.join("\n")
    );
}

#[test]
fn a_definition_is_read_with_all_its_parts() {
    let text = "// Of the file.\n\n// Of it.\ntier gold renewal=\"80%\" doc=\"Good. Source: us.\" {\n    free-storage \"1TiB\"\n}\n";
    let read = of_file("example.kdl", text);
    let it = &read[0];
    assert_eq!((&*it.kind, &*it.name, &*it.of), ("tier", "gold", ""));
    assert_eq!((&*it.purpose, &*it.source), ("Good.", "us."));
    assert_eq!((&*it.preface, &*it.comment), ("Of the file.", "Of it."));
    assert_eq!(
        it.text,
        "tier gold renewal=\"80%\" {\n    free-storage \"1TiB\"\n}"
    );
}
