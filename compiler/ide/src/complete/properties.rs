//! Properties: what may still stand in the head of a node.

use std::collections::BTreeSet;

use tenantry_core::schema::{
    describe::{summary, type_of},
    kind::Slot,
    vocabulary::Special,
};
use tenantry_syntax::ast::{Entry, Node};

use super::{
    asked::Asked,
    item::{About, Item, Sort},
    snippets,
    spot::Spot,
};
use crate::{cursor::first_argument, meaning::Role};

/// The properties that the node at the cursor does not have yet, the required ones first. Where
/// the name of one is completed (`part` is `key`), its `=` stands already.
pub(super) fn properties<'s>(asked: &Asked<'s>, spot: &Spot<'_>, part: &str) -> Vec<Item<'s>> {
    let Some((node, _)) = asked.node() else {
        return Vec::new();
    };
    let has_equals = part == "key";
    let written = written(node, spot);
    let mut slots = slots(asked);
    slots.retain(|slot| !written.contains(slot.name.as_str()));
    slots.sort_by_key(|slot| !slot.required);
    let mut items: Vec<Item<'s>> = slots
        .into_iter()
        .map(|slot| {
            let text = if has_equals { "" } else { "=" };
            let snippet = (!has_equals).then(|| snippets::property(slot));
            let mut item = Item::new(Sort::Property, &slot.name, spot)
                .text(format!("{}{text}", slot.name))
                .detail(type_of(slot))
                .summary(summary(&slot.doc))
                .snippet(snippet)
                .about(About::Slot(slot));
            item.asks_again = !has_equals;
            item
        })
        .collect();
    items.extend(columns(asked, spot, has_equals, &written));
    items
}

/// The properties that the node may have.
fn slots<'s>(asked: &Asked<'s>) -> Vec<&'s Slot> {
    let Some((_, meaning)) = asked.node() else {
        return Vec::new();
    };
    let speaker = asked.speaker();
    let own = speaker.kind(meaning.head).into_iter();
    let beside = speaker.kind(meaning.beside).into_iter();
    let mut slots: Vec<&Slot> = own.chain(beside).flat_map(|kind| &kind.props).collect();
    let anywhere = match meaning.role {
        // What rules and tests consist of takes nothing beside what it declares.
        Role::Plain => !asked
            .parent_kind()
            .is_some_and(|kind| matches!(kind.name.as_str(), "rule" | "test")),
        Role::Profile => true,
        Role::Special(special) => special == Special::Each,
        _ => false,
    };
    if anywhere {
        slots.extend(&speaker.vocabulary().universal_props);
    }
    if meaning.role == Role::Special(Special::Each) {
        slots.retain(|slot| slot.name != "was");
    }
    let mut seen = BTreeSet::new();
    slots.retain(|slot| seen.insert(slot.name.as_str()));
    slots
}

/// The names of the properties that stand, without the one at the spot.
fn written(node: Node<'_>, spot: &Spot<'_>) -> BTreeSet<String> {
    let entries = node.entries().filter_map(|entry| match entry {
        Entry::Prop(prop) => Some(prop),
        Entry::Arg(_) => None,
    });
    let others = entries.filter(|prop| prop.name_span().start != spot.range.start);
    others.map(|prop| prop.name().into_owned()).collect()
}

/// The columns of the table, for one of its rows.
fn columns<'s>(
    asked: &Asked<'s>,
    spot: &Spot<'_>,
    has_equals: bool,
    written: &BTreeSet<String>,
) -> Vec<Item<'s>> {
    let is_row = asked.node().is_some_and(|(_, it)| it.role == Role::Row);
    let table = asked.cursor.blocks.last().filter(|_| is_row);
    let Some((table, _)) = table else {
        return Vec::new();
    };
    let columns = table.nodes().filter(|node| node.name() == "column");
    let columns = columns.filter_map(|node| Some((node, first_argument(node)?)));
    columns
        .filter(|(_, name)| !written.contains(name))
        .map(|(node, name)| {
            let head = asked.file.parse.text().get(node.head_span().range());
            let equals = if has_equals { "" } else { "=" };
            Item::new(Sort::Property, &name, spot)
                .text(format!("{name}{equals}"))
                .detail(head.unwrap_or_default())
        })
        .collect()
}
