//! Small problems with all rules, compared with trying everything.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, sample::select};

use crate::{
    fill::Found,
    model::Model,
    problem::{Affinity, Isolation, Numa, Pool, Problem, Spread, Topology, Workload},
    steps::Steps,
};

const TOPOLOGIES: [Topology; 3] = [Topology::Node, Topology::Rack, Topology::Zone];

fn pool(name: &'static str) -> impl Strategy<Value = Pool> {
    let amounts = (2..13_u64, 2..13_u64);
    let kind = (
        1..3_u32,
        any::<bool>(),
        prop::option::weighted(0.2, 1..4_u32),
    );
    let ratio = select(vec![(1, 1), (1, 1), (2, 1), (3, 2)]);
    ((1..3_u32, 0..2_u32), amounts, kind, ratio, 0..3_u32).prop_map(
        move |((in_a, in_b), (cpu, memory), (numa, tainted, max_pods), ratio, in_rack)| {
            let count = in_a + in_b;
            let racks = [
                ("r0", in_rack.min(count)),
                ("r1", count - in_rack.min(count)),
            ];
            Pool {
                name: name.to_owned(),
                count,
                zones: [("za".to_owned(), in_a), ("zb".to_owned(), in_b)].into(),
                racks: if in_rack == 0 {
                    Default::default()
                } else {
                    racks.map(|(rack, nodes)| (rack.to_owned(), nodes)).into()
                },
                capacity: [("cpu".to_owned(), cpu), ("memory".to_owned(), memory)].into(),
                overcommit: [("cpu".to_owned(), ratio)].into(),
                numa,
                numa_resources: vec!["cpu".to_owned()],
                taints: tainted.then(|| "kept".to_owned()).into_iter().collect(),
                max_pods,
                ..Pool::default()
            }
        },
    )
}

fn workload(at: usize) -> impl Strategy<Value = Workload> {
    let asks = (1..4_u32, 1..7_u64, 0..7_u64);
    let how = (
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.7),
        any::<bool>(),
    );
    let isolation = select(vec![
        Isolation::Shared,
        Isolation::Shared,
        Isolation::Shared,
        Isolation::Tenant,
        Isolation::Node,
    ]);
    let with = select(vec!["self", "w0", "w1", "w2"]);
    let pair = (select(TOPOLOGIES.to_vec()), with).prop_map(|(topology, with)| Affinity {
        topology,
        with: vec![with.to_owned()],
    });
    let spread = (select(TOPOLOGIES.to_vec()), 1..3_u32)
        .prop_map(|(topology, max_skew)| Spread { topology, max_skew });
    let rules = (
        prop::option::weighted(0.25, pair.clone()),
        prop::option::weighted(0.2, pair),
        prop::option::weighted(0.25, spread),
    );
    (asks, how, isolation, rules).prop_map(
        move |((replicas, cpu, memory), (single, tolerates, dedicated), isolation, rules)| {
            let (apart, together, spread) = rules;
            let name = format!("w{at}");
            let own = |pair: &Affinity| pair.with[0] != name;
            Workload {
                replicas,
                requests: [("cpu".to_owned(), cpu), ("memory".to_owned(), memory)].into(),
                dedicated: dedicated.then(|| "cpu".to_owned()).into_iter().collect(),
                tolerations: tolerates.then(|| "kept".to_owned()).into_iter().collect(),
                numa: single.then_some(Numa::Single),
                tenant: Some(format!("t{}", at % 2)),
                isolation,
                anti_affinity: apart.into_iter().filter(own).collect(),
                affinity: together.into_iter().filter(own).collect(),
                spread: spread.into_iter().collect(),
                name: name.clone(),
                ..Workload::default()
            }
        },
    )
}

fn problem() -> impl Strategy<Value = Problem> {
    let pools = (pool("a"), prop::option::of(pool("b")));
    let workloads = (workload(0), workload(1), prop::option::of(workload(2)));
    (pools, workloads).prop_map(|((a, b), (one, two, three))| Problem {
        pools: [a].into_iter().chain(b).collect(),
        workloads: [one, two].into_iter().chain(three).collect(),
        failures: Vec::new(),
    })
}

/// What stands on each node: by node its class and, by shape, how many.
struct Naive<'m> {
    model: &'m Model,
    nodes: Vec<(usize, Vec<(usize, u32)>)>,
}

impl<'m> Naive<'m> {
    fn new(model: &'m Model) -> Self {
        let classes = model.classes.iter().enumerate();
        let nodes = classes.flat_map(|(class, node)| (0..node.count).map(move |_| (class, vec![])));
        Self {
            model,
            nodes: nodes.collect(),
        }
    }

    fn fits(&mut self, shape: usize, node: usize, left: u32) -> bool {
        if shape == self.model.shapes.len() {
            return self.rules_hold();
        }
        if left == 0 {
            let next = self.model.shapes.get(shape + 1);
            return self.fits(shape + 1, 0, next.map_or(0, |shape| shape.replicas));
        }
        if node == self.nodes.len() {
            return false;
        }
        (0..=left).any(|count| {
            if count > 0 {
                self.nodes[node].1.push((shape, count));
            }
            let (class, pods) = &self.nodes[node];
            let mut steps = Steps::new(u64::MAX);
            let holds = count == 0 || self.model.holds(*class, pods, &mut steps) == Ok(true);
            let found = holds && self.fits(shape, node + 1, left - count);
            if count > 0 {
                self.nodes[node].1.pop();
            }
            found
        })
    }

    fn by_domain(&self, topology: Topology, shape: usize) -> BTreeMap<(u32, usize), u32> {
        let mut by = BTreeMap::new();
        for (at, (class, pods)) in self.nodes.iter().enumerate() {
            let here = pods.iter().find(|(other, _)| *other == shape);
            *by.entry(self.domain(topology, at, *class)).or_default() +=
                here.map_or(0, |(_, count)| *count);
        }
        by
    }

    fn domain(&self, topology: Topology, node: usize, class: usize) -> (u32, usize) {
        let domain = self.model.domain(class, topology);
        domain.map_or((u32::MAX, node), |domain| (domain, 0))
    }

    fn rules_hold(&self) -> bool {
        let apart = self.model.apart.iter().all(|pair| {
            let of = self.by_domain(pair.topology, pair.of);
            let with = self.by_domain(pair.topology, pair.with);
            of.iter().all(|(domain, count)| {
                if pair.of == pair.with {
                    *count <= 1
                } else {
                    *count == 0 || with[domain] == 0
                }
            })
        });
        let together = self.model.together.iter().all(|pair| {
            let with = self.by_domain(pair.topology, pair.with);
            let of = self.by_domain(pair.topology, pair.of);
            of.iter()
                .all(|(domain, count)| *count == 0 || with[domain] > 0)
        });
        let united = self.model.united.iter().all(|pair| {
            let of = self.by_domain(pair.topology, pair.of);
            of.values().filter(|count| **count > 0).count() <= 1
        });
        let even = self.model.even.iter().all(|even| {
            let nodes = self.nodes.iter().enumerate();
            let eligible: BTreeSet<(u32, usize)> = nodes
                .filter(|(_, (class, _))| even.counts[*class])
                .map(|(at, (class, _))| self.domain(even.topology, at, *class))
                .collect();
            let by = self.by_domain(even.topology, even.of);
            let counts: Vec<u32> = eligible.iter().map(|domain| by[domain]).collect();
            let (most, least) = (counts.iter().max(), counts.iter().min());
            most.zip(least)
                .is_none_or(|(most, least)| most - least <= even.skew)
        });
        apart && together && united && even
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decides_as_trying_everything_does(problem in problem()) {
        let model = Model::new(&problem, &BTreeSet::new());
        let mut naive = Naive::new(&model);
        let fits = naive.fits(0, 0, model.shapes[0].replicas);
        match super::find(&model, &mut Steps::new(1 << 24)) {
            Ok(Found::Fits(fill)) => {
                prop_assert!(fits);
                let mut naive = Naive::new(&model);
                naive.nodes.clear();
                for group in fill.groups {
                    let class = &mut naive.model.classes[group.class].count.clone();
                    let there = naive.nodes.iter().filter(|(other, _)| *other == group.class);
                    prop_assert!(there.count() as u32 + group.nodes <= *class);
                    for _ in 0..group.nodes {
                        let mut steps = Steps::new(u64::MAX);
                        prop_assert_eq!(model.holds(group.class, &group.pods, &mut steps), Ok(true));
                        naive.nodes.push((group.class, group.pods.clone()));
                    }
                }
                for (class, node) in model.classes.iter().enumerate() {
                    let there = naive.nodes.iter().filter(|(other, _)| *other == class).count();
                    naive.nodes.extend((there..node.count as usize).map(|_| (class, Vec::new())));
                }
                prop_assert!(naive.rules_hold());
                for (shape, known) in model.shapes.iter().enumerate() {
                    let placed: u32 = naive.by_domain(Topology::Node, shape).values().sum();
                    prop_assert_eq!(placed, known.replicas);
                }
            }
            Ok(Found::Lacks(_)) => prop_assert!(!fits),
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
