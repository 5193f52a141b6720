//! A workload looks for a label that none of its nodes bears.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest, words},
    model::{Cluster, Estate, Id, Workload},
    schema::kinds::Where,
};

declare_rule! { pub RULE = "where-unmatched", Availability, Error, "a `where` that no node of the workload's pools matches", include_str!("where_unmatched.md") }

/// The label of a node whose value is its zone.
const ZONE: &str = "topology.kubernetes.io/zone";

/// The label of a node whose value is its instruction set.
const ARCH: &str = "kubernetes.io/arch";

type Labels<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Reports each that the estate itself shows to be in vain: a label that pools of the cluster
/// bear, and the workload's do not. What no pool bears may be put on by others.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    let mut known: BTreeMap<Id<Cluster>, Labels<'_>> = BTreeMap::new();
    for pool in estate.pools.values() {
        let labels = known.entry(pool.cluster).or_default();
        for (key, value) in &pool.spec.meta.labels {
            labels.entry(key).or_default().insert(&value.value);
        }
    }
    for (_, workload) in subject.whole_workloads() {
        if workload.pools.is_empty() {
            continue;
        }
        let Some(of_cluster) = known.get(&workload.cluster) else {
            continue;
        };
        for wanted in workload.spec.on.iter().flat_map(|on| &on.r#where) {
            findings.extend(unmatched(estate, workload, wanted, of_cluster));
        }
    }
}

fn unmatched(estate: &Estate, workload: &Workload, wanted: &Where, of_cluster: &Labels<'_>) -> Option<Diagnostic> {
    let key = &*wanted.key.value;
    let declared = of_cluster.contains_key(key);
    if !declared && key != ZONE && key != ARCH {
        return None;
    }
    let here = values(estate, workload, key)?;
    if wanted.values.iter().any(|value| here.contains(&*value.value)) {
        return None;
    }
    let pools: Vec<&str> = workload.pools.iter().map(|pool| estate.pools[pool.to].name.value.as_str()).collect();
    let asked: Vec<&str> = wanted.values.iter().map(|value| &*value.value).collect();
    let message = format!("`{}` looks for nodes with `{key}` {}, and {} has none", workload.path, asked.join(" or "), words::names(&pools));
    let (at, label) = match wanted.values.first() {
        Some(value) => (estate.span(value.origin), "on none of its nodes"),
        None => (wanted.meta.span, "no value"),
    };
    let finding = Diagnostic::new(&RULE, at, message)
        .label(label)
        .why("it would wait for such a node for ever");
    let near = asked.first().and_then(|asked| nearest(asked, here.iter().copied()));
    Some(match near {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None if here.is_empty() => finding.help(format!("put `label {key} {}` on the pool, or name a pool that has it", asked.first().unwrap_or(&"VALUE"))),
        None => finding.help(format!("its nodes have {}", here.iter().copied().collect::<Vec<_>>().join(", "))),
    })
}

/// The values of a label on the nodes of a workload's pools; nothing where they cannot be told.
fn values<'e>(estate: &'e Estate, workload: &Workload, key: &str) -> Option<BTreeSet<&'e str>> {
    let pools = || workload.pools.iter().map(|pool| &estate.pools[pool.to]);
    match key {
        ZONE => {
            let nodes = pools().flat_map(|pool| &pool.nodes);
            nodes.map(|node| node.zone.as_ref().map(crate::units::Name::as_str)).collect()
        }
        ARCH => Some(pools().map(|pool| estate.cpu_models[pool.cpu_model.to].arch.value.word()).collect()),
        _ => Some(pools().filter_map(|pool| Some(&*pool.spec.meta.labels.get(key)?.value)).collect()),
    }
}
