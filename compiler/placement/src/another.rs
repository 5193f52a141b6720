//! Whether one more replica of a workload finds room on another node than the one that stands,
//! with everything else standing: what a machine needs to move from node to node while it runs.
//!
//! A placement that is there may show it at once: [`Standing::holds_another`] looks at what its
//! nodes have left. Where it does not, another placement may: [`with_another`] is the problem that
//! asks for it.

use std::collections::BTreeMap;

use crate::{
    answer::Answer,
    problem::{Affinity, Isolation, Numa, Pool, Problem, Spread, Topology, Workload},
    usage::{self, Group, Measure, PoolUsage},
};

/// The problem with one more replica of a workload: of a single one, the other stands on another
/// node. What may fail is left out, and so is who must stand near it: neither holds while something
/// moves. Rules of the workload that bound its replicas bound one more of them, too.
///
/// If it does not fit, then in no placement is there room for the workload to move; unless another
/// workload may be pushed out for it, which the caller leaves out beforehand.
pub fn with_another(problem: &Problem, workload: usize) -> Problem {
    let mut with = problem.clone();
    with.failures.clear();
    let Some(name) = problem.workloads.get(workload).map(|w| w.name.clone()) else {
        return with;
    };
    for other in &mut with.workloads {
        for rule in &mut other.affinity {
            rule.with.retain(|with| *with != name);
        }
        other.affinity.retain(|rule| !rule.with.is_empty());
    }
    let moving = &mut with.workloads[workload];
    moving.affinity.clear();
    if moving.replicas == 1 {
        moving.anti_affinity.push(Affinity {
            topology: Topology::Node,
            with: vec!["self".to_owned()],
        });
    }
    moving.replicas = moving.replicas.saturating_add(1);
    with
}

/// How many nodes admit a workload by their labels and taints.
pub fn admitting(problem: &Problem, workload: &Workload) -> u64 {
    let pools = problem.pools.iter().filter(|pool| workload.admitted(pool));
    pools.map(|pool| u64::from(pool.count)).sum()
}

/// What stands on the nodes of a problem.
#[derive(Debug)]
pub struct Standing<'p> {
    problem: &'p Problem,
    usage: Vec<PoolUsage>,
    places: BTreeMap<&'p str, usize>,
}

impl<'p> Standing<'p> {
    /// What an answer shows; `None` of one that shows no placement.
    pub fn of(problem: &'p Problem, answer: &Answer) -> Option<Self> {
        let usage = match (&answer.witness, &answer.witness_compact) {
            (Some(witness), _) => usage::of_nodes(problem, &witness.base),
            (None, Some(alike)) => usage::of_alike(problem, alike),
            (None, None) => return None,
        };
        let names = problem.workloads.iter().map(|workload| &*workload.name);
        Some(Self {
            problem,
            usage,
            places: names.zip(0..).collect(),
        })
    }

    /// Whether one more replica has room on a node as it stands, and another of its replicas
    /// stands on another node. `false` says nothing: all may stand otherwise.
    pub fn holds_another(&self, at: usize) -> bool {
        let Some(workload) = self.problem.workloads.get(at) else {
            return false;
        };
        let pools = self.usage.iter();
        pools
            .filter_map(|usage| Some((usage, self.problem.pools.get(usage.pool)?)))
            .filter(|(_, pool)| workload.admitted(pool))
            .any(|(usage, pool)| {
                let free = |group: &&Group| self.takes(usage, pool, group, at);
                let groups = usage.groups.iter().filter(free);
                let mut even = groups.filter(|group| self.even(pool, group, at));
                even.next().is_some()
            })
    }

    /// Whether a node of the group takes one more.
    fn takes(&self, usage: &PoolUsage, pool: &Pool, group: &Group, at: usize) -> bool {
        let workload = &self.problem.workloads[at];
        let here = group.pods.get(&at).copied().unwrap_or(0);
        let all_here = group.nodes == 1 && here == workload.replicas;
        !all_here
            && has_room(usage, pool, group, workload)
            && has_cell(usage, pool, group, workload)
            && self.keeps_company(group, at)
    }

    /// Whether neither isolation nor a rule about who shares a node speaks against it.
    fn keeps_company(&self, group: &Group, at: usize) -> bool {
        let workload = &self.problem.workloads[at];
        let mut there = group.pods.keys();
        there.all(|other_at| {
            let other = &self.problem.workloads[*other_at];
            let same = workload.tenant == other.tenant;
            let isolated = |one: Isolation| match one {
                Isolation::Shared => false,
                Isolation::Tenant => !same,
                Isolation::Node => true,
            };
            !isolated(workload.isolation)
                && !isolated(other.isolation)
                && !self.apart(workload, at, *other_at)
                && !self.apart(other, *other_at, at)
        }) && workload.anti_affinity.iter().all(on_nodes)
    }

    /// Whether a workload must not share a node with another.
    fn apart(&self, workload: &Workload, at: usize, other: usize) -> bool {
        let rules = workload.anti_affinity.iter();
        let mut names = rules.flat_map(|rule| &rule.with);
        names.any(|name| match name.as_str() {
            "self" => other == at,
            name => self.places.get(name) == Some(&other),
        })
    }

    /// Whether its replicas stand as evenly as they must with one more on a node of the group.
    fn even(&self, pool: &Pool, group: &Group, at: usize) -> bool {
        let spreads = &self.problem.workloads[at].spread;
        spreads
            .iter()
            .all(|spread| self.even_by(spread, pool, group, at) == Some(true))
    }

    /// The same by one rule; `None` where it is not known in which domains all stand.
    fn even_by(&self, spread: &Spread, pool: &Pool, group: &Group, at: usize) -> Option<bool> {
        let workload = &self.problem.workloads[at];
        let on = |group: &Group| group.pods.get(&at).copied().unwrap_or(0);
        if spread.topology == Topology::Node {
            let pools = self.usage.iter();
            let admitted = pools.filter(|usage| workload.admitted(&self.problem.pools[usage.pool]));
            let emptiest = admitted.flat_map(|usage| &usage.groups).map(on).min()?;
            return Some(on(group) < emptiest.saturating_add(spread.max_skew));
        }
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for usage in &self.usage {
            let pool = &self.problem.pools[usage.pool];
            if !workload.admitted(pool) {
                continue;
            }
            for group in &usage.groups {
                for node in 0..group.nodes {
                    let domain = domain(spread.topology, pool, group, node)?;
                    let count = counts.entry(domain).or_default();
                    *count = count.saturating_add(on(group));
                }
            }
        }
        let emptiest = counts.values().copied().min()?;
        let mut fits = (0..group.nodes)
            .map(|node| domain(spread.topology, pool, group, node).map(|domain| counts[domain]));
        fits.find_map(|count| match count {
            None => Some(None),
            Some(count) if count < emptiest.saturating_add(spread.max_skew) => Some(Some(true)),
            Some(_) => None,
        })
        .unwrap_or(Some(false))
    }
}

fn on_nodes(rule: &Affinity) -> bool {
    rule.topology == Topology::Node
}

/// The zone or rack of a node of a group; `None` where it is not known.
fn domain<'p>(topology: Topology, pool: &'p Pool, group: &Group, node: u32) -> Option<&'p str> {
    let at = usize::try_from(node).ok();
    let at = at.and_then(|node| group.at.get(node)).copied();
    let places = match topology {
        Topology::Zone => &pool.zones,
        Topology::Rack => &pool.racks,
        Topology::Node => return None,
    };
    match (at, places.len(), topology) {
        (_, 0, Topology::Zone) => Some(pool.zone(0)),
        (_, 1, _) => places.keys().next().map(String::as_str),
        (Some(at), _, Topology::Zone) => Some(pool.zone(at)),
        (Some(at), _, _) => pool.rack(at),
        (None, ..) => None,
    }
}

/// How many shares of a measure one more replica takes.
fn shares(pool: &Pool, workload: &Workload, measure: &Measure) -> u128 {
    match measure {
        Measure::Pods => 1,
        Measure::Resource(name) => {
            let (num, den) = pool.ratio(name);
            let amount = workload.requests.get(name).copied().unwrap_or(0);
            let share = if workload.dedicated.contains(name) {
                num
            } else {
                den
            };
            u128::from(amount).saturating_mul(share.into())
        }
    }
}

/// Whether a node of the group has enough left of everything.
fn has_room(usage: &PoolUsage, pool: &Pool, group: &Group, workload: &Workload) -> bool {
    let counted = |name: &String| {
        let mut measures = usage.measures.iter();
        measures.any(|measure| matches!(measure, Measure::Resource(known) if known == name))
    };
    let mut asked = workload.requests.iter().filter(|(_, amount)| **amount > 0);
    asked.all(|(name, _)| counted(name))
        && usage
            .measures
            .iter()
            .zip(&group.taken)
            .all(|(measure, taken)| {
                let more = shares(pool, workload, measure);
                taken.taken.saturating_add(more) <= taken.has
            })
}

/// Whether a NUMA cell of a node of the group does, where it must lie in one.
fn has_cell(usage: &PoolUsage, pool: &Pool, group: &Group, workload: &Workload) -> bool {
    if pool.numa < 2 || workload.numa != Some(Numa::Single) {
        return true;
    }
    // Nothing there leaves each cell whole; else it must be known what lies in which.
    let empty = group.pods.is_empty();
    let fits = |of_cell: Option<&Vec<Option<usage::Taken>>>| {
        let measures = usage.measures.iter().enumerate();
        let mut divided = measures.filter(|(_, measure)| {
            let mut names = pool.numa_resources.iter();
            names.any(|name| name == measure.name())
        });
        divided.all(|(at, measure)| {
            let whole = group.taken[at].has / u128::from(pool.numa);
            let taken = of_cell.and_then(|cell| cell.get(at).copied().flatten());
            let (taken, has) = taken.map_or((0, whole), |taken| (taken.taken, taken.has));
            taken.saturating_add(shares(pool, workload, measure)) <= has
        })
    };
    match empty {
        true => fits(None),
        false => group.cell_taken.iter().any(|cell| fits(Some(cell))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Verdict, problem::read, solve};

    /// Whether the placement that is found shows room for one more of the first workload, and
    /// whether any placement has it.
    fn room(pools: &str, workloads: &str) -> (bool, Verdict) {
        let text = format!(r#"{{"pools": [{pools}], "workloads": [{workloads}]}}"#);
        let problem = read(&text).unwrap().problem;
        let answer = solve(&problem, &Options::default());
        assert_eq!(answer.verdict, Verdict::Feasible, "{answer:?}");
        let standing = Standing::of(&problem, &answer).unwrap();
        let shown = standing.holds_another(0);
        let verdict = solve(&with_another(&problem, 0), &Options::default()).verdict;
        assert!(!shown || verdict == Verdict::Feasible, "{text}");
        (shown, verdict)
    }

    const TWO: &str = r#"{"name": "a", "count": 2, "capacity": {"cpu": 4}, "max_pods": 3}"#;

    fn asks(name: &str, replicas: u32, cpu: u32, more: &str) -> String {
        format!(
            r#"{{"name": "{name}", "replicas": {replicas}, "requests": {{"cpu": {cpu}}}{more}}}"#
        )
    }

    #[test]
    fn an_empty_node_takes_one_more() {
        assert_eq!(room(TWO, &asks("v", 1, 4, "")), (true, Verdict::Feasible));
    }

    #[test]
    fn its_own_node_is_no_other_node() {
        let one = r#"{"name": "a", "count": 1, "capacity": {"cpu": 9}}"#;
        assert_eq!(
            room(one, &asks("v", 1, 4, "")),
            (false, Verdict::Infeasible)
        );
        let two = asks("v", 1, 2, "") + "," + &asks("w", 1, 4, "");
        assert_eq!(room(TWO, &two), (false, Verdict::Infeasible));
    }

    #[test]
    fn what_is_shown_to_have_no_room_may_have_it_otherwise() {
        // Each stands beside one of the others; with both of them on one node it may move.
        let others = asks("v", 1, 2, "") + "," + &asks("w", 1, 1, "") + "," + &asks("x", 1, 1, "");
        assert_eq!(room(TWO, &others).1, Verdict::Feasible);
    }

    #[test]
    fn replicas_that_keep_apart_need_a_node_more_than_they_are() {
        let apart = r#", "anti_affinity": [{"topology": "node", "with": "self"}]"#;
        assert_eq!(
            room(TWO, &asks("v", 2, 1, apart)),
            (false, Verdict::Infeasible)
        );
        assert_eq!(
            room(TWO, &asks("v", 1, 1, apart)),
            (true, Verdict::Feasible)
        );
        let other = r#", "anti_affinity": [{"topology": "node", "with": ["v"]}]"#;
        let both = asks("v", 1, 1, "") + "," + &asks("w", 1, 1, other);
        assert_eq!(room(TWO, &both), (false, Verdict::Infeasible));
    }

    #[test]
    fn who_must_stand_near_it_holds_nothing_up() {
        let near = r#", "affinity": [{"topology": "node", "with": ["v"]}]"#;
        let both = asks("v", 1, 2, "") + "," + &asks("w", 1, 2, near);
        assert_eq!(room(TWO, &both), (true, Verdict::Feasible));
    }

    #[test]
    fn pods_cells_tenants_and_spreads_are_counted() {
        let many = asks("v", 1, 1, "") + "," + &asks("w", 5, 0, "");
        assert_eq!(room(TWO, &many), (false, Verdict::Infeasible));

        let cells = r#"{"name": "a", "count": 2, "capacity": {"cpu": 8}, "numa": 2,
            "numa_resources": ["cpu"]}"#;
        let single = r#", "numa": "single""#;
        let other = asks("v", 1, 4, single) + "," + &asks("w", 2, 3, single);
        assert_eq!(room(cells, &other).1, Verdict::Feasible);
        let full = asks("v", 1, 3, single) + "," + &asks("w", 3, 3, single);
        assert_eq!(room(cells, &full), (false, Verdict::Infeasible));

        let own = r#", "tenant": "t", "isolation": "tenant""#;
        let both = asks("v", 1, 1, own) + "," + &asks("w", 1, 1, "");
        assert_eq!(room(TWO, &both), (false, Verdict::Infeasible));

        let zones = r#"{"name": "a", "count": 2, "capacity": {"cpu": 2}, "zones": {"x": 1, "y": 1}},
            {"name": "b", "count": 1, "capacity": {"cpu": 1}, "zones": {"z": 1}}"#;
        let even = r#", "spread": [{"topology": "zone"}]"#;
        let three = asks("v", 3, 1, even);
        assert_eq!(room(zones, &three), (true, Verdict::Feasible));
        let taken = asks("v", 2, 1, even) + "," + &asks("w", 1, 1, r#", "selector": {}"#);
        assert_eq!(room(zones, &taken).1, Verdict::Feasible);
    }
}
