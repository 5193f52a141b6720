//! A profile of what is selected: `profile NAME { … }` above, `like NAME` in its place.

use std::{borrow::Cow, ops::Range};

use tenantry_core::schema::vocabulary::Special;
use tenantry_syntax::{
    around::nodes_at,
    ast::{Entry, Node, Scalar},
};

use super::{Action, ActionSort, is_ours};
use crate::{
    cursor::first_argument,
    host::{Edit, File, FileEdits, Snapshot},
    meaning::{Role, Speaker},
    names::DeclaredId,
    outline::{LOCAL, PROFILE},
};

/// What profiles may be for.
const KINDS: &[&str] = &["workload", "pool", "tenant", "cluster"];
/// What says something of this node alone.
const OWN: &[&str] = &["like", "allow", "omit", "in", "each", "slot", "workload"];

pub(super) fn action(snapshot: &Snapshot, file: File<'_>, range: &Range<u32>) -> Option<Action> {
    if range.is_empty() || !is_ours(snapshot, file) || !file.parse.errors().is_empty() {
        return None;
    }
    let way = nodes_at(file.parse, range.start);
    let speaker = snapshot.speaker(file);
    let meanings = speaker.along(way.iter().copied());
    let inside = way.iter().zip(&meanings).rposition(|(node, meaning)| {
        let block = node.block_span();
        let holds = block.is_some_and(|block| block.start < range.start && range.end <= block.end);
        holds && meaning.role == Role::Plain && KINDS.contains(&&*node.name())
    })?;
    let expands = |role: Role| {
        matches!(
            role,
            Role::Special(Special::Each) | Role::Body | Role::Given
        )
    };
    if meanings[..=inside]
        .iter()
        .any(|meaning| expands(meaning.role))
    {
        return None;
    }
    let owner = *way.get(inside)?;
    let chosen = chosen(owner, range)?;
    let (first, last) = (chosen.first()?, chosen.last()?);
    let bytes = first.span().start..last.span().end;
    let is_free = !uses_local(snapshot, file, &bytes)
        && same_kind(speaker, owner)
        && !profiles_say(snapshot, file, owner, &chosen);
    if !is_free {
        return None;
    }
    let name = free_name(snapshot, &owner_name(owner));
    let of = match &*owner.name() {
        "workload" => String::new(),
        other => format!(" for={other}"),
    };
    let body = indented(file.parse.text(), &chosen, &bytes)?;
    let top = above(file.parse.text(), way.first()?.span().start);
    let profile = format!("profile {name}{of} {{\n{body}\n}}\n\n");
    let edits = vec![
        Edit::new(top..top, profile),
        Edit::new(bytes, format!("like {name}")),
    ];
    Some(Action {
        title: format!("make profile `{name}` of it"),
        sort: ActionSort::Extract,
        is_certain: false,
        edits: FileEdits::from([(file.path.into(), edits)]),
        blank: None,
        findings: Vec::new(),
    })
}

/// The nodes of a block of which something is selected; none where one of them says something of
/// this node alone.
fn chosen<'a>(owner: Node<'a>, range: &Range<u32>) -> Option<Vec<Node<'a>>> {
    let inside = |node: &Node<'_>| {
        let span = node.span();
        span.start < range.end && range.start < span.end
    };
    let chosen: Vec<Node<'a>> = owner.nodes().filter(inside).collect();
    let may = |node: &Node<'_>| !OWN.contains(&&*node.name());
    (!chosen.is_empty() && chosen.iter().all(may)).then_some(chosen)
}

/// Whether the node is of a kind that has profiles; a definition of that name has none.
fn same_kind(speaker: Speaker<'_>, owner: Node<'_>) -> bool {
    speaker.named(&owner.name()).is_some()
}

/// Whether a name is used that holds in a node around only.
fn uses_local(snapshot: &Snapshot, file: File<'_>, bytes: &Range<u32>) -> bool {
    let outline = snapshot.outline(file);
    let names = &snapshot.known().names;
    let mut uses = outline.uses.iter();
    uses.any(|one| {
        bytes.start <= one.span.start
            && one.span.end <= bytes.end
            && file.id.is_some_and(|id| {
                let found = names.resolve(id, one);
                let mut found = found.into_iter().filter_map(|id| names.get(id));
                found.any(|declared| declared.sort == LOCAL)
            })
    })
}

/// Whether a profile that the node is like says something of the same as what is selected: now
/// the node's own word goes first, but of two profiles none does.
fn profiles_say(snapshot: &Snapshot, file: File<'_>, owner: Node<'_>, chosen: &[Node<'_>]) -> bool {
    let words: Vec<_> = chosen.iter().map(|node| node.name()).collect();
    let names = &snapshot.known().names;
    let mut due: Vec<DeclaredId> = likes(snapshot, file, owner);
    let mut seen: Vec<DeclaredId> = Vec::new();
    while let Some(id) = due.pop() {
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let Some(declared) = names.get(id) else {
            continue;
        };
        let place = snapshot.locate(declared.span);
        let Some(file) = place.and_then(|place| snapshot.file(place.path.as_ref())) else {
            continue;
        };
        let way = nodes_at(file.parse, declared.name_span.start);
        let Some(profile) = way.last().copied() else {
            continue;
        };
        if says(profile, &words, DEPTH) {
            return true;
        }
        due.extend(likes(snapshot, file, profile));
    }
    false
}

/// Environments and loops within each other are looked into down to here.
const DEPTH: usize = 8;

/// Whether a node says one of some words, in some environment or always.
fn says(node: Node<'_>, words: &[Cow<'_, str>], depth: usize) -> bool {
    node.nodes().any(|child| {
        let name = child.name();
        let inside = matches!(&*name, "in" | "each") && depth > 0;
        words.contains(&name) || inside && says(child, words, depth - 1)
    })
}

/// The profiles that a node is like.
fn likes(snapshot: &Snapshot, file: File<'_>, node: Node<'_>) -> Vec<DeclaredId> {
    let (Some(id), span) = (file.id, node.span()) else {
        return Vec::new();
    };
    let outline = snapshot.outline(file);
    let uses = outline.uses.iter().filter(|one| {
        one.sorts.contains(&PROFILE) && span.start <= one.span.start && one.span.end <= span.end
    });
    let names = &snapshot.known().names;
    uses.flat_map(|one| names.resolve(id, one)).collect()
}

fn owner_name(owner: Node<'_>) -> String {
    first_argument(owner).unwrap_or_else(|| {
        let first = owner.entries().next();
        match first {
            Some(Entry::Arg(arg)) => match arg.value() {
                Scalar::Str(text) => text.into_owned(),
                _ => "common".to_owned(),
            },
            _ => "common".to_owned(),
        }
    })
}

/// `web-profile`, or `web-profile-2` where there is one already.
fn free_name(snapshot: &Snapshot, of: &str) -> String {
    let sorts = [PROFILE];
    let taken: Vec<&str> = snapshot
        .known()
        .names
        .of_sorts(&sorts)
        .map(|(_, declared)| &*declared.name)
        .collect();
    let plain = format!("{of}-profile");
    let mut numbered = (2u32..).map(|number| format!("{plain}-{number}"));
    if taken.contains(&&*plain) {
        numbered
            .find(|name| !taken.contains(&&**name))
            .unwrap_or(plain)
    } else {
        plain
    }
}

/// The nodes as the block of a node at the top level. Their lines keep their distance, so text
/// over several lines keeps its meaning.
fn indented(text: &str, chosen: &[Node<'_>], bytes: &Range<u32>) -> Option<String> {
    let whole = text.get(bytes.start as usize..bytes.end as usize)?;
    if !whole.contains('\n') {
        let lines = chosen.iter().map(|node| {
            let node = text.get(node.span().range()).unwrap_or_default();
            format!("    {node}")
        });
        return Some(lines.collect::<Vec<_>>().join("\n"));
    }
    let before = text.get(..bytes.start as usize)?;
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let margin = before.get(line..)?;
    if !margin.trim().is_empty() {
        return None;
    }
    let lines = whole.split('\n').enumerate().map(|(at, line)| {
        let line = if at == 0 {
            line
        } else {
            line.strip_prefix(margin).unwrap_or(line)
        };
        match line.trim().is_empty() {
            true => String::new(),
            false => format!("    {line}"),
        }
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// Above a node and the comment lines that stand directly above it.
fn above(text: &str, start: u32) -> u32 {
    let before = text.get(..start as usize).unwrap_or_default();
    let mut at = before.rfind('\n').map_or(0, |at| at + 1);
    while let Some(end) = at.checked_sub(1) {
        let line = before[..end].rfind('\n').map_or(0, |at| at + 1);
        if !before[line..end].trim_start().starts_with("//") {
            break;
        }
        at = line;
    }
    u32::try_from(at).unwrap_or(u32::MAX)
}
