//! Reasons and mends: each is decided anew here.

#![expect(
    clippy::unwrap_used,
    reason = "a test, whose problems are known to be what they are"
)]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tenantry_placement::{
    Answer, Decision, Options, Problem, Verdict,
    answer::{Bounds, Explanation, Form, Mend},
    decide,
    element::{Element, elements},
    read, solve,
    steps::Steps,
};

fn problem(value: &Value) -> Problem {
    read(&value.to_string()).unwrap().problem
}

fn lacks(problem: &Problem, dropped: &BTreeSet<Element>) -> Option<bool> {
    match decide(problem, dropped, &mut Steps::new(200_000_000)).1 {
        Decision::Fits(_) => Some(false),
        Decision::Lacks(..) => Some(true),
        Decision::Open => None,
    }
}

/// Solves a problem that does not fit, and holds its reason and its mends to their word.
fn reason(problem: &Problem) -> (Answer, Explanation) {
    let answer = solve(problem, &Options::default());
    assert_eq!(answer.verdict, Verdict::Infeasible);
    let reason = answer.explanation.clone().unwrap();
    let all = elements(problem);
    let kept: BTreeSet<Element> = reason.elements.iter().cloned().collect();
    let dropped: BTreeSet<Element> = all.difference(&kept).cloned().collect();
    assert_eq!(
        lacks(problem, &dropped),
        Some(true),
        "it is no reason: {kept:?}"
    );
    for part in &kept {
        if reason.minimal {
            let mut dropped = dropped.clone();
            dropped.insert(part.clone());
            let fits = lacks(problem, &dropped) == Some(false);
            assert!(fits, "{part} could go: {kept:?}");
        }
    }
    if let (Some(asked), Some(has)) = (reason.figures.asked, reason.figures.has) {
        assert!(asked > has, "{}", reason.sentence);
    }
    for mend in &answer.mends {
        assert!(mends(problem, mend), "{mend:?} does not help");
    }
    if let Some(bounds) = &answer.bounds {
        holds(problem, bounds);
    }
    (answer, reason)
}

/// As many fit as a band says, and one more than it says do not.
fn holds(problem: &Problem, bounds: &Bounds) {
    let scaled = |replicas| {
        let mut scaled = problem.clone();
        let mut all = scaled.workloads.iter_mut();
        all.find(|w| w.name == bounds.workload).unwrap().replicas = replicas;
        lacks(&scaled, &BTreeSet::new())
    };
    assert_eq!(scaled(bounds.fits), Some(false), "{bounds:?}");
    assert_eq!(scaled(bounds.at_most + 1), Some(true), "{bounds:?}");
}

fn mends(problem: &Problem, mend: &Mend) -> bool {
    let mut mended = problem.clone();
    let mut dropped = BTreeSet::new();
    apply(&mut mended, &mut dropped, mend);
    lacks(&mended, &dropped) == Some(false)
}

fn apply(problem: &mut Problem, dropped: &mut BTreeSet<Element>, mend: &Mend) {
    match mend {
        Mend::AddNodes { pool, nodes } => {
            let pool = problem.pools.iter_mut().find(|p| p.name == *pool).unwrap();
            pool.count += nodes;
            for places in [&mut pool.zones, &mut pool.racks] {
                for _ in 0..*nodes {
                    let least = places.values().copied().min();
                    if let Some(place) = places.values_mut().find(|n| Some(**n) == least) {
                        *place += 1;
                    }
                }
            }
        }
        Mend::Replicas { workload, fit } => {
            let mut all = problem.workloads.iter_mut();
            all.find(|w| w.name == *workload).unwrap().replicas = *fit;
        }
        Mend::Drop { element } => {
            dropped.insert(element.clone());
        }
        Mend::All(all) => all.iter().for_each(|mend| apply(problem, dropped, mend)),
    }
}

fn parts(reason: &Explanation) -> Vec<String> {
    reason.elements.iter().map(ToString::to_string).collect()
}

#[test]
fn whole_devices_leave_a_remainder() {
    let problem = problem(&json!({
        "pools": [
            {"name": "gpu", "count": 9, "capacity": {"gpu": 4, "cpu": 64}},
            {"name": "infra", "count": 3, "capacity": {"cpu": 64}},
        ],
        "workloads": [
            {"name": "serve", "replicas": 6, "requests": {"gpu": 4, "cpu": 8}},
            {"name": "train", "replicas": 4, "requests": {"gpu": 3, "cpu": 8}},
            {"name": "web", "replicas": 20, "requests": {"cpu": 4}},
        ],
    }));
    let (answer, reason) = reason(&problem);
    assert!(reason.minimal);
    assert_eq!(
        parts(&reason),
        ["workload:serve", "workload:train", "capacity:gpu"]
    );
    assert_eq!(reason.figures.form, Form::Count);
    assert_eq!(
        (reason.figures.asked, reason.figures.has),
        (Some(10), Some(9))
    );
    assert_eq!(
        reason.sentence,
        "10 replicas of `serve` and `train` are asked for and 9 fit: `serve` takes 4 `gpu` and \
         `train` 3 `gpu`, so that each of the 9 nodes of `gpu` (4 `gpu`) holds 1"
    );
    let pool = "gpu".to_owned();
    assert_eq!(answer.mends[0], Mend::AddNodes { pool, nodes: 1 });
    let bounds = answer.bounds.unwrap();
    assert_eq!(
        (bounds.workload.as_str(), bounds.fits, bounds.at_most),
        ("serve", 5, 5)
    );
}

#[test]
fn one_workload_that_is_too_many() {
    let problem = problem(&json!({
        "pools": [
            {"name": "a", "count": 17, "capacity": {"gpu": 4}, "labels": {"kind": "gpu"}},
            {"name": "b", "count": 5, "capacity": {"gpu": 8}},
        ],
        "workloads": [
            {"name": "train", "replicas": 18, "requests": {"gpu": 3}, "selector": {"kind": ["gpu"]}},
        ],
    }));
    let (answer, reason) = reason(&problem);
    assert_eq!(
        reason.sentence,
        "18 replicas of `train` are asked for and 17 fit: each takes 3 `gpu`, so that each of the \
         17 nodes of `a` (4 `gpu`) holds 1; `train` stands only where `kind` is `gpu`"
    );
    assert_eq!(
        parts(&reason),
        ["workload:train", "capacity:gpu", "selector:train"]
    );
    let element = Element::Selector("train".to_owned());
    assert!(answer.mends.contains(&Mend::Drop { element }));
}

#[test]
fn plain_sums_name_as_few_as_can_be() {
    let problem = problem(&json!({
        "pools": [{"name": "n", "count": 2, "capacity": {"cpu": 16, "memory": 64}}],
        "workloads": [
            {"name": "a", "replicas": 3, "requests": {"cpu": 5, "memory": 1}},
            {"name": "b", "replicas": 9, "requests": {"cpu": 2, "memory": 4}},
            {"name": "c", "replicas": 1, "requests": {"cpu": 1}},
        ],
    }));
    let (answer, reason) = reason(&problem);
    assert_eq!(reason.figures.form, Form::Sum);
    assert_eq!(
        reason.sentence,
        "`a` and `b` ask for 33 `cpu` together, and the 2 nodes of `n` have 32"
    );
    // Two of `a` less than asked would do too, but one of `b` is less of a change.
    let workload = "b".to_owned();
    assert!(!answer.mends.contains(&Mend::Replicas { workload, fit: 9 }));
}

#[test]
fn alike_workloads_are_named_as_far_as_needed() {
    let workloads: Vec<Value> = (0..500)
        .map(|at| json!({"name": format!("w{at:03}"), "replicas": 1, "requests": {"cpu": 2}}))
        .collect();
    let problem = problem(&json!({
        "pools": [{"name": "n", "count": 25, "capacity": {"cpu": 32}}],
        "workloads": workloads,
    }));
    let answer = solve(&problem, &Options::default());
    let reason = answer.explanation.unwrap();
    assert!(reason.minimal);
    assert_eq!(reason.elements.len(), 402);
    assert_eq!(
        reason.sentence,
        "`w000`, `w001`, `w002` and 398 others are asked for and 400 fit: each \
         takes 2 `cpu`, so that each of the 25 nodes of `n` (32 `cpu`) holds 16"
    );
}

#[test]
fn nobody_admits_it() {
    let problem = problem(&json!({
        "pools": [
            {"name": "a", "count": 2, "capacity": {"cpu": 4}, "labels": {"disk": "ssd"}, "taints": ["gpu"]},
            {"name": "b", "count": 2, "capacity": {"cpu": 4}},
        ],
        "workloads": [{"name": "w", "replicas": 1, "requests": {"cpu": 1}, "selector": {"disk": ["ssd"]}}],
    }));
    let (_, reason) = reason(&problem);
    assert_eq!(reason.figures.form, Form::NotAdmitted);
    assert_eq!(
        reason.sentence,
        "no node admits `w`: `w` stands only where `disk` is `ssd`; the taints of `a` are not all \
         tolerated"
    );
}

#[test]
fn one_replica_is_too_large() {
    let problem = problem(&json!({
        "pools": [
            {"name": "a", "count": 2, "capacity": {"gpu": 8}},
            {"name": "b", "count": 2, "capacity": {"gpu": 4}},
        ],
        "workloads": [{"name": "w", "replicas": 1, "requests": {"gpu": 12}}],
    }));
    let (_, reason) = reason(&problem);
    assert_eq!(reason.figures.form, Form::TooLarge);
    assert_eq!(
        reason.sentence,
        "each replica of `w` takes 12 `gpu`, and the largest node, of `a`, has 8"
    );
}

#[test]
fn cells_are_smaller_than_nodes() {
    let problem = problem(&json!({
        "pools": [{"name": "a", "count": 2, "capacity": {"cpu": 32}, "numa": 2, "numa_resources": ["cpu"]}],
        "workloads": [{"name": "w", "replicas": 1, "requests": {"cpu": 20}, "numa": "single"}],
    }));
    let (_, reason) = reason(&problem);
    assert_eq!(parts(&reason), ["workload:w", "capacity:cpu", "numa"]);
    assert_eq!(
        reason.sentence,
        "each replica of `w` takes 20 `cpu`, and a NUMA cell of `a` has 16"
    );
}

#[test]
fn zones_are_fewer_than_replicas_that_keep_apart() {
    let problem = problem(&json!({
        "pools": [{"name": "n", "count": 6, "zones": {"x": 2, "y": 2, "z": 2}, "capacity": {"cpu": 8}}],
        "workloads": [
            {"name": "db", "replicas": 4, "requests": {"cpu": 2}, "anti_affinity": [{"topology": "zone", "with": "self"}]},
            {"name": "web", "replicas": 6, "requests": {"cpu": 1}},
        ],
    }));
    let (answer, reason) = reason(&problem);
    assert_eq!(reason.figures.form, Form::Apart);
    assert_eq!(parts(&reason), ["workload:db", "anti_affinity:db"]);
    assert_eq!(
        reason.sentence,
        "the 4 replicas of `db` must stand in 4 different zones, and of those with room for one \
         there are 3: `x`, `y` and `z`"
    );
    assert_eq!(
        answer.mends,
        [
            Mend::Replicas {
                workload: "db".to_owned(),
                fit: 3
            },
            Mend::Drop {
                element: Element::AntiAffinity("db".to_owned())
            },
        ]
    );
}

#[test]
fn the_emptiest_zone_bounds_the_others() {
    let problem = problem(&json!({
        "pools": [{"name": "n", "count": 7, "zones": {"x": 3, "y": 3, "z": 1}, "capacity": {"cpu": 8}}],
        "workloads": [
            {"name": "w", "replicas": 9, "requests": {"cpu": 5}, "spread": {"topology": "zone", "max_skew": 1},
             "anti_affinity": [{"topology": "node", "with": "self"}]},
        ],
    }));
    let (_, reason) = reason(&problem);
    assert_eq!(
        reason.figures.has,
        Some(if reason.figures.form == Form::Spread {
            5
        } else {
            7
        })
    );
    let problem = self::problem(&json!({
        "pools": [{"name": "n", "count": 7, "zones": {"x": 3, "y": 3, "z": 1}, "capacity": {"cpu": 8}}],
        "workloads": [
            {"name": "w", "replicas": 6, "requests": {"cpu": 5}, "spread": {"topology": "zone", "max_skew": 1}},
        ],
    }));
    let (_, reason) = self::reason(&problem);
    assert_eq!(reason.figures.form, Form::Spread);
    assert_eq!(
        reason.sentence,
        "6 replicas of `w`, each with 5 `cpu`, are asked for and 5 fit: they must stand evenly \
         over 3 zones, with at most 1 more in the fullest than in the emptiest, and zone `z` \
         holds 1"
    );
}

#[test]
fn tenants_that_share_nothing_need_more_nodes() {
    let tenant = |name: &str, tenant: &str, replicas: u32| json!({"name": name, "replicas": replicas, "requests": {"cpu": 3}, "tenant": tenant, "isolation": "tenant"});
    let problem = problem(&json!({
        "pools": [{"name": "n", "count": 4, "capacity": {"cpu": 8}}],
        "workloads": [tenant("a1", "acme", 5), tenant("b1", "beta", 3)],
    }));
    let (_, reason) = reason(&problem);
    assert_eq!(reason.figures.form, Form::Dedicated);
    assert_eq!(
        reason.sentence,
        "tenant `beta` (`b1`) needs at least 2 nodes for itself and `a1` 3: 5 nodes together, more \
         than the 4 nodes of `n`"
    );
}

#[test]
fn what_a_loss_leaves_is_too_little() {
    let problem = problem(&json!({
        "pools": [
            {"name": "big", "count": 2, "capacity": {"cpu": 8}},
            {"name": "small", "count": 2, "capacity": {"cpu": 4}},
        ],
        "workloads": [
            {"name": "w1", "replicas": 1, "requests": {"cpu": 6}},
            {"name": "w2", "replicas": 1, "requests": {"cpu": 6}},
            {"name": "w3", "replicas": 2, "requests": {"cpu": 1}},
        ],
        "failures": {"k": 1, "domain": "node", "mode": "replan"},
    }));
    let (answer, reason) = reason(&problem);
    assert_eq!(
        parts(&reason),
        ["workload:w1", "workload:w2", "capacity:cpu", "failures"]
    );
    assert_eq!(reason.figures.lost[0].pool, "big");
    assert_eq!(
        reason.sentence,
        "after losing one node of `big`, `w1` and `w2` are asked for and one fits: each takes 6 \
         `cpu`, so that the one node of `big` (8 `cpu`) holds 1 and each of the 2 of `small` \
         (4 `cpu`) none"
    );
    let pool = "big".to_owned();
    assert_eq!(answer.mends[0], Mend::AddNodes { pool, nodes: 1 });
}

#[test]
fn two_reasons_are_mended_together() {
    let problem = problem(&json!({
        "pools": [
            {"name": "a", "count": 1, "capacity": {"cpu": 4}, "taints": ["a"]},
            {"name": "b", "count": 1, "capacity": {"cpu": 4}, "taints": ["b"]},
        ],
        "workloads": [
            {"name": "wa", "replicas": 1, "requests": {"cpu": 3}, "tolerations": ["a"]},
            {"name": "xa", "replicas": 1, "requests": {"cpu": 2}, "tolerations": ["a"]},
            {"name": "wb", "replicas": 1, "requests": {"cpu": 3}, "tolerations": ["b"]},
            {"name": "xb", "replicas": 1, "requests": {"cpu": 2}, "tolerations": ["b"]},
        ],
    }));
    let (answer, _) = reason(&problem);
    let add = |pool: &str| Mend::AddNodes {
        pool: pool.to_owned(),
        nodes: 1,
    };
    let Some(Mend::All(both)) = answer.mends.first() else {
        panic!("{:?}", answer.mends);
    };
    assert!(both.contains(&add("a")) && both.contains(&add("b")));
}

#[test]
fn hundreds_of_workloads_take_tens_of_questions() {
    let pools: Vec<Value> = (0..20_u32)
        .map(|at| {
            let (cpu, memory) = (64 + 16 * (at % 5), 256 + 128 * (at % 3));
            json!({"name": format!("p{at:02}"), "count": 25, "max_pods": 110,
                   "capacity": {"cpu": cpu, "memory": memory, "gpu": if at % 4 == 0 { 8 } else { 0 }}})
        })
        .collect();
    let workloads: Vec<Value> = (0..500_u32)
        .map(|at| {
            let (cpu, memory) = (1 + at % 3, 2 + (at * 13) % 23);
            let gpu = if at % 10 == 0 { 1 + at % 3 } else { 0 };
            json!({"name": format!("w{at:03}"), "replicas": 20,
                   "requests": {"cpu": cpu, "memory": memory, "gpu": gpu}})
        })
        .collect();
    let problem = problem(&json!({"pools": pools, "workloads": workloads}));
    let answer = solve(&problem, &Options::default());
    let reason = answer.explanation.unwrap();
    assert!(reason.minimal);
    assert_eq!(reason.figures.resource.as_deref(), Some("gpu"));
    assert!(reason.elements.len() < 20, "{}", reason.sentence);
    assert!(!answer.mends.is_empty(), "{}", reason.sentence);
    let all: u64 = answer.steps.values().sum();
    assert!(all < 10_000_000, "{:?}", answer.steps);
}
