//! Problems of the size of data centres, made to be filled to the brim: each is what some filling
//! of its nodes holds, less a part, or with a part more. The same on every machine.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use tenantry_placement::problem::{
    Affinity, Isolation, Numa, Pool, Problem, Spread, Topology, Workload,
};

/// How much is asked for, beside what fills the nodes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Load {
    /// So many replicas less, in thousandths.
    Less(u64),
    /// So many more, in thousandths.
    More(u64),
}

/// A family of problems.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Pools, each a class of its own.
    pub(crate) pools: u32,
    /// Nodes of all pools.
    pub(crate) nodes: u32,
    /// Workloads.
    pub(crate) workloads: u32,
    /// Whether nodes have GPUs, which are what is scarce.
    pub(crate) gpus: bool,
    /// Whether there are zones, NUMA cells and tenants, and rules about all of them.
    pub(crate) rules: bool,
}

/// The families that are measured.
pub(crate) const FAMILIES: [Family; 8] = [
    Family::new("gpu-8000n", 3, 8_000, 7, true),
    Family::new("std-5000n", 1, 5_000, 8, false),
    Family::new("cls20-500n", 20, 500, 39, false),
    Family::new("cls20-5000n", 20, 5_000, 40, false),
    Family::new("std60-500n", 1, 500, 60, false),
    Family::new("std200-2000n", 1, 2_000, 200, false),
    Family::new("cls100-2000n", 100, 2_000, 300, false),
    Family {
        rules: true,
        ..Family::new("rules-600n", 6, 600, 120, true)
    },
];

impl Family {
    const fn new(name: &'static str, pools: u32, nodes: u32, workloads: u32, gpus: bool) -> Self {
        Self {
            name,
            pools,
            nodes,
            workloads,
            gpus,
            rules: false,
        }
    }

    /// The problem of this family with a load.
    pub(crate) fn problem(&self, load: Load) -> Problem {
        let mut dice =
            Dice(0x9e37_79b9 ^ u64::from(self.nodes) ^ (u64::from(self.workloads) << 32));
        let pools: Vec<Pool> = (0..self.pools).map(|at| self.pool(at, &mut dice)).collect();
        let mut workloads: Vec<Workload> = (0..self.workloads)
            .map(|at| self.workload(at, &mut dice))
            .collect();
        for pool in &pools {
            plant(pool, &mut workloads, &mut dice);
        }
        for workload in &mut workloads {
            let all = u64::from(workload.replicas);
            let replicas = match load {
                Load::Less(part) => all - (all * part).div_ceil(1000),
                Load::More(part) => all + (all * part).div_ceil(1000),
            };
            workload.replicas = u32::try_from(replicas).unwrap_or(u32::MAX);
        }
        workloads.retain(|workload| workload.replicas > 0);
        Problem {
            pools,
            workloads,
            failures: Vec::new(),
        }
    }

    fn pool(&self, at: u32, dice: &mut Dice) -> Pool {
        let count = self.nodes / self.pools + u32::from(at < self.nodes % self.pools);
        let cores = *dice.of(&[32, 48, 64, 96, 128]);
        let mut capacity = BTreeMap::new();
        capacity.insert("cpu".to_owned(), cores * 1000);
        capacity.insert("memory".to_owned(), cores * *dice.of(&[4, 6, 8]) * 1024);
        if self.gpus {
            capacity.insert("gpu".to_owned(), *dice.of(&[4, 8]));
        }
        let reserved = BTreeMap::from([
            ("cpu".to_owned(), 1000 + 10 * cores),
            ("memory".to_owned(), 2048 + 37 * cores),
        ]);
        Pool {
            name: format!("pool{at}"),
            count,
            capacity,
            reserved,
            zones: if self.rules {
                zones(count)
            } else {
                IndexMap::new()
            },
            numa: if self.rules { 2 } else { 1 },
            numa_resources: vec!["cpu".to_owned(), "gpu".to_owned()],
            labels: BTreeMap::from([("kind".to_owned(), format!("k{}", at % 5))]),
            max_pods: Some(110),
            ..Pool::default()
        }
    }

    fn workload(&self, at: u32, dice: &mut Dice) -> Workload {
        let cpu = *dice.of(&[
            250, 500, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12000, 16000,
        ]);
        let memory = cpu * *dice.of(&[2, 3, 4, 6, 8]) * 1024 / 1000 + *dice.of(&[0, 97, 183, 260]);
        let mut requests = BTreeMap::from([("cpu".to_owned(), cpu), ("memory".to_owned(), memory)]);
        if self.gpus && at % 7 < 5 {
            requests.insert("gpu".to_owned(), *dice.of(&[1, 1, 2, 3, 4]));
        }
        let mut selector = BTreeMap::new();
        if self.pools > 5 && at.is_multiple_of(3) {
            let from = u64::from(at);
            let kinds = (0..2).map(|step| format!("k{}", (from + step * 2) % 5));
            selector.insert("kind".to_owned(), kinds.collect());
        }
        let mut workload = Workload {
            name: format!("work{at}"),
            requests,
            selector,
            tenant: Some(format!("tenant{}", at % 15)),
            ..Workload::default()
        };
        if self.rules {
            rules(at, &mut workload);
        }
        workload
    }
}

/// Three zones of about as many nodes.
fn zones(count: u32) -> IndexMap<String, u32> {
    let nodes = |zone: u32| count / 3 + u32::from(zone < count % 3);
    (0..3)
        .map(|zone| (format!("z{zone}"), nodes(zone)))
        .collect()
}

/// Rules as they are usual: every fifteenth tenant has its nodes for itself, some workloads stand
/// on as many nodes as they have replicas, some evenly over the zones, some in one NUMA cell.
fn rules(at: u32, workload: &mut Workload) {
    if at % 15 == 3 {
        workload.isolation = Isolation::Tenant;
    }
    if at % 4 == 1 {
        workload.anti_affinity.push(Affinity {
            topology: Topology::Node,
            with: vec!["self".to_owned()],
        });
    }
    if at % 6 == 2 {
        workload.spread.push(Spread {
            topology: Topology::Zone,
            max_skew: 1,
        });
    }
    if at.is_multiple_of(5) {
        workload.numa = Some(Numa::Single);
    }
}

/// Fills the nodes of a pool, a few ways each for many of them, and asks for what they hold.
fn plant(pool: &Pool, workloads: &mut [Workload], dice: &mut Dice) {
    let admitted: Vec<usize> = (0..workloads.len())
        .filter(|at| workloads[*at].admitted(pool))
        .collect();
    let mut left = pool.count;
    while left > 0 {
        let nodes = (1 + u32::try_from(dice.below(12)).unwrap_or(0)).min(left);
        let mut room: BTreeMap<&str, u64> = pool
            .capacity
            .keys()
            .map(|name| (name.as_str(), pool.allocatable(name)))
            .collect();
        let mut pods = pool.max_pods.unwrap_or(u32::MAX);
        let mut misses = 0;
        let mut here: Vec<usize> = Vec::new();
        let cell = room
            .iter()
            .map(|(name, has)| (*name, has / u64::from(pool.numa)));
        let cell: BTreeMap<&str, u64> = cell.collect();
        let mut cells = vec![cell; usize::try_from(pool.numa).unwrap_or(1)];
        while misses < 40 && pods > 0 {
            let at = *dice.of(&admitted);
            let fits = workloads[at]
                .requests
                .iter()
                .all(|(name, amount)| room.get(name.as_str()).is_some_and(|has| has >= amount));
            let alike = |other: &usize| {
                let (this, other) = (&workloads[at], &workloads[*other]);
                let closed = [this, other].map(|one| one.isolation == Isolation::Tenant);
                closed == [false; 2] || this.tenant == other.tenant
            };
            let cell = cells.iter().position(|cell| {
                let mut divided = workloads[at]
                    .requests
                    .iter()
                    .filter(|(name, _)| *name != "memory");
                divided
                    .all(|(name, amount)| cell.get(name.as_str()).is_some_and(|has| has >= amount))
            });
            if workloads[at].numa.is_some() && cell.is_none() {
                misses += 1;
                continue;
            }
            let alone = !workloads[at].anti_affinity.is_empty() && here.contains(&at);
            if !fits || alone || !here.iter().all(alike) {
                misses += 1;
                continue;
            }
            here.push(at);
            if let Some(cell) = cell
                && workloads[at].numa.is_some()
            {
                for (name, amount) in &workloads[at].requests {
                    if let Some(has) = cells[cell].get_mut(name.as_str()) {
                        *has = has.saturating_sub(*amount);
                    }
                }
            }
            let workload = &mut workloads[at];
            for (name, amount) in &workload.requests {
                if let Some(has) = room.get_mut(name.as_str()) {
                    *has -= amount;
                }
            }
            workload.replicas += nodes;
            pods -= 1;
        }
        left -= nodes;
    }
}

/// Numbers that look drawn.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % most.max(1)
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let at = self.below(list.len() as u64);
        &list[usize::try_from(at).unwrap_or(0)]
    }
}
