//! What counts of a thing once its name is known: what a pool has left, where a workload stands
//! and what it takes. In the words of `tenantry place`.

use std::collections::BTreeMap;

use tenantry_core::{
    cel::Value,
    compile::{Analysed, Kept},
    model::{Estate, Id, Pool, Replicas, Workload},
    place::Posed,
};
use tenantry_placement::{
    Answer,
    usage::{self, Measure, PoolUsage, Taken},
};

use tenantry_syntax::around::nodes_at;

use crate::{
    host::Snapshot,
    lenses::shares,
    locals,
    outline::{Declared, LOCAL, VALUES},
};

/// More nodes than this are counted instead of named.
const NAMED: usize = 6;

/// What counts of a declaration, a line each, in Markdown. Where environments differ, each says
/// its own.
pub(crate) fn of(snapshot: &Snapshot, declared: &Declared) -> Vec<String> {
    if declared.sort == LOCAL {
        return locals::of(snapshot, declared);
    }
    if is_given(snapshot, declared) {
        return Vec::new();
    }
    by_environment(snapshot.environments(), |kept| facts(kept, declared))
}

/// Whether a declaration stands in a test: what that has given is in no estate that is known.
fn is_given(snapshot: &Snapshot, declared: &Declared) -> bool {
    let place = snapshot.place_of(declared);
    let file = place.and_then(|place| snapshot.file(&place.path));
    let way = file.map(|file| nodes_at(file.parse, declared.name_span.start));
    let outer = way.as_ref().and_then(|way| way.first());
    declared.is_overlay && outer.is_some_and(|node| node.name() == "test")
}

/// What every environment says, once where all say the same.
pub(crate) fn by_environment(
    environments: &[Analysed],
    say: impl Fn(&Kept) -> Vec<String>,
) -> Vec<String> {
    let said: Vec<(&str, Vec<String>)> = environments
        .iter()
        .map(|one| (one.env.as_deref().unwrap_or_default(), say(&one.kept)))
        .collect();
    let Some((_, first)) = said.first() else {
        return Vec::new();
    };
    if said.iter().all(|(_, lines)| lines == first) {
        return first.clone();
    }
    // What all say alike is said once.
    let shared = |line: &String| said.iter().all(|(_, lines)| lines.contains(line));
    let with = |(at, (env, lines)): (usize, &(&str, Vec<String>))| -> Vec<String> {
        if lines.is_empty() {
            return vec![format!("`{env}`: not there")];
        }
        let lines = lines.iter().filter_map(|line| match shared(line) {
            true if at == 0 => Some(line.clone()),
            true => None,
            false => Some(format!("`{env}`: {line}")),
        });
        lines.collect()
    };
    said.iter().enumerate().flat_map(with).collect()
}

fn facts(kept: &Kept, declared: &Declared) -> Vec<String> {
    let estate = &kept.estate;
    match declared.sort {
        "pool" => {
            let found = estate.pools.iter().find(|(_, pool)| {
                let cluster = &estate.clusters[pool.cluster].name.value;
                pool.name.value.as_str() == &*declared.name
                    && (declared.scope.is_empty() || cluster.as_str() == &*declared.scope)
            });
            found.map_or_else(Vec::new, |(id, pool)| of_pool(kept, id, pool))
        }
        "workload" => {
            let path = format!("{}.{}", declared.scope, declared.name);
            let found = estate
                .workloads
                .iter()
                .find(|(_, workload)| *workload.path == *path);
            found.map_or_else(Vec::new, |(id, workload)| of_workload(kept, id, workload))
        }
        "tenant" => {
            let found = estate
                .tenants
                .iter()
                .find(|(_, tenant)| tenant.name.value.as_str() == &*declared.name);
            let Some((id, _)) = found else {
                return Vec::new();
            };
            let own = estate.workloads.values().filter(|one| one.tenant == id);
            let mut lines = vec![counted(own.count(), "workload")];
            for (cluster, bounds) in shares(kept, id) {
                let bounds = bounds.iter();
                lines.extend(bounds.map(|bound| format!("asks {bound} in cluster `{cluster}`")));
            }
            lines
        }
        sort if VALUES.contains(&sort) => value(kept, declared).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What a parameter or a `let` comes to; of a table how many rows it has.
fn value(kept: &Kept, declared: &Declared) -> Option<String> {
    let unit = kept.estate.text.values.get(declared.unit.0 as usize)?;
    let value = unit
        .get(&declared.name)
        .or_else(|| unit.get(&*tenantry_core::cel::spelling(&declared.name)))?;
    Some(match value {
        Value::Keyed(rows) if declared.sort == "table" => counted(rows.len(), "row"),
        value => format!("is `{value}`"),
    })
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// What is left on a pool's nodes.
fn of_pool(kept: &Kept, id: Id<Pool>, pool: &Pool) -> Vec<String> {
    let nodes = counted(pool.nodes.len(), "node");
    let Some((posed, answer)) = posed(kept, |posed| posed.cluster == pool.cluster) else {
        return vec![nodes];
    };
    let Some(usage) = usage_of(posed, answer) else {
        return vec![format!(
            "{nodes}; what is asked of the cluster does not fit as it is"
        )];
    };
    let mut replicas = 0;
    let mut sums: BTreeMap<&Measure, Taken> = BTreeMap::new();
    let mut order: Vec<&Measure> = Vec::new();
    let of_pool = usage.iter().filter(|one| {
        posed
            .parts
            .get(one.pool)
            .is_some_and(|part| part.pool == id)
    });
    for part in of_pool {
        replicas += part.replicas;
        for (measure, taken) in part.measures.iter().zip(&part.taken) {
            if !order.contains(&measure) {
                order.push(measure);
            }
            sums.entry(measure).or_default().add(*taken, 1);
        }
    }
    let mut lines = vec![match replicas {
        1 => format!("{nodes} with 1 replica"),
        replicas => format!("{nodes} with {replicas} replicas"),
    }];
    for measure in order {
        let taken = sums.get(measure).copied().unwrap_or_default();
        let (Ok(has), Ok(used)) = (
            u64::try_from(taken.units_of()),
            u64::try_from(taken.units()),
        ) else {
            continue;
        };
        let amount = |amount| match measure {
            Measure::Resource(name) => posed.amount(name, amount),
            Measure::Pods => format!("{amount} pods"),
        };
        let (left, all) = (amount(has.saturating_sub(used)), amount(has));
        // What is counted is said once: `12.6 of 15 cores`.
        let unit = all.find(' ').and_then(|at| all.get(at..));
        let left = unit
            .and_then(|unit| left.strip_suffix(unit))
            .unwrap_or(&left);
        lines.push(format!("left: {left} of {all}"));
    }
    lines
}

/// The problem of a cluster and its answer.
fn posed(kept: &Kept, is: impl Fn(&Posed) -> bool) -> Option<(&Posed, &Answer)> {
    let placement = kept.placement.as_ref()?;
    let mut all = placement.posed.iter().zip(&placement.answers);
    let (posed, answer) = all.find(|(posed, _)| is(posed))?;
    Some((posed, answer.as_ref()?))
}

fn usage_of(posed: &Posed, answer: &Answer) -> Option<Vec<PoolUsage>> {
    match (&answer.witness, &answer.witness_compact) {
        (Some(witness), _) => Some(usage::of_nodes(&posed.problem, &witness.base)),
        (None, Some(alike)) => Some(usage::of_alike(&posed.problem, alike)),
        (None, None) => None,
    }
}

/// How many there are of a workload, what each takes, and where it stands.
fn of_workload(kept: &Kept, id: Id<Workload>, workload: &Workload) -> Vec<String> {
    let estate = &kept.estate;
    let cluster = &estate.clusters[workload.cluster].name.value;
    let count = match &workload.replicas {
        Replicas::Fixed(count) => counted(count.value as usize, "replica"),
        Replicas::PerNode(count) => {
            format!("{} on each node", counted(count.value as usize, "replica"))
        }
        Replicas::PerZone(count) => {
            format!("{} in each zone", counted(count.value as usize, "replica"))
        }
        Replicas::Scaled { min, max } => format!("{} to {} replicas", min.value, max.value),
    };
    let mut lines = vec![format!(
        "{} in cluster `{cluster}`: {count}",
        workload.body.name()
    )];
    lines.extend(takes(kept, id));
    lines.extend(stands(kept, estate, id, workload));
    lines
}

fn takes(kept: &Kept, id: Id<Workload>) -> Option<String> {
    let footprint = kept.placement.as_ref()?.footprints.get(&id)?;
    let mut parts = Vec::new();
    if footprint.dedicated.as_millis() > 0 {
        parts.push(format!("{} of its own", cores(footprint.dedicated)));
    }
    if footprint.shared.as_millis() > 0 {
        parts.push(cores(footprint.shared));
    }
    parts.push(format!("{} of memory", footprint.memory));
    let pages = footprint.hugepages.iter();
    parts.extend(pages.map(|(size, total)| format!("{total} in pages of {size}")));
    let gpus = footprint.gpus.iter();
    parts.extend(gpus.map(|(model, count)| format!("{count} × {model}")));
    let slices = footprint.slices.iter();
    parts.extend(slices.map(|((model, slice), count)| format!("{count} × {slice} of {model}")));
    Some(format!("each takes {}", parts.join(", ")))
}

fn cores(cores: tenantry_core::units::Cores) -> String {
    let millis = cores.as_millis();
    match (millis / 1000, millis % 1000) {
        (1, 0) => "1 core".to_owned(),
        (whole, 0) => format!("{whole} cores"),
        (whole, rest) => {
            let rest = format!("{rest:03}");
            format!("{whole}.{} cores", rest.trim_end_matches('0'))
        }
    }
}

/// The machines that are chosen for it, or the pools that it may stand on.
fn stands(kept: &Kept, estate: &Estate, id: Id<Workload>, workload: &Workload) -> Option<String> {
    let placement = kept.placement.as_ref()?;
    let chosen = placement.hosts.range((id, 0)..=(id, u32::MAX));
    let mut hosts: Vec<&str> = chosen
        .filter_map(|(_, host)| Some(estate.pools[host.pool].nodes.get(host.node)?.name.as_str()))
        .collect();
    hosts.dedup();
    if !hosts.is_empty() {
        return Some(match hosts.get(NAMED..) {
            None | Some([]) => format!("stands on {}", hosts.join(", ")),
            Some(_) => format!("stands on {} nodes", hosts.len()),
        });
    }
    let pools = workload.pools.iter();
    let pools: Vec<&str> = pools
        .map(|pool| estate.pools[pool.to].name.value.as_str())
        .collect();
    (!pools.is_empty()).then(|| format!("may stand on {}", pools.join(", ")))
}
