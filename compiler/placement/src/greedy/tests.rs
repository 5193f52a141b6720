use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Demand;
use crate::{
    fill::{Fill, Found, Group},
    ground::Ground,
    model::Model,
    steps::Steps,
};

fn model(problem: &Value) -> Model {
    let read = crate::read(&problem.to_string()).unwrap();
    assert!(read.ignored.is_empty(), "{:?}", read.ignored);
    Model::new(&read.problem, &BTreeSet::new())
}

fn fill(problem: &Value) -> Fill {
    let model = model(problem);
    match super::find(&model, &mut Steps::new(10_000_000)).unwrap() {
        Found::Fits(fill) => fill,
        other => panic!("{other:?}"),
    }
}

/// A class, how many of its nodes, and what each holds.
type Alike<'a> = (usize, u32, &'a [(usize, u32)]);

fn accepts(problem: &Value, groups: &[Alike<'_>]) -> bool {
    let groups = groups.iter().map(|(class, nodes, pods)| Group {
        class: *class,
        nodes: *nodes,
        pods: pods.to_vec(),
    });
    let fill = Fill {
        groups: groups.collect(),
    };
    let model = model(problem);
    model.accepts(&fill, &mut Steps::new(10_000)).unwrap()
}

#[test]
fn alike_nodes_are_one_pattern() {
    let problem = json!({
        "pools": [{"name": "p", "count": 8000, "capacity": {"cpu": 16, "gpu": 8}}],
        "workloads": [
            {"name": "a", "replicas": 8000, "requests": {"cpu": 8, "gpu": 4}},
            {"name": "b", "replicas": 16000, "requests": {"cpu": 4, "gpu": 2}},
        ],
    });
    assert!(fill(&problem).groups.len() <= 3);
}

#[test]
fn rules_of_a_node_are_kept() {
    let problem = json!({
        "pools": [{"name": "p", "count": 9, "capacity": {"cpu": 8}, "numa": 2,
            "numa_resources": ["cpu"], "max_pods": 3}],
        "workloads": [
            {"name": "a", "replicas": 3, "requests": {"cpu": 2},
                "anti_affinity": [{"topology": "node", "with": ["self", "b"]}]},
            {"name": "b", "replicas": 4, "requests": {"cpu": 3}, "numa": "single"},
            {"name": "alone", "replicas": 2, "requests": {"cpu": 1}, "isolation": "node"},
            {"name": "own", "replicas": 6, "requests": {"cpu": 1}, "tenant": "t",
                "isolation": "tenant"},
            {"name": "with", "replicas": 1, "requests": {"cpu": 1},
                "affinity": [{"topology": "node", "with": ["b"]}]},
            {"name": "whole", "replicas": 2, "requests": {"cpu": 3},
                "affinity": [{"topology": "node", "with": ["self"]}]},
        ],
    });
    let fill = fill(&problem);
    let nodes: u32 = fill.groups.iter().map(|group| group.nodes).sum();
    assert!(nodes <= 9);
}

/// Two zones of a node each, and two replicas.
fn pair(rules: &Value) -> Value {
    let mut workload = json!({"name": "w", "replicas": 2, "requests": {"cpu": 1}});
    let into = workload.as_object_mut().unwrap();
    into.extend(rules.as_object().unwrap().clone());
    json!({
        "pools": [{"name": "p", "count": 2, "zones": {"a": 1, "b": 1}, "capacity": {"cpu": 4}}],
        "workloads": [workload],
    })
}

#[test]
fn a_placement_is_read_by_zone() {
    let both = [(0, 1, &[(0, 1)][..]), (1, 1, &[(0, 1)][..])];
    let one = [(1, 1, &[(0, 2)][..])];
    for (rules, split, joined) in [
        (
            json!({"anti_affinity": [{"topology": "zone", "with": "self"}]}),
            true,
            false,
        ),
        (
            json!({"affinity": [{"topology": "zone", "with": "self"}]}),
            false,
            true,
        ),
        (json!({"spread": {"topology": "zone"}}), true, false),
        (
            json!({"spread": {"topology": "zone", "max_skew": 2}}),
            true,
            true,
        ),
    ] {
        let problem = pair(&rules);
        assert_eq!(accepts(&problem, &both), split, "{rules}");
        assert_eq!(accepts(&problem, &one), joined, "{rules}");
    }
}

#[test]
fn a_placement_is_read_by_node() {
    for (rules, split, joined) in [
        (
            json!({"anti_affinity": [{"topology": "node", "with": "self"}]}),
            true,
            false,
        ),
        (
            json!({"affinity": [{"topology": "node", "with": "self"}]}),
            false,
            true,
        ),
        (json!({"spread": {"topology": "node"}}), true, false),
        (json!({"isolation": "node"}), true, false),
    ] {
        let problem = pair(&rules);
        assert_eq!(accepts(&problem, &[(0, 2, &[(0, 1)])]), split, "{rules}");
        assert_eq!(accepts(&problem, &[(0, 1, &[(0, 2)])]), joined, "{rules}");
    }
}

#[test]
fn a_placement_must_be_whole() {
    let problem = pair(&json!({}));
    assert!(accepts(&problem, &[(0, 1, &[(0, 2)])]));
    for wrong in [
        &[(0, 1, &[(0, 1)][..])][..],
        &[(0, 1, &[(0, 3)])],
        &[(0, 3, &[(0, 1)])],
        &[(1, 1, &[(0, 2)])],
        &[(0, 1, &[(1, 2)])],
        &[(0, 1, &[(0, 1), (0, 1)])],
    ] {
        assert!(!accepts(&problem, wrong), "{wrong:?}");
    }
}

#[test]
fn company_is_asked_for_one_way() {
    let problem = json!({
        "pools": [{"name": "p", "count": 3, "capacity": {"cpu": 2}}],
        "workloads": [
            {"name": "w", "replicas": 1, "requests": {"cpu": 1},
                "affinity": [{"topology": "node", "with": ["v"]}]},
            {"name": "v", "replicas": 2, "requests": {"cpu": 1}},
        ],
    });
    assert!(accepts(
        &problem,
        &[(0, 1, &[(0, 1), (1, 1)]), (0, 1, &[(1, 1)])]
    ));
    assert!(!accepts(&problem, &[(0, 1, &[(0, 1)]), (0, 1, &[(1, 2)])]));
    fill(&problem);
}

/// Three zones of 20 nodes with 16 cpu each.
fn in_zones(workloads: &Value) -> Value {
    json!({
        "pools": [{"name": "p", "count": 60, "zones": {"a": 20, "b": 20, "c": 20},
            "capacity": {"cpu": 16}}],
        "workloads": workloads,
    })
}

#[test]
fn rules_over_zones_are_kept() {
    let all = [("affinity", "self"), ("anti_affinity", "self")];
    let [united, alone] = all.map(|(rule, with)| {
        json!({"name": rule, "replicas": 3, "requests": {"cpu": 4},
            rule: [{"topology": "zone", "with": with}]})
    });
    fill(&in_zones(&json!([
        united,
        alone,
        {"name": "spread", "replicas": 31, "requests": {"cpu": 6}, "spread": {"topology": "zone"}},
        {"name": "near", "replicas": 9, "requests": {"cpu": 1},
            "affinity": [{"topology": "zone", "with": ["rare"]}]},
        {"name": "rare", "replicas": 1, "requests": {"cpu": 1}},
        {"name": "far", "replicas": 9, "requests": {"cpu": 1},
            "anti_affinity": [{"topology": "zone", "with": ["rare"]}]},
        {"name": "rest", "replicas": 100, "requests": {"cpu": 5}},
    ])));
}

#[test]
fn each_node_has_its_part_of_a_spread() {
    let fill = fill(&in_zones(&json!([
        {"name": "each", "replicas": 130, "requests": {"cpu": 1}, "spread": {"topology": "node"}},
        {"name": "rest", "replicas": 100, "requests": {"cpu": 7}},
    ])));
    let each = fill.groups.iter().map(|group| group.pods[0]);
    assert!(
        each.clone()
            .all(|(shape, count)| shape == 0 && (2..=3).contains(&count))
    );
}

#[test]
fn a_swap_makes_room_for_what_was_left() {
    // `wide` has room in the first pool only, where `free` stands, which fits the second too.
    let problem = json!({
        "pools": [
            {"name": "p", "count": 1, "capacity": {"cpu": 4}, "labels": {"k": "p"}},
            {"name": "q", "count": 1, "capacity": {"cpu": 4}},
        ],
        "workloads": [
            {"name": "free", "replicas": 2, "requests": {"cpu": 2}},
            {"name": "wide", "replicas": 3, "requests": {"cpu": 1}, "selector": {"k": ["p"]}},
        ],
    });
    let model = model(&problem);
    let mut steps = Steps::new(10_000);
    let ground = Ground::new(&model, &mut steps).unwrap();
    let mut demand = Demand::of(&ground);
    demand.take(0, (0, 2), 1);
    let stands = Fill {
        groups: vec![Group {
            class: 0,
            nodes: 1,
            pods: vec![(0, 2)],
        }],
    };
    let patched = super::patch::patch(&ground, stands, demand, &mut steps).unwrap();
    assert!(model.accepts(&patched.unwrap(), &mut steps).unwrap());
}
