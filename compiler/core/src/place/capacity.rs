//! Whether all that must stand at the same time can, by sums.
//!
//! Several pools of one `on` are alternatives, so a sum over each pool alone would say too much
//! or too little. For a set of cells, what can stand there and nowhere else must not be more than
//! they have together (Hall's condition). It is enough to look at the sets of cells that
//! workloads name, and at unions of those that overlap. The sums are necessary, not sufficient:
//! what they report cannot be placed by anybody.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    demand::{Cell, Demand, nodes, on_every_node, stands},
    report,
    resource::{Amounts, Resource},
};
use crate::{
    diag::Findings,
    model::{Estate, Id, Node, Pool, Workload},
    schema::kinds::SpareOf,
    units::Name,
};

/// The most sets of cells that are looked at in one estate. Real ones have a handful; the bound
/// is against a spec that names every subset of many pools.
const SETS: usize = 512;

/// A set of cells and what is asked of it alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Group {
    /// The nodes.
    pub(super) cells: BTreeSet<Cell>,
    /// Who can stand nowhere else, by place in the list of demands.
    pub(super) by: Vec<usize>,
    /// What they ask for together.
    pub(super) asked: Amounts,
    /// What the nodes have together, the spare ones left out.
    pub(super) supply: Amounts,
}

/// Reports each smallest set of cells that is asked for more than it has, and returns who asks
/// there. `too_large` says of which demands one replica fits nowhere; those were reported.
pub(super) fn check(
    estate: &Estate,
    demands: &[Demand],
    too_large: &[bool],
    findings: &mut Findings,
) -> BTreeSet<Id<Workload>> {
    let counted: Vec<usize> = (0..demands.len())
        .filter(|at| !too_large.get(*at).copied().unwrap_or(false))
        .filter(|at| stands(&estate.workloads[demands[*at].workload]))
        .collect();
    let (everywhere, placed): (Vec<usize>, Vec<usize>) = counted
        .into_iter()
        .partition(|at| on_every_node(&estate.workloads[demands[*at].workload]));
    let everywhere: Vec<&Demand> = everywhere.iter().map(|at| &demands[*at]).collect();
    let mut reported: Vec<BTreeSet<Cell>> = Vec::new();
    let mut asking = BTreeSet::new();
    for cells in sets(placed.iter().map(|at| &demands[*at].cells)) {
        if reported.iter().any(|smaller| smaller.is_subset(&cells)) {
            continue;
        }
        let group = group(estate, demands, &placed, &everywhere, cells);
        let over: Vec<(Resource, u128, u128)> = group
            .asked
            .beyond(&group.supply)
            .map(|(resource, asked, has)| (resource.clone(), asked, has))
            .collect();
        if !over.is_empty() {
            findings.push(report::over_capacity(estate, demands, &group, &over));
            asking.extend(group.by.iter().map(|at| demands[*at].workload));
            reported.push(group.cells);
        }
    }
    asking
}

/// The sets that are named, and unions of those that overlap, the smallest first.
fn sets<'d>(named: impl Iterator<Item = &'d BTreeSet<Cell>>) -> Vec<BTreeSet<Cell>> {
    let named: BTreeSet<BTreeSet<Cell>> = named.cloned().collect();
    let mut all = named.clone();
    let mut fresh: Vec<BTreeSet<Cell>> = named.iter().cloned().collect();
    while let Some(set) = fresh.pop() {
        for other in named.iter().filter(|other| !other.is_disjoint(&set)) {
            if all.len() >= SETS {
                break;
            }
            let union: BTreeSet<Cell> = set.union(other).copied().collect();
            if all.insert(union.clone()) {
                fresh.push(union);
            }
        }
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    all
}

fn group(
    estate: &Estate,
    demands: &[Demand],
    placed: &[usize],
    everywhere: &[&Demand],
    cells: BTreeSet<Cell>,
) -> Group {
    let mut group = Group {
        cells,
        ..Group::default()
    };
    for at in placed {
        let demand = &demands[*at];
        if demand.cells.is_subset(&group.cells) {
            group.by.push(*at);
            group.asked.add_times(&demand.each, demand.replicas.into());
        }
    }
    let mut of_pool: BTreeMap<Id<Pool>, u32> = BTreeMap::new();
    for cell in &group.cells {
        *of_pool.entry(cell.pool).or_default() += nodes(estate, *cell);
    }
    for (pool, count) in of_pool {
        let node = node(estate, pool, everywhere);
        let left = count.saturating_sub(spare(&estate.pools[pool], count));
        group.supply.add_times(&node, left.into());
    }
    group
}

/// What a node of a pool has left when what stands on every node has taken its part.
pub(super) fn node(estate: &Estate, pool: Id<Pool>, everywhere: &[&Demand]) -> Amounts {
    let spec = &estate.pools[pool];
    let mut node = Amounts::of_node(estate, spec);
    for demand in everywhere {
        let workload = &estate.workloads[demand.workload];
        if demand.cells.iter().any(|cell| cell.pool == pool) && on_every_node(workload) {
            node.take(&demand.each);
        }
    }
    node
}

/// How many of these nodes of a pool may fail with all still running. Any of them may, so that
/// a part of a pool must bear the same loss as all of it; which zones and racks a part stands in
/// is not known before nodes are chosen.
pub(super) fn spare(pool: &Pool, count: u32) -> u32 {
    let whole = usize::try_from(count) == Ok(pool.nodes.len());
    let lost = pool.spec.spare.iter().map(|spare| match spare.of.value {
        SpareOf::Node => spare.count.value,
        SpareOf::Zone if whole => largest(pool, spare.count.value, |node| node.zone.as_ref()),
        SpareOf::Rack if whole => largest(pool, spare.count.value, |node| {
            node.rack.as_ref().map(|rack| &rack.value)
        }),
        SpareOf::Zone | SpareOf::Rack => 0,
    });
    lost.max().unwrap_or(0).min(count)
}

/// How many machines the fullest places have together. Machines of which nobody says where they
/// stand count as one place.
fn largest(pool: &Pool, places: u32, place: impl Fn(&Node) -> Option<&Name>) -> u32 {
    let mut sizes: BTreeMap<_, u32> = BTreeMap::new();
    for node in &pool.nodes {
        *sizes.entry(place(node)).or_default() += 1;
    }
    let mut sizes: Vec<u32> = sizes.into_values().collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let places = usize::try_from(places).unwrap_or(usize::MAX);
    sizes.iter().take(places).sum()
}
