//! Every completion can be taken: it is of the language, and it is of the line of the cursor.

use std::{collections::BTreeMap, sync::Arc};

use tenantry_core::{
    Options,
    compile::Depth,
    load::Library,
    schema::{
        kind::{Kind, KindId, Vocabulary},
        vocabulary::builtin,
    },
    world::Memory,
};

use crate::{
    Host, Snapshot,
    complete::{Item, Sort, Trigger, complete, page},
    signature::signature,
};

/// Estates whose every part is visited.
const EXAMPLES: &[(&str, &[(&str, &str)])] = &[
    (
        "first-estate",
        &[(
            "tenantry.kdl",
            include_str!("../../../../../examples/first-estate/tenantry.kdl"),
        )],
    ),
    (
        "ci-runners",
        &[
            (
                "tenantry.kdl",
                include_str!("../../../../../examples/ci-runners/tenantry.kdl"),
            ),
            (
                "teams.kdl",
                include_str!("../../../../../examples/ci-runners/teams.kdl"),
            ),
            (
                "rules.kdl",
                include_str!("../../../../../examples/ci-runners/rules.kdl"),
            ),
            (
                "tests.kdl",
                include_str!("../../../../../examples/ci-runners/tests.kdl"),
            ),
        ],
    ),
];

/// Every place of large files would take minutes in a test that is not optimised.
const STEP: usize = 5;

fn open(files: &[(&str, &str)]) -> Host {
    let library = Library {
        files: tenantry_stdlib::FILES,
        index: tenantry_stdlib::INDEX,
    };
    let mut host = Host::new(library, tenantry_targets::all().leak(), Options::default());
    host.analyse(&Memory::new(files.iter().copied()), Depth::Lower);
    host
}

/// Asks everything of one place.
fn visit(snapshot: &Snapshot, path: &str, at: usize) {
    let text = snapshot.file(path).unwrap().parse.text().to_owned();
    let offset = u32::try_from(at).unwrap();
    let list = complete(snapshot, path, offset, Trigger::Word);
    for item in &list.items {
        let range = item.range.start as usize..item.range.end as usize;
        let replaced = text.get(range.clone()).unwrap_or_else(|| {
            panic!("{:?} replaces {range:?} of {path}", item.label);
        });
        assert!(
            !replaced.contains('\n'),
            "{:?} replaces {replaced:?}",
            item.label
        );
        assert!(
            range.start <= at && at <= range.end,
            "{item:?} at {at} of {path}"
        );
        assert!(!item.label.is_empty() && !item.text.is_empty(), "{item:?}");
    }
    if let Some(first) = list.items.first() {
        assert!(page(snapshot, path, offset, &first.label).is_some());
    }
    signature(snapshot, path, offset);
}

#[test]
fn every_place_of_the_examples_has_an_answer() {
    for (_, files) in EXAMPLES {
        let host = open(files);
        let snapshot = host.snapshot();
        for (path, text) in *files {
            for (at, _) in text.char_indices().step_by(STEP) {
                visit(&snapshot, path, at);
            }
        }
    }
}

#[test]
fn every_beginning_of_a_file_has_an_answer() {
    let (_, files) = EXAMPLES[0];
    let (path, text) = files[0];
    let mut host = open(files);
    for (at, _) in text.char_indices().step_by(STEP) {
        host.change(path, Arc::from(&text[..at]));
        visit(&host.snapshot(), path, at);
    }
}

#[test]
fn odd_text_has_an_answer() {
    for text in [
        "é\"${é.",
        "a{b\"c\n}/-d(e)f=/*",
        "tenant x { workload y { memory \"\"\"\n  20${\n",
        "rule r on=workload { when \"a.b(c.d[e == '\"",
        "each x in=\"${[[((\" { $x. }",
        "\u{feff}a $ $$ $x.y.z \"$${\"",
        "in in in { in \"",
        "test t { expect \"''''.((.[.\" }",
    ] {
        let host = open(&[("tenantry.kdl", text)]);
        let snapshot = host.snapshot();
        for at in 0..=text.len() + 2 {
            let offset = u32::try_from(at).unwrap();
            complete(&snapshot, "tenantry.kdl", offset, Trigger::Word);
            signature(&snapshot, "tenantry.kdl", offset);
        }
    }
}

/// The blocks around each kind that can be reached, as text with a `|` where its node stands.
fn around(vocabulary: &Vocabulary, root: KindId) -> BTreeMap<KindId, (String, String)> {
    let mut places = BTreeMap::from([(root, (String::new(), String::new()))]);
    let mut queue = vec![root];
    while let Some(parent) = queue.pop() {
        let (open, close) = places[&parent].clone();
        for child in &vocabulary.kind(parent).children {
            if places.contains_key(&child.kind) {
                continue;
            }
            let kind = vocabulary.kind(child.kind);
            let head = head(&child.name, kind);
            places.insert(
                child.kind,
                (format!("{open}{head} {{\n"), format!("\n}}{close}")),
            );
            queue.push(child.kind);
        }
    }
    places
}

fn head(name: &str, kind: &Kind) -> String {
    let words = kind.args.iter().filter(|slot| slot.required || slot.list);
    words.fold(name.to_owned(), |head, _| head + " x")
}

/// The head of an estate or a package stands in a file of its own.
fn file_of(text: &str) -> &'static str {
    let is_root = text.starts_with("estate") || text.starts_with("package");
    if is_root { "tenantry.kdl" } else { "more.kdl" }
}

fn estate(text: &str) -> Host {
    let estate = ("tenantry.kdl", "estate x {\n    env prod\n}\n");
    open(&[estate, (file_of(text), text)])
}

/// What the compiler says of names, once completions are taken.
fn unknown(text: &str) -> Vec<String> {
    let host = estate(text);
    let snapshot = host.snapshot();
    let findings = &snapshot.known().analysis.findings;
    let told = findings.iter().filter(|finding| {
        matches!(
            finding.rule.name(),
            "unknown-kind" | "misplaced-kind" | "unknown-property" | "syntax"
        )
    });
    told.map(|finding| format!("{}: {}", finding.rule.name(), finding.message))
        .collect()
}

fn offered(before: &str, after: &str, sort: Sort) -> Vec<String> {
    let text = format!("{before}{after}\n");
    let host = estate(&text);
    let snapshot = host.snapshot();
    let at = u32::try_from(before.len()).unwrap();
    let items = complete(&snapshot, file_of(&text), at, Trigger::Word).items;
    let of_sort = items
        .into_iter()
        .filter(|item: &Item<'_>| item.sort == sort);
    of_sort.map(|item| item.text).collect()
}

#[test]
fn every_node_that_is_offered_may_stand_there() {
    let (vocabulary, root) = builtin();
    let mut wrong = Vec::new();
    for (id, (open, close)) in around(vocabulary, *root) {
        let kind = vocabulary.kind(id);
        let nodes = offered(&open, &close, Sort::Node);
        let free = kind.free || matches!(kind.name.as_str(), "body" | "profile");
        assert!(
            !nodes.is_empty() || kind.children.is_empty() || free,
            "in `{}`",
            kind.name
        );
        let found = unknown(&format!("{open}{}{close}\n", nodes.join(" x\n")));
        wrong.extend(
            found
                .into_iter()
                .map(|what| format!("in `{}`: {what}", kind.name)),
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_property_that_is_offered_may_stand_there() {
    let (vocabulary, root) = builtin();
    let mut wrong = Vec::new();
    for (id, (open, close)) in around(vocabulary, *root) {
        let kind = vocabulary.kind(id);
        if id == *root || kind.name == "profile" {
            continue;
        }
        // The head without the brace that the block opens with.
        let head = open.trim_end().trim_end_matches('{');
        let close = close.strip_prefix("\n}").unwrap();
        let properties = offered(head, close, Sort::Property);
        assert!(properties.len() >= kind.props.len(), "of `{}`", kind.name);
        let words = properties.iter().map(|name| format!("{name}x"));
        let words: Vec<String> = words.collect();
        let found = unknown(&format!("{head}{}{close}\n", words.join(" ")));
        wrong.extend(
            found
                .into_iter()
                .map(|what| format!("of `{}`: {what}", kind.name)),
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
}
