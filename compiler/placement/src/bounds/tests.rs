use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    fill::{Found, Proof},
    model::Model,
    problem::Topology,
    steps::Steps,
};

fn found(problem: &Value) -> Found {
    let read = crate::read(&problem.to_string()).unwrap();
    assert!(read.ignored.is_empty(), "{:?}", read.ignored);
    let model = Model::new(&read.problem, &BTreeSet::new());
    super::find(&model, &mut Steps::new(1_000_000)).unwrap()
}

fn proof(problem: &Value) -> Proof {
    match found(problem) {
        Found::Lacks(reason) => reason.proof,
        other => panic!("{other:?}"),
    }
}

fn zones(first: u32, second: u32, third: u32) -> Value {
    json!({"a": first, "b": second, "c": third})
}

#[test]
fn three_of_four_gpus_fit_a_node_once() {
    let problem = |replicas: u32| {
        json!({
            "pools": [{"name": "p", "count": 9, "capacity": {"gpu": 4}}],
            "workloads": [{"name": "w", "replicas": replicas, "requests": {"gpu": 3}}],
        })
    };
    let expected = Proof::Count {
        asked: 10,
        fit: 9,
        at: vec![(0, 9, 1)],
    };
    assert_eq!(proof(&problem(10)), expected);
    assert_eq!(found(&problem(9)), Found::Open);
}

#[test]
fn what_is_larger_than_every_node_stands_nowhere() {
    let problem = json!({
        "pools": [{"name": "p", "count": 9, "capacity": {"cpu": 4}}],
        "workloads": [{"name": "w", "replicas": 1, "requests": {"cpu": 5}}],
    });
    assert_eq!(proof(&problem), Proof::Nowhere { shape: 0 });
}

#[test]
fn cells_hold_no_halves() {
    // Two cells of 5: a replica of 3 fits each once, though 10 hold three of them.
    let problem = json!({
        "pools": [{"name": "p", "count": 2, "capacity": {"cpu": 10}, "numa": 2,
            "numa_resources": ["cpu"]}],
        "workloads": [{"name": "w", "replicas": 5, "requests": {"cpu": 3}, "numa": "single"}],
    });
    assert!(matches!(proof(&problem), Proof::Count { fit: 4, .. }));
}

#[test]
fn whom_one_needs_takes_room_beside_it() {
    // 4 cpu a node: 1 for the proxy, 3 for those that need it.
    let problem = json!({
        "pools": [{"name": "p", "count": 2, "capacity": {"cpu": 4}}],
        "workloads": [
            {"name": "w", "replicas": 7, "requests": {"cpu": 1},
                "affinity": [{"topology": "node", "with": ["proxy"]}]},
            {"name": "proxy", "replicas": 1, "requests": {"cpu": 1}},
        ],
    });
    let Found::Lacks(reason) = found(&problem) else {
        panic!("it cannot fit");
    };
    assert!(matches!(reason.proof, Proof::Count { fit: 6, .. }));
    assert_eq!(reason.shapes, [0, 1]);
}

#[test]
fn a_zone_for_each_replica() {
    let problem = json!({
        "pools": [{"name": "p", "count": 9, "zones": zones(3, 3, 3), "capacity": {"cpu": 4}}],
        "workloads": [{"name": "w", "replicas": 4, "requests": {"cpu": 1},
            "anti_affinity": [{"topology": "zone", "with": ["self"]}]}],
    });
    let expected = Proof::Domains {
        topology: Topology::Zone,
        asked: 4,
        fit: 3,
    };
    assert_eq!(proof(&problem), expected);
}

#[test]
fn the_smallest_zone_holds_a_spread_back() {
    // One node of 4 in `c`: 4 there, and 5 in the others.
    let problem = |replicas: u32| {
        json!({
            "pools": [{"name": "p", "count": 9, "zones": zones(4, 4, 1), "capacity": {"cpu": 4}}],
            "workloads": [{"name": "w", "replicas": replicas, "requests": {"cpu": 1},
                "spread": {"topology": "zone", "max_skew": 1}}],
        })
    };
    let expected = Proof::Spread {
        topology: Topology::Zone,
        domains: 3,
        smallest: 4,
        skew: 1,
        asked: 15,
        fit: 14,
    };
    assert_eq!(proof(&problem(15)), expected);
    assert_eq!(found(&problem(14)), Found::Open);
}

#[test]
fn an_empty_zone_counts_where_labels_admit_it() {
    let problem = json!({
        "pools": [
            {"name": "p", "count": 2, "zones": {"a": 2}, "capacity": {"cpu": 4}},
            {"name": "q", "count": 2, "zones": {"b": 2}, "capacity": {"cpu": 0}},
        ],
        "workloads": [{"name": "w", "replicas": 2, "requests": {"cpu": 1},
            "spread": {"topology": "zone"}}],
    });
    assert!(matches!(
        proof(&problem),
        Proof::Spread {
            smallest: 0,
            fit: 1,
            domains: 2,
            ..
        }
    ));
}

#[test]
fn the_largest_zone_is_too_small_for_all() {
    let problem = json!({
        "pools": [{"name": "p", "count": 6, "zones": zones(3, 2, 1), "capacity": {"cpu": 4}}],
        "workloads": [{"name": "w", "replicas": 13, "requests": {"cpu": 1},
            "affinity": [{"topology": "zone", "with": ["self"]}]}],
    });
    let expected = Proof::United {
        topology: Topology::Zone,
        asked: 13,
        fit: 12,
    };
    assert_eq!(proof(&problem), expected);
}

#[test]
fn who_needs_company_goes_where_it_can_be() {
    let problem = json!({
        "pools": [
            {"name": "p", "count": 1, "zones": {"a": 1}, "capacity": {"cpu": 4}},
            {"name": "q", "count": 1, "zones": {"b": 1}, "capacity": {"gpu": 4}},
        ],
        "workloads": [
            {"name": "w", "replicas": 1, "requests": {"cpu": 1},
                "affinity": [{"topology": "zone", "with": ["v"]}]},
            {"name": "v", "replicas": 1, "requests": {"gpu": 1}},
        ],
    });
    let Found::Lacks(reason) = found(&problem) else {
        panic!("it cannot fit");
    };
    assert_eq!(reason.proof, Proof::Company { shape: 0 });
    assert_eq!(reason.shapes, [0, 1]);
}

#[test]
fn those_who_may_stand_on_the_same_few_nodes_are_a_set() {
    // 3 nodes with a label have 12 cpu together, and two workloads that want it ask for 13. All
    // nodes have plenty.
    let wants = |name: &str, replicas: u32, cpu: u32| {
        json!({"name": name, "replicas": replicas, "requests": {"cpu": cpu},
            "selector": {"disk": ["ssd"]}})
    };
    let problem = json!({
        "pools": [
            {"name": "p", "count": 3, "capacity": {"cpu": 4}, "labels": {"disk": "ssd"}},
            {"name": "q", "count": 50, "capacity": {"cpu": 4}},
        ],
        "workloads": [
            wants("v", 10, 1),
            wants("w", 1, 3),
            {"name": "x", "replicas": 9, "requests": {"cpu": 1}},
        ],
    });
    let Found::Lacks(reason) = found(&problem) else {
        panic!("it cannot fit");
    };
    let expected = Proof::Sum {
        row: 0,
        asked: 13,
        has: 12,
        unit: 1,
        classes: vec![0],
    };
    assert_eq!(reason.proof, expected);
    let model = Model::new(
        &crate::read(&problem.to_string()).unwrap().problem,
        &BTreeSet::new(),
    );
    let named: Vec<usize> = reason
        .shapes
        .iter()
        .flat_map(|shape| model.shapes[*shape].workloads.iter().map(|(at, _)| *at))
        .collect();
    assert_eq!(named, [0, 1]);
}

#[test]
fn a_dedicated_unit_takes_a_whole_one() {
    // 8 cpu at 4 to 1: 32 shared ones, of which each dedicated takes 4.
    let problem = |shared: u32| {
        json!({
            "pools": [{"name": "p", "count": 1, "capacity": {"cpu": 8},
                "overcommit": {"cpu": [4, 1]}}],
            "workloads": [
                {"name": "v", "replicas": 2, "requests": {"cpu": 3}, "dedicated": ["cpu"]},
                {"name": "w", "replicas": shared, "requests": {"cpu": 1}},
            ],
        })
    };
    let expected = Proof::Sum {
        row: 0,
        asked: 33,
        has: 32,
        unit: 1,
        classes: vec![0],
    };
    assert_eq!(proof(&problem(9)), expected);
    assert_eq!(found(&problem(8)), Found::Open);
}

#[test]
fn what_is_left_beside_large_replicas_is_of_no_use() {
    // `train` leaves one GPU of a node's four, where `serve` asks for two: 5 nodes and 8 halves.
    let problem = |serve: u32| {
        json!({
            "pools": [{"name": "p", "count": 9, "capacity": {"gpu": 4}}],
            "workloads": [
                {"name": "train", "replicas": 5, "requests": {"gpu": 3}},
                {"name": "serve", "replicas": serve, "requests": {"gpu": 2}},
            ],
        })
    };
    assert!(matches!(
        proof(&problem(9)),
        Proof::Large {
            row: 0,
            asked: 38,
            has: 36,
            ..
        }
    ));
    assert_eq!(found(&problem(8)), Found::Open);
}

#[test]
fn eight_gpus_hold_two_threes_of_several() {
    let asks =
        |name: &str, gpu: u32| json!({"name": name, "replicas": 3, "requests": {"gpu": gpu}});
    let problem = json!({
        "pools": [{"name": "p", "count": 4, "capacity": {"gpu": 8}}],
        "workloads": [asks("a", 3), asks("b", 3), asks("c", 3)],
    });
    assert!(matches!(
        proof(&problem),
        Proof::Count {
            asked: 9,
            fit: 8,
            ..
        } | Proof::Sum { .. }
    ));
}

#[test]
fn a_spread_fills_the_smallest_zone() {
    // At least 3 of 10 in each zone; `w` has asked for 2 of the 4 in zone `c`.
    let problem = json!({
        "pools": [{"name": "p", "count": 9, "zones": zones(4, 4, 1), "capacity": {"cpu": 4}},
            {"name": "q", "count": 1, "zones": {"d": 1}, "capacity": {"disk": 1}}],
        "workloads": [
            {"name": "v", "replicas": 10, "requests": {"cpu": 1}, "selector": {},
                "anti_affinity": [], "spread": {"topology": "zone"}},
        ],
    });
    // Zone `d` counts too, and has no cpu at all.
    assert!(matches!(
        proof(&problem),
        Proof::Spread {
            smallest: 0,
            fit: 3,
            ..
        }
    ));
    let problem = json!({
        "pools": [
            {"name": "p", "count": 8, "zones": {"a": 4, "b": 4}, "capacity": {"cpu": 4}},
            {"name": "q", "count": 1, "zones": {"c": 1}, "capacity": {"cpu": 4},
                "labels": {"c": "yes"}},
        ],
        "workloads": [
            {"name": "v", "replicas": 10, "requests": {"cpu": 1}, "spread": {"topology": "zone"}},
            {"name": "w", "replicas": 2, "requests": {"cpu": 1}, "selector": {"c": ["yes"]}},
        ],
    });
    assert!(matches!(
        proof(&problem),
        Proof::Sum {
            asked: 5,
            has: 4,
            ..
        }
    ));
}

#[test]
fn tenants_add_up_by_whole_nodes() {
    // 5 of 4 cpu each: 2 nodes for each of three tenants.
    let own = |name: &str| {
        json!({"name": name, "replicas": 5, "requests": {"cpu": 1}, "tenant": name,
            "isolation": "tenant"})
    };
    let problem = json!({
        "pools": [{"name": "p", "count": 7, "capacity": {"cpu": 4}}],
        "workloads": [own("a"), own("b"), own("c"),
            {"name": "d", "replicas": 1, "requests": {"cpu": 1}, "isolation": "node"},
            {"name": "e", "replicas": 1, "requests": {"cpu": 1}}],
    });
    match proof(&problem) {
        Proof::Owners {
            topology,
            owners,
            has,
        } => {
            let needs: u64 = owners.iter().map(|(_, needs)| needs).sum();
            assert_eq!((topology, needs, has), (Topology::Node, 8, 7));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_is_kept_apart_needs_a_zone_each() {
    let apart = |name: &str, others: &[&str]| {
        json!({"name": name, "replicas": 3, "requests": {"cpu": 1},
            "anti_affinity": [{"topology": "zone", "with": others}]})
    };
    // Zone `a` holds all of one, the others each of the others a part.
    let problem = |workloads: Value| {
        json!({
            "pools": [{"name": "p", "count": 4, "zones": zones(2, 1, 1), "capacity": {"cpu": 2}}],
            "workloads": workloads,
        })
    };
    let two = json!([apart("v", &["w"]), apart("w", &[])]);
    assert_eq!(found(&problem(two)), Found::Open);
    let three = json!([apart("v", &["w", "x"]), apart("w", &["x"]), apart("x", &[])]);
    let mut small = problem(three);
    small["workloads"][2]["replicas"] = json!(1);
    small["workloads"][1]["replicas"] = json!(1);
    assert_eq!(found(&small), Found::Open);
    small["workloads"][1]["anti_affinity"][0]["with"] = json!(["x", "y"]);
    small["workloads"][0]["anti_affinity"][0]["with"] = json!(["w", "x", "y"]);
    small["workloads"][2]["anti_affinity"][0]["with"] = json!(["y"]);
    let more = json!({"name": "y", "replicas": 1, "requests": {"cpu": 1}});
    small["workloads"].as_array_mut().unwrap().push(more);
    match proof(&small) {
        Proof::Owners {
            topology,
            owners,
            has,
        } => assert_eq!((topology, owners.len(), has), (Topology::Zone, 4, 3)),
        other => panic!("{other:?}"),
    }
}
