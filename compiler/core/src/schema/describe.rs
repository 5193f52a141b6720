//! Kinds in words: what the command line and the reference manual both say of a declaration.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    kind::{Field, Kind, KindId, Slot, Vocabulary},
    ty::Class,
    words::{UnitId, Words},
};

/// A kind and where it stands.
#[derive(Debug, Clone)]
pub struct Placed<'v> {
    /// Which kind.
    pub id: KindId,
    /// The shortest way to it from the top level, with dots: `tenant.workload`.
    pub place: String,
    /// The kind itself.
    pub kind: &'v Kind,
}

/// All kinds that can be reached from `root`, breadth first: what stands at the top level comes
/// first. A kind that may stand in several places is told at the first.
pub fn placed(vocabulary: &Vocabulary, root: KindId) -> Vec<Placed<'_>> {
    let mut seen = BTreeSet::from([root]);
    let mut queue = vec![Placed {
        id: root,
        place: String::new(),
        kind: vocabulary.kind(root),
    }];
    let anywhere = &vocabulary.universal_children;
    let mut next = 0;
    while let Some(parent) = queue.get(next).cloned() {
        for child in &parent.kind.children {
            if seen.insert(child.kind) {
                let place = if parent.place.is_empty() {
                    child.name.clone()
                } else {
                    format!("{}.{}", parent.place, child.name)
                };
                queue.push(Placed {
                    id: child.kind,
                    place,
                    kind: vocabulary.kind(child.kind),
                });
            }
        }
        next += 1;
    }
    queue.extend(anywhere.iter().map(|child| Placed {
        id: child.kind,
        place: child.name.clone(),
        kind: vocabulary.kind(child.kind),
    }));
    queue.split_off(1)
}

/// The kinds that a spec defines, as its own files call them, each at the first place where it
/// can be called. `root` is the kind of the top level.
pub fn defined(words: &Words, root: KindId) -> Vec<Placed<'_>> {
    let vocabulary = &words.vocabulary;
    let places: BTreeMap<KindId, String> = placed(vocabulary, root)
        .into_iter()
        .map(|placed| (placed.id, placed.place))
        .collect();
    let estate = words.unit(UnitId::ESTATE);
    let packages = estate.uses.iter().filter_map(|(alias, unit)| {
        let unit = words.unit((*unit)?);
        Some((format!("{alias}."), unit))
    });
    let library = words.units.last().filter(|_| words.units.len() > 1);
    let mut defined = Vec::new();
    let own = std::iter::once((String::new(), estate));
    let shelved = library.map(|unit| (String::new(), unit));
    for (prefix, unit) in own.chain(packages).chain(shelved) {
        for (name, id) in &unit.defines {
            let define = words.define(*id);
            let above = define
                .bodies
                .keys()
                .next()
                .and_then(|kind| places.get(kind));
            let place = match above {
                Some(above) => format!("{above}.{prefix}{name}"),
                None => format!("{prefix}{name}"),
            };
            defined.push(Placed {
                id: define.kind,
                place,
                kind: vocabulary.kind(define.kind),
            });
        }
    }
    defined
}

/// The first sentence of a doc.
pub fn summary(doc: &str) -> String {
    let paragraph: Vec<&str> = doc
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect();
    let text = paragraph.join(" ");
    match text.find(". ") {
        Some(end) => text[..=end].to_owned(),
        None => text,
    }
}

/// How an argument is named where it is described: `SIZE`, or `NAME…` for all that follow.
pub fn argument_name(slot: &Slot) -> String {
    let more = if slot.list { "…" } else { "" };
    format!("{}{more}", slot.name.to_uppercase())
}

/// One line that shows the shape: `disk NAME SIZE [property=…] { … }`.
pub fn usage(kind: &Kind) -> String {
    let args = kind.args.iter().map(|slot| {
        let name = argument_name(slot);
        if slot.required {
            name
        } else {
            format!("[{name}]")
        }
    });
    let required = kind
        .props
        .iter()
        .filter(|slot| slot.required)
        .map(|slot| format!("{}={}", slot.name, type_of(slot)));
    let mut words: Vec<String> = std::iter::once(kind.name.clone())
        .chain(args)
        .chain(required)
        .collect();
    if kind.props.iter().any(|slot| !slot.required) {
        words.push("[property=…]".to_owned());
    }
    if kind.free || !kind.children.is_empty() {
        words.push("{ … }".to_owned());
    }
    words.join(" ")
}

/// The type of an argument or property in a few words: its name, its choices, or what it names.
pub fn type_of(slot: &Slot) -> String {
    match slot.ty.class {
        Class::Choice(choices) => choices
            .iter()
            .map(|(word, _)| *word)
            .collect::<Vec<_>>()
            .join("|"),
        Class::Reference(kinds) => format!("name of a {}", kinds.join(" or ")),
        Class::Value | Class::Text => slot.ty.name.to_owned(),
    }
}

/// What a list of its parts does not say: alternatives, keys, order; each one sentence of
/// Markdown.
pub fn remarks(kind: &Kind) -> Vec<String> {
    let mut out = Vec::new();
    for group in &kind.one_of {
        out.push(format!("Exactly one of {} stands in it.", quoted(group)));
    }
    let key: Vec<String> = kind
        .key
        .iter()
        .filter_map(|field| key_name(kind, *field))
        .collect();
    if !key.is_empty() {
        out.push(format!("Two in one scope differ in {}.", key.join(" or ")));
    }
    if kind.ordered {
        out.push("The order of several means something.".to_owned());
    }
    if kind.free {
        out.push("Its block is free data in somebody else's schema: a node is a key, `-` an element of a list.".to_owned());
    }
    out
}

fn key_name(kind: &Kind, field: Field) -> Option<String> {
    let slot = kind.slot(field)?;
    Some(match field {
        Field::Arg(_) => slot.name.to_uppercase(),
        Field::Prop(_) => format!("`{}`", slot.name),
    })
}

fn quoted(words: &[String]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
