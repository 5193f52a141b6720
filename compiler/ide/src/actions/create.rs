//! What a name leads to and nobody declares yet.

use std::sync::Arc;

use tenantry_core::load::ROOT_FILE;
use tenantry_syntax::{Span, around::nodes_at, change::Change, format::word};

use super::{Action, Ask, is_ours, skeleton::Skeleton};
use crate::{
    cursor::Cursor,
    host::{Edit, File, FileEdits},
    outline::{
        DEFINE, ENV, GROUND, LOCAL, Looked, PACKAGE, PORT, PROFILE, RULE, Sort, Use, is_name,
    },
};

/// The rules whose findings are about names that nobody declares.
const RULES: &[&str] = &[
    "unknown-name",
    "unknown-port",
    "unknown-profile",
    "unknown-environment",
    "wrong-expression",
];

/// What stands for the value of a parameter until somebody says it.
const VALUE: &str = "TODO: its value";

pub(super) fn actions(ask: &Ask<'_>) -> Vec<Action> {
    let Some(span) = ask.finding.span else {
        return Vec::new();
    };
    if !RULES.contains(&ask.finding.rule.name()) {
        return Vec::new();
    }
    let outline = ask.snapshot.outline(ask.file);
    // Of `acme.web`, what stands behind the dot.
    let inside = |one: &&Use| span.start <= one.span.start && one.span.end <= span.end;
    let mut uses = outline.uses.iter();
    // What is no name, as the nothing behind a dot that was just typed, would be a mistake there.
    let mut found = uses.rfind(inside).into_iter();
    let Some(one) = found.find(|one| is_name(&one.name) && !leads(ask, one)) else {
        return Vec::new();
    };
    let sorts = one
        .sorts
        .iter()
        .filter(|sort| ![LOCAL, PACKAGE, DEFINE, RULE].contains(*sort));
    let mut sorts: Vec<Sort> = sorts.copied().collect();
    // Of a name in an expression, the one that is set from outside.
    if sorts.contains(&"param") {
        sorts = vec!["param"];
    }
    sorts
        .into_iter()
        .filter_map(|sort| create(ask, one, sort))
        .collect()
}

/// Whether a name is declared after all: then something else is wrong with it.
fn leads(ask: &Ask<'_>, one: &Use) -> bool {
    let names = &ask.snapshot.known().names;
    ask.file
        .id
        .is_none_or(|id| !names.resolve(id, one).is_empty())
}

fn create(ask: &Ask<'_>, one: &Use, sort: Sort) -> Option<Action> {
    let skeleton = Skeleton::new(ask.snapshot, ask.file);
    let name = &one.name;
    match sort {
        PORT => {
            let owner = declared(ask, "workload", one)?;
            let path = scope(one)?;
            let line = format!("port {name} {}", skeleton.port(name, &path));
            within(ask, owner, &line, format!("declare port `{name}` there"))
        }
        ENV => environment(ask, name),
        "param" => {
            // Nothing says its value yet, and only the author knows it.
            let text = format!("param {} default=\"{VALUE}\"\n", word(name));
            let action = append(ask, sort, &text, format!("declare param `{name}`"))?;
            Some(Action {
                blank: Some(VALUE),
                ..action
            })
        }
        PROFILE => {
            let of = profiled(ask, one);
            let of = of.filter(|of| of != "workload");
            let of = of.map_or_else(String::new, |of| format!(" for={of}"));
            let text = format!("profile {name}{of} {{\n}}\n");
            append(ask, sort, &text, format!("declare profile `{name}`"))
        }
        _ => {
            let title = format!("declare {sort} `{name}`");
            match tenant(ask, one).filter(|_| skeleton.is_tenants(sort)) {
                Some(tenant) => within(ask, tenant, &skeleton.node(sort, name, 1)?, title),
                // In a tenant stands nothing of the top, and in `platform` nothing at all.
                None if skeleton.is_top(sort) && (GROUND.contains(&sort) || !is_scoped(one)) => {
                    let text = format!("{}\n", skeleton.node(sort, name, 0)?);
                    append(ask, sort, &text, title)
                }
                None => None,
            }
        }
    }
}

/// Whether a name is looked for in a scope that is said before it.
fn is_scoped(one: &Use) -> bool {
    matches!(one.looked, Looked::Within(_))
}

/// Behind the environments that there are, or as the first.
fn environment(ask: &Ask<'_>, name: &str) -> Option<Action> {
    let title = format!("declare environment `{name}`");
    let root = ask.snapshot.file(ROOT_FILE)?;
    let mut nodes = root.parse.document().nodes();
    let estate = nodes.find(|node| node.name() == "estate")?;
    let at = |span: Span| {
        Some(Span {
            file: root.id?,
            ..span
        })
    };
    match estate.nodes().find(|node| node.name() == "env") {
        Some(all) => {
            let end = at(all.head_span())?.end;
            let behind = Span {
                start: end,
                ..at(all.head_span())?
            };
            let edits = ask.edits(&[(behind, format!(" {name}"))])?;
            Some(ask.action(title, edits))
        }
        None => within(ask, at(estate.name_span())?, &format!("env {name}"), title),
    }
}

/// The kind of the node whose block a `like` stands in.
fn profiled(ask: &Ask<'_>, one: &Use) -> Option<String> {
    let way = nodes_at(ask.file.parse, one.span.start);
    let around = way.iter().rev().find(|node| node.name() != "like");
    around.map(|node| node.name().into_owned())
}

/// The node of the tenant that a name is looked for in.
fn tenant(ask: &Ask<'_>, one: &Use) -> Option<Span> {
    let name = match &one.looked {
        Looked::Within(scope) => scope.split('.').next().unwrap_or(scope).to_owned(),
        _ => Cursor::at(ask.snapshot, ask.file, one.span.start).within("tenant")?,
    };
    let names = &ask.snapshot.known().names;
    let mut tenants = names.of_sorts(&["tenant"]);
    let (id, declared) = tenants.find(|(_, declared)| *declared.name == *name)?;
    Some(Span {
        file: id.file,
        ..declared.name_span
    })
}

/// The scope in which a name is looked for first.
fn scope(one: &Use) -> Option<Arc<str>> {
    match &one.looked {
        Looked::Within(scope) => Some(Arc::clone(scope)),
        Looked::Near(scopes) => scopes.first().cloned(),
        Looked::Package(_) | Looked::Argument(_) => None,
    }
}

/// The node that declares the scope in which a name is looked for.
fn declared(ask: &Ask<'_>, sort: Sort, one: &Use) -> Option<Span> {
    let scope = scope(one)?;
    let names = &ask.snapshot.known().names;
    let sorts = [sort];
    let mut owners = names.of_sorts(&sorts);
    let (id, owner) = owners.find(|(_, declared)| {
        let path = match &*declared.scope {
            "" => declared.name.to_string(),
            tenant => format!("{tenant}.{}", declared.name),
        };
        path == *scope
    })?;
    Some(Span {
        file: id.file,
        ..owner.name_span
    })
}

fn within(ask: &Ask<'_>, node: Span, text: &str, title: String) -> Option<Action> {
    let edits = ask.change(&Change::AddChild(node, text.to_owned()))?;
    Some(ask.action(title, edits))
}

/// At the end of the file where its like is declared, else of the one that asks.
fn append(ask: &Ask<'_>, sort: Sort, text: &str, title: String) -> Option<Action> {
    let names = &ask.snapshot.known().names;
    let sources = &ask.snapshot.known().analysis.sources;
    let sorts = [sort];
    let like = names.of_sorts(&sorts).find_map(|(id, _)| {
        let file = ask.snapshot.file(&sources.get(id.file)?.path)?;
        (file.is_current && is_ours(ask.snapshot, file)).then_some(file)
    });
    let file = like.unwrap_or(ask.file);
    if !is_ours(ask.snapshot, file) {
        return None;
    }
    Some(ask.action(title, at_end(file, text)))
}

fn at_end(file: File<'_>, text: &str) -> FileEdits {
    let old = file.parse.text();
    let end = u32::try_from(old.len()).unwrap_or(u32::MAX);
    let gap = match old {
        "" => "",
        _ if old.ends_with("\n\n") => "",
        _ if old.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    FileEdits::from([(
        file.path.into(),
        vec![Edit::new(end..end, format!("{gap}{text}"))],
    )])
}
