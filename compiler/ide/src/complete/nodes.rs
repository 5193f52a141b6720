//! Nodes: what may stand in a block.

use std::collections::BTreeSet;

use tenantry_core::{
    load::ROOT_FILE,
    schema::{
        describe::{summary, usage},
        kind::{Child, Kind, KindId},
        vocabulary::Special,
    },
};

use super::{
    asked::Asked,
    item::{About, Item, Sort},
    snippets,
    spot::Spot,
};
use crate::meaning::Role;

/// Blocks that hold what they declare and nothing besides.
const CLOSED: &[&str] = &[
    "arg",
    "column",
    "define",
    "expect",
    "expect-clean",
    "expect-error",
    "expect-warning",
    "one-of",
    "param",
    "row",
    "rule",
    "table",
    "test",
    "use",
];

/// What declares words, which a test cannot have its own of.
const DECLARATIONS: &[&str] = &[
    "define", "let", "param", "profile", "rule", "table", "test", "use",
];

/// What may begin at a spot. What the block lacks comes first, then its children in the order of
/// the language, then the spec's own kinds, then what any block may hold.
pub(super) fn nodes<'s>(asked: &Asked<'s>, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let parent = asked.cursor.parent();
    let Some(block) = parent.block else {
        return Vec::new();
    };
    let siblings = asked.siblings();
    let standing: BTreeSet<String> = siblings
        .iter()
        .map(|node| node.name().into_owned())
        .collect();
    let mut items = Vec::new();
    for (at, kind) in blocks(asked, block, siblings.is_empty()).iter().enumerate() {
        children(asked, *kind, &standing, spot, &mut items);
        calls(asked, *kind, spot, &mut items);
        if at > 0 {
            let mut seen = BTreeSet::new();
            items.retain(|item| seen.insert(item.label.clone()));
        }
    }
    let kind = asked.speaker().vocabulary().kind(block);
    let is_free = kind.free || parent.role == Role::Row;
    if !is_free && !CLOSED.contains(&kind.name.as_str()) {
        specials(asked, block, spot, &mut items);
    }
    items
}

/// The kinds whose block it may be: of an empty body of a definition, all that it may stand for.
fn blocks(asked: &Asked<'_>, block: KindId, is_empty: bool) -> Vec<KindId> {
    if asked.cursor.parent().role != Role::Body || !is_empty {
        return vec![block];
    }
    let speaker = asked.speaker();
    let kinds = ["workload", "tenant", "cluster", "pool"];
    let kinds = kinds.iter().filter_map(|name| speaker.named(name));
    kinds.chain([block]).collect()
}

/// The children of a kind that may still stand.
fn children<'s>(
    asked: &Asked<'s>,
    block: KindId,
    standing: &BTreeSet<String>,
    spot: &Spot<'_>,
    items: &mut Vec<Item<'s>>,
) {
    let speaker = asked.speaker();
    let kind = speaker.vocabulary().kind(block);
    let has = |name: &str| standing.contains(name);
    let in_root_file = asked.file.path.rsplit('/').next() == Some(ROOT_FILE);
    let of_test = asked.cursor.parent().role == Role::Given;
    let fits = |child: &&Child| {
        let alternatives = kind.one_of.iter().find(|group| group.contains(&child.name));
        let taken = alternatives.is_some_and(|group| group.iter().any(|name| has(name)));
        let of_root = matches!(child.name.as_str(), "estate" | "package");
        let elsewhere = block == speaker.root && of_root && !in_root_file;
        let declares = of_test && DECLARATIONS.contains(&child.name.as_str());
        (child.many || !has(&child.name)) && !taken && !elsewhere && !declares
    };
    let lacking = |child: &Child| {
        let alternative = kind.one_of.iter().any(|group| group.contains(&child.name));
        (child.required || alternative) && !has(&child.name)
    };
    let fitting: Vec<&'s Child> = kind.children.iter().filter(fits).collect();
    let (first, then): (Vec<_>, Vec<_>) = fitting.into_iter().partition(|child| lacking(child));
    let all = first.into_iter().chain(then);
    items.extend(all.map(|child| {
        let of = speaker.vocabulary().kind(child.kind);
        node(asked, Sort::Node, &child.name, of, spot).summary(summary(&child.doc))
    }));
}

/// The spec's own kinds that may be called in such a block.
fn calls<'s>(asked: &Asked<'s>, block: KindId, spot: &Spot<'_>, items: &mut Vec<Item<'s>>) {
    let speaker = asked.speaker();
    let names = speaker.words.callable(speaker.unit, block);
    items.extend(names.into_iter().filter_map(|name| {
        let define = speaker.words.find(speaker.unit, &name)?;
        let kind = speaker.words.kind_of(speaker.words.define(define));
        Some(node(asked, Sort::Call, &name, kind, spot).summary(summary(&kind.doc)))
    }));
}

/// What any block may hold.
fn specials<'s>(asked: &Asked<'s>, block: KindId, spot: &Spot<'_>, items: &mut Vec<Item<'s>>) {
    let speaker = asked.speaker();
    let vocabulary = speaker.vocabulary();
    for child in &vocabulary.universal_children {
        let special = Special::of(&child.name);
        let of_nothing = special.is_some_and(|special| !special.fits_top_level());
        let top = block == speaker.root && asked.cursor.parent().role != Role::Given;
        if top && of_nothing {
            continue;
        }
        let has_environments = special != Some(Special::In) || environments(asked);
        let known = items.iter().any(|item| item.label == child.name);
        if has_environments && !known {
            let kind = vocabulary.kind(child.kind);
            items.push(
                node(asked, Sort::Node, &child.name, kind, spot).summary(summary(&child.doc)),
            );
        }
    }
}

/// Whether the estate declares any environment.
fn environments(asked: &Asked<'_>) -> bool {
    let mut declared = asked.declared();
    declared.any(|declared| declared.sort == crate::outline::ENV)
}

fn node<'s>(
    asked: &Asked<'s>,
    sort: Sort,
    name: &str,
    kind: &'s Kind,
    spot: &Spot<'_>,
) -> Item<'s> {
    // Of a node that stands already only the name is asked for.
    let stands = asked
        .node()
        .is_some_and(|(node, _)| node.entries().next().is_some() || node.has_block());
    let snippet = (!stands).then(|| snippets::node(asked.speaker(), name, kind));
    Item::new(sort, name, spot)
        .text(name)
        .detail(usage(kind))
        .snippet(snippet)
        .about(About::Kind(kind))
}
