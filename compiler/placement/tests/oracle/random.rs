//! Small problems on whose edge a rule decides, the same for the same seed.

use std::collections::BTreeMap;

use tenantry_placement::problem::{
    Affinity, Failures, Isolation, Mode, Numa, Pool, Problem, Relax, Spread, Topology, Workload,
};

/// A small generator of numbers (SplitMix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// One of `low..=high`.
    pub(crate) fn of(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    pub(crate) fn small(&mut self, low: u32, high: u32) -> u32 {
        u32::try_from(self.of(low.into(), high.into())).unwrap()
    }

    /// True in so many of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    pub(crate) fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[usize::try_from(self.next() % list.len() as u64).unwrap()]
    }
}

/// What a problem has beside capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feature {
    Gpu,
    HugePages,
    Numa,
    Overcommit,
    MaxPods,
    Taints,
    Selector,
    Tenants,
    Alone,
    ApartSelf,
    ApartOther,
    Together,
    United,
    SpreadNode,
    SpreadZone,
    Racks,
    Replan,
    Evacuate,
}

pub(crate) const FEATURES: [Feature; 18] = [
    Feature::Gpu,
    Feature::HugePages,
    Feature::Numa,
    Feature::Overcommit,
    Feature::MaxPods,
    Feature::Taints,
    Feature::Selector,
    Feature::Tenants,
    Feature::Alone,
    Feature::ApartSelf,
    Feature::ApartOther,
    Feature::Together,
    Feature::United,
    Feature::SpreadNode,
    Feature::SpreadZone,
    Feature::Racks,
    Feature::Replan,
    Feature::Evacuate,
];

/// A problem with some features, and which they are.
pub(crate) fn problem(seed: u64) -> (Problem, Vec<Feature>) {
    if seed % 5 == 4 {
        return islands(seed / 5);
    }
    sized(seed, (6, 12))
}

/// Two problems beside each other, whose workloads keep to their own nodes.
fn islands(seed: u64) -> (Problem, Vec<Feature>) {
    let mut both = Problem::default();
    let mut features = Vec::new();
    for (island, half) in [("x", 2 * seed + 1_000_003), ("y", 7 * seed + 2_000_003)] {
        let (mut problem, more) = sized(half, (4, 6));
        let tainted = half.is_multiple_of(3);
        let renamed = |name: &mut String| *name = format!("{island}{name}");
        for pool in &mut problem.pools {
            renamed(&mut pool.name);
            pool.labels.insert("island".to_owned(), island.to_owned());
            if tainted {
                pool.taints.push(island.to_owned());
            }
        }
        for workload in &mut problem.workloads {
            renamed(&mut workload.name);
            workload.tolerations.push(island.to_owned());
            let own = vec![island.to_owned()];
            workload.selector.insert("island".to_owned(), own);
            let pairs = workload
                .affinity
                .iter_mut()
                .chain(&mut workload.anti_affinity);
            let with = pairs.flat_map(|entry| &mut entry.with);
            with.filter(|with| *with != "self").for_each(renamed);
        }
        let own_failures = half.is_multiple_of(2);
        for failures in &mut problem.failures {
            if let Some(pools) = &mut failures.pools {
                pools.iter_mut().for_each(renamed);
            } else if own_failures {
                failures.pools = Some(problem.pools.iter().map(|pool| pool.name.clone()).collect());
            }
        }
        both.pools.extend(problem.pools);
        both.workloads.extend(problem.workloads);
        both.failures.extend(problem.failures);
        features.extend(more);
    }
    (both, features)
}

/// A problem of at most so many nodes and replicas.
fn sized(seed: u64, (nodes, replicas): (u32, u32)) -> (Problem, Vec<Feature>) {
    let mut dice = Dice::new(seed);
    // The first goes round, so that each has its share; others join it.
    let mut features = vec![FEATURES[usize::try_from(seed).unwrap() % FEATURES.len()]];
    while features.len() < 4 && dice.chance(60) {
        let more = *dice.pick(&FEATURES);
        if !features.contains(&more) {
            features.push(more);
        }
    }
    let has = |feature| features.contains(&feature);
    let evacuate = has(Feature::Evacuate);
    let mut problem = Problem {
        pools: pools(
            &mut dice,
            &features,
            if evacuate { nodes.min(5) } else { nodes },
        ),
        workloads: workloads(
            &mut dice,
            &features,
            if evacuate { replicas.min(8) } else { replicas },
        ),
        failures: Vec::new(),
    };
    for feature in &features {
        rules(&mut dice, *feature, &mut problem);
    }
    if has(Feature::Replan) || evacuate {
        failures(&mut dice, &mut problem, evacuate, has(Feature::Replan));
    }
    capacities(&mut dice, &features, &mut problem);
    (problem, features)
}

fn pools(dice: &mut Dice, features: &[Feature], most: u32) -> Vec<Pool> {
    let mut left = dice.small(2, most);
    let mut pools = Vec::new();
    for name in ["big", "mid", "low"] {
        let count = if name == "low" {
            left
        } else {
            dice.small(1, left)
        };
        if count == 0 {
            break;
        }
        left -= count;
        pools.push(Pool {
            name: name.to_owned(),
            count,
            numa: 1,
            ..Pool::default()
        });
        if left == 0 {
            break;
        }
    }
    let zones = features.iter().any(|f| {
        use Feature::*;
        matches!(
            f,
            SpreadZone | ApartSelf | ApartOther | Together | United | Replan | Evacuate
        )
    });
    if zones && dice.chance(80) {
        for pool in &mut pools {
            let mut left = pool.count;
            for zone in ["a", "b", "c"] {
                let here = if zone == "c" {
                    left
                } else {
                    dice.small(0, left)
                };
                if here > 0 {
                    pool.zones.insert(zone.to_owned(), here);
                }
                left -= here;
            }
        }
    }
    if features.contains(&Feature::Racks) {
        for pool in &mut pools {
            if dice.chance(75) {
                let first = dice.small(0, pool.count);
                for (rack, here) in [("r1", first), ("r2", pool.count - first)] {
                    if here > 0 {
                        pool.racks.insert(rack.to_owned(), here);
                    }
                }
            }
        }
    }
    pools
}

fn workloads(dice: &mut Dice, features: &[Feature], most: u32) -> Vec<Workload> {
    let mut left = dice.small(3, most);
    let mut workloads = Vec::new();
    for name in ["w1", "w2", "w3", "w4", "w5", "w6"] {
        if left == 0 {
            break;
        }
        let replicas = dice.small(1, left.min(5));
        left -= replicas;
        let mut requests = BTreeMap::from([("cpu".to_owned(), dice.of(1, 6))]);
        if dice.chance(40) {
            requests.insert("memory".to_owned(), dice.of(1, 9));
        }
        if features.contains(&Feature::Gpu) && dice.chance(60) {
            requests.insert("gpu".to_owned(), dice.of(1, 4));
        }
        if features.contains(&Feature::HugePages) && dice.chance(60) {
            requests.insert("hugepages-1Gi".to_owned(), dice.of(1, 5));
        }
        workloads.push(Workload {
            name: name.to_owned(),
            replicas,
            requests,
            ..Workload::default()
        });
    }
    // Now and then two cannot be told apart.
    if workloads.len() > 1 && dice.chance(25) {
        workloads[1].requests = workloads[0].requests.clone();
    }
    if dice.chance(3) {
        let last = workloads.len() - 1;
        workloads[last].replicas = 0;
    }
    workloads
}

fn rules(dice: &mut Dice, feature: Feature, problem: &mut Problem) {
    let wide = [Topology::Node, Topology::Zone, Topology::Rack];
    let wide = if problem.pools.iter().any(|pool| !pool.racks.is_empty()) {
        &wide[..]
    } else {
        &wide[..2]
    };
    let count = problem.workloads.len();
    let names: Vec<String> = problem.workloads.iter().map(|w| w.name.clone()).collect();
    // One at least is touched.
    let first = usize::try_from(dice.of(0, count as u64 - 1)).unwrap();
    let touched: Vec<usize> = (0..count)
        .filter(|at| *at == first || dice.chance(40))
        .collect();
    match feature {
        Feature::Numa => {
            for pool in &mut problem.pools {
                if dice.chance(80) {
                    pool.numa = 2;
                    pool.numa_resources = vec!["cpu".to_owned()];
                    if dice.chance(50) {
                        pool.numa_resources
                            .push((*dice.pick(&["memory", "gpu"])).to_owned());
                    }
                }
            }
        }
        Feature::Overcommit => {
            for pool in &mut problem.pools {
                if dice.chance(75) {
                    let ratio = *dice.pick(&[(3, 2), (2, 1), (4, 1), (6, 4), (5, 3)]);
                    pool.overcommit.insert("cpu".to_owned(), ratio);
                }
            }
        }
        Feature::MaxPods => {
            for pool in &mut problem.pools {
                if dice.chance(80) {
                    pool.max_pods = Some(dice.small(1, 3));
                }
            }
        }
        Feature::Taints => {
            for pool in &mut problem.pools {
                if dice.chance(60) {
                    pool.taints.push("gpu-only".to_owned());
                }
                if dice.chance(15) {
                    pool.taints.push("old".to_owned());
                }
            }
        }
        Feature::Selector => {
            for pool in &mut problem.pools {
                if dice.chance(80) {
                    let disk = (*dice.pick(&["ssd", "nvme", "hdd"])).to_owned();
                    pool.labels.insert("disk".to_owned(), disk);
                }
            }
        }
        _ => {}
    }
    for at in touched {
        let other = dice.pick(&names).clone();
        let topology = *dice.pick(wide);
        let workload = &mut problem.workloads[at];
        let entry = |with: &str| Affinity {
            topology,
            with: vec![with.to_owned()],
        };
        match feature {
            Feature::Numa => workload.numa = Some(Numa::Single),
            Feature::Overcommit => workload.dedicated = vec!["cpu".to_owned()],
            Feature::Taints => {
                workload.tolerations.push("gpu-only".to_owned());
                if dice.chance(30) {
                    workload.tolerations.push("old".to_owned());
                }
            }
            Feature::Selector => {
                let mut allowed = vec![(*dice.pick(&["ssd", "nvme", "hdd"])).to_owned()];
                if dice.chance(60) {
                    allowed.push((*dice.pick(&["ssd", "nvme"])).to_owned());
                }
                workload.selector.insert("disk".to_owned(), allowed);
            }
            Feature::Tenants => {
                workload.tenant = Some((*dice.pick(&["red", "blue"])).to_owned());
                if dice.chance(70) {
                    workload.isolation = Isolation::Tenant;
                }
            }
            Feature::Alone => workload.isolation = Isolation::Node,
            Feature::ApartSelf => workload.anti_affinity.push(entry("self")),
            Feature::ApartOther => workload.anti_affinity.push(entry(&other)),
            Feature::Together => workload.affinity.push(entry(&other)),
            Feature::United => workload.affinity.push(entry("self")),
            Feature::SpreadNode | Feature::SpreadZone => workload.spread.push(Spread {
                topology: match feature {
                    Feature::SpreadNode => Topology::Node,
                    _ if wide.len() > 2 && dice.chance(40) => Topology::Rack,
                    _ => Topology::Zone,
                },
                max_skew: if dice.chance(75) { 1 } else { 2 },
            }),
            _ => {}
        }
    }
    if feature == Feature::Tenants {
        for workload in &mut problem.workloads {
            if workload.tenant.is_none() && dice.chance(70) {
                workload.tenant = Some((*dice.pick(&["red", "blue"])).to_owned());
            }
        }
    }
}

fn failures(dice: &mut Dice, problem: &mut Problem, evacuate: bool, replan: bool) {
    let zones = problem.pools.iter().any(|pool| !pool.zones.is_empty());
    let racks = problem.pools.iter().any(|pool| !pool.racks.is_empty());
    let mut modes = Vec::new();
    modes.extend(evacuate.then_some(Mode::Evacuate));
    modes.extend(replan.then_some(Mode::Replan));
    for mode in modes {
        let domain = match dice.of(0, 9) {
            0..=2 if zones => Topology::Zone,
            3..=5 if racks => Topology::Rack,
            _ => Topology::Node,
        };
        let pools = dice.chance(35).then(|| {
            let all = problem.pools.iter().map(|pool| pool.name.clone());
            let chosen: Vec<String> = all.filter(|_| dice.chance(60)).collect();
            if chosen.is_empty() {
                vec![problem.pools[0].name.clone()]
            } else {
                chosen
            }
        });
        let mut relax = Vec::new();
        if dice.chance(50) {
            relax.push(Relax::Spread);
        }
        if dice.chance(50) {
            relax.push(Relax::AntiAffinity);
        }
        problem.failures.push(Failures {
            k: if dice.chance(80) { 1 } else { 2 },
            domain,
            pools,
            mode,
            relax,
        });
    }
}

/// Gives nodes about as much as is asked for, so that rules decide.
fn capacities(dice: &mut Dice, features: &[Feature], problem: &mut Problem) {
    let nodes = problem.nodes();
    for resource in ["cpu", "memory", "gpu", "hugepages-1Gi"] {
        let asks = problem.workloads.iter().map(|workload| {
            u64::from(workload.replicas) * workload.requests.get(resource).copied().unwrap_or(0)
        });
        let asked: u64 = asks.sum();
        let largest = problem
            .workloads
            .iter()
            .filter_map(|w| w.requests.get(resource))
            .max();
        let Some(largest) = largest.copied() else {
            continue;
        };
        // What fails, or stands alone, wants to be made up for.
        let more = if problem.failures.is_empty() { 0 } else { 40 };
        let more = more
            + if features.contains(&Feature::Alone) {
                30
            } else {
                0
            };
        let each = asked * dice.of(100, 150 + more) / (100 * nodes);
        for pool in &mut problem.pools {
            let mut has = each + dice.of(0, 2);
            if dice.chance(80) {
                has = has.max(largest);
            }
            let (num, den) = pool.overcommit.get(resource).copied().unwrap_or((1, 1));
            has = (has * den).div_ceil(num);
            if resource == "gpu" && dice.chance(20) {
                continue;
            }
            if dice.chance(15) {
                pool.reserved.insert(resource.to_owned(), 1);
                has += 1;
            }
            pool.capacity.insert(resource.to_owned(), has);
        }
    }
}

/// The same problem with one thing asked for less, or one unit more to give.
pub(crate) fn easier(dice: &mut Dice, problem: &Problem) -> Problem {
    let mut problem = problem.clone();
    let at = usize::try_from(dice.of(0, problem.workloads.len() as u64 - 1)).unwrap();
    let workload = &mut problem.workloads[at];
    match dice.of(0, 11) {
        0 => workload.anti_affinity.clear(),
        1 => workload.affinity.clear(),
        2 => workload.spread.clear(),
        3 => workload.isolation = Isolation::Shared,
        4 => workload.tolerations = vec!["gpu-only".to_owned(), "old".to_owned()],
        5 => workload.selector.clear(),
        6 => {
            for pool in &mut problem.pools {
                pool.max_pods = pool.max_pods.map(|most| most + 1);
            }
        }
        7 if problem
            .failures
            .first()
            .is_some_and(|failures| failures.k > 1) =>
        {
            problem.failures[0].k -= 1;
        }
        7 => {
            for failures in &mut problem.failures {
                failures.relax = vec![Relax::Spread, Relax::AntiAffinity];
            }
        }
        _ => add(&mut problem, None, 1),
    }
    problem
}

/// The same problem with one unit less to give.
pub(crate) fn harder(dice: &mut Dice, problem: &Problem) -> Problem {
    let mut problem = problem.clone();
    let resource = if dice.chance(60) { Some("cpu") } else { None };
    add(&mut problem, resource, -1);
    problem
}

fn add(problem: &mut Problem, resource: Option<&str>, change: i64) {
    for pool in &mut problem.pools {
        for (name, amount) in &mut pool.capacity {
            if resource.is_none_or(|resource| resource == name) {
                *amount = amount.saturating_add_signed(change);
            }
        }
    }
}
