//! What must still fit when something has failed: hand-made problems, each with the verdict that
//! paper and pencil give.

use tenantry_placement::{Answer, Options, Verdict, read, solve, verify};

fn answer(text: &str) -> Answer {
    let problem = read(text);
    assert!(problem.is_ok(), "{problem:?}: {text}");
    let problem = problem.unwrap_or_default();
    assert_eq!(problem.ignored, Vec::<String>::new());
    let options = Options {
        explain: false,
        ..Options::default()
    };
    let answer = solve(&problem.problem, &options);
    assert_eq!(verify(&problem.problem, &answer), Ok(()));
    assert_eq!(answer, solve(&problem.problem, &options), "the same twice");
    answer
}

fn verdict(text: &str) -> Verdict {
    let answer = answer(text);
    assert_eq!(answer.tried, Vec::<String>::new(), "{text}");
    answer.verdict
}

/// Nodes of 4, replicas of 2: a problem with these pools and failures.
fn problem(pools: &str, replicas: u32, failures: &str) -> String {
    format!(
        r#"{{"pools": [{pools}],
            "workloads": [{{"name": "w", "replicas": {replicas}, "requests": {{"cpu": 2}}}}],
            "failures": {failures}}}"#
    )
}

const THREE: &str = r#"{"name": "a", "count": 3, "capacity": {"cpu": 4}}"#;
const ZONES: &str =
    r#"{"name": "a", "count": 6, "zones": {"x": 3, "y": 2, "z": 1}, "capacity": {"cpu": 4}}"#;
const RACKS: &str =
    r#"{"name": "a", "count": 6, "racks": {"x": 3, "y": 2, "z": 1}, "capacity": {"cpu": 4}}"#;

#[test]
fn one_node_may_be_lost() {
    assert_eq!(
        verdict(&problem(THREE, 4, r#"{"k": 1}"#)),
        Verdict::Feasible
    );
    assert_eq!(
        verdict(&problem(THREE, 5, r#"{"k": 1}"#)),
        Verdict::Infeasible
    );
    assert_eq!(verdict(&problem(THREE, 6, "[]")), Verdict::Feasible);
}

#[test]
fn two_nodes_may_be_lost() {
    assert_eq!(
        verdict(&problem(THREE, 2, r#"{"k": 2}"#)),
        Verdict::Feasible
    );
    assert_eq!(
        verdict(&problem(THREE, 3, r#"{"k": 2}"#)),
        Verdict::Infeasible
    );
}

#[test]
fn all_are_lost_where_there_are_fewer() {
    assert_eq!(
        verdict(&problem(THREE, 1, r#"{"k": 4}"#)),
        Verdict::Infeasible
    );
    assert_eq!(
        verdict(&problem(THREE, 0, r#"{"k": 4}"#)),
        Verdict::Feasible
    );
}

#[test]
fn nothing_is_lost_where_none_may_be() {
    assert_eq!(
        verdict(&problem(THREE, 6, r#"{"k": 0}"#)),
        Verdict::Feasible
    );
    let evacuate = r#"{"k": 0, "mode": "evacuate"}"#;
    assert_eq!(verdict(&problem(THREE, 6, evacuate)), Verdict::Feasible);
}

#[test]
fn the_largest_zone_counts() {
    let failures = r#"{"k": 1, "domain": "zone"}"#;
    assert_eq!(verdict(&problem(ZONES, 6, failures)), Verdict::Feasible);
    assert_eq!(verdict(&problem(ZONES, 7, failures)), Verdict::Infeasible);
    let failures = r#"{"k": 2, "domain": "zone"}"#;
    assert_eq!(verdict(&problem(ZONES, 2, failures)), Verdict::Feasible);
    assert_eq!(verdict(&problem(ZONES, 3, failures)), Verdict::Infeasible);
}

#[test]
fn a_node_without_a_rack_fails_alone() {
    let failures = r#"{"k": 1, "domain": "rack"}"#;
    assert_eq!(verdict(&problem(RACKS, 6, failures)), Verdict::Feasible);
    assert_eq!(verdict(&problem(RACKS, 7, failures)), Verdict::Infeasible);
    let both = format!("{RACKS}, {}", THREE.replace(r#""a""#, r#""b""#));
    let failures = r#"{"k": 2, "domain": "rack"}"#;
    // The racks of 3 and of 2: 4 of 9 nodes are left.
    assert_eq!(verdict(&problem(&both, 8, failures)), Verdict::Feasible);
    assert_eq!(verdict(&problem(&both, 9, failures)), Verdict::Infeasible);
}

#[test]
fn only_the_named_pools_fail() {
    let both = format!("{ZONES}, {}", THREE.replace(r#""a""#, r#""b""#));
    let failures = r#"{"k": 2, "pools": ["b"]}"#;
    assert_eq!(verdict(&problem(&both, 14, failures)), Verdict::Feasible);
    assert_eq!(verdict(&problem(&both, 15, failures)), Verdict::Infeasible);
    // Of a zone only their nodes go: `b` stands in the zone `z0`.
    let failures = r#"{"k": 1, "domain": "zone", "pools": ["b"]}"#;
    assert_eq!(verdict(&problem(&both, 12, failures)), Verdict::Feasible);
    assert_eq!(verdict(&problem(&both, 13, failures)), Verdict::Infeasible);
}

#[test]
fn parts_that_have_nothing_in_common_lose_their_own_nodes() {
    // Two pools with a workload each: the worst for each is that both losses are its own.
    let text = |a: u32, b: u32, k: u32| {
        format!(
            r#"{{"pools": [
                {{"name": "a", "count": 3, "capacity": {{"cpu": 4}}, "labels": {{"p": "a"}}}},
                {{"name": "b", "count": 2, "capacity": {{"cpu": 4}}, "labels": {{"p": "b"}}}}],
              "workloads": [
                {{"name": "v", "replicas": {a}, "requests": {{"cpu": 2}}, "selector": {{"p": ["a"]}}}},
                {{"name": "w", "replicas": {b}, "requests": {{"cpu": 2}}, "selector": {{"p": ["b"]}}}}],
              "failures": {{"k": {k}}}}}"#
        )
    };
    assert_eq!(verdict(&text(4, 2, 1)), Verdict::Feasible);
    assert_eq!(verdict(&text(5, 2, 1)), Verdict::Infeasible);
    assert_eq!(verdict(&text(4, 3, 1)), Verdict::Infeasible);
    assert_eq!(verdict(&text(2, 0, 2)), Verdict::Feasible);
    assert_eq!(verdict(&text(2, 1, 2)), Verdict::Infeasible);
    assert_eq!(verdict(&text(3, 0, 2)), Verdict::Infeasible);
    // Of 5 nodes 4 fail: the parts lose 3 and 1, or 2 and 2.
    assert_eq!(verdict(&text(1, 0, 4)), Verdict::Infeasible);
    assert_eq!(verdict(&text(0, 1, 4)), Verdict::Infeasible);
}

#[test]
fn what_is_relaxed_need_not_hold_afterwards() {
    let text = |rule: &str, relax: &str| {
        format!(
            r#"{{"pools": [{THREE}], "workloads": [
                {{"name": "w", "replicas": 3, "requests": {{"cpu": 2}}, {rule}}}],
              "failures": {{"k": 1, "relax": {relax}}}}}"#
        )
    };
    let apart = r#""anti_affinity": [{"topology": "node", "with": "self"}]"#;
    assert_eq!(verdict(&text(apart, "[]")), Verdict::Infeasible);
    assert_eq!(verdict(&text(apart, r#"["spread"]"#)), Verdict::Infeasible);
    assert_eq!(
        verdict(&text(apart, r#"["anti_affinity"]"#)),
        Verdict::Feasible
    );
    let even = r#""spread": {"topology": "node", "max_skew": 1}"#;
    assert_eq!(verdict(&text(even, "[]")), Verdict::Feasible);
}

#[test]
fn a_domain_that_is_lost_counts_no_more() {
    // 4 replicas on 2, 1 and 1 nodes of 4: each zone with 2, but for the larger with 0 to 2 more.
    let text = |relax: &str| {
        format!(
            r#"{{"pools": [
                {{"name": "a", "count": 3, "zones": {{"x": 1, "y": 1, "z": 1}}, "capacity": {{"cpu": 4}}}}],
              "workloads": [{{"name": "w", "replicas": 4, "requests": {{"cpu": 2}},
                "spread": {{"topology": "zone", "max_skew": 1}}}}],
              "failures": {{"k": 1, "domain": "zone", "relax": {relax}}}}}"#
        )
    };
    assert_eq!(verdict(&text("[]")), Verdict::Feasible);
}

#[test]
fn every_set_that_can_fail_has_its_placement() {
    let answer = answer(&problem(
        THREE,
        2,
        r#"[{"k": 2}, {"k": 1, "domain": "zone"}]"#,
    ));
    assert_eq!(
        answer.verdict,
        Verdict::Infeasible,
        "all stand in the zone `z0`"
    );
    let answer = self::answer(&problem(THREE, 2, r#"[{"k": 2}, {"k": 1}]"#));
    let scenarios = answer.witness.expect("it fits").scenarios;
    let failed: Vec<String> = scenarios.iter().map(|one| one.failed.join(" ")).collect();
    assert_eq!(
        failed,
        ["a-0 a-1", "a-0 a-2", "a-1 a-2", "a-0", "a-1", "a-2"]
    );
}

#[test]
fn the_order_of_pools_and_workloads_means_nothing() {
    let pools = [
        r#"{"name": "a", "count": 3, "capacity": {"cpu": 4}}"#,
        r#"{"name": "b", "count": 2, "capacity": {"cpu": 7}}"#,
    ];
    let workloads = [
        r#"{"name": "v", "replicas": 3, "requests": {"cpu": 3}}"#,
        r#"{"name": "w", "replicas": 2, "requests": {"cpu": 2}}"#,
    ];
    let text = |first: usize, second: usize| {
        format!(
            r#"{{"pools": [{}, {}], "workloads": [{}, {}], "failures": {{"k": 1}}}}"#,
            pools[first],
            pools[1 - first],
            workloads[second],
            workloads[1 - second]
        )
    };
    let expected = answer(&text(0, 0));
    assert_eq!(expected.verdict, Verdict::Feasible);
    for (first, second) in [(0, 1), (1, 0), (1, 1)] {
        assert_eq!(answer(&text(first, second)), expected);
    }
}

#[test]
fn what_survives_stays() {
    let evacuate = r#"{"k": 1, "mode": "evacuate"}"#;
    assert_eq!(verdict(&problem(THREE, 4, evacuate)), Verdict::Feasible);
    assert_eq!(verdict(&problem(THREE, 5, evacuate)), Verdict::Infeasible);
    // 6 nodes in zones of 3, 2 and 1: 3 nodes hold 6, wherever they stood.
    let evacuate = r#"{"k": 1, "domain": "zone", "mode": "evacuate"}"#;
    assert_eq!(verdict(&problem(ZONES, 6, evacuate)), Verdict::Feasible);
    assert_eq!(verdict(&problem(ZONES, 7, evacuate)), Verdict::Infeasible);
}

#[test]
fn what_survives_may_be_in_the_way() {
    // A node of each pool may fail. What needs much of one thing has a node that suits it, and
    // another that takes it only while it is empty.
    let text = |mode: &str| {
        format!(
            r#"{{"pools": [
                {{"name": "a", "count": 1, "capacity": {{"cpu": 4, "ram": 2}}}},
                {{"name": "b", "count": 1, "capacity": {{"cpu": 2, "ram": 4}}}},
                {{"name": "c", "count": 1, "capacity": {{"cpu": 3, "ram": 3}}}}],
              "workloads": [
                {{"name": "x", "replicas": 1, "requests": {{"cpu": 2, "ram": 1}}}},
                {{"name": "y", "replicas": 1, "requests": {{"ram": 2}}}},
                {{"name": "z", "replicas": 1, "requests": {{"cpu": 2, "ram": 2}}}}],
              "failures": {{"k": 1, "mode": "{mode}"}}}}"#
        )
    };
    assert_eq!(verdict(&text("replan")), Verdict::Feasible);
    assert_ne!(answer(&text("evacuate")).verdict, Verdict::Undecided);
}

#[test]
fn parts_evacuate_together() {
    let text = |a: u32, b: u32, k: u32| {
        format!(
            r#"{{"pools": [
                {{"name": "a", "count": 4, "capacity": {{"cpu": 4}}, "labels": {{"p": "a"}}}},
                {{"name": "b", "count": 3, "capacity": {{"cpu": 4}}, "labels": {{"p": "b"}}}}],
              "workloads": [
                {{"name": "v", "replicas": {a}, "requests": {{"cpu": 2}}, "selector": {{"p": ["a"]}}}},
                {{"name": "w", "replicas": {b}, "requests": {{"cpu": 2}}, "selector": {{"p": ["b"]}}}}],
              "failures": {{"k": {k}, "mode": "evacuate"}}}}"#
        )
    };
    assert_eq!(verdict(&text(6, 4, 1)), Verdict::Feasible);
    assert_eq!(verdict(&text(7, 4, 1)), Verdict::Infeasible);
    assert_eq!(verdict(&text(4, 2, 2)), Verdict::Feasible);
    assert_eq!(verdict(&text(4, 3, 2)), Verdict::Infeasible);
}

#[test]
fn many_nodes_evacuate_to_a_spare_one() {
    let text = |replicas: u32| {
        format!(
            r#"{{"pools": [
                {{"name": "a", "count": 300, "capacity": {{"gpu": 8, "cpu": 128}}}}],
              "workloads": [
                {{"name": "w", "replicas": {replicas}, "requests": {{"gpu": 8, "cpu": 100}}}},
                {{"name": "v", "replicas": 299, "requests": {{"cpu": 28}}}}],
              "failures": {{"k": 1, "mode": "evacuate"}}}}"#
        )
    };
    assert_eq!(verdict(&text(299)), Verdict::Feasible);
    assert_eq!(verdict(&text(300)), Verdict::Infeasible);
}

#[test]
fn a_large_problem_bears_its_failures() {
    let text = |replicas: u32| {
        format!(
            r#"{{"pools": [
                {{"name": "a", "count": 2000, "capacity": {{"cpu": 64}}}},
                {{"name": "b", "count": 2000, "capacity": {{"cpu": 96}}}}],
              "workloads": [
                {{"name": "w", "replicas": {replicas}, "requests": {{"cpu": 16}}}}],
              "failures": {{"k": 3}}}}"#
        )
    };
    assert_eq!(verdict(&text(19_982)), Verdict::Feasible);
    assert_eq!(verdict(&text(19_983)), Verdict::Infeasible);
}
