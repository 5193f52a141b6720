//! The words for a pool that is asked for more than it has.

use super::{
    capacity::{Group, node, spare},
    demand::{Cell, Demand, nodes},
    resource::{Amounts, Resource},
    rules::POOL_OVER_CAPACITY,
};
use crate::{
    diag::{Diagnostic, words},
    model::{Estate, Id, Pool},
};

/// How many of those who ask are named.
const NAMED: usize = 5;

type Over = (Resource, u128, u128);

/// The finding for a set of cells; `over` holds the resource, what is asked and what is there.
pub(super) fn over_capacity(
    estate: &Estate,
    demands: &[Demand],
    group: &Group,
    over: &[Over],
) -> Diagnostic {
    let asked: Vec<String> = over
        .iter()
        .map(|(what, asked, _)| what.amount(*asked))
        .collect();
    let has: Vec<String> = over
        .iter()
        .map(|(what, _, has)| what.amount(*has))
        .collect();
    let together = if group.cells.len() > 1 {
        "together they have"
    } else {
        "there are"
    };
    let message = format!(
        "the workloads of {} ask for {}, and {together} {}",
        place(estate, group),
        words::and(&asked),
        words::and(&has)
    );
    let mut pools = group
        .cells
        .iter()
        .map(|cell| (cell, &estate.pools[cell.pool]));
    let Some((first, pool)) = pools.next() else {
        return Diagnostic::nowhere(&POOL_OVER_CAPACITY, message);
    };
    let mut finding =
        Diagnostic::new(&POOL_OVER_CAPACITY, at(pool), message).label(size(estate, *first));
    for (cell, pool) in pools {
        finding = finding.also(at(pool), size(estate, *cell));
    }
    for (path, span, text) in askers(estate, demands, group, over) {
        finding = finding.also(span, format!("`{path}` asks for {text}"));
    }
    let others = group.by.len().saturating_sub(NAMED);
    let more = if others > 0 {
        format!("; {} more ask too", words::count(others as u64, "workload"))
    } else {
        String::new()
    };
    finding
        .why(format!("{}{more}", nodes_have(estate, group, over)))
        .help(remedy(estate, group, over))
}

fn at(pool: &Pool) -> tenantry_syntax::Span {
    let nodes = pool.spec.nodes.as_ref();
    nodes.map_or(pool.spec.meta.span, |nodes| nodes.meta.span)
}

/// The pools, or the parts of them that are meant.
fn place(estate: &Estate, group: &Group) -> String {
    let parts: Vec<String> = group
        .cells
        .iter()
        .map(|cell| {
            let name = &estate.pools[cell.pool].name.value;
            let count = words::count(nodes(estate, *cell), "node");
            match cell.owner {
                Some(owner) => format!(
                    "the {count} of pool `{name}` that tenant `{}` has alone",
                    estate.tenants[owner].name.value
                ),
                None if is_whole(estate, *cell) => format!("pool `{name}`"),
                None if nodes(estate, *cell) == 0 => {
                    format!("pool `{name}`, of which tenants have every node alone,")
                }
                None => format!("the {count} of pool `{name}` that nobody has alone"),
            }
        })
        .collect();
    words::and(&parts)
}

fn is_whole(estate: &Estate, cell: Cell) -> bool {
    usize::try_from(nodes(estate, cell)) == Ok(estate.pools[cell.pool].nodes.len())
}

/// `3 nodes, 1 of them spare`.
fn size(estate: &Estate, cell: Cell) -> String {
    let count = nodes(estate, cell);
    let pool = &estate.pools[cell.pool];
    let all = match cell.owner {
        Some(_) => format!(
            "{} of {}",
            count,
            words::count(pool.nodes.len() as u64, "node")
        ),
        None if count == 0 => "no node that is not a tenant's alone".to_owned(),
        None => words::count(count, "node"),
    };
    match spare(pool, count) {
        0 => all,
        spare => format!("{all}, {spare} of them spare"),
    }
}

/// The largest askers of the first resource: path, place, and `8 replicas of 2 …`.
fn askers(
    estate: &Estate,
    demands: &[Demand],
    group: &Group,
    over: &[Over],
) -> Vec<(String, tenantry_syntax::Span, String)> {
    let Some((first, ..)) = over.first() else {
        return Vec::new();
    };
    let of = |demand: &Demand| demand.each.get(first).unwrap_or(0) * u128::from(demand.replicas);
    let mut by: Vec<&Demand> = group
        .by
        .iter()
        .map(|at| &demands[*at])
        .filter(|demand| of(demand) > 0)
        .collect();
    by.sort_by_key(|demand| (std::cmp::Reverse(of(demand)), demand.workload));
    by.iter()
        .take(NAMED)
        .map(|demand| {
            let workload = &estate.workloads[demand.workload];
            let each: Vec<String> = over
                .iter()
                .filter_map(|(what, ..)| {
                    Some((what, demand.each.get(what).filter(|amount| *amount > 0)?))
                })
                .map(|(what, amount)| what.amount(amount))
                .collect();
            let text = match demand.replicas {
                1 => words::and(&each),
                many => format!("{many} times {}", words::and(&each)),
            };
            (workload.path.to_string(), workload.spec.meta.span, text)
        })
        .collect()
}

/// What one node of each pool has of what is short.
fn nodes_have(estate: &Estate, group: &Group, over: &[Over]) -> String {
    let mut pools: Vec<Id<Pool>> = group.cells.iter().map(|cell| cell.pool).collect();
    pools.dedup();
    let each: Vec<String> = pools
        .iter()
        .map(|pool| {
            let node = node(estate, *pool, &[]);
            let has: Vec<String> = over
                .iter()
                .map(|(what, ..)| what.amount(node.get(what).unwrap_or(0)))
                .collect();
            format!(
                "a node of `{}` has {} for workloads",
                estate.pools[*pool].name.value,
                words::and(&has)
            )
        })
        .collect();
    words::and(&each)
}

/// How many nodes would make it right, and the other way.
fn remedy(estate: &Estate, group: &Group, over: &[Over]) -> String {
    let less = "ask for less: fewer replicas, or smaller ones";
    let Some(cell) = group.cells.first() else {
        return less.to_owned();
    };
    let pool = &estate.pools[cell.pool];
    let Some(more) = missing(&node(estate, cell.pool, &[]), over) else {
        return less.to_owned();
    };
    let name = &pool.name.value;
    let given = cell.owner.filter(|_| pool.tenant.is_none());
    match given {
        Some(owner) => format!(
            "in tenant `{}` write `dedicated {name} {}`, or {less}",
            estate.tenants[owner].name.value,
            u128::from(nodes(estate, *cell)).saturating_add(more)
        ),
        None => format!(
            "add {} to pool `{name}`, or {less}",
            words::count(u64::try_from(more).unwrap_or(u64::MAX), "node")
        ),
    }
}

/// How many more nodes like this one it takes; `None` where a node has nothing of what is short.
fn missing(node: &Amounts, over: &[Over]) -> Option<u128> {
    let needed = over.iter().map(|(what, asked, has)| {
        let each = node.get(what).filter(|each| *each > 0)?;
        Some((asked - has).div_ceil(each))
    });
    needed.collect::<Option<Vec<u128>>>()?.into_iter().max()
}
