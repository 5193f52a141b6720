//! Names that a call or a row makes: expressions put them together, so that they are changed by
//! hand, and a refusal says where.

use tenantry_core::{FileId, model::Estate, origin::OriginId};
use tenantry_syntax::{Span, around::nodes_at, ast::Entry};

use crate::{
    host::{File, Location, Snapshot},
    outline::{Looked, PORT, Sort, Use},
};

/// A name that is made.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Made {
    sort: Sort,
    /// The path of what has it, empty at the top.
    scope: String,
    name: String,
}

/// Why what is made at an offset, or is said there, is not renamed: where it is made, and all
/// places that say it.
pub(super) fn refusal(snapshot: &Snapshot, file: File<'_>, at: u32) -> Option<String> {
    let said = || snapshot.made(file, at).or_else(|| snapshot.port(file, at));
    let here = Location {
        path: file.path.into(),
        range: at..at,
    };
    let said = said().map(|place| key_of_row(snapshot, &place).unwrap_or(place));
    let place = said.unwrap_or(here);
    let made = made_at(snapshot, &place);
    let first = made.first()?;
    let name = match &*first.scope {
        "" => first.name.clone(),
        scope => format!("{scope}.{}", first.name),
    };
    let more = match made.len() {
        1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    let line = super::line(snapshot, &place);
    let mut lines: Vec<String> = Vec::new();
    for one in &made {
        lines.extend(sayings(snapshot, one));
    }
    lines.dedup();
    let said = match lines.is_empty() {
        true => String::new(),
        false => format!(", and where it is said: {}", lines.join(", ")),
    };
    Some(format!(
        "the {} `{name}`{more} is made by the call or row at {line}; change it by hand there{said}",
        first.sort
    ))
}

/// What has its name from a place.
fn made_at(snapshot: &Snapshot, place: &Location) -> Vec<Made> {
    let mut made = Vec::new();
    for estate in snapshot.environments().iter().map(|one| &one.kept.estate) {
        let is_here = |origin: OriginId| is_from(snapshot, estate, origin, place);
        for tenant in estate.tenants.values() {
            if is_here(tenant.name.origin) {
                made.push(Made {
                    sort: "tenant",
                    scope: String::new(),
                    name: tenant.name.value.as_str().to_owned(),
                });
            }
        }
        for workload in estate.workloads.values() {
            if is_here(workload.name.origin)
                && let Some((tenant, name)) = workload.path.split_once('.')
            {
                made.push(Made {
                    sort: "workload",
                    scope: tenant.to_owned(),
                    name: name.to_owned(),
                });
            }
            let ports = workload.spec.port.iter();
            let ports = ports.filter(|port| is_here(port.name.origin));
            made.extend(ports.map(|port| Made {
                sort: PORT,
                scope: workload.path.to_string(),
                name: port.name.value.as_str().to_owned(),
            }));
        }
    }
    made.sort();
    made.dedup();
    made
}

/// Whether a name comes from a place: whole, or put together of what stands there.
fn is_from(snapshot: &Snapshot, estate: &Estate, origin: OriginId, place: &Location) -> bool {
    let mut open = vec![origin];
    while let Some(origin) = open.pop() {
        if is_at(snapshot, estate, origin, place) {
            return true;
        }
        open.extend(&estate.origins.get(origin).from);
    }
    false
}

fn is_at(snapshot: &Snapshot, estate: &Estate, origin: OriginId, place: &Location) -> bool {
    let span = estate.origins.editable(origin);
    let own = span.and_then(|span| snapshot.locate(span));
    let own = own.map(|own| key_of_row(snapshot, &own).unwrap_or(own));
    own.is_some_and(|own| {
        own.path == place.path
            && own.range.start <= place.range.start
            && place.range.end <= own.range.end
    })
}

/// What stands for a row that a name comes from as a whole: its key. Its other values make a name
/// each by itself, or none.
fn key_of_row(snapshot: &Snapshot, own: &Location) -> Option<Location> {
    let file = snapshot.file(&own.path)?;
    let node = nodes_at(file.parse, own.range.start).into_iter().last()?;
    if node.name() != "row" || node.span().start != own.range.start {
        return None;
    }
    let key = node.entries().find_map(|entry| match entry {
        Entry::Arg(arg) => Some(arg.value_span()),
        Entry::Prop(_) => None,
    })?;
    Some(Location {
        path: own.path.clone(),
        range: key.start..key.end,
    })
}

/// The lines that say it.
fn sayings(snapshot: &Snapshot, made: &Made) -> Vec<String> {
    let says = |one: &&Use| {
        *one.name == *made.name
            && one.sorts.contains(&made.sort)
            && match &one.looked {
                Looked::Within(scope) => **scope == *made.scope,
                Looked::Near(scopes) => {
                    made.scope.is_empty() || scopes.iter().any(|scope| **scope == *made.scope)
                }
                Looked::Package(_) | Looked::Argument(_) => false,
            }
    };
    let outlines = (0u32..).map(FileId).zip(&snapshot.known().outlines);
    let uses = outlines.flat_map(|(file, outline)| {
        let uses = outline.uses.iter().filter(says);
        uses.map(move |one| Span { file, ..one.span })
    });
    let places = uses.filter_map(|span| snapshot.locate(span));
    places.map(|place| super::line(snapshot, &place)).collect()
}
