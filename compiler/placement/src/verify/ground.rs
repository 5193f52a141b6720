//! A problem's names and figures by place, looked up once.

use std::collections::{BTreeMap, BTreeSet};

use super::Complaints;
use crate::problem::{Numa, Pool, Problem, Topology, Workload};

/// Where a node stands, as a rule counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Domain {
    /// A zone, by number.
    Zone(usize),
    /// A rack that has a name, by number.
    Rack(usize),
    /// A node for itself: the pool and the node.
    Node(usize, u32),
}

/// Nodes of a pool that follow each other in one zone and one rack.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// The first node.
    pub(super) first: u32,
    /// The first node after it.
    pub(super) end: u32,
    zone: usize,
    rack: Option<usize>,
}

impl Run {
    /// The domain of its nodes; `None` where each is one for itself.
    pub(super) fn domain(&self, topology: Topology) -> Option<Domain> {
        match topology {
            Topology::Node => None,
            Topology::Rack => self.rack.map(Domain::Rack),
            Topology::Zone => Some(Domain::Zone(self.zone)),
        }
    }

    pub(super) fn domain_of(&self, pool: usize, node: u32, topology: Topology) -> Domain {
        self.domain(topology).unwrap_or(Domain::Node(pool, node))
    }

    pub(super) fn nodes(&self) -> u64 {
        u64::from(self.end.saturating_sub(self.first))
    }
}

/// What one replica asks of a resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    /// The resource, by number.
    pub(super) resource: usize,
    /// How much.
    pub(super) amount: u64,
    /// Whether in whole units of its own.
    pub(super) dedicated: bool,
}

/// A problem by places in its lists.
pub(super) struct Ground<'p> {
    pub(super) problem: &'p Problem,
    pools: BTreeMap<&'p str, usize>,
    workloads: BTreeMap<&'p str, usize>,
    /// The resources that anybody asks for.
    pub(super) resources: Vec<&'p str>,
    /// By workload, what it asks for.
    pub(super) asks: Vec<Vec<Ask>>,
    /// By pool, its runs in order.
    pub(super) runs: Vec<Vec<Run>>,
}

impl<'p> Ground<'p> {
    pub(super) fn of(problem: &'p Problem) -> Self {
        let standing = problem.workloads.iter().filter(|w| w.replicas > 0);
        let asked = standing.flat_map(|w| &w.requests);
        let asked: BTreeSet<&str> = asked
            .filter(|(_, amount)| **amount > 0)
            .map(|(name, _)| name.as_str())
            .collect();
        let resources: Vec<&str> = asked.into_iter().collect();
        let asks = problem.workloads.iter().map(|w| asks(w, &resources));
        let mut zones = BTreeMap::new();
        let mut racks = BTreeMap::new();
        let runs = problem
            .pools
            .iter()
            .map(|pool| runs(pool, &mut zones, &mut racks));
        Self {
            problem,
            pools: numbered(problem.pools.iter().map(|pool| pool.name.as_str())),
            workloads: numbered(problem.workloads.iter().map(|w| w.name.as_str())),
            asks: asks.collect(),
            runs: runs.collect(),
            resources,
        }
    }

    pub(super) fn workload(&self, name: &str) -> Option<usize> {
        self.workloads.get(name).copied()
    }

    pub(super) fn pool(&self, name: &str) -> Option<usize> {
        self.pools.get(name).copied()
    }

    /// A node by its name.
    pub(super) fn node(&self, name: &str) -> Option<(usize, u32)> {
        let (pool, at) = name.rsplit_once('-')?;
        let pool = self.pool(pool)?;
        let node: u32 = at.parse().ok()?;
        let known = node < self.problem.pools[pool].count && node.to_string() == at;
        known.then_some((pool, node))
    }

    /// The run that a node is in.
    pub(super) fn run(&self, pool: usize, node: u32) -> Option<Run> {
        let runs = &self.runs[pool];
        runs.get(runs.partition_point(|run| run.end <= node))
            .copied()
    }

    /// The domain of a node.
    pub(super) fn domain(&self, pool: usize, node: u32, topology: Topology) -> Domain {
        let run = self.run(pool, node);
        run.map_or(Domain::Node(pool, node), |run| {
            run.domain_of(pool, node, topology)
        })
    }

    /// Whether a workload's replicas must each lie in one of several cells of a pool's nodes:
    /// its nodes have cells, and what it asks for is divided among them.
    pub(super) fn in_cells(&self, workload: usize, pool: usize) -> bool {
        let pool = &self.problem.pools[pool];
        pool.numa > 1
            && self.problem.workloads[workload].numa == Some(Numa::Single)
            && self.asks[workload]
                .iter()
                .any(|ask| self.divided(pool, ask.resource))
    }

    /// Whether a resource of a pool is divided among its cells.
    pub(super) fn divided(&self, pool: &Pool, resource: usize) -> bool {
        let name = self.resources[resource];
        pool.numa_resources.iter().any(|divided| divided == name)
    }
}

fn numbered<'p>(names: impl Iterator<Item = &'p str>) -> BTreeMap<&'p str, usize> {
    names.enumerate().map(|(at, name)| (name, at)).collect()
}

fn asks(workload: &Workload, resources: &[&str]) -> Vec<Ask> {
    let all = workload.requests.iter().filter(|(_, amount)| **amount > 0);
    let all = all.filter_map(|(name, amount)| {
        Some(Ask {
            resource: resources.binary_search(&name.as_str()).ok()?,
            amount: *amount,
            dedicated: workload.dedicated.contains(name),
        })
    });
    all.collect()
}

/// A pool's nodes cut where a zone or a rack ends.
fn runs<'p>(
    pool: &'p Pool,
    zones: &mut BTreeMap<&'p str, usize>,
    racks: &mut BTreeMap<&'p str, usize>,
) -> Vec<Run> {
    let ends = |places: &'p indexmap::IndexMap<String, u32>| {
        let mut end = 0_u32;
        let mut ends: Vec<(u32, Option<&'p str>)> = Vec::new();
        for (name, count) in places {
            end = end.saturating_add(*count).min(pool.count);
            if *count > 0 {
                ends.push((end, Some(name.as_str())));
            }
        }
        if end < pool.count {
            ends.push((pool.count, None));
        }
        ends
    };
    let (by_zone, by_rack) = (ends(&pool.zones), ends(&pool.racks));
    let (mut zone, mut rack) = (0, 0);
    let mut runs = Vec::new();
    let mut first = 0;
    while let (Some((zone_end, zone_name)), Some((rack_end, rack_name))) =
        (by_zone.get(zone), by_rack.get(rack))
    {
        let end = (*zone_end).min(*rack_end);
        if end > first {
            let next = zones.len();
            let zone = *zones.entry(zone_name.unwrap_or("z0")).or_insert(next);
            let rack = rack_name.map(|name| {
                let next = racks.len();
                *racks.entry(name).or_insert(next)
            });
            runs.push(Run {
                first,
                end,
                zone,
                rack,
            });
        }
        first = end;
        zone += usize::from(*zone_end <= end);
        rack += usize::from(*rack_end <= end);
    }
    runs
}

/// Nodes that are lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lost {
    /// Pool and node.
    pub(super) nodes: BTreeSet<(usize, u32)>,
}

impl Lost {
    /// The nodes of these names; `None` where one is no node, or is named twice.
    pub(super) fn read(
        ground: &Ground<'_>,
        names: &[String],
        said: &mut Complaints,
    ) -> Option<Self> {
        let mut nodes = BTreeSet::new();
        for name in names {
            let Some(node) = ground.node(name) else {
                said.say(format_args!("there is no node `{name}`"));
                return None;
            };
            if !nodes.insert(node) {
                said.say(format_args!("`{name}` is lost twice"));
                return None;
            }
        }
        Some(Self { nodes })
    }

    /// How many nodes of a run are left.
    pub(super) fn left(&self, pool: usize, run: &Run) -> u64 {
        let lost = self.nodes.range((pool, run.first)..(pool, run.end)).count();
        run.nodes().saturating_sub(lost as u64)
    }
}
