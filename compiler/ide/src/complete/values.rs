//! Values of arguments and properties: words of a choice, names, numbers with units, parameters,
//! and within strings the words of expressions.

use tenantry_core::{
    cel::{self, spelling},
    query, rules,
    schema::{
        describe::placed,
        kind::Slot,
        ty::{Class, Lit},
        vocabulary::Special,
    },
};
use tenantry_syntax::{around::Part, ast::Node};

use super::{
    asked::Asked,
    expressions,
    item::{About, Item, Sort},
    references, shelves,
    spot::Spot,
    units,
};
use crate::{
    cursor::first_argument,
    meaning::{Meaning, Role},
    outline::{ENV, PROFILE, RULE},
};

/// What the argument at `index` of the node at the cursor may be.
pub(super) fn argument<'s>(asked: &Asked<'s>, index: usize, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let Some((node, meaning)) = asked.node() else {
        return Vec::new();
    };
    if let Some(items) = named_words(asked, node, meaning, index, spot) {
        return items;
    }
    match asked.speaker().argument(meaning, index) {
        Some((_, slot)) if is_condition(node, slot) => expressions::whole(asked, spot),
        Some((_, slot)) => of_slot(asked, slot, node, spot),
        None => Vec::new(),
    }
}

/// What the property of that name of the node at the cursor may be.
pub(super) fn property<'s>(asked: &Asked<'s>, key: &str, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let Some((node, meaning)) = asked.node() else {
        return Vec::new();
    };
    let head = asked.speaker().kind(meaning.head);
    let of = head.map_or("", |kind| kind.name.as_str());
    match (of, key) {
        ("test", "env") => return references::named(asked, &[ENV], spot),
        ("rule", "on") => return kinds(asked, spot),
        _ => {}
    }
    if is_formula(meaning, key) {
        return expressions::whole(asked, spot);
    }
    match asked.property(key) {
        Some(slot) => of_slot(asked, slot, node, spot),
        // The value of a column: any, so what expressions yield.
        None if meaning.role == Role::Row => expressions::within(asked, spot).unwrap_or_default(),
        None => Vec::new(),
    }
}

/// Whether the word at the cursor is an expression as a whole.
pub(super) fn is_whole(asked: &Asked<'_>) -> bool {
    let Some((node, meaning)) = asked.node() else {
        return false;
    };
    match &asked.cursor.part {
        Part::Argument { .. } => {
            let slot = asked.cursor.slot();
            slot.is_some_and(|slot| is_condition(node, slot))
        }
        Part::Value { key, .. } => is_formula(meaning, key),
        _ => false,
    }
}

/// Whether a property is an expression as a whole.
fn is_formula(meaning: Meaning, key: &str) -> bool {
    key == "if" || key == "in" && meaning.role == Role::Special(Special::Each)
}

/// Whether an argument is an expression as a whole.
fn is_condition(node: Node<'_>, slot: &Slot) -> bool {
    matches!(
        (&*node.name(), slot.name.as_str()),
        ("when", "expression") | ("expect", "condition")
    )
}

/// Words whose slot says no more than that they are text: environments, rules, profiles.
fn named_words<'s>(
    asked: &Asked<'s>,
    node: Node<'_>,
    meaning: Meaning,
    index: usize,
    spot: &Spot<'_>,
) -> Option<Vec<Item<'s>>> {
    let name = node.name();
    let parent = asked.parent_kind().map_or("", |kind| kind.name.as_str());
    let is = |special| meaning.role == Role::Special(special);
    if let (Role::Plain, 0) = (meaning.role, index)
        && let Some(items) = shelves::listed(asked, parent, spot)
    {
        return Some(items);
    }
    Some(match &*name {
        _ if is(Special::In) => references::named(asked, &[ENV], spot),
        _ if is(Special::Allow) && index == 0 => rule_names(asked, spot, true),
        _ if is(Special::Omit) && index == 0 => children(asked, spot),
        _ if is(Special::Omit) && first_argument(node).as_deref() == Some("port") => {
            references::profile_ports(asked, spot)
        }
        "in" if parent == "param" => references::named(asked, &[ENV], spot),
        "set" if parent == "rules" && index == 0 => rule_names(asked, spot, true),
        "expect-error" | "expect-warning" if index == 0 => rule_names(asked, spot, false),
        "like" if !asked.node().is_some_and(|(_, it)| it.role == Role::Free) => {
            references::named(asked, &[PROFILE], spot)
        }
        _ => return None,
    })
}

/// What fits a slot: its default first, then its words or names, then parameters of its type.
fn of_slot<'s>(
    asked: &Asked<'s>,
    slot: &'s Slot,
    node: Node<'_>,
    spot: &Spot<'_>,
) -> Vec<Item<'s>> {
    if slot.ty.class == Class::Text {
        return Vec::new();
    }
    if let Some(items) = expressions::within(asked, spot) {
        return items;
    }
    let mut items = listed(asked, slot, node, spot);
    if let Some(default) = &slot.default {
        mark_default(slot, default, spot, &mut items);
    }
    items.extend(units::units(slot, spot));
    if !spot.is_quoted() {
        items.extend(expressions::fitting(asked, &cel::type_of(&slot.ty), spot));
    }
    items
}

/// The values that a slot's type knows by name.
fn listed<'s>(asked: &Asked<'s>, slot: &'s Slot, node: Node<'_>, spot: &Spot<'_>) -> Vec<Item<'s>> {
    if let Some(words) = slot
        .bounds
        .as_ref()
        .and_then(|bounds| bounds.one_of.as_ref())
    {
        return words.iter().map(|lit| literal(slot, lit, spot)).collect();
    }
    match (slot.ty.class, slot.ty.name) {
        (Class::Choice(choices), _) => choices
            .iter()
            .map(|(word, doc)| {
                Item::new(Sort::Choice, *word, spot)
                    .summary(doc.trim())
                    .about(About::Text(doc.trim().to_owned()))
            })
            .collect(),
        (Class::Reference(kinds), _) => references::named(asked, kinds, spot),
        (_, "bool") if !spot.is_quoted() => [true, false]
            .iter()
            .map(|is| literal(slot, &Lit::Bool(*is), spot))
            .collect(),
        (_, "port") => references::ports(asked, node, spot),
        (_, "image") => references::named(asked, &["image"], spot),
        (_, "cidr or external") => references::named(asked, &["external"], spot),
        _ => units::beginnings(slot, spot),
    }
}

fn literal<'s>(slot: &'s Slot, lit: &Lit, spot: &Spot<'_>) -> Item<'s> {
    let text = lit.to_string();
    let item = Item::new(Sort::Value, &text, spot).about(About::Slot(slot));
    match lit {
        Lit::Str(_) => item,
        Lit::Int(_) | Lit::Bool(_) => item.text(text),
    }
}

/// The default comes first; where it is none of the values that are known by name, it is one.
fn mark_default<'s>(slot: &'s Slot, default: &str, spot: &Spot<'_>, items: &mut Vec<Item<'s>>) {
    if let Some(at) = items.iter().position(|item| item.label == default) {
        let item = items.remove(at).detail("default");
        items.insert(0, item);
    } else if spot.typed.is_empty() || default.starts_with(spot.typed) {
        let lit = Lit::of_default(default);
        items.insert(0, literal(slot, &lit, spot).detail("default"));
    }
}

/// The rules by name, the spec's own first.
fn rule_names<'s>(asked: &Asked<'s>, spot: &Spot<'_>, adjustable: bool) -> Vec<Item<'s>> {
    let mut items = references::named(asked, &[RULE], spot);
    let all = rules::all().into_iter();
    let all = all.filter(|rule| !adjustable || rules::adjustable(rule));
    items.extend(all.map(|rule| {
        Item::new(Sort::Reference, rule.name, spot)
            .detail(rule.level.name())
            .summary(rule.summary)
            .about(About::Text(rule.page.to_owned()))
    }));
    items
}

/// The children that the node around may have, to take away.
fn children<'s>(asked: &Asked<'s>, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let Some(parent) = asked.parent_kind() else {
        return Vec::new();
    };
    let vocabulary = asked.speaker().vocabulary();
    let children = parent.children.iter();
    children
        .map(|child| {
            Item::new(Sort::Choice, &child.name, spot)
                .summary(tenantry_core::schema::describe::summary(&child.doc))
                .about(About::Kind(vocabulary.kind(child.kind)))
        })
        .collect()
}

/// The kinds that a rule may look at, each by the shortest word that means only it.
fn kinds<'s>(asked: &Asked<'s>, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let speaker = asked.speaker();
    let all = placed(speaker.vocabulary(), speaker.root);
    let seen: Vec<_> = all
        .iter()
        .filter(|one| query::kinds().object(one.id).is_some())
        .collect();
    let count = |name: &str| seen.iter().filter(|one| one.kind.name == name).count();
    seen.iter()
        .map(|one| {
            let is_alone = count(&one.kind.name) == 1 || !one.place.contains('.');
            let word = if is_alone { &one.kind.name } else { &one.place };
            Item::new(Sort::Choice, word, spot)
                .detail(&one.place)
                .summary(tenantry_core::schema::describe::summary(&one.kind.doc))
                .about(About::Kind(one.kind))
        })
        .collect()
}

/// A name as expressions spell it.
pub(super) fn spelt(name: &str) -> String {
    spelling(name).into_owned()
}
