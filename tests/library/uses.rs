//! Every profile is used by an estate in the folder beside, which builds without a word: so its
//! figures hold against the compiler's own rules, and the manual has an example that is true.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_core::load::ROOT_FILE;
use tenantry_syntax::{
    FileId, Limits,
    ast::{Entry, Node},
    parse,
};
use tenantry_tests::{estate, golden, validate::shared};

use crate::{GROUND, complaints, definitions};

/// The texts, by their path below `uses`.
pub(crate) fn texts() -> BTreeMap<String, String> {
    let folder = shared::repository().join("tests/library/uses");
    let files = golden::read_dir(&folder).unwrap_or_default();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    files
        .iter()
        .map(|(path, bytes)| (path.clone(), text(bytes)))
        .collect()
}

/// A node that is `like` each profile, dedented: of several the one in the profile's own file,
/// else the shortest.
pub(crate) fn by_profile() -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, (bool, String)> = BTreeMap::new();
    for (path, text) in &texts() {
        let parsed = parse(FileId(0), text.as_str().into(), &Limits::default());
        let mut pending: Vec<Node<'_>> = parsed.document().nodes().collect();
        while let Some(node) = pending.pop() {
            pending.extend(node.nodes());
            for profile in node
                .nodes()
                .filter(|child| child.name() == "like")
                .flat_map(names)
            {
                let elsewhere = *path != format!("{profile}.kdl");
                let example = (elsewhere, dedented(text, node));
                let rank = |(elsewhere, text): &(bool, String)| (*elsewhere, text.len());
                let known = found.entry(profile).or_insert_with(|| example.clone());
                if rank(&example) < rank(known) {
                    *known = example;
                }
            }
        }
    }
    let plain = |(profile, (_, example))| (profile, example);
    found.into_iter().map(plain).collect()
}

fn names(like: Node<'_>) -> Vec<String> {
    let name = |entry| match entry {
        Entry::Arg(arg) => arg.text().map(|text| text.value().into_owned()),
        Entry::Prop(_) => None,
    };
    like.entries().filter_map(name).collect()
}

/// A node's text as it would stand at the start of a line.
fn dedented(text: &str, node: Node<'_>) -> String {
    let span = node.span();
    let before = &text[..span.start as usize];
    let indent = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    let lines = text[span.range()].lines().enumerate();
    let plain = |(at, line)| {
        if at == 0 {
            line
        } else {
            str::get(line, indent..).unwrap_or("")
        }
    };
    lines.map(plain).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_use_builds_without_a_word() {
    let texts = texts();
    assert!(!texts.is_empty(), "the uses are missing");
    let wrong: Vec<String> = texts
        .iter()
        .map(|(path, text)| (path, complaints(text)))
        .filter(|(_, told)| !told.is_empty())
        .map(|(path, told)| format!("{path}:\n    {}", told.join("\n    ")))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_profile_is_used() {
    let used: BTreeSet<String> = by_profile().into_keys().collect();
    let declared: BTreeSet<String> = definitions::all()
        .into_iter()
        .filter(|it| it.kind == "profile")
        .map(|it| it.name)
        .collect();
    assert_eq!(
        declared.difference(&used).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "profiles that no file in tests/library/uses is like"
    );
    assert_eq!(
        used.difference(&declared).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "profiles that the library does not have"
    );
}

/// A doc tells of the profile that bears it, and stays there.
#[test]
fn what_a_profile_is_for_is_not_said_of_who_is_like_it() {
    let text = texts().remove("web-service.kdl").unwrap_or_default();
    let files = BTreeMap::from([
        (ROOT_FILE.to_owned(), GROUND.to_owned()),
        ("use.kdl".to_owned(), text),
    ]);
    let expanded = estate::expanded(&files).unwrap();
    assert!(expanded[0].1.contains("workload api"), "{expanded:?}");
    assert!(!expanded[0].1.contains("doc="), "{expanded:?}");
}

#[test]
fn an_example_is_the_node_alone() {
    let text = "tenant t {\n    workload w {\n        like web-service\n    }\n}\n";
    let parsed = parse(FileId(0), text.into(), &Limits::default());
    let workload = parsed.document().nodes().flat_map(Node::nodes).next();
    let example = workload
        .map(|node| dedented(text, node))
        .unwrap_or_default();
    assert_eq!(example, "workload w {\n    like web-service\n}");
}
