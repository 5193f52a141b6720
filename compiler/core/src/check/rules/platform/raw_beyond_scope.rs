//! A `raw` that reaches beyond the node that it stands in.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Estate, Id, Tenant},
    raw,
    schema::kinds::Raw,
};

declare_rule! { pub RULE = "raw-beyond-scope", Platform, Error, "an object of its own that reaches beyond the node it stands in", include_str!("raw_beyond_scope.md") }

/// Where a `raw` stands.
pub(in crate::check::rules) struct Home {
    /// For a message: "tenant `acme`".
    pub(in crate::check::rules) what: String,
    /// The tenant, unless it is the cluster's own.
    pub(in crate::check::rules) tenant: Option<Id<Tenant>>,
    /// The clusters that the node is in.
    clusters: Vec<Id<Cluster>>,
}

/// Every `raw` of an estate, and where each stands.
pub(in crate::check::rules) fn everywhere(estate: &Estate) -> Vec<(Home, &Raw)> {
    let mut all = Vec::new();
    for (id, cluster) in estate.clusters.iter() {
        all.extend(cluster.spec.raw.iter().map(|raw| {
            let what = format!("cluster `{}`", cluster.name.value);
            let home = Home { what, tenant: None, clusters: vec![id] };
            (home, raw)
        }));
    }
    for (id, tenant) in estate.tenants.iter() {
        all.extend(tenant.spec.raw.iter().map(|raw| {
            let lives = |cluster: &Id<Cluster>| estate.lives_in(id, *cluster);
            let home = Home {
                what: format!("tenant `{}`", tenant.name.value),
                tenant: Some(id),
                clusters: estate.clusters.ids().filter(lives).collect(),
            };
            (home, raw)
        }));
    }
    for workload in estate.workloads.values() {
        all.extend(workload.spec.raw.iter().map(|raw| {
            let home = Home {
                what: format!("workload `{}`", workload.path),
                tenant: Some(workload.tenant),
                clusters: vec![workload.cluster],
            };
            (home, raw)
        }));
    }
    all
}

/// Reports each object of another namespace or cluster, of a kind that proofs rest on, and with
/// labels of ours.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (home, spec) in everywhere(estate) {
        findings.extend(cluster(estate, &home, spec));
        let Ok(object) = raw::read(spec) else {
            continue;
        };
        let span = match &spec.object {
            Some(text) => estate.span(text.text.origin),
            None => spec.meta.span,
        };
        findings.extend(beyond(estate, &home, &object, span));
    }
}

/// A cluster that the node is not in, or none named where it is in several.
fn cluster(estate: &Estate, home: &Home, spec: &Raw) -> Option<Diagnostic> {
    let names = |id: &Id<Cluster>| estate.clusters[*id].name.value.to_string();
    let known: Vec<String> = home.clusters.iter().map(names).collect();
    match &spec.cluster {
        None if known.len() != 1 => Some(
            Diagnostic::new(
                &RULE,
                spec.meta.span,
                format!("`raw {}` of {} does not say for which cluster it is", spec.name.value, home.what),
            )
            .label("in which cluster?")
            .help("add `cluster=` with the cluster's name"),
        ),
        // One that nobody declares was told where names are looked up.
        Some(named)
            if estate.clusters.values().any(|one| one.name.value.as_str() == &*named.value.text)
                && !known.iter().any(|known| **known == *named.value.text) => Some(
            Diagnostic::new(
                &RULE,
                estate.span(named.origin),
                format!("{} is not in cluster `{}`", home.what, named.value.text),
            )
            .label("not there")
            .help(format!("leave `cluster` out, or name one of {}", known.join(", "))),
        ),
        _ => None,
    }
}

fn beyond(estate: &Estate, home: &Home, object: &raw::Object, span: Span) -> Option<Diagnostic> {
    let kind = object.kind.as_str();
    let (what, help) = if raw::PROVEN.contains(&kind) {
        (
            format!("a {kind}, on which proofs rest"),
            "say it in the language: `connect`, `expose`, `quota` and `tenant` are proven".to_owned(),
        )
    } else if home.tenant.is_some() && raw::is_cluster_wide(kind) {
        (
            format!("a {kind}, which is the whole cluster's"),
            "write it in the `cluster`".to_owned(),
        )
    } else if let Some(namespace) = foreign(estate, home, object) {
        (
            format!("a {kind} in the namespace `{namespace}`"),
            match home.tenant {
                Some(_) => "leave `namespace` out: it is the tenant's".to_owned(),
                None => "write it in the tenant whose namespace that is".to_owned(),
            },
        )
    } else if let Some(label) = label_of_ours(object) {
        (
            format!("a {kind} with the label `{label}`, by which policies select"),
            "leave it out; the compiler adds what the object needs".to_owned(),
        )
    } else {
        return None;
    };
    Some(
        Diagnostic::new(&RULE, span, format!("{} holds {what}", home.what))
            .label("reaches beyond its node")
            .why("no proof covers it, so it may touch nothing that others rely on")
            .help(help),
    )
}

/// The namespace that an object names, where it is not its node's to use.
fn foreign<'o>(estate: &Estate, home: &Home, object: &'o raw::Object) -> Option<&'o str> {
    let named = object.namespace.as_deref()?;
    let is_of = |id: Id<Tenant>| estate.tenants[id].namespace.value.as_str() == named;
    let refused = match home.tenant {
        Some(tenant) => !is_of(tenant),
        None => estate.tenants.ids().any(is_of),
    };
    refused.then_some(named)
}

/// A label that only the compiler writes, on the object or on pods that it makes.
fn label_of_ours(object: &raw::Object) -> Option<String> {
    let mut open = vec![object.tree.root()];
    while let Some(node) = open.pop() {
        if let Some(key) = node.key().filter(|key| key.starts_with("tenantry.dev/")) {
            return Some(key.to_owned());
        }
        open.extend(node.children());
    }
    None
}
