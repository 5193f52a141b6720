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
