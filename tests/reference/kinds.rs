//! A page for each kind of the top level and each kind of a workload, with what stands below
//! them as sections.

use std::collections::BTreeMap;

use tenantry_core::schema::{
    describe::{self, Placed},
    kind::{Child, Kind, KindId, Slot},
    ty::Class,
    vocabulary::builtin,
};

use crate::{
    examples::{self, Example},
    page::{Pages, anchor, cell, notice, table},
};

/// Where a workload stands: it has so many kinds that each gets a page.
const WORKLOAD: &str = "tenant.workload";

/// All built-in kinds, and where each is told.
pub(crate) struct Kinds {
    placed: Vec<Placed<'static>>,
    homes: BTreeMap<KindId, Home>,
    examples: BTreeMap<KindId, Example>,
    /// Those that any node may hold.
    anywhere: Vec<KindId>,
}

/// A page and a heading on it.
#[derive(Debug, Clone)]
struct Home {
    page: String,
    heading: String,
}

impl Kinds {
    pub(crate) fn all() -> Self {
        let (vocabulary, root) = builtin();
        let placed = describe::placed(vocabulary, *root);
        let homes = placed
            .iter()
            .map(|one| (one.id, home(&one.place)))
            .collect();
        let examples = examples::best();
        Self {
            placed,
            homes,
            examples,
            anywhere: vocabulary
                .universal_children
                .iter()
                .map(|child| child.kind)
                .collect(),
        }
    }

    /// The pages in the order of their declarations; those of a workload follow its own.
    pub(crate) fn order(&self) -> Vec<String> {
        let mut order: Vec<String> = Vec::new();
        let below = self.placed.iter().map(|one| &self.homes[&one.id].page);
        for page in below {
            if !order.contains(page) {
                order.push(page.clone());
            }
        }
        order
    }

    /// What a page is called.
    pub(crate) fn title(&self, page: &str) -> String {
        let owner = self.owner(page);
        owner.map_or_else(String::new, |one| one.kind.name.clone())
    }

    fn owner(&self, page: &str) -> Option<&Placed<'static>> {
        self.placed
            .iter()
            .find(|one| self.homes[&one.id].page == page)
    }

    /// The link from one page to a kind on another or on the same.
    fn link(&self, from: &str, text: &str, to: KindId) -> String {
        let Some(home) = self.homes.get(&to) else {
            return format!("`{text}`");
        };
        let first = self.owner(&home.page).is_some_and(|owner| owner.id == to);
        let fragment = match (home.page == from, first) {
            (false, true) => String::new(),
            _ => format!("#{}", anchor(&home.heading)),
        };
        let page = match (
            home.page == from,
            from.contains('/'),
            home.page.contains('/'),
        ) {
            (true, _, _) => String::new(),
            (_, true, true) => home.page.trim_start_matches("workload/").to_owned(),
            (_, true, false) => format!("../{}", home.page),
            _ => home.page.clone(),
        };
        format!("[`{text}`]({page}{fragment})")
    }

    /// The kind that a reference of this name leads to.
    fn referred(&self, name: &str) -> Option<KindId> {
        let found = self.placed.iter().find(|one| one.kind.name == name);
        found.map(|one| one.id)
    }

    /// Everything that may hold a kind, by place.
    fn parents(&self, id: KindId) -> impl Iterator<Item = &Placed<'static>> {
        let holds = move |one: &&Placed<'_>| one.kind.children.iter().any(|child| child.kind == id);
        self.placed.iter().filter(holds)
    }
}

/// `pool.memory.hugepages` is told on the page of `pool` under "hugepages in memory".
fn home(place: &str) -> Home {
    let (page, below) = match place.strip_prefix(WORKLOAD) {
        Some("") => ("workload".to_owned(), ""),
        Some(rest) => {
            let rest = rest.trim_start_matches('.');
            let (first, below) = rest.split_once('.').unwrap_or((rest, ""));
            (format!("workload/{first}"), below)
        }
        None => {
            let (first, below) = place.split_once('.').unwrap_or((place, ""));
            (first.to_owned(), below)
        }
    };
    let mut words = place.rsplit('.');
    let name = words.next().unwrap_or_default();
    let heading = match words.next() {
        Some(parent) if !below.is_empty() => format!("{name} in {parent}"),
        _ => name.to_owned(),
    };
    Home {
        page: format!("{page}.md"),
        heading,
    }
}

/// All pages, with the index of them.
pub(crate) fn pages() -> Pages {
    let kinds = Kinds::all();
    let mut pages = Pages::new();
    for one in &kinds.placed {
        let Home { page, heading } = &kinds.homes[&one.id];
        let first = !pages.contains_key(page);
        let text = pages
            .entry(page.clone())
            .or_insert_with(|| notice("the declarations of the kinds"));
        let level = if first { "#" } else { "##" };
        *text += &format!("{level} {heading}\n\n");
        *text += &section(&kinds, page, one);
    }
    let mut pages: Pages = pages
        .into_iter()
        .map(|(path, text)| (path, text.trim_end().to_owned() + "\n"))
        .collect();
    pages.insert("index.md".to_owned(), index(&kinds));
    pages
}

fn index(kinds: &Kinds) -> String {
    let mut text = notice("the declarations of the kinds");
    text += "# Kinds\n\nEvery kind of node with its arguments, properties and children, as the compiler declares them. \
             `tenantry explain NAME` prints the same in a terminal, `tenantry schema --format json` gives it to tools. \
             How nodes are built and merged is told in [shape and values](../language.md), what is written for a type such as `bytes` in [value types](../values.md).\n\n";
    let row = |page: &String| {
        let owner = kinds.owner(page)?;
        let name = kinds.link("index.md", &owner.kind.name, owner.id);
        Some(vec![name, cell(&describe::summary(&owner.kind.doc))])
    };
    let (workload, others): (Vec<String>, Vec<String>) = kinds
        .order()
        .into_iter()
        .partition(|page| page.starts_with("workload"));
    let (anywhere, top): (Vec<String>, Vec<String>) = others.into_iter().partition(|page| {
        let owner = kinds.owner(page);
        owner.is_some_and(|owner| kinds.anywhere.contains(&owner.id))
    });
    text += "## At the top level\n\n";
    text += &table(&["kind", "what it is"], top.iter().filter_map(row));
    text += "## A workload and what stands in it\n\n";
    text += &table(&["kind", "what it is"], workload.iter().filter_map(row));
    text += "## In any node\n\n";
    text += &table(&["kind", "what it is"], anywhere.iter().filter_map(row));
    let props = builtin().0.universal_props.iter();
    let props = props.map(|slot| vec![format!("`{}`", slot.name), cell(&slot.doc)]);
    text += &table(&["property", "what it says"], props);
    text.trim_end().to_owned() + "\n"
}

fn section(kinds: &Kinds, page: &str, one: &Placed<'_>) -> String {
    let Placed { id, kind, .. } = one;
    let doc: Vec<&str> = kind.doc.lines().map(str::trim).collect();
    let mut text = format!(
        "{}\n\n```text\n{}\n```\n\n",
        doc.join("\n"),
        describe::usage(kind)
    );
    let stands: Vec<String> = kinds
        .parents(*id)
        .map(|parent| kinds.link(page, &parent.place, parent.id))
        .collect();
    let mut remarks = describe::remarks(kind);
    if kinds.anywhere.contains(id) {
        remarks.insert(0, "Stands in any node.".to_owned());
    } else if stands.is_empty() {
        remarks.insert(0, "Stands at the top level of a file.".to_owned());
    } else {
        remarks.insert(0, format!("Stands in {}.", stands.join(", ")));
    }
    text += &format!("{}\n\n", remarks.join(" "));
    let args = kind.args.iter().map(|slot| {
        let mut row = slot_row(kinds, page, slot);
        row[0] = format!("`{}`", describe::argument_name(slot));
        row
    });
    text += &table(&["argument", "type", "unless given", "meaning"], args);
    let props = kind.props.iter().map(|slot| slot_row(kinds, page, slot));
    text += &table(&["property", "type", "unless given", "meaning"], props);
    let children = kind
        .children
        .iter()
        .map(|child| child_row(kinds, page, kind, child));
    text += &table(&["child", "how many", "meaning"], children);
    if let Some(Example {
        estate,
        text: listing,
        ..
    }) = kinds.examples.get(id)
    {
        text += &format!("In `examples/{estate}`:\n\n```kdl,example={estate}\n{listing}```\n\n");
    }
    text
}

fn slot_row(kinds: &Kinds, page: &str, slot: &Slot) -> Vec<String> {
    let default = slot.default.as_ref().map(ToString::to_string);
    let absent = match (default, slot.required) {
        (Some(default), _) => format!("`{}`", cell(&default)),
        (None, true) => "**required**".to_owned(),
        (None, false) => String::new(),
    };
    vec![
        format!("`{}`", slot.name),
        type_cell(kinds, page, slot),
        absent,
        meaning(slot),
    ]
}

fn type_cell(kinds: &Kinds, page: &str, slot: &Slot) -> String {
    match slot.ty.class {
        Class::Choice(_) => "choice".to_owned(),
        Class::Reference(names) => {
            let links = names.iter().map(|name| match kinds.referred(name) {
                Some(id) => kinds.link(page, name, id),
                None => format!("`{name}`"),
            });
            format!("name of {}", links.collect::<Vec<_>>().join(" or "))
        }
        Class::Value | Class::Text => {
            let up = if page.contains('/') { "../../" } else { "../" };
            let name = slot.ty.name;
            format!("[{name}]({up}values.md#{})", anchor(name))
        }
    }
}

/// What it says; for a choice also what each word means.
fn meaning(slot: &Slot) -> String {
    let mut text = cell(&slot.doc);
    if let Class::Choice(choices) = slot.ty.class {
        for (word, doc) in choices {
            text += &format!("<br>`{word}`: {}", cell(doc));
        }
    }
    text
}

fn child_row(kinds: &Kinds, page: &str, kind: &Kind, child: &Child) -> Vec<String> {
    let alternative = kind.one_of.iter().any(|group| group.contains(&child.name));
    let many = match (child.required, child.many) {
        _ if alternative => "one of these",
        (true, true) => "one or more",
        (true, false) => "exactly one",
        (false, true) => "any number",
        (false, false) => "at most one",
    };
    vec![
        kinds.link(page, &child.name, child.kind),
        many.to_owned(),
        cell(&child.doc),
    ]
}

#[test]
fn no_two_sections_of_a_page_have_the_same_heading() {
    let kinds = Kinds::all();
    let mut seen = BTreeMap::new();
    for one in &kinds.placed {
        let Home { page, heading } = &kinds.homes[&one.id];
        let other = seen.insert((page, anchor(heading)), &one.place);
        assert_eq!(other, None, "{} has the heading of another", one.place);
    }
}
