//! What a file holds, as a tree; and all names of the estate by a part of theirs.

use std::{cmp::Reverse, ops::Range, sync::Arc};

use tenantry_core::schema::kind::Field;
use tenantry_syntax::ast::{Entry, Node};

use crate::{
    host::{Location, Snapshot},
    hover::scalar,
    meaning::{Meaning, Role, Speaker},
    outline::{COLUMN, LOCAL, Sort},
};

/// More than this nobody reads through.
const MOST: usize = 200;

/// A node that a list of a file's contents shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// What tells it from its like; of a node that is alone, what it is.
    pub name: String,
    /// What it is, where the name does not say it.
    pub detail: Option<String>,
    /// What the language calls it; empty for what it does not know.
    pub kind: Arc<str>,
    /// Whether it is a call of a definition.
    pub is_call: bool,
    /// The whole node.
    pub range: Range<u32>,
    /// Its name, which lies in `range`.
    pub selection: Range<u32>,
    /// What stands in its block.
    pub children: Vec<Symbol>,
}

/// The contents of a file: what has a name or a block; in the order of the text.
pub fn document(snapshot: &Snapshot, path: &str) -> Vec<Symbol> {
    let Some(file) = snapshot.file(path) else {
        return Vec::new();
    };
    let speaker = snapshot.speaker(file);
    let nodes = file.parse.document().nodes();
    below(speaker, speaker.top(), nodes)
}

fn below<'a>(
    speaker: Speaker<'_>,
    parent: Meaning,
    nodes: impl Iterator<Item = Node<'a>>,
) -> Vec<Symbol> {
    nodes
        .filter_map(|node| symbol(speaker, parent, node))
        .collect()
}

fn symbol(speaker: Speaker<'_>, parent: Meaning, node: Node<'_>) -> Option<Symbol> {
    let meaning = speaker.meaning(parent, node);
    let kind = speaker.kind(meaning.head);
    let is_call = kind.is_some_and(|kind| kind.define.is_some());
    // Of an `in`, and of a call, all arguments tell it from others.
    let keys = match kind {
        Some(_) if is_call || matches!(meaning.role, Role::Special(_)) => 1,
        Some(kind) => {
            let key = kind.key.iter();
            key.filter(|field| matches!(field, Field::Arg(_))).count()
        }
        None => 0,
    };
    if keys == 0 && !node.has_block() && meaning.role != Role::Row {
        return None;
    }
    let word = node.name();
    let keys = keys.max(usize::from(meaning.role == Role::Row));
    let (name, selection) = named(node, keys);
    let detail = (name != *word).then(|| word.to_string());
    Some(Symbol {
        detail,
        kind: kind.map_or_else(Arc::default, |kind| kind.name.as_str().into()),
        is_call,
        range: node.span().start..node.span().end,
        selection,
        children: below(speaker, meaning, node.nodes()),
        name,
    })
}

/// The arguments that are its key, and where the first stands; else its own name.
fn named(node: Node<'_>, keys: usize) -> (String, Range<u32>) {
    let arguments = node.entries().filter_map(|entry| match entry {
        Entry::Arg(arg) => Some(arg),
        Entry::Prop(_) => None,
    });
    let arguments: Vec<_> = arguments.take(keys).collect();
    let Some(first) = arguments.first() else {
        let at = node.name_span();
        return (node.name().into_owned(), at.start..at.end);
    };
    let at = first.value_span();
    let words: Vec<String> = arguments.iter().map(|arg| scalar(arg.value())).collect();
    let name = words.join(" ");
    // Clients refuse a symbol without a name.
    let name = if name.trim().is_empty() {
        node.name().into_owned()
    } else {
        name
    };
    (name, at.start..at.end)
}

/// A name of the estate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: Arc<str>,
    /// What it is the name of.
    pub sort: Sort,
    /// The tenant, workload or cluster that it is in; empty for none.
    pub scope: Arc<str>,
    /// Where it stands.
    pub place: Location,
}

/// The names of the estate that are like `query`, the likest first: those that are called so,
/// begin so, have it in them, or have its letters in its order. A dot goes with the tenant's or
/// cluster's name: `acme.w`.
pub fn workspace(snapshot: &Snapshot, query: &str) -> Vec<Named> {
    let known = snapshot.known();
    let query = query.trim().to_lowercase();
    let own = known.analysis.sources.library_from();
    let all = known.names.all();
    let declared = all.filter(|(id, one)| ![LOCAL, COLUMN].contains(&one.sort) && id.file < own);
    let mut hits: Vec<_> = declared
        .filter_map(|(id, one)| {
            let near = if query.contains('.') && !one.scope.is_empty() {
                likeness(&format!("{}.{}", one.scope, one.name), &query)
            } else {
                likeness(&one.name, &query)
            };
            Some((Reverse(near?), id, one))
        })
        .collect();
    hits.sort_by_key(|(near, id, one)| (*near, one.name.len(), Arc::clone(&one.name), *id));
    hits.truncate(MOST);
    let named = hits.into_iter().filter_map(|(_, _, one)| {
        Some(Named {
            name: Arc::clone(&one.name),
            sort: one.sort,
            scope: Arc::clone(&one.scope),
            place: snapshot.place_of(one)?,
        })
    });
    named.collect()
}

/// How like a name is to what is looked for, which is in lower case: the more the better; none
/// where it is not.
fn likeness(name: &str, query: &str) -> Option<u8> {
    let name = name.to_lowercase();
    if name == query {
        return Some(3);
    }
    match name.find(query) {
        Some(0) => return Some(2),
        Some(_) => return Some(1),
        None => {}
    }
    let mut letters = name.chars();
    let all = query.chars().all(|wanted| letters.any(|one| one == wanted));
    all.then_some(0)
}

#[cfg(test)]
mod tests {
    use super::{Symbol, document, likeness, workspace};
    use crate::{
        fixture::{Fixture, ground},
        host::Location,
    };

    const SPEC: &str = "param size type=int default=2\n\
         table shops {\n    column domain host\n    row north domain=\"north.example\"\n}\n\
         profile small { memory \"1GiB\" }\n\
         define app {\n    arg name type=name\n    body { workload $name { container image=shop } }\n}\n\
         tenant acme {\n    quota cpu=4\n    workload web { like small; container image=shop { env MODE x }; port http 8080; replicas 2 }\n    app api\n    in prod { workload extra { container image=shop } }\n}\n";

    fn tree(symbols: &[Symbol], depth: usize, text: &str, out: &mut String) {
        for symbol in symbols {
            let detail = symbol.detail.as_deref().unwrap_or("-");
            let at = &text[symbol.selection.start as usize..symbol.selection.end as usize];
            let margin = "  ".repeat(depth);
            out.push_str(&format!("{margin}{} ({detail}) at {at}\n", symbol.name));
            tree(&symbol.children, depth + 1, text, out);
        }
    }

    #[test]
    fn a_file_is_shown_as_a_tree() {
        let fixture = Fixture::new(&ground(SPEC));
        let mut out = String::new();
        let text = fixture.text("tenantry.kdl");
        let symbols = document(&fixture.snapshot(), "tenantry.kdl");
        tree(&symbols, 0, text, &mut out);
        insta::assert_snapshot!(out);
    }

    #[test]
    fn unfinished_text_has_a_tree_too() {
        let fixture = Fixture::typing(&ground("tenant acme {\n    $0\n}\n"), "workload web {");
        let symbols = document(&fixture.snapshot(), "tenantry.kdl");
        assert_eq!(symbols[0].children[0].name, "web");
    }

    #[test]
    fn names_are_found_by_a_part_of_theirs() {
        let fixture = Fixture::new(&ground(SPEC));
        let found = workspace(&fixture.snapshot(), "s");
        let places: Vec<(Location, String)> = found
            .into_iter()
            .map(|one| {
                (
                    one.place,
                    format!("{} {} {}", one.sort, one.scope, one.name),
                )
            })
            .collect();
        let marked = places.iter().map(|(place, word)| (place, word.as_str()));
        insta::assert_snapshot!(fixture.marked(marked));
        let names = |query: &str| -> Vec<String> {
            let found = workspace(&fixture.snapshot(), query);
            found.iter().map(|one| one.name.to_string()).collect()
        };
        assert_eq!(names("acme.w"), ["web", "http"]);
        assert_eq!(names("WEB"), ["web"]);
        assert_eq!(names("no such"), Vec::<String>::new());
    }

    #[test]
    fn the_likest_go_first() {
        assert_eq!(likeness("web", "web"), Some(3));
        assert_eq!(likeness("web-api", "web"), Some(2));
        assert_eq!(likeness("new-web", "web"), Some(1));
        assert_eq!(likeness("wide-bar", "web"), Some(0));
        assert_eq!(likeness("wide", "web"), None);
    }
}
