//! Whether what others depend on still fits when a node is lost.
//!
//! Where a pool says how many may fail (`spare`), the sums of its capacity hold it to that. Where
//! it says nothing, `criticality=core` says it for the workload: others stop when it stops.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    capacity::node,
    demand::{Demand, on_every_node, stands},
    resource::{Amounts, Resource},
    rules::CORE_WITHOUT_RESERVE,
};
use crate::{
    diag::{Diagnostic, Findings, words},
    model::{Estate, Id, Pool},
    schema::kinds::Criticality,
};

/// The part of a pool that guaranteed load may take, in percent: a fifth stays free.
const MOST: u128 = 80;

/// Reports each pool whose core workloads, counted alone, leave no reserve. Of a workload that
/// may stand on several pools nothing is counted, and what does not fit at all has been told.
/// Returns the pools that it reports.
pub(super) fn check(
    estate: &Estate,
    demands: &[Demand],
    too_large: &[bool],
    findings: &mut Findings,
) -> BTreeSet<Id<Pool>> {
    let mut told = BTreeSet::new();
    if estate.broken_ground {
        return told;
    }
    let mut everywhere: Vec<&Demand> = Vec::new();
    let mut core: BTreeMap<Id<Pool>, Vec<&Demand>> = BTreeMap::new();
    for (at, demand) in demands.iter().enumerate() {
        let workload = &estate.workloads[demand.workload];
        if on_every_node(workload) {
            everywhere.push(demand);
            continue;
        }
        let counted = stands(workload) && !too_large.get(at).copied().unwrap_or(false);
        let mut pools = workload.pools.iter().map(|pool| pool.to);
        if let (true, Criticality::Core, Some(pool), None) = (
            counted,
            workload.spec.criticality.value,
            pools.next(),
            pools.next(),
        ) {
            core.entry(pool).or_default().push(demand);
        }
    }
    for (pool, by) in core {
        if estate.pools[pool].spec.spare.is_empty()
            && let Some(finding) = judge(estate, pool, &by, &everywhere)
        {
            findings.push(finding);
            told.insert(pool);
        }
    }
    told
}

fn judge(
    estate: &Estate,
    id: Id<Pool>,
    by: &[&Demand],
    everywhere: &[&Demand],
) -> Option<Diagnostic> {
    let pool = &estate.pools[id];
    let nodes = pool.nodes.len() as u128;
    let mut asked = Amounts::default();
    for demand in by {
        asked.add_times(&demand.each, demand.replicas.into());
    }
    let each = node(estate, id, everywhere);
    let measured = [Resource::Cpu, Resource::Memory];
    let (what, amount, there, kept) = measured.into_iter().find_map(|what| {
        let (amount, of_node) = (asked.get(&what)?, each.get(&what)?);
        let there = of_node.saturating_mul(nodes);
        let lost = of_node.saturating_mul(nodes.saturating_sub(1));
        let kept = lost.min(there.saturating_mul(MOST) / 100);
        // What is more than all of it is `pool-over-capacity`.
        (amount > kept && amount <= there).then_some((what, amount, there, kept))
    })?;
    let lost = nodes.saturating_sub(1).saturating_mul(each.get(&what)?);
    let name = &pool.name.value;
    let message = format!(
        "the core workloads of pool `{name}` ask for {} of {}, and {} {}",
        what.amount(amount),
        what.amount(there),
        what.amount(kept),
        if kept == lost {
            "are left when a node is lost"
        } else {
            "are four fifths of it"
        }
    );
    let span = pool
        .spec
        .nodes
        .as_ref()
        .map_or(pool.spec.meta.span, |nodes| nodes.meta.span);
    let label = words::count(u64::try_from(nodes).unwrap_or(u64::MAX), "node");
    let mut finding = Diagnostic::new(&CORE_WITHOUT_RESERVE, span, message)
        .label(format!("{label}, none of them spare"));
    let mut largest: Vec<&&Demand> = by.iter().collect();
    let of = |demand: &Demand| {
        demand
            .each
            .get(&what)
            .unwrap_or(0)
            .saturating_mul(demand.replicas.into())
    };
    largest.sort_by_key(|demand| (std::cmp::Reverse(of(demand)), demand.workload));
    for demand in largest.into_iter().take(3) {
        let workload = &estate.workloads[demand.workload];
        finding = finding.also(
            workload.spec.meta.span,
            format!("`{}` asks for {}", workload.path, what.amount(of(demand))),
        );
    }
    Some(
        finding
            .why("what ran on the lost node finds no room, and everything that depends on it stops with it")
            .help(format!("add a node to `{name}` and write `spare 1`, or make what is not depended on `criticality=standard`")),
    )
}
