//! The final values of what stands at a place of the text, and why they are so.

use std::fmt::Write as _;

use tenantry_core::{
    FileId,
    compile::{Analysed, Kept},
    instances::Instances,
    load::Sources,
    origin::{How, OriginId},
    schema::{
        kind::{Field, Slot},
        node::Node,
    },
    why::{Link, chain},
};
use tenantry_syntax::Span;

use crate::host::{File, Snapshot};

/// Of text that stands for many nodes, so many different values are told.
const TOLD: usize = 4;
/// A chain is told so far; `tenantry why` tells the rest.
const LINKS: usize = 5;

/// What a slot of a node comes to in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Valued {
    /// The different values, in the order of the estate.
    values: Vec<String>,
    /// Why the first is so.
    why: Vec<String>,
}

/// The final values of a slot of the node whose head stands at `head`, and why, in Markdown: an
/// environment each, or once where all agree. Nothing where the text says it all.
pub(crate) fn of_slot(
    snapshot: &Snapshot,
    file: File<'_>,
    head: Span,
    (field, slot): (Field, &Slot),
    written: Option<&str>,
) -> Option<String> {
    let (id, sources) = analysed(snapshot, file)?;
    let valued = |kept: &Kept| valued(kept, sources, id, head, field, slot);
    let all: Vec<(&str, Valued)> = snapshot
        .environments()
        .iter()
        .filter_map(|one| Some((one.env.as_deref().unwrap_or_default(), valued(&one.kept)?)))
        .collect();
    let (_, first) = all.first()?;
    let agree = all.iter().all(|(_, other)| other.values == first.values);
    let mut out = String::new();
    for (env, valued) in if agree { &all[..1] } else { &all[..] } {
        let values = told(&valued.values);
        if agree {
            if let ([value], Some(written)) = (valued.values.as_slice(), written)
                && value == written
            {
                return None;
            }
            let _ = write!(out, "is {values}");
        } else {
            let _ = write!(out, "in `{env}` {values}");
        }
        for line in &valued.why {
            let _ = write!(out, "\n- {line}");
        }
        out += "\n\n";
    }
    Some(out.trim_end().to_owned())
}

/// What a node has from elsewhere than its own head, in the first environment that has it: each
/// slot with the reason.
pub(crate) fn brought(snapshot: &Snapshot, file: File<'_>, head: Span) -> Vec<String> {
    let Some((id, sources)) = analysed(snapshot, file) else {
        return Vec::new();
    };
    let found = snapshot.environments().iter().find_map(|one| {
        let nodes = nodes_at(&one.kept, id, head);
        Some((one, *nodes.first()?))
    });
    let Some((one, node)) = found else {
        return Vec::new();
    };
    let vocabulary = &one.kept.estate.text.words.vocabulary;
    let kind = vocabulary.kind(node.kind);
    let instances = &one.kept.estate.origins.instances;
    let within = |span: Span| {
        let real = instances.real(span);
        real.file == id && head.start <= real.start && real.end <= head.end
    };
    let elsewhere = node.fields.iter().filter(|value| !within(value.span));
    let line = |value: &tenantry_core::schema::node::ValueField| {
        let slot = kind.slot(value.field)?;
        let why = why(one, sources, value.origin);
        let because = why
            .first()
            .map_or(String::new(), |first| format!(": {first}"));
        Some(format!("`{}={}`{because}", slot.name, value.lit))
    };
    elsewhere.filter_map(line).collect()
}

/// The file in the text that the estate was made of, if that is the text it has.
fn analysed<'s>(snapshot: &'s Snapshot, file: File<'_>) -> Option<(FileId, &'s Sources)> {
    let whole = snapshot.whole();
    let id = whole.id(file.path)?;
    let source = whole.analysis.sources.get(id)?;
    let same = source.parse.text() == file.parse.text();
    same.then_some((id, &whole.analysis.sources))
}

fn valued(
    kept: &Kept,
    sources: &Sources,
    id: FileId,
    head: Span,
    field: Field,
    slot: &Slot,
) -> Option<Valued> {
    let nodes = nodes_at(kept, id, head);
    let node = nodes.first()?;
    let origins = &kept.estate.origins;
    let mut values: Vec<String> = Vec::new();
    for node in &nodes {
        let said: Vec<String> = node
            .values(field)
            .map(|value| value.lit.to_string())
            .collect();
        let value = if said.is_empty() {
            slot.default.as_ref().map(ToString::to_string)
        } else {
            Some(said.join(" "))
        };
        values.extend(value.filter(|value| !values.contains(value)));
    }
    if values.is_empty() {
        return None;
    }
    let origin = match node.value(field) {
        Some(value) => value.origin,
        None => {
            let default = origins.find(Some(node.span), How::Default(field), &[]);
            default.unwrap_or(node.origin)
        }
    };
    Some(Valued {
        values,
        why: lines(&chain(origins, sources, origin)),
    })
}

fn why(one: &Analysed, sources: &Sources, origin: OriginId) -> Vec<String> {
    lines(&chain(&one.kept.estate.origins, sources, origin))
}

fn lines(links: &[Link]) -> Vec<String> {
    let mut lines: Vec<String> = links.iter().take(LINKS).map(line).collect();
    if links.len() > LINKS {
        lines.push("…".to_owned());
    }
    lines
}

fn line(link: &Link) -> String {
    match &link.place {
        Some(place) => format!("{}, {}:{}", link.words, place.file, place.line),
        None => link.words.clone(),
    }
}

fn told(values: &[String]) -> String {
    let shown = values.iter().take(TOLD).map(|value| format!("`{value}`"));
    let mut words: Vec<String> = shown.collect();
    if values.len() > TOLD {
        words.push("…".to_owned());
    }
    words.join(", ")
}

/// The nodes that the one stands for whose head is here: itself, or one for each row or call.
fn nodes_at(kept: &Kept, id: FileId, head: Span) -> Vec<&Node> {
    let instances: &Instances = &kept.estate.origins.instances;
    let is = |node: &Node| node.span.start == head.start && instances.real(node.span).file == id;
    let mut found = Vec::new();
    let mut due: Vec<&Node> = vec![&kept.estate.text.root];
    while let Some(node) = due.pop() {
        if is(node) {
            found.push(node);
        }
        due.extend(node.children.iter().rev().map(|child| &**child));
    }
    found
}
