//! Names of what is declared, in this estate and on the shelf of the library.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tenantry_core::flows::Service;
use tenantry_syntax::{FileId, Limits, Parse, ast::Node, parse};

use super::{
    asked::{Asked, in_short},
    item::{About, Item, Sort},
    spot::Spot,
};
use crate::{
    cursor::first_argument,
    outline::{DEFINE, Declared, PORT, PROFILE, RULE},
};

/// How near a name is: its place in the list.
type Rank = usize;

/// Names of everywhere, of elsewhere.
const EVERYWHERE: Rank = 100;
const ELSEWHERE: Rank = 200;

/// The names of some sorts as they are said at the cursor: the nearest first.
pub(super) fn named<'s>(asked: &Asked<'s>, sorts: &[&str], spot: &Spot<'_>) -> Vec<Item<'s>> {
    let scopes = asked.scopes();
    let fitting: Vec<&Declared> = asked
        .declared()
        .filter(|one| sorts.contains(&one.sort) && !is_around(asked, one))
        // What a name in a loop or a definition comes to is not known here.
        .filter(|one| !one.name.contains('$') && !one.scope.contains('$'))
        .filter(|one| one.sort != PROFILE || profile_fits(asked, &one.head))
        .collect();
    let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for one in &fitting {
        *times.entry((one.sort, &one.name)).or_default() += 1;
    }
    let mut found: Vec<(Rank, String, &Declared)> = Vec::new();
    for one in fitting {
        let is_common = times.get(&(one.sort, &*one.name)).is_some_and(|n| *n > 1);
        let said = said(asked, one, &scopes, is_common);
        found.extend(said.map(|(rank, label)| (rank, label, one)));
    }
    found.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut seen = BTreeSet::new();
    found.retain(|(_, label, _)| seen.insert(label.clone()));
    let mut items: Vec<Item<'s>> = found
        .iter()
        .map(|(_, label, one)| declared(label, one, spot))
        .collect();
    if sorts == ["workload", "external"] {
        items.extend(platform(spot));
    }
    items.extend(
        shelf(asked, sorts, spot)
            .into_iter()
            .filter(|item| !seen.contains(&item.label)),
    );
    items
}

/// Whether the cursor stands in what is declared: nothing refers to itself.
fn is_around(asked: &Asked<'_>, one: &Declared) -> bool {
    let here = one.span.file == asked.file.parse.file();
    here && one.span.start <= asked.at && asked.at <= one.span.end
}

/// How a name is said at the cursor, if it can be.
fn said(
    asked: &Asked<'_>,
    one: &Declared,
    scopes: &[String],
    is_common: bool,
) -> Option<(Rank, String)> {
    let name = one.name.to_string();
    if one.unit != asked.file.unit {
        return packaged(asked, one).map(|name| (ELSEWHERE, name));
    }
    if one.scope.is_empty() {
        return Some((EVERYWHERE, name));
    }
    if let Some(near) = scopes.iter().rev().position(|scope| **scope == *one.scope) {
        return Some((near, name));
    }
    let dotted = || format!("{}.{name}", one.scope);
    match one.sort {
        "pool" | "storage" | "network" | "queue" if is_common => Some((ELSEWHERE, dotted())),
        "pool" | "storage" | "network" | "queue" => Some((EVERYWHERE, name)),
        "workload" => Some((ELSEWHERE, dotted())),
        // In a profile or a definition: found from where it is used.
        _ if scopes.is_empty() => Some((ELSEWHERE, name)),
        _ => None,
    }
}

/// The name of something of a package, behind what the package is called here.
fn packaged(asked: &Asked<'_>, one: &Declared) -> Option<String> {
    if !matches!(one.sort, PROFILE | RULE | DEFINE) {
        return None;
    }
    let units = &asked.speaker().words.units;
    let uses = &units.get(asked.file.unit.0 as usize)?.uses;
    let (alias, _) = uses.iter().find(|(_, unit)| **unit == Some(one.unit))?;
    Some(format!("{alias}.{}", one.name))
}

fn declared<'s>(label: &str, one: &Declared, spot: &Spot<'_>) -> Item<'s> {
    let doc = one.doc.as_deref().unwrap_or_default();
    Item::new(Sort::Reference, label, spot)
        .detail(in_short(&one.head))
        .summary(tenantry_core::schema::describe::summary(doc))
        .about(About::Text(crate::hover::declaration(one)))
}

/// Whom a workload calls beside workloads and outside systems.
fn platform<'s>(spot: &Spot<'_>) -> Vec<Item<'s>> {
    let of = |service: Service| {
        let doc = match service {
            Service::Dns => "the cluster's resolver",
            Service::KubeApi => "the API server",
            Service::Ingress => "the gateway or ingress controller",
            Service::Monitoring => "whoever scrapes metrics",
            Service::Storage => "the store of objects",
            Service::Metadata => "the address at which clouds tell about a machine",
            Service::Cdi | Service::VirtApi => return None,
        };
        let label = format!("platform.{}", service.word());
        Some(Item::new(Sort::Value, label, spot).summary(doc))
    };
    let internet = Item::new(Sort::Value, "internet", spot).summary("any address outside");
    let parts = Service::ALL.into_iter().filter_map(of);
    std::iter::once(internet).chain(parts).collect()
}

/// What the library has of some sorts, loaded or not.
fn shelf<'s>(asked: &Asked<'_>, sorts: &[&str], spot: &Spot<'_>) -> Vec<Item<'s>> {
    let library = asked.snapshot.library();
    let wanted = library
        .index
        .iter()
        .filter(|(sort, ..)| sorts.contains(sort));
    let mut parses: BTreeMap<&str, Parse> = BTreeMap::new();
    let mut items = Vec::new();
    for (sort, name, path) in wanted {
        let text = library.files.iter().find(|(file, _)| file == path);
        let text = text.map_or("", |(_, text)| *text);
        let read = || parse(FileId(u32::MAX), Arc::from(text), &Limits::default());
        let parse = parses.entry(path).or_insert_with(read);
        let mut nodes = parse.document().nodes();
        let node = nodes
            .find(|node| node.name() == *sort && first_argument(*node).as_deref() == Some(*name));
        let head = node.and_then(|node| text.get(node.head_span().range()));
        let head = head.unwrap_or_default();
        if *sort == PROFILE && !profile_fits(asked, head) {
            continue;
        }
        let doc = node.and_then(doc_of).unwrap_or_default();
        items.push(
            Item::new(Sort::Reference, *name, spot)
                .detail(in_short(head))
                .summary(tenantry_core::schema::describe::summary(&doc))
                .about(About::Text(format!("```kdl\n{head}\n```\n{doc}"))),
        );
    }
    items
}

/// What a node says that it is for.
fn doc_of(node: Node<'_>) -> Option<String> {
    crate::outline::doc_of(node)
}

/// Whether a profile with that head is for the node in whose block the cursor stands.
fn profile_fits(asked: &Asked<'_>, head: &str) -> bool {
    let said = head
        .split_whitespace()
        .find_map(|word| word.strip_prefix("for="));
    let of = said.map_or("workload", |word| word.trim_matches('"'));
    match asked.parent_kind().map(|kind| kind.name.as_str()) {
        Some(kind @ ("workload" | "pool" | "tenant" | "cluster")) => kind == of,
        _ => true,
    }
}

/// The ports of the workload around, or of whom it calls.
pub(super) fn ports<'s>(asked: &Asked<'s>, node: Node<'_>, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let scopes = asked.scopes();
    let Some(own) = scopes.last() else {
        return Vec::new();
    };
    let target = first_argument(node).filter(|_| node.name() == "connect");
    let scope = match (&target, scopes.first()) {
        (Some(target), Some(tenant)) if !target.contains('.') => format!("{tenant}.{target}"),
        (Some(target), _) => target.clone(),
        (None, _) => own.clone(),
    };
    let of = |scope: &str| -> Vec<Item<'s>> {
        let fits = |one: &&Declared| one.sort == PORT && *one.scope == *scope;
        let ports = asked.declared().filter(fits);
        ports.map(|one| declared(&one.name, one, spot)).collect()
    };
    let mut items = of(&scope);
    let seen: BTreeSet<String> = items.iter().map(|item| item.label.clone()).collect();
    items.extend(inherited_ports(asked, &scope, &seen, spot));
    match target {
        // An outside system is in no tenant.
        Some(target) if items.is_empty() => of(&target),
        _ => items,
    }
}

/// The ports of the profiles that the node around is like, and of those that these are like: what
/// it can leave out.
pub(super) fn profile_ports<'s>(asked: &Asked<'s>, spot: &Spot<'_>) -> Vec<Item<'s>> {
    let known = asked.snapshot.known();
    let likes = asked.siblings().into_iter();
    let likes = likes.filter(|node| node.name() == "like");
    let mut due: Vec<String> = likes.filter_map(first_argument).collect();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut ports: BTreeMap<&str, &Declared> = BTreeMap::new();
    while let Some(said) = due.pop() {
        let name = said.rsplit('.').next().unwrap_or(&said).to_owned();
        if !seen.insert(name.clone()) {
            continue;
        }
        let profiles = known.names.called(&name);
        for (id, profile) in profiles.filter(|(_, one)| one.sort == PROFILE) {
            let Some(outline) = known.outlines.get(id.file.0 as usize) else {
                continue;
            };
            let inside = |at: tenantry_syntax::Span| {
                profile.span.start <= at.start && at.end <= profile.span.end
            };
            let own = outline.declared.iter();
            let own = own.filter(|one| one.sort == PORT && inside(one.span));
            ports.extend(own.map(|one| (&*one.name, one)));
            let likes = outline.uses.iter();
            let likes = likes.filter(|one| one.sorts.contains(&PROFILE) && inside(one.span));
            due.extend(likes.map(|one| one.name.to_string()));
        }
    }
    let ports = ports.into_iter();
    ports.map(|(name, one)| declared(name, one, spot)).collect()
}

/// The ports that something else gives a workload: a profile, a definition, a loop.
fn inherited_ports<'s>(
    asked: &Asked<'s>,
    path: &str,
    seen: &BTreeSet<String>,
    spot: &Spot<'_>,
) -> Vec<Item<'s>> {
    let estates = asked.snapshot.environments().iter();
    let workloads = estates.flat_map(|one| one.kept.estate.workloads.values());
    let ports = workloads
        .filter(|workload| *workload.path == *path)
        .flat_map(|workload| workload.spec.ports());
    let ports: BTreeMap<&str, String> = ports
        .map(|port| (port.name.value.as_str(), port.number.value.to_string()))
        .filter(|(name, _)| !seen.contains(*name))
        .collect();
    let item = |(name, number)| {
        Item::new(Sort::Reference, name, spot).detail(format!("port {name} {number}"))
    };
    ports.into_iter().map(item).collect()
}
