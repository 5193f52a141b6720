//! The parts of the linear program against slower ways that are surely right.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{ComparisonOp, OptimizationDirection};

use super::{
    price::{Pods, Values, price},
    relax::{Patterns, Relaxed, relax},
    simplex::Simplex,
    task::Task,
};
use crate::{
    fill::Found,
    model::Model,
    problem::{Affinity, Isolation, Numa, Pool, Problem, Spread, Topology, Workload},
    steps::Steps,
};

/// Numbers that look drawn.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % most
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

fn amounts(list: &[(&str, u64)]) -> BTreeMap<String, u64> {
    list.iter()
        .map(|(name, amount)| ((*name).to_owned(), *amount))
        .collect()
}

/// A small problem with every rule that a node or a domain decides.
fn drawn(dice: &mut Dice) -> Problem {
    let pools = (0..1 + dice.below(2)).map(|at| Pool {
        name: format!("p{at}"),
        count: 2 + u32::try_from(dice.below(2)).unwrap(),
        zones: [("a".to_owned(), 1)].into_iter().collect(),
        capacity: amounts(&[("cpu", 6 + dice.below(6)), ("gpu", dice.below(5))]),
        overcommit: [("cpu".to_owned(), (1 + dice.below(3), 1))].into(),
        numa: 1 + u32::try_from(dice.below(2)).unwrap(),
        numa_resources: vec!["cpu".to_owned(), "gpu".to_owned()],
        max_pods: dice
            .chance(50)
            .then(|| 3 + u32::try_from(dice.below(3)).unwrap()),
        ..Pool::default()
    });
    let mut pools: Vec<Pool> = pools.collect();
    for pool in &mut pools {
        pool.zones.insert("b".to_owned(), pool.count - 1);
    }
    let number = 2 + dice.below(3);
    let workloads = (0..number).map(|at| {
        let name = |at: u64| format!("w{at}");
        let other = name(dice.below(number));
        let with = if dice.chance(50) {
            "self".to_owned()
        } else {
            other
        };
        let topology = if dice.chance(60) {
            Topology::Node
        } else {
            Topology::Zone
        };
        let rule = Affinity {
            topology,
            with: vec![with],
        };
        Workload {
            name: name(at),
            replicas: 1 + u32::try_from(dice.below(5)).unwrap(),
            requests: amounts(&[("cpu", 1 + dice.below(6)), ("gpu", dice.below(3))]),
            dedicated: if dice.chance(30) {
                vec!["cpu".to_owned()]
            } else {
                Vec::new()
            },
            numa: dice.chance(30).then_some(Numa::Single),
            tenant: Some(format!("t{}", dice.below(2))),
            isolation: match dice.below(8) {
                0 => Isolation::Node,
                1 | 2 => Isolation::Tenant,
                _ => Isolation::Shared,
            },
            anti_affinity: if dice.chance(30) {
                vec![rule.clone()]
            } else {
                Vec::new()
            },
            affinity: if dice.chance(15) {
                vec![rule]
            } else {
                Vec::new()
            },
            spread: if dice.chance(20) {
                vec![Spread {
                    topology,
                    max_skew: 1,
                }]
            } else {
                Vec::new()
            },
            ..Workload::default()
        }
    });
    let workloads = workloads.collect();
    Problem {
        pools,
        workloads,
        failures: Vec::new(),
    }
}

/// Calls for everything that one node of a class holds.
fn fillings(model: &Model, class: usize, each: &mut dyn FnMut(&Pods)) {
    fn go(model: &Model, class: usize, shape: usize, pods: &mut Pods, each: &mut dyn FnMut(&Pods)) {
        let mut steps = Steps::new(u64::MAX);
        if shape == model.shapes.len() {
            if model.holds(class, pods, &mut steps).unwrap() && model.in_company(pods) {
                each(pods);
            }
            return;
        }
        go(model, class, shape + 1, pods, each);
        for count in 1..=model.shapes[shape].replicas {
            pods.push((shape, count));
            if model.rows_hold(class, pods) {
                go(model, class, shape + 1, pods, each);
            }
            pods.pop();
        }
    }
    go(model, class, 0, &mut Pods::new(), each);
}

/// Whether a spread over nodes, and the domains of the class, let a node hold so many. All nodes
/// of [`drawn`] problems count for a spread.
fn within(task: &Task<'_>, class: usize, pods: &Pods) -> bool {
    pods.iter().all(|(shape, count)| {
        let spreads = task.model.even.iter();
        let spreads = spreads.filter(|even| even.of == *shape && even.topology == Topology::Node);
        let most = spreads.map(|even| {
            u64::from(task.model.shapes[*shape].replicas) / task.model.nodes()
                + u64::from(even.skew)
        });
        let most = most.min().unwrap_or(u64::MAX).min(task.more(class, *shape));
        u64::from(*count) <= most
    })
}

fn worth(pods: &Pods, value: &dyn Fn(usize) -> i64) -> i64 {
    pods.iter()
        .map(|(shape, count)| value(*shape) * i64::from(*count))
        .sum()
}

#[test]
fn the_simplex_finds_what_another_finds() {
    let mut dice = Dice(1);
    for _ in 0..300 {
        let (rows, columns) = (1 + dice.below(6), 1 + dice.below(8));
        let rights: Vec<f64> = (0..rows).map(|_| dice.below(20) as f64).collect();
        let start: Vec<(f64, f64)> = rights.iter().map(|right| (*right, 1.0)).collect();
        let mut ours = Simplex::new(&start);
        let mut other = microlp::Problem::new(OptimizationDirection::Minimize);
        let mut sides: Vec<Vec<(microlp::Variable, f64)>> = Vec::new();
        for _ in 0..rows {
            sides.push(vec![(other.add_var(1.0, (0.0, f64::INFINITY)), 1.0)]);
        }
        for _ in 0..columns {
            let variable = other.add_var(0.0, (0.0, f64::INFINITY));
            let mut entries = Vec::new();
            for (row, side) in sides.iter_mut().enumerate() {
                let value = dice.below(7) as f64 - 2.0;
                if value != 0.0 {
                    entries.push((row, value));
                    side.push((variable, value));
                }
            }
            ours.add(0.0, entries);
        }
        for (side, right) in sides.iter().zip(&rights) {
            other.add_constraint(side.as_slice(), ComparisonOp::Eq, *right);
        }
        ours.optimise(&mut Steps::new(u64::MAX)).unwrap();
        let theirs = other.solve().unwrap().into_solution().unwrap().objective();
        assert!(
            (ours.cost() - theirs).abs() < 1e-6,
            "{} and {theirs}",
            ours.cost()
        );
    }
}

#[test]
fn the_best_filling_of_a_node_is_the_best_of_all() {
    let mut dice = Dice(2);
    for round in 0..600 {
        let problem = drawn(&mut dice);
        let model = Model::new(&problem, &BTreeSet::new());
        let task = Task::new(&model);
        let values: Vec<i64> = model
            .shapes
            .iter()
            .map(|_| i64::try_from(dice.below(1000)).unwrap() - 150)
            .collect();
        let value = |shape: usize| values[shape];
        let any = [0, 1];
        let bonus = i64::try_from(dice.below(1500)).unwrap() - 750;
        let values = Values {
            of: &value,
            bonuses: vec![(&any, bonus)],
        };
        let worth = |pods: &Pods| {
            let any = pods.iter().any(|(shape, _)| any.contains(shape));
            worth(pods, &value) + if any { bonus } else { 0 }
        };
        for class in 0..model.classes.len() {
            let mut best = 0;
            fillings(&model, class, &mut |pods| {
                if within(&task, class, pods) {
                    best = best.max(worth(pods));
                }
            });
            let mut steps = Steps::new(u64::MAX);
            let found = price(&task, class, &values, 0, u64::MAX, &mut steps).unwrap();
            assert_eq!(
                found.most, best,
                "round {round}, class {class}: {problem:#?}"
            );
            if let Some((sum, pods)) = &found.best {
                assert_eq!(*sum, worth(pods));
                assert!(model.holds(class, pods, &mut steps).unwrap() && model.in_company(pods));
            }
            let hurried = price(&task, class, &values, 0, 3, &mut steps).unwrap();
            assert!(
                hurried.most >= best,
                "a search that is cut short says no less"
            );
        }
    }
}

#[test]
fn a_proof_holds_for_every_filling() {
    let mut dice = Dice(3);
    let (mut proofs, mut fills) = (0, 0);
    for round in 0..600 {
        let problem = drawn(&mut dice);
        let model = Model::new(&problem, &BTreeSet::new());
        let task = Task::new(&model);
        let mut steps = Steps::new(10_000_000);
        let mut patterns = Patterns::default();
        match relax(&task, &mut patterns, &mut steps).unwrap() {
            Relaxed::Lacks(proof) => {
                proofs += 1;
                assert!(proof.balance(&task) > 0);
                for class in 0..model.classes.len() {
                    let value = |shape: usize| proof.value(&task.groups, class, shape);
                    fillings(&model, class, &mut |pods| {
                        let most = proof.price[class];
                        assert!(
                            !within(&task, class, pods) || worth(pods, &value) <= most,
                            "{round}"
                        );
                    });
                }
                let mut wrong = proof.clone();
                wrong.price[0] += i64::try_from(proof.balance(&task)).unwrap();
                assert!(wrong.balance(&task) <= 0, "dearer nodes prove nothing");
            }
            Relaxed::Fits(_) => {
                if let Found::Fits(fill) = super::find(&model, &mut steps).unwrap() {
                    fills += 1;
                    assert!(model.accepts(&fill, &mut steps).unwrap());
                }
            }
            Relaxed::Open(_) => {}
        }
    }
    assert!(
        proofs > 50 && fills > 50,
        "{proofs} proofs and {fills} placements"
    );
}

/// What the linear program says of a problem of one pool.
fn found(pool: Pool, workloads: Vec<Workload>) -> Found {
    let problem = Problem {
        pools: vec![pool],
        workloads,
        failures: Vec::new(),
    };
    let model = Model::new(&problem, &BTreeSet::new());
    super::find(&model, &mut Steps::new(1_000_000)).unwrap()
}

fn pool(count: u32, cpu: u64) -> Pool {
    Pool {
        name: "p".to_owned(),
        count,
        capacity: amounts(&[("cpu", cpu)]),
        numa: 1,
        ..Pool::default()
    }
}

fn workload(name: &str, replicas: u32, cpu: u64) -> Workload {
    Workload {
        name: name.to_owned(),
        replicas,
        requests: amounts(&[("cpu", cpu)]),
        ..Workload::default()
    }
}

#[test]
fn a_tenants_nodes_are_whole() {
    // Two of either on a node: in parts that is one node and a half for each.
    let closed = |replicas| Workload {
        tenant: Some("t".to_owned()),
        isolation: Isolation::Tenant,
        ..workload("closed", replicas, 2)
    };
    let three = found(pool(3, 4), vec![workload("open", 3, 2), closed(3)]);
    assert!(matches!(three, Found::Lacks(_)), "{three:?}");
    let four = found(pool(4, 4), vec![workload("open", 3, 2), closed(3)]);
    assert!(matches!(four, Found::Fits(_)), "{four:?}");
}

#[test]
fn who_keeps_apart_by_zone_takes_a_zone_each() {
    let zoned = || Pool {
        zones: [("a".to_owned(), 1), ("b".to_owned(), 1)]
            .into_iter()
            .collect(),
        ..pool(2, 2)
    };
    let lone = || Workload {
        anti_affinity: vec![Affinity {
            topology: Topology::Zone,
            with: vec!["many".to_owned()],
        }],
        ..workload("lone", 1, 1)
    };
    let three = found(zoned(), vec![lone(), workload("many", 3, 1)]);
    assert!(matches!(three, Found::Lacks(_)), "{three:?}");
    let two = found(zoned(), vec![lone(), workload("many", 2, 1)]);
    assert!(matches!(two, Found::Fits(_)), "{two:?}");
}

#[test]
fn all_in_one_zone_or_beside_whom_they_need() {
    let zoned = || Pool {
        zones: [("a".to_owned(), 1), ("b".to_owned(), 2)]
            .into_iter()
            .collect(),
        ..pool(3, 2)
    };
    let near = |with: &str, workload: Workload| Workload {
        affinity: vec![Affinity {
            topology: Topology::Zone,
            with: vec![with.to_owned()],
        }],
        ..workload
    };
    // Four are one zone's two nodes; the one that needs them has no room there.
    let other = || near("four", workload("other", 1, 1));
    let four = |replicas| near("self", workload("four", replicas, 1));
    let full = found(zoned(), vec![four(4), other()]);
    assert!(matches!(full, Found::Lacks(_)), "{full:?}");
    let room = found(zoned(), vec![four(3), other()]);
    assert!(matches!(room, Found::Fits(_)), "{room:?}");
}
