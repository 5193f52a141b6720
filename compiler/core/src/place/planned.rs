//! Whether a pool is as full as it is planned to be at most.
//!
//! Where the pool says how full (`fill`), it is held to that. Where it says nothing, it is held to
//! [`PLANNED`] if `criticality=core` workloads stand there and no `spare` says what is kept free.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    capacity::node,
    demand::{Demand, on_every_node, stands},
    resource::{Amounts, Resource},
    rules::FULLER_THAN_PLANNED,
};
use crate::{
    diag::{Diagnostic, Findings, words},
    model::{Estate, Id, Pool},
    schema::kinds::Criticality,
    units::Percent,
};

/// How full a pool is planned to be at most: above is the room for peaks, for updates, and for
/// what can wait. Of a pool that is used to the full in normal times nothing is left for others.
pub const PLANNED: Percent = Percent::thousandths(70_000);

/// How many of those who ask are named.
const NAMED: usize = 3;

/// What is planned by: GPUs and huge pages are there to be taken whole.
const MEASURED: [Resource; 2] = [Resource::Cpu, Resource::Memory];

/// How full a pool is planned to be.
pub(super) fn of(pool: &Pool) -> Percent {
    pool.spec.fill.as_ref().map_or(PLANNED, |fill| fill.value)
}

/// Reports each pool that is fuller than planned by what always stands there. Of a workload that
/// may stand on several pools nothing is counted, and what does not fit at all has been told; so
/// has what `told` says: pools of which their core workloads alone take too much.
pub(super) fn check(
    estate: &Estate,
    demands: &[Demand],
    too_large: &[bool],
    told: &BTreeSet<Id<Pool>>,
    findings: &mut Findings,
) {
    if estate.broken_ground {
        return;
    }
    findings.extend(
        estate
            .pools
            .iter()
            .filter_map(|(_, pool)| more_than_whole(estate, pool)),
    );
    let mut everywhere: Vec<&Demand> = Vec::new();
    let mut standing: BTreeMap<Id<Pool>, Vec<&Demand>> = BTreeMap::new();
    for (demand, too_large) in demands.iter().zip(too_large) {
        let workload = &estate.workloads[demand.workload];
        if on_every_node(workload) {
            everywhere.push(demand);
        } else if let (true, false, [pool]) = (stands(workload), too_large, &*workload.pools) {
            standing.entry(pool.to).or_default().push(demand);
        }
    }
    for (pool, by) in standing {
        if !told.contains(&pool) && is_planned(estate, pool, &by) {
            findings.extend(judge(estate, pool, by, &everywhere));
        }
    }
}

/// Reports a `fill` that is more than there is, and so says nothing.
fn more_than_whole(estate: &Estate, pool: &Pool) -> Option<Diagnostic> {
    let fill = pool.spec.fill.as_ref()?;
    let (most, name) = (fill.value, &pool.name.value);
    (most > Percent::HUNDRED).then(|| {
        let message = format!("pool `{name}` may be filled to {most}, and has 100%");
        Diagnostic::new(&FULLER_THAN_PLANNED, estate.span(fill.origin), message)
            .label("more than all of it")
            .why("nothing takes more of a pool than there is, so that this holds nobody back: no room is kept for peaks, for updates, or for what is moved away from a machine")
            .help("write how much of it may be taken by what always runs there, such as `fill=\"70%\"`; to promise CPU more than once is what the pool's `overcommit` says")
    })
}

/// Whether anything says how full a pool may be.
fn is_planned(estate: &Estate, pool: Id<Pool>, by: &[&Demand]) -> bool {
    let spec = &estate.pools[pool].spec;
    let core = |demand: &&Demand| {
        let workload = &estate.workloads[demand.workload];
        workload.spec.criticality.value == Criticality::Core
    };
    spec.fill.is_some() || (spec.spare.is_empty() && by.iter().any(core))
}

fn judge(
    estate: &Estate,
    id: Id<Pool>,
    mut by: Vec<&Demand>,
    everywhere: &[&Demand],
) -> Option<Diagnostic> {
    let pool = &estate.pools[id];
    let nodes = pool.nodes.len() as u128;
    let most = of(pool);
    let mut asked = Amounts::default();
    for demand in &by {
        asked.add_times(&demand.each, demand.replicas.into());
    }
    let each = node(estate, id, everywhere);
    let over = MEASURED.into_iter().filter_map(|what| {
        let (amount, of_node) = (asked.get(&what)?, each.get(&what)?);
        let there = of_node.saturating_mul(nodes);
        // What is more than all of it is `pool-over-capacity`.
        (amount > part(most, there) && amount <= there).then_some((what, amount, of_node))
    });
    let over: Vec<(Resource, u128, u128)> = over.collect();
    let (what, amount, of_node) = over.first()?.clone();
    let there = of_node.saturating_mul(nodes);
    let name = &pool.name.value;
    let message = format!(
        "what always runs on pool `{name}` asks for {}, and {most} of what it has is {}",
        what.amount(amount),
        what.amount(part(most, there)),
    );
    let nodes_at = pool.spec.nodes.as_ref().map(|nodes| nodes.meta.span);
    let (span, label) = match &pool.spec.fill {
        Some(fill) => (estate.span(fill.origin), "planned here".to_owned()),
        None => (
            nodes_at.unwrap_or(pool.spec.meta.span),
            words::count(u64::try_from(nodes).unwrap_or(u64::MAX), "node"),
        ),
    };
    let mut finding = Diagnostic::new(&FULLER_THAN_PLANNED, span, message).label(label);
    let takes = |demand: &Demand| {
        let each = demand.each.get(&what).unwrap_or(0);
        each.saturating_mul(demand.replicas.into())
    };
    by.sort_by_key(|demand| (std::cmp::Reverse(takes(demand)), demand.workload));
    for demand in by.into_iter().take(NAMED) {
        let workload = &estate.workloads[demand.workload];
        finding = finding.also(
            workload.spec.meta.span,
            format!(
                "`{}` asks for {}",
                workload.path,
                what.amount(takes(demand))
            ),
        );
    }
    Some(
        finding
            .why("the rest is for peaks, for a new version that runs beside the old one, and for jobs; above that, whatever comes in addition waits or slows down what is there")
            .help(remedy(pool, &over, nodes)),
    )
}

/// That part of an amount, rounded down.
fn part(of: Percent, amount: u128) -> u128 {
    amount.saturating_mul(of.as_thousandths().into()) / 100_000
}

/// How many more nodes bring it down to what is planned; and what to write if it is meant.
fn remedy(pool: &Pool, over: &[(Resource, u128, u128)], nodes: u128) -> String {
    let name = &pool.name.value;
    let most = of(pool);
    // So many in all that the part of them is what is asked: what a part rounds away is asked
    // for again by rounding up.
    let needed = over.iter().map(|(_, asked, each)| {
        let part = each.saturating_mul(most.as_thousandths().into());
        let all = asked.saturating_mul(100_000);
        (part > 0).then(|| all.div_ceil(part))
    });
    let needed: Option<Vec<u128>> = needed.collect();
    let more = needed
        .and_then(|needed| needed.into_iter().max())
        .and_then(|needed| u64::try_from(needed.saturating_sub(nodes)).ok());
    // What it is now, in whole percent, rounded up.
    let full = over
        .iter()
        .map(|(_, asked, each)| {
            let there = each.saturating_mul(nodes).max(1);
            asked.saturating_mul(100).div_ceil(there)
        })
        .max()
        .unwrap_or(100);
    let add = more.map(|more| format!("add {} to `{name}`, ", words::count(more, "node")));
    format!(
        "{}ask for less, or, if it is meant to be as full, write `fill=\"{full}%\"`",
        add.unwrap_or_default()
    )
}
