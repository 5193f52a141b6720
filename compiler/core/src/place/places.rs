//! The nodes of a reason, in words.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_placement::answer::{Figures, Measure};
use tenantry_syntax::Span;

use super::{Part, Posed, resource::Resource, unfit};
use crate::{
    diag::words,
    model::{Estate, Id, Pool},
};

/// Where a pool says how many nodes it has.
pub(super) fn at(pool: &Pool) -> Span {
    let nodes = pool.spec.nodes.as_ref();
    nodes.map_or(pool.spec.meta.span, |nodes| nodes.meta.span)
}

/// All nodes of a reason: `pool `gpu``, `the 2 nodes of pool `gpu` that tenant `acme` has alone`.
pub(super) fn all(estate: &Estate, posed: &Posed, figures: &Figures) -> String {
    let mut pools: BTreeMap<Id<Pool>, Vec<&Part>> = BTreeMap::new();
    for place in &figures.places {
        if let Some(part) = posed.part(&place.pool) {
            let parts = pools.entry(part.pool).or_default();
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
    }
    let mut named: Vec<String> = pools
        .iter()
        .map(|(pool, parts)| some(estate, posed, *pool, parts))
        .collect();
    if named.len() > 3 {
        let more = named.len() - 2;
        named.truncate(2);
        named.push(words::count(more as u64, "other pool"));
    }
    match named.is_empty() {
        true => format!(
            "the nodes of cluster `{}`",
            estate.clusters[posed.cluster].name.value
        ),
        false => words::and(&named),
    }
}

/// Some parts of a pool.
fn some(estate: &Estate, posed: &Posed, pool: Id<Pool>, parts: &[&Part]) -> String {
    let spec = &estate.pools[pool];
    let name = &spec.name.value;
    let whole = posed.parts.iter().filter(|part| part.pool == pool).count();
    if parts.len() == whole {
        return format!("pool `{name}`");
    }
    let nodes: usize = parts.iter().map(|part| part.nodes.len()).sum();
    let nodes = words::count(nodes as u64, "node");
    let shared = |of: &dyn Fn(&Part) -> Option<String>| {
        let mut all = parts.iter().map(|part| of(part));
        let first = all.next().flatten()?;
        all.all(|other| other.as_ref() == Some(&first))
            .then_some(first)
    };
    let owner = shared(&|part| {
        let owner = &estate.tenants[part.owner?];
        Some(format!(" that tenant `{}` has alone", owner.name.value))
    });
    let nobody = parts.iter().all(|part| part.owner.is_none());
    let given = posed
        .parts
        .iter()
        .any(|part| part.pool == pool && part.owner.is_some());
    let nobody = (nobody && given).then(|| " that nobody has alone".to_owned());
    let zone = shared(&|part| Some(format!(" in zone `{}`", part.zone.as_ref()?)));
    let zones = posed.parts.iter().filter(|part| part.pool == pool);
    let zones: BTreeSet<_> = zones.map(|part| &part.zone).collect();
    let zone = zone.filter(|_| zones.len() > 1).unwrap_or_default();
    match shared(&|part| part.named.clone()) {
        Some(host) => format!("the node `{host}` of pool `{name}`"),
        None => format!(
            "the {nodes} of pool `{name}`{zone}{}",
            owner.or(nobody).unwrap_or_default()
        ),
    }
}

/// What is lost, to begin a sentence with; nothing where nothing is.
pub(super) fn lost(estate: &Estate, posed: &Posed, figures: &Figures) -> String {
    let mut domains: Vec<String> = Vec::new();
    let mut nodes: BTreeMap<Id<Pool>, u64> = BTreeMap::new();
    for lost in &figures.lost {
        let Some(part) = posed.part(&lost.pool) else {
            continue;
        };
        match &lost.domain {
            Some(domain) if !domains.contains(domain) => domains.push(domain.clone()),
            Some(_) => {}
            None => *nodes.entry(part.pool).or_default() += u64::from(lost.nodes),
        }
    }
    let zone = |name: &String| {
        posed
            .parts
            .iter()
            .any(|part| part.zone.as_ref() == Some(name))
    };
    let place = |name: &String| match name.strip_prefix('?') {
        Some(pool) => format!("what of pool `{pool}` stands nobody says where"),
        None if zone(name) => format!("zone `{name}`"),
        None => format!("rack `{name}`"),
    };
    let mut all: Vec<String> = domains.iter().map(place).collect();
    all.extend(nodes.iter().map(|(pool, nodes)| {
        let name = &estate.pools[*pool].name.value;
        format!("{} of pool `{name}`", words::count(*nodes, "node"))
    }));
    match all.len() {
        0 => String::new(),
        1 if nodes.values().all(|count| *count == 1) => {
            format!("when {} is lost, ", words::and(&all))
        }
        _ => format!("when {} are lost, ", words::and(&all)),
    }
}

/// What one node of each pool holds of what is counted.
pub(super) fn each(estate: &Estate, posed: &Posed, figures: &Figures) -> Option<String> {
    if figures.measure == Measure::Points {
        return None;
    }
    let mut pools: BTreeMap<Id<Pool>, u64> = BTreeMap::new();
    for place in &figures.places {
        if let (Some(part), Some(each)) = (posed.part(&place.pool), place.each) {
            let most = pools.entry(part.pool).or_default();
            *most = each.max(*most);
        }
    }
    let all: Vec<String> = pools
        .iter()
        .take(3)
        .map(|(pool, each)| {
            let name = &estate.pools[*pool].name.value;
            let amount = unfit::measured(posed, figures, *each);
            format!("a node of `{name}` holds {amount} at most")
        })
        .collect();
    (!all.is_empty()).then(|| words::and(&all))
}

/// The other places that are to blame: who asks, with what each replica takes, and the pools.
pub(super) fn related(estate: &Estate, posed: &Posed, figures: &Figures) -> Vec<(Span, String)> {
    let mut related = Vec::new();
    for asks in &figures.workloads {
        let Some(id) = posed.workload(&asks.workload) else {
            continue;
        };
        let takes = takes(posed, figures, &asks.workload);
        let times = words::count(asks.replicas, "replica");
        let text = match takes {
            Some(takes) => format!("`{}`: {times} of {takes}", asks.workload),
            None => format!("`{}`: {times}", asks.workload),
        };
        related.push((estate.workloads[id].spec.meta.span, text));
    }
    let mut pools: Vec<Id<Pool>> = Vec::new();
    for part in figures
        .places
        .iter()
        .filter_map(|place| posed.part(&place.pool))
    {
        if !pools.contains(&part.pool) {
            pools.push(part.pool);
            let pool = &estate.pools[part.pool];
            related.push((at(pool), words::count(pool.nodes.len() as u64, "node")));
        }
    }
    related
}

/// Where the pools of a reason say that a pod lies in one NUMA cell.
pub(super) fn topology(estate: &Estate, posed: &Posed, figures: &Figures) -> Vec<(Span, String)> {
    let parts = figures.places.iter();
    let pools: BTreeSet<Id<Pool>> = parts
        .filter_map(|place| Some(posed.part(&place.pool)?.pool))
        .collect();
    let said = pools.into_iter().filter_map(|pool| {
        let topology = estate.pools[pool].spec.topology_manager.as_ref()?;
        let cells = words::count(estate.numa_nodes(&estate.pools[pool]), "NUMA cell");
        Some((
            topology.meta.span,
            format!("each pod lies in one of {cells}"),
        ))
    });
    said.collect()
}

/// What one replica takes of what is short, or of everything where no single thing is.
fn takes(posed: &Posed, figures: &Figures, name: &str) -> Option<String> {
    let workload = posed.problem.workloads.iter().find(|w| w.name == name)?;
    let short = figures.resource.as_ref();
    // What is counted by cell is part of what is counted by node.
    let by_cell = [Resource::DedicatedCpu, Resource::CellMemory].map(|resource| resource.key());
    let twice = |resource: &String| by_cell.iter().flatten().any(|key| key == resource);
    let requests = workload.requests.iter();
    let all: Vec<String> = requests
        .filter(|(_, amount)| **amount > 0)
        .filter(|(resource, _)| short.map_or(!twice(resource), |short| short == *resource))
        .map(|(resource, amount)| posed.amount(resource, *amount))
        .collect();
    (!all.is_empty()).then(|| words::and(&all))
}
