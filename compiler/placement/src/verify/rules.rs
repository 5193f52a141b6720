//! Whether what stands somewhere may stand there.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Complaints,
    ground::{Domain, Ground, Lost},
    standing::{Held, Stand, Standing},
};
use crate::problem::{Affinity, Isolation, Pool, Topology};

/// Which of the rules that a failure may relax must hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hard {
    pub(super) spread: bool,
    pub(super) apart: bool,
}

/// What stands in a domain: of one domain, or of each of so many nodes alike.
struct Place {
    times: u64,
    pods: BTreeMap<usize, u64>,
}

/// Says whatever keeps this from standing on the nodes that are not lost.
pub(super) fn hold(
    ground: &Ground<'_>,
    standing: &Standing,
    lost: &Lost,
    hard: Hard,
    said: &mut Complaints,
) {
    for stand in &standing.stands {
        check_node(ground, stand, lost, said);
    }
    check_totals(ground, standing, said);
    for topology in [Topology::Node, Topology::Rack, Topology::Zone] {
        let asked = ground.problem.workloads.iter().any(|workload| {
            let pairs = workload.affinity.iter().chain(&workload.anti_affinity);
            let spreads = workload.spread.iter().map(|spread| spread.topology);
            let mut all = pairs.map(|entry| entry.topology).chain(spreads);
            all.any(|asked| asked == topology)
        });
        if asked {
            let places = places(ground, standing, topology);
            check_company(ground, &places, topology, hard, said);
            if hard.spread {
                check_spread(ground, &places, lost, topology, said);
            }
        }
    }
}

fn check_node(ground: &Ground<'_>, stand: &Stand, lost: &Lost, said: &mut Complaints) {
    let pool = &ground.problem.pools[stand.pool];
    let node = || pool.node(stand.first);
    if lost.nodes.contains(&(stand.pool, stand.first)) {
        said.say(format_args!(
            "{} is lost, and something stands there",
            node()
        ));
    }
    for workload in stand.pods.keys() {
        let workload = &ground.problem.workloads[*workload];
        if !workload.admitted(pool) {
            said.say(format_args!(
                "{} does not admit `{}`",
                node(),
                workload.name
            ));
        }
    }
    let count: u64 = stand.pods.values().map(|held| held.count).sum();
    if let Some(most) = pool.max_pods
        && count > u64::from(most)
    {
        said.say(format_args!(
            "{} holds {count} replicas, and may hold {most}",
            node()
        ));
    }
    check_rows(ground, stand, pool, said);
    check_isolation(ground, stand, count, said);
}

/// `den * shared + num * dedicated <= num * allocatable` of each resource, and in each cell as
/// much of it as its part.
fn check_rows(ground: &Ground<'_>, stand: &Stand, pool: &Pool, said: &mut Complaints) {
    let cells = usize::try_from(pool.numa).unwrap_or(1);
    let mut rows: BTreeMap<usize, (u128, Vec<u128>)> = BTreeMap::new();
    for (workload, held) in &stand.pods {
        let singles = cells_of(ground, stand, *workload, held, said);
        for ask in &ground.asks[*workload] {
            let (num, den) = pool.ratio(ground.resources[ask.resource]);
            let share = if ask.dedicated { num } else { den };
            let each = u128::from(ask.amount).saturating_mul(u128::from(share));
            let (all, by_cell) = rows.entry(ask.resource).or_default();
            *all = all.saturating_add(each.saturating_mul(u128::from(held.count)));
            by_cell.resize(cells.max(by_cell.len()), 0);
            for (cell, count) in by_cell.iter_mut().zip(singles) {
                *cell = cell.saturating_add(each.saturating_mul(u128::from(*count)));
            }
        }
    }
    for (resource, (all, by_cell)) in rows {
        let name = ground.resources[resource];
        let has = u128::from(pool.allocatable(name)) * u128::from(pool.ratio(name).0);
        let node = || pool.node(stand.first);
        if all > has {
            said.say(format_args!(
                "{} has {has} shares of `{name}`, and {all} are taken",
                node()
            ));
        }
        if pool.numa > 1 && ground.divided(pool, resource) {
            let has = has / u128::from(pool.numa);
            for (cell, taken) in by_cell
                .iter()
                .enumerate()
                .filter(|(_, taken)| **taken > has)
            {
                said.say(format_args!(
                    "cell {cell} of {} has {has} shares of `{name}`, and {taken} are taken",
                    node()
                ));
            }
        }
    }
}

/// How many replicas lie in each cell, of a workload that lies in one each.
fn cells_of<'h>(
    ground: &Ground<'_>,
    stand: &Stand,
    workload: usize,
    held: &'h Held,
    said: &mut Complaints,
) -> &'h [u64] {
    if !ground.in_cells(workload, stand.pool) {
        return &[];
    }
    let pool = &ground.problem.pools[stand.pool];
    if held.cells.len() as u64 != u64::from(pool.numa)
        || held.cells.iter().sum::<u64>() != held.count
    {
        said.say(format_args!(
            "it is not said in which of {} cells of {} `{}` lies",
            pool.numa,
            pool.node(stand.first),
            ground.problem.workloads[workload].name
        ));
    }
    &held.cells
}

fn check_isolation(ground: &Ground<'_>, stand: &Stand, count: u64, said: &mut Complaints) {
    let of = |at: usize| &ground.problem.workloads[at];
    let tenants: BTreeSet<&Option<String>> = stand.pods.keys().map(|at| &of(*at).tenant).collect();
    for at in stand.pods.keys() {
        let alone = match of(*at).isolation {
            Isolation::Shared => true,
            Isolation::Tenant => tenants.len() == 1,
            Isolation::Node => count == 1,
        };
        if !alone {
            said.say(format_args!(
                "`{}` shares {} with what it is isolated from",
                of(*at).name,
                ground.problem.pools[stand.pool].node(stand.first)
            ));
        }
    }
}

fn check_totals(ground: &Ground<'_>, standing: &Standing, said: &mut Complaints) {
    let mut totals = vec![0_u64; ground.problem.workloads.len()];
    for stand in &standing.stands {
        for (workload, held) in &stand.pods {
            let all = held.count.saturating_mul(u64::from(stand.nodes));
            totals[*workload] = totals[*workload].saturating_add(all);
        }
    }
    for (workload, stands) in ground.problem.workloads.iter().zip(totals) {
        if stands != u64::from(workload.replicas) {
            said.say(format_args!(
                "{stands} of {} replicas of `{}` stand",
                workload.replicas, workload.name
            ));
        }
    }
}

/// What stands in each domain where something stands.
fn places(ground: &Ground<'_>, standing: &Standing, topology: Topology) -> Vec<Place> {
    let mut places: BTreeMap<Domain, Place> = BTreeMap::new();
    for stand in &standing.stands {
        let domain = ground.domain(stand.pool, stand.first, topology);
        let alone = matches!(domain, Domain::Node(..));
        let (times, each) = match u64::from(stand.nodes) {
            nodes if alone => (nodes, 1),
            nodes => (1, nodes),
        };
        let place = places.entry(domain).or_insert_with(|| Place {
            times,
            pods: BTreeMap::new(),
        });
        for (workload, held) in &stand.pods {
            *place.pods.entry(*workload).or_default() += held.count.saturating_mul(each);
        }
    }
    places.into_values().collect()
}

/// Who must share a domain, and who must not.
fn check_company(
    ground: &Ground<'_>,
    places: &[Place],
    topology: Topology,
    hard: Hard,
    said: &mut Complaints,
) {
    for (place, (at, count)) in places
        .iter()
        .flat_map(|place| place.pods.iter().map(move |pod| (place, pod)))
    {
        let workload = &ground.problem.workloads[*at];
        let name = &workload.name;
        let here = |other: &str| {
            ground
                .workload(other)
                .is_some_and(|at| place.pods.contains_key(&at))
        };
        let own = |other: &str| other == "self" || other == name;
        if hard.apart {
            for other in named(&workload.anti_affinity, topology) {
                if own(other) && *count > 1 {
                    said.say(format_args!(
                        "{count} replicas of `{name}` share a {topology:?}"
                    ));
                }
                if !own(other) && here(other) {
                    said.say(format_args!(
                        "`{name}` shares a {topology:?} with `{other}`"
                    ));
                }
            }
        }
        for other in named(&workload.affinity, topology) {
            if own(other) && *count != u64::from(workload.replicas) {
                said.say(format_args!(
                    "{count} of {} replicas of `{name}` share a {topology:?}",
                    workload.replicas
                ));
            }
            if !own(other) && !here(other) {
                said.say(format_args!(
                    "`{name}` stands in a {topology:?} without `{other}`"
                ));
            }
        }
    }
}

fn named(list: &[Affinity], topology: Topology) -> impl Iterator<Item = &str> {
    let of = list.iter().filter(move |entry| entry.topology == topology);
    of.flat_map(|entry| entry.with.iter().map(String::as_str))
}

/// The fullest and the emptiest of the domains that count.
fn check_spread(
    ground: &Ground<'_>,
    places: &[Place],
    lost: &Lost,
    topology: Topology,
    said: &mut Complaints,
) {
    let mut eligible: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
    let mut filled: BTreeMap<usize, (u64, u64, u64)> = BTreeMap::new();
    for place in places {
        for (workload, count) in &place.pods {
            let (domains, least, most) = filled.entry(*workload).or_insert((0, u64::MAX, 0));
            *domains += place.times;
            *least = (*least).min(*count);
            *most = (*most).max(*count);
        }
    }
    for (at, (domains, least, most)) in filled {
        let workload = &ground.problem.workloads[at];
        let spreads = workload.spread.iter();
        let skew = spreads
            .filter(|spread| spread.topology == topology)
            .map(|spread| spread.max_skew)
            .min();
        let Some(skew) = skew else { continue };
        let pools = &ground.problem.pools;
        let admitting: Vec<usize> = (0..pools.len())
            .filter(|pool| workload.admitted(&pools[*pool]))
            .collect();
        let count = eligible
            .entry(admitting)
            .or_insert_with_key(|pools| domains_of(ground, pools, lost, topology));
        let least = if domains < *count { 0 } else { least };
        if most - least > u64::from(skew) {
            said.say(format_args!(
                "a {topology:?} has {most} replicas of `{}`, and another {least}",
                workload.name
            ));
        }
    }
}

/// How many domains have a node of these pools that is not lost.
fn domains_of(ground: &Ground<'_>, pools: &[usize], lost: &Lost, topology: Topology) -> u64 {
    let mut shared = BTreeSet::new();
    let mut alone = 0;
    for pool in pools {
        for run in &ground.runs[*pool] {
            let left = lost.left(*pool, run);
            match run.domain(topology) {
                Some(domain) if left > 0 => {
                    shared.insert(domain);
                }
                Some(_) => {}
                None => alone += left,
            }
        }
    }
    shared.len() as u64 + alone
}
