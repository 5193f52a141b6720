//! From a problem to its numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Class, Even, Failure, Model, Pair, Range, Row, Shape, UNBOUNDED};
use crate::{
    element::Element,
    problem::{Affinity, Isolation, Numa, Pool, Problem, Relax, Topology, Workload},
};

/// The parts that are taken away.
type Dropped = BTreeSet<Element>;

impl Model {
    /// The numbers of a problem without the parts that are `dropped`.
    pub fn new(problem: &Problem, dropped: &Dropped) -> Self {
        let stands = |workload: &Workload| {
            workload.replicas > 0 && !dropped.contains(&Element::Workload(workload.name.clone()))
        };
        let standing: Vec<usize> = (0..problem.workloads.len())
            .filter(|at| stands(&problem.workloads[*at]))
            .collect();
        let rows = rows(problem, &standing, dropped);
        let wide = Wide::of(problem, &standing, dropped);
        let mut model = Self {
            failures: failures(problem, dropped),
            zones: names(problem.pools.iter().map(Pool::zone_names)),
            racks: names(problem.pools.iter().map(Pool::rack_names)),
            rows,
            ..Self::default()
        };
        let pools = model.add_classes(problem, dropped, &standing, &wide);
        model.add_shapes(problem, dropped, &standing, &pools);
        model.add_rules(problem, dropped);
        model
    }

    /// Makes the classes; returns of each the pools that it has nodes of.
    fn add_classes(
        &mut self,
        problem: &Problem,
        dropped: &Dropped,
        standing: &[usize],
        wide: &Wide,
    ) -> Vec<usize> {
        let mut known: BTreeMap<Key, usize> = BTreeMap::new();
        let mut pools = Vec::new();
        let labels = relevant_labels(problem, standing);
        for (at, pool) in problem.pools.iter().enumerate() {
            let mut first = 0;
            while first < pool.count {
                let (zone, rack) = (self.zone_of(pool, first), self.rack_of(pool, first));
                let same = |node: &u32| {
                    (!wide.zones || self.zone_of(pool, *node) == zone)
                        && (!wide.racks || self.rack_of(pool, *node) == rack)
                };
                let end = run_end(pool, first, wide).min(pool.count);
                debug_assert!((first..end).all(|node| same(&node)), "a run is alike");
                let mut class = class(&self.rows, pool, dropped);
                class.zone = zone.filter(|_| wide.zones);
                class.rack = rack.filter(|_| wide.racks);
                class.fails = problem
                    .failures
                    .iter()
                    .map(|failures| {
                        let pools = failures.pools.as_ref();
                        pools.is_none_or(|pools| pools.contains(&pool.name))
                    })
                    .collect();
                let range = Range {
                    pool: at,
                    first,
                    count: end - first,
                };
                let key = Key::of(&class, pool, &labels);
                let place = *known.entry(key).or_insert_with(|| {
                    self.classes.push(class);
                    pools.push(at);
                    self.classes.len() - 1
                });
                self.classes[place].nodes.push(range);
                self.classes[place].count += range.count;
                first = end;
            }
        }
        pools
    }

    fn zone_of(&self, pool: &Pool, node: u32) -> Option<u32> {
        number(&self.zones, pool.zone(node))
    }

    fn rack_of(&self, pool: &Pool, node: u32) -> Option<u32> {
        number(&self.racks, pool.rack(node)?)
    }

    fn add_shapes(
        &mut self,
        problem: &Problem,
        dropped: &Dropped,
        standing: &[usize],
        pools: &[usize],
    ) {
        let tenants: BTreeSet<&Option<String>> = problem
            .workloads
            .iter()
            .map(|workload| &workload.tenant)
            .collect();
        let tenants: BTreeMap<&Option<String>, u32> = tenants.into_iter().zip(0..).collect();
        let named = named_by_rules(problem, standing, dropped);
        let mut by_tenant = false;
        let mut shapes: Vec<Shape> = Vec::new();
        for at in standing {
            let workload = &problem.workloads[*at];
            let isolation = isolation(workload, dropped);
            by_tenant |= isolation == Isolation::Tenant;
            let admits = pools.iter().map(|pool| {
                let pool = &problem.pools[*pool];
                let selector = Element::Selector(workload.name.clone());
                (dropped.contains(&Element::Taints) || workload.tolerates(pool))
                    && (dropped.contains(&selector) || workload.selected(pool))
            });
            shapes.push(Shape {
                workloads: vec![(*at, workload.replicas)],
                replicas: workload.replicas,
                request: self.rows.iter().map(|row| request(workload, row)).collect(),
                dedicated: self
                    .rows
                    .iter()
                    .map(|row| is_dedicated(workload, row))
                    .collect(),
                admits: admits.collect(),
                single: workload.numa == Some(Numa::Single) && !dropped.contains(&Element::Numa),
                tenant: tenants.get(&workload.tenant).copied().unwrap_or(0),
                isolation,
            });
        }
        let mut known: BTreeMap<ShapeKey, usize> = BTreeMap::new();
        for mut shape in shapes {
            if !by_tenant {
                shape.tenant = 0;
            }
            let own = shape.workloads[0].0;
            let unique = named.contains(&own).then_some(own);
            let key = (
                shape.request.clone(),
                shape.dedicated.clone(),
                shape.admits.clone(),
                (shape.single, shape.tenant, shape.isolation),
                unique,
            );
            match known.get(&key) {
                Some(at) => {
                    let into = &mut self.shapes[*at];
                    into.replicas += shape.replicas;
                    into.workloads.extend(shape.workloads);
                }
                None => {
                    known.insert(key, self.shapes.len());
                    self.shapes.push(shape);
                }
            }
        }
    }

    fn add_rules(&mut self, problem: &Problem, dropped: &Dropped) {
        let by_name: BTreeMap<&str, usize> = self
            .shapes
            .iter()
            .enumerate()
            .flat_map(|(at, shape)| {
                let names = shape.workloads.iter();
                names.map(move |(workload, _)| (problem.workloads[*workload].name.as_str(), at))
            })
            .collect();
        // Whom nobody has: of a rule that points at no replicas.
        let nobody = |name: &str| {
            let dropped = dropped.contains(&Element::Workload(name.to_owned()));
            !dropped && !by_name.contains_key(name)
        };
        let mut apart = BTreeSet::new();
        let mut alone = Vec::new();
        for of in 0..self.shapes.len() {
            for (workload, _) in self.shapes[of].workloads.clone() {
                let workload = &problem.workloads[workload];
                let pairs = |list: &[Affinity]| -> Vec<Pair> {
                    let each = list.iter().flat_map(|entry| {
                        entry
                            .with
                            .iter()
                            .map(move |with| (entry.topology, with.as_str()))
                    });
                    let each = each.filter_map(|(topology, with)| {
                        let with = if with == "self" || with == workload.name {
                            of
                        } else {
                            *by_name.get(with)?
                        };
                        Some(Pair { topology, of, with })
                    });
                    each.collect()
                };
                if !dropped.contains(&Element::AntiAffinity(workload.name.clone())) {
                    apart.extend(pairs(&workload.anti_affinity).into_iter().map(|pair| Pair {
                        of: pair.of.min(pair.with),
                        with: pair.of.max(pair.with),
                        ..pair
                    }));
                }
                if !dropped.contains(&Element::Affinity(workload.name.clone())) {
                    for pair in pairs(&workload.affinity) {
                        let list = if pair.of == pair.with {
                            &mut self.united
                        } else {
                            &mut self.together
                        };
                        if !list.contains(&pair) {
                            list.push(pair);
                        }
                    }
                    let mut with = workload.affinity.iter().flat_map(|entry| &entry.with);
                    if with.any(|name| name != "self" && nobody(name)) {
                        alone.push(of);
                    }
                }
                if !dropped.contains(&Element::Spread(workload.name.clone())) {
                    for spread in &workload.spread {
                        self.even.push(Even {
                            topology: spread.topology,
                            of,
                            skew: spread.max_skew,
                            counts: self.counts(problem, workload),
                        });
                    }
                }
            }
        }
        self.apart = apart.into_iter().collect();
        // Company that does not exist is nowhere.
        for shape in alone {
            self.shapes[shape].admits.fill(false);
        }
    }

    /// Of each class whether it counts for a workload's spread.
    fn counts(&self, problem: &Problem, workload: &Workload) -> Vec<bool> {
        let admits = |class: &Class| {
            let mut pools = class.nodes.iter().map(|range| &problem.pools[range.pool]);
            pools.any(|pool| workload.admitted(pool))
        };
        self.classes.iter().map(admits).collect()
    }
}

/// Which kinds of domain any rule asks about.
struct Wide {
    zones: bool,
    racks: bool,
}

impl Wide {
    fn of(problem: &Problem, standing: &[usize], dropped: &Dropped) -> Self {
        let fails = problem.failures.iter().map(|failures| failures.domain);
        let fails = fails.filter(|_| !dropped.contains(&Element::Failures));
        let rules = standing
            .iter()
            .map(|at| &problem.workloads[*at])
            .flat_map(|workload| {
                let pairs = workload.affinity.iter().chain(&workload.anti_affinity);
                let spreads = workload.spread.iter().map(|spread| spread.topology);
                pairs.map(|entry| entry.topology).chain(spreads)
            });
        let all: BTreeSet<Topology> = fails.chain(rules).collect();
        Self {
            zones: all.contains(&Topology::Zone),
            racks: all.contains(&Topology::Rack),
        }
    }
}

/// The first node after `first` that stands elsewhere, as far as anybody asks.
fn run_end(pool: &Pool, first: u32, wide: &Wide) -> u32 {
    let end_in = |places: &indexmap::IndexMap<String, u32>| {
        let mut end = 0_u32;
        let mut ends = places.values().map(|count| {
            end = end.saturating_add(*count);
            end
        });
        ends.find(|end| *end > first).unwrap_or(pool.count)
    };
    let mut end = pool.count;
    if wide.zones {
        end = end.min(end_in(&pool.zones));
    }
    if wide.racks {
        end = end.min(end_in(&pool.racks));
    }
    end.max(first + 1)
}

type ShapeKey = (
    Vec<u64>,
    Vec<bool>,
    Vec<bool>,
    (bool, u32, Isolation),
    Option<usize>,
);

/// What makes two runs of nodes one class.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    has: (Vec<u64>, Vec<u64>, Vec<u64>),
    cells: (u32, Vec<Option<u64>>),
    place: (Option<u32>, Option<u32>),
    fails: Vec<bool>,
    labels: Vec<(String, String)>,
    taints: BTreeSet<String>,
}

impl Key {
    fn of(class: &Class, pool: &Pool, relevant: &BTreeSet<&str>) -> Self {
        let labels = pool.labels.iter();
        let labels = labels.filter(|(label, _)| relevant.contains(label.as_str()));
        Self {
            has: (
                class.has.clone(),
                class.shared.clone(),
                class.dedicated.clone(),
            ),
            cells: (class.cells, class.cell.clone()),
            place: (class.zone, class.rack),
            fails: class.fails.clone(),
            labels: labels
                .map(|(label, value)| (label.clone(), value.clone()))
                .collect(),
            taints: pool.taints.iter().cloned().collect(),
        }
    }
}

fn relevant_labels<'p>(problem: &'p Problem, standing: &[usize]) -> BTreeSet<&'p str> {
    let selectors = standing
        .iter()
        .flat_map(|at| problem.workloads[*at].selector.keys());
    selectors.map(String::as_str).collect()
}

fn class(rows: &[Row], pool: &Pool, dropped: &Dropped) -> Class {
    let mut class = Class {
        nodes: Vec::new(),
        count: 0,
        has: Vec::new(),
        shared: Vec::new(),
        dedicated: Vec::new(),
        cells: pool.numa,
        cell: Vec::new(),
        rack: None,
        zone: None,
        fails: Vec::new(),
    };
    for row in rows {
        let (has, (num, den), divided) = match row {
            Row::Resource(name) => (
                Some(pool.allocatable(name)),
                reduced(pool.ratio(name)),
                pool.numa_resources.contains(name),
            ),
            Row::Pods => (pool.max_pods.map(u64::from), (1, 1), false),
        };
        let has = has.map_or(UNBOUNDED, |has| has.saturating_mul(num));
        let numa = pool.numa > 1 && divided && !dropped.contains(&Element::Numa);
        class.has.push(has);
        class.shared.push(den);
        class.dedicated.push(num);
        class.cell.push(numa.then(|| has / u64::from(pool.numa)));
    }
    if class.cell.iter().all(Option::is_none) {
        class.cells = 1;
    }
    class
}

fn reduced((num, den): (u64, u64)) -> (u64, u64) {
    let (mut a, mut b) = (num, den);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    let by = a.max(1);
    (num / by, den / by)
}

fn rows(problem: &Problem, standing: &[usize], dropped: &Dropped) -> Vec<Row> {
    let asked = standing.iter().flat_map(|at| {
        let requests = problem.workloads[*at].requests.iter();
        requests
            .filter(|(_, amount)| **amount > 0)
            .map(|(name, _)| name)
    });
    let asked: BTreeSet<&String> = asked
        .filter(|name| !dropped.contains(&Element::Capacity((*name).clone())))
        .collect();
    let mut rows: Vec<Row> = asked.into_iter().cloned().map(Row::Resource).collect();
    let bounded = problem.pools.iter().any(|pool| pool.max_pods.is_some());
    if bounded && !dropped.contains(&Element::MaxPods) {
        rows.push(Row::Pods);
    }
    rows
}

fn request(workload: &Workload, row: &Row) -> u64 {
    match row {
        Row::Resource(name) => workload.requests.get(name).copied().unwrap_or(0),
        Row::Pods => 1,
    }
}

fn is_dedicated(workload: &Workload, row: &Row) -> bool {
    matches!(row, Row::Resource(name) if workload.dedicated.contains(name))
}

fn isolation(workload: &Workload, dropped: &Dropped) -> Isolation {
    if dropped.contains(&Element::Isolation(workload.name.clone())) {
        Isolation::Shared
    } else {
        workload.isolation
    }
}

/// The workloads that a rule names, its own or another's: they stay shapes of their own.
fn named_by_rules(problem: &Problem, standing: &[usize], dropped: &Dropped) -> BTreeSet<usize> {
    let by_name: BTreeMap<&str, usize> = standing
        .iter()
        .map(|at| (problem.workloads[*at].name.as_str(), *at))
        .collect();
    let mut named = BTreeSet::new();
    for at in standing {
        let workload = &problem.workloads[*at];
        let name = || workload.name.clone();
        let mut pairs = Vec::new();
        if !dropped.contains(&Element::AntiAffinity(name())) {
            pairs.extend(&workload.anti_affinity);
        }
        if !dropped.contains(&Element::Affinity(name())) {
            pairs.extend(&workload.affinity);
        }
        let spread = !dropped.contains(&Element::Spread(name())) && !workload.spread.is_empty();
        if !pairs.is_empty() || spread {
            named.insert(*at);
        }
        let others = pairs.into_iter().flat_map(|entry| &entry.with);
        named.extend(others.filter_map(|other| by_name.get(other.as_str())));
    }
    named
}

fn failures(problem: &Problem, dropped: &Dropped) -> Vec<Failure> {
    if dropped.contains(&Element::Failures) {
        return Vec::new();
    }
    let all = problem.failures.iter().map(|failures| Failure {
        k: failures.k,
        domain: failures.domain,
        mode: failures.mode,
        spread: !failures.relax.contains(&Relax::Spread),
        apart: !failures.relax.contains(&Relax::AntiAffinity),
    });
    all.collect()
}

fn names<'p>(lists: impl Iterator<Item = Vec<&'p str>>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for name in lists.flatten() {
        if seen.insert(name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn number(names: &[String], name: &str) -> Option<u32> {
    let at = names.iter().position(|known| known == name)?;
    u32::try_from(at).ok()
}

impl Pool {
    fn zone_names(&self) -> Vec<&str> {
        if self.zones.is_empty() {
            return vec!["z0"];
        }
        self.zones.keys().map(String::as_str).collect()
    }

    fn rack_names(&self) -> Vec<&str> {
        self.racks.keys().map(String::as_str).collect()
    }
}
