//! What a placement makes of the nodes: who stands where, and how full that is.

use std::collections::BTreeMap;

use crate::{
    answer::{Alike, Count, Placement},
    problem::{Numa, Pool, Problem, Workload},
};

/// Something that is counted on a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// A resource, by name.
    Resource(String),
    /// Replicas, where a pool bounds them.
    Pods,
}

impl Measure {
    /// Its name: the resource's, or `pods`.
    pub fn name(&self) -> &str {
        match self {
            Self::Resource(name) => name,
            Self::Pods => "pods",
        }
    }
}

/// How much of something is taken, in shares: where it is overcommitted `num` times in `den`, a
/// shared unit is `den` shares and a dedicated one `num`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Shares that are taken.
    pub taken: u128,
    /// Shares that there are.
    pub has: u128,
    /// Shares of a unit.
    pub unit: u64,
}

impl Taken {
    /// Units that are taken, rounded up. Of what is overcommitted a dedicated one counts for as
    /// many as could be promised in its place.
    pub fn units(&self) -> u128 {
        self.taken.div_ceil(u128::from(self.unit.max(1)))
    }

    /// Units that may be promised, rounded down.
    pub fn units_of(&self) -> u128 {
        self.has / u128::from(self.unit.max(1))
    }

    /// Percent that are taken, rounded down: 100 is full to the last share. `None` of nothing.
    pub fn percent(&self) -> Option<u64> {
        let percent = self.taken.saturating_mul(100).checked_div(self.has)?;
        u64::try_from(percent).ok()
    }

    /// Adds as much of another, so many times.
    pub fn add(&mut self, other: Self, times: u128) {
        self.taken = self.taken.saturating_add(other.taken.saturating_mul(times));
        self.has = self.has.saturating_add(other.has.saturating_mul(times));
        self.unit = other.unit;
    }
}

/// Replicas of a workload, by its place in the problem.
pub type Pods = BTreeMap<usize, u32>;

/// Nodes of a pool that hold the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// How many they are.
    pub nodes: u32,
    /// Which, by number within the pool, in order; none where only their number is known.
    pub at: Vec<u32>,
    /// What each holds.
    pub pods: Pods,
    /// What lies in each NUMA cell; empty where there are none, or it is not known.
    pub cells: Vec<Pods>,
    /// How full each is, in the order of [`PoolUsage::measures`].
    pub taken: Vec<Taken>,
    /// How full each cell is, of what is divided among them; `None` of what is not. What need not
    /// lie in one cell is not counted.
    pub cell_taken: Vec<Vec<Option<Taken>>>,
}

impl Group {
    /// The fullest measure and its percent.
    pub fn fullest(&self) -> Option<(usize, u64)> {
        let percents = self.taken.iter().enumerate();
        let percents = percents.filter_map(|(at, taken)| Some((at, taken.percent()?)));
        // Of equals the first.
        percents.rev().max_by_key(|(_, percent)| *percent)
    }

    /// Replicas of one of them.
    pub fn replicas(&self) -> u64 {
        self.pods.values().map(|count| u64::from(*count)).sum()
    }
}

/// How full a pool is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolUsage {
    /// The pool, by its place in the problem.
    pub pool: usize,
    /// What is counted: what its nodes have, or somebody there asks for.
    pub measures: Vec<Measure>,
    /// All its nodes together.
    pub taken: Vec<Taken>,
    /// Replicas that stand there.
    pub replicas: u64,
    /// Its nodes, those together that hold the same; in the order of their first one. Empty ones
    /// are a group too.
    pub groups: Vec<Group>,
}

/// How full each pool is with a placement by nodes. Names that the problem does not know are
/// passed over.
pub fn of_nodes(problem: &Problem, placement: &Placement) -> Vec<PoolUsage> {
    let pools: BTreeMap<&str, usize> = by_name(problem.pools.iter().map(|pool| &pool.name));
    let workloads = by_name(problem.workloads.iter().map(|workload| &workload.name));
    let mut there: BTreeMap<(usize, u32), BTreeMap<usize, &Count>> = BTreeMap::new();
    for (workload, nodes) in placement {
        let Some(workload) = workloads.get(workload.as_str()) else {
            continue;
        };
        for (node, count) in nodes {
            let place = place(node).and_then(|(pool, at)| Some((*pools.get(pool)?, at)));
            if let Some(place) = place {
                there.entry(place).or_default().insert(*workload, count);
            }
        }
    }
    let each = problem.pools.iter().enumerate().map(|(pool, spec)| {
        let nothing = BTreeMap::new();
        let mut alike: Vec<(&BTreeMap<usize, &Count>, Vec<u32>)> = Vec::new();
        let mut known: BTreeMap<Vec<(usize, u64, Vec<u32>)>, usize> = BTreeMap::new();
        for at in 0..spec.count {
            let here = there.get(&(pool, at)).unwrap_or(&nothing);
            let key = here.iter().map(|(workload, count)| match count {
                Count::Node(count) => (*workload, u64::from(*count), Vec::new()),
                Count::Cells(cells) => (*workload, count.total(), cells.clone()),
            });
            let known = known.entry(key.collect()).or_insert_with(|| {
                alike.push((here, Vec::new()));
                alike.len() - 1
            });
            alike[*known].1.push(at);
        }
        let groups = alike.into_iter().map(|(here, at)| {
            let pods = here.iter().map(|(workload, count)| {
                let total = u32::try_from(count.total()).unwrap_or(u32::MAX);
                (*workload, total)
            });
            let cells = cells(problem, spec, here);
            (at, pods.collect(), cells)
        });
        usage(problem, pool, groups.collect())
    });
    each.collect()
}

/// How full each pool is with a placement by pools.
pub fn of_alike(problem: &Problem, alike: &[Alike]) -> Vec<PoolUsage> {
    let workloads = by_name(problem.workloads.iter().map(|workload| &workload.name));
    let each = problem.pools.iter().enumerate().map(|(pool, spec)| {
        let mut groups: Vec<(u32, Pods)> = Vec::new();
        let mut empty = spec.count;
        for group in alike.iter().filter(|group| group.pool == spec.name) {
            let pods = group.pods.iter();
            let pods =
                pods.filter_map(|(name, count)| Some((*workloads.get(name.as_str())?, *count)));
            empty = empty.saturating_sub(group.nodes);
            groups.push((group.nodes, pods.collect()));
        }
        if empty > 0 {
            groups.push((empty, Pods::new()));
        }
        let mut all = usage(problem, pool, Vec::new());
        for (nodes, pods) in groups {
            let mut group = group(problem, spec, &all.measures, Vec::new(), pods, Vec::new());
            group.nodes = nodes;
            all.count(group);
        }
        all
    });
    each.collect()
}

impl PoolUsage {
    fn count(&mut self, group: Group) {
        for (all, one) in self.taken.iter_mut().zip(&group.taken) {
            all.add(*one, group.nodes.into());
        }
        self.replicas += group.replicas() * u64::from(group.nodes);
        self.groups.push(group);
    }
}

fn usage(problem: &Problem, pool: usize, groups: Vec<(Vec<u32>, Pods, Vec<Pods>)>) -> PoolUsage {
    let spec = &problem.pools[pool];
    let mut names: Vec<&String> = spec.capacity.keys().collect();
    let there = groups.iter().flat_map(|(_, pods, _)| pods.keys());
    let asked = there.flat_map(|workload| &problem.workloads[*workload].requests);
    names.extend(
        asked
            .filter(|(_, amount)| **amount > 0)
            .map(|(name, _)| name),
    );
    names.sort();
    names.dedup();
    let names = names.into_iter().cloned().map(Measure::Resource);
    let measures: Vec<Measure> = names.chain(spec.max_pods.map(|_| Measure::Pods)).collect();
    let mut all = PoolUsage {
        pool,
        taken: vec![Taken::default(); measures.len()],
        measures,
        replicas: 0,
        groups: Vec::new(),
    };
    for (at, pods, cells) in groups {
        let group = group(problem, spec, &all.measures, at, pods, cells);
        all.count(group);
    }
    all
}

fn group(
    problem: &Problem,
    spec: &Pool,
    measures: &[Measure],
    at: Vec<u32>,
    pods: Pods,
    cells: Vec<Pods>,
) -> Group {
    let shares = measures
        .iter()
        .map(|measure| taken(problem, spec, measure, &pods, 1));
    let cell_taken = cells.iter().map(|cell| {
        let each = measures.iter().map(|measure| {
            let divided = spec
                .numa_resources
                .iter()
                .any(|name| name == measure.name());
            divided.then(|| taken(problem, spec, measure, cell, spec.numa))
        });
        each.collect()
    });
    Group {
        nodes: u32::try_from(at.len()).unwrap_or(u32::MAX),
        taken: shares.collect(),
        cell_taken: cell_taken.collect(),
        at,
        pods,
        cells,
    }
}

/// What replicas take of one part of a node, where the node is divided into so many.
fn taken(problem: &Problem, pool: &Pool, measure: &Measure, pods: &Pods, parts: u32) -> Taken {
    let each = |weigh: &dyn Fn(&Workload) -> u128| {
        let all = pods.iter();
        let all = all.map(|(at, count)| weigh(&problem.workloads[*at]) * u128::from(*count));
        all.fold(0_u128, u128::saturating_add)
    };
    let (taken, has, unit) = match measure {
        Measure::Pods => (each(&|_| 1), u128::from(pool.max_pods.unwrap_or(0)), 1),
        Measure::Resource(name) => {
            let (num, den) = pool.ratio(name);
            let taken = each(&|workload| {
                let amount = workload.requests.get(name).copied().unwrap_or(0);
                let whole = workload.dedicated.contains(name);
                u128::from(amount) * u128::from(if whole { num } else { den })
            });
            (
                taken,
                u128::from(pool.allocatable(name)) * u128::from(num),
                den,
            )
        }
    };
    let has = has / u128::from(parts.max(1));
    Taken { taken, has, unit }
}

/// What lies in each cell of a node: what must lie in one, and stands there by cells.
fn cells(problem: &Problem, pool: &Pool, here: &BTreeMap<usize, &Count>) -> Vec<Pods> {
    if pool.numa < 2 {
        return Vec::new();
    }
    let mut cells = vec![Pods::new(); usize::try_from(pool.numa).unwrap_or(0)];
    for (workload, count) in here {
        let Count::Cells(counts) = count else {
            continue;
        };
        if problem.workloads[*workload].numa != Some(Numa::Single) {
            continue;
        }
        for (cell, count) in cells
            .iter_mut()
            .zip(counts)
            .filter(|(_, count)| **count > 0)
        {
            cell.insert(*workload, *count);
        }
    }
    cells
}

/// The pool's name and the number of a node: `gpu-3`.
pub(crate) fn place(node: &str) -> Option<(&str, u32)> {
    let (pool, at) = node.rsplit_once('-')?;
    Some((pool, at.parse().ok()?))
}

fn by_name<'p>(names: impl Iterator<Item = &'p String>) -> BTreeMap<&'p str, usize> {
    names.map(String::as_str).zip(0..).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::read;

    fn problem() -> Problem {
        let text = r#"{
            "pools": [
                {"name": "a", "count": 3, "capacity": {"cpu": 8, "gpu": 2}, "reserved": {"cpu": 2},
                 "overcommit": {"cpu": [3, 2]}, "numa": 2, "numa_resources": ["gpu"], "max_pods": 5},
                {"name": "a-1", "count": 1, "capacity": {"cpu": 4}}],
            "workloads": [
                {"name": "w", "replicas": 3, "requests": {"cpu": 2}},
                {"name": "d", "replicas": 1, "requests": {"cpu": 1, "gpu": 1},
                 "dedicated": ["cpu"], "numa": "single"}]}"#;
        read(text).unwrap().problem
    }

    #[test]
    fn every_node_is_counted_and_the_figures_add_up() {
        let on = |list: &[(&str, Count)]| {
            let each = list
                .iter()
                .map(|(node, count)| ((*node).to_owned(), count.clone()));
            each.collect::<BTreeMap<_, _>>()
        };
        let placement = Placement::from([
            (
                "w".to_owned(),
                on(&[("a-1", Count::Node(2)), ("a-1-0", Count::Node(1))]),
            ),
            ("d".to_owned(), on(&[("a-1", Count::Cells(vec![0, 1]))])),
        ]);
        let usage = of_nodes(&problem(), &placement);
        let [a, other] = usage.as_slice() else {
            panic!("two pools")
        };
        assert_eq!(a.replicas + other.replicas, 4);
        assert_eq!(a.groups.iter().map(|group| group.nodes).sum::<u32>(), 3);
        assert_eq!(a.groups[0].at, [0, 2], "what is empty is alike");
        let names: Vec<&str> = a.measures.iter().map(Measure::name).collect();
        assert_eq!(names, ["cpu", "gpu", "pods"]);
        // Two replicas of 2 shared units are 8 shares, a dedicated unit is 3, of 6 × 3.
        let cpu = a.groups[1].taken[0];
        assert_eq!((cpu.taken, cpu.has), (11, 18));
        assert_eq!(
            (cpu.units(), cpu.units_of(), cpu.percent()),
            (6, 9, Some(61))
        );
        assert_eq!(a.taken[0].has, 54);
        assert_eq!(a.groups[1].cell_taken[1][1].unwrap().percent(), Some(100));
        assert_eq!(a.groups[1].cell_taken[0][1].unwrap().percent(), Some(0));
        assert_eq!(a.groups[1].fullest(), Some((0, 61)));
        assert_eq!(other.taken[0].percent(), Some(50));
    }

    #[test]
    fn pools_may_be_counted_without_naming_nodes() {
        let pods = BTreeMap::from([("w".to_owned(), 1)]);
        let alike = Alike {
            pool: "a".to_owned(),
            nodes: 2,
            pods,
            ..Alike::default()
        };
        let usage = of_alike(&problem(), &[alike]);
        assert_eq!(usage[0].replicas, 2);
        assert_eq!(usage[0].taken[0].taken, 8);
        assert_eq!(usage[0].groups.len(), 2, "one of nodes that hold nothing");
        assert_eq!(usage[0].groups[1].nodes, 1);
    }
}
