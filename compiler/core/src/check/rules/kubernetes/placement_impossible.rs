//! `apart` and `together` that no scheduler can keep.

use std::collections::BTreeSet;

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Estate, Id, Pool, Ref, Replicas, Workload},
    schema::kinds::SpreadBy,
};

declare_rule! { pub RULE = "placement-impossible", Availability, Error, "`apart` and `together` that no placement can keep", include_str!("placement_impossible.md") }

/// Reports each that leaves replicas waiting for ever.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (id, workload) in subject.whole_workloads() {
        let by = workload.spec.on.as_ref().and_then(|on| on.together.as_ref());
        let by = by.map_or(SpreadBy::Node, |together| together.by.value);
        let own = workload.apart.iter().find(|other| other.to == id);
        findings.extend(own.and_then(|own| from_itself(estate, workload, estate.span(own.at))));
        for near in workload.together.iter().filter(|near| near.to != id) {
            match workload.apart.iter().find(|far| far.to == near.to) {
                Some(far) => findings.push(both(estate, workload, *far, *near)),
                None => findings.extend(strangers(estate, workload, *near, by)),
            }
        }
    }
}

/// More replicas than nodes, each of which keeps the others off its own.
fn from_itself(estate: &Estate, workload: &Workload, span: Span) -> Option<Diagnostic> {
    let nodes: usize = workload.pools.iter().map(|pool| estate.pools[pool.to].nodes.len()).sum();
    let count = match &workload.replicas {
        Replicas::Fixed(count) => count,
        Replicas::Scaled { min, .. } => min,
        Replicas::PerNode(_) | Replicas::PerZone(_) => return None,
    };
    let room = u32::try_from(nodes).unwrap_or(u32::MAX);
    (count.value > room && !workload.pools.is_empty()).then(|| {
        let message = format!(
            "`{}` keeps {} apart, and its pools have {}",
            workload.path,
            words::count(count.value, "replica"),
            words::count(room, "node")
        );
        Diagnostic::new(&RULE, span, message)
            .label("each on a node of its own")
            .also(estate.span(count.origin), words::count(count.value, "replica"))
            .why("`apart` is a promise: what finds no node of its own waits for ever")
            .help(format!("write `replicas {room}`, add nodes, or prefer nodes apart with `spread by=node`"))
    })
}

/// Near to and far from the same one.
fn both(estate: &Estate, workload: &Workload, far: Ref<Workload>, near: Ref<Workload>) -> Diagnostic {
    let other = &estate.workloads[near.to].path;
    let message = format!("`{}` shall be both apart from and together with `{other}`", workload.path);
    Diagnostic::new(&RULE, estate.span(near.at), message)
        .label("together")
        .also(estate.span(far.at), "apart")
        .why("no node has and has not that workload, so nothing is ever placed")
        .help("take one of them away")
}

/// Near to one that can never be there.
fn strangers(estate: &Estate, workload: &Workload, near: Ref<Workload>, by: SpreadBy) -> Option<Diagnostic> {
    let other = &estate.workloads[near.to];
    let strange = match by {
        SpreadBy::Node => pools(workload).is_disjoint(&pools(other)),
        SpreadBy::Zone => zones(estate, workload)?.is_disjoint(&zones(estate, other)?),
        SpreadBy::Rack => return None,
    };
    if !strange || workload.pools.is_empty() || other.pools.is_empty() {
        return None;
    }
    let thing = by.word();
    let message = format!("`{}` shall share a {thing} with `{}`, and they have none in common", workload.path, other.path);
    let at = other.spec.on.as_ref().map_or(other.spec.meta.span, |on| on.meta.span);
    Some(
        Diagnostic::new(&RULE, estate.span(near.at), message)
            .label(format!("runs on {}", called(estate, other)))
            .also(at, "its pools")
            .why(format!("`{}` runs on {}: it would wait for a {thing} that has both", workload.path, called(estate, workload)))
            .help("put both on one pool, or take `together` away"),
    )
}

fn pools(workload: &Workload) -> BTreeSet<Id<Pool>> {
    workload.pools.iter().map(|pool| pool.to).collect()
}

/// Its pools by name.
fn called(estate: &Estate, workload: &Workload) -> String {
    let names: Vec<&str> = workload.pools.iter().map(|pool| estate.pools[pool.to].name.value.as_str()).collect();
    words::names(&names)
}

/// The zones that it may stand in; nothing where a node's is not known.
fn zones(estate: &Estate, workload: &Workload) -> Option<BTreeSet<String>> {
    let nodes = workload.pools.iter().flat_map(|pool| &estate.pools[pool.to].nodes);
    let all: Option<BTreeSet<String>> = nodes.map(|node| node.zone.as_ref().map(ToString::to_string)).collect();
    let narrowed = workload.spec.on.as_ref().and_then(|on| on.zone.as_ref());
    let mut all = all?;
    if let Some(zones) = narrowed {
        all.retain(|zone| zones.names.iter().any(|name| name.value.as_str() == zone));
    }
    Some(all)
}
