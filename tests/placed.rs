//! The examples as problems for the engine: each reads back as it was written.

#![expect(
    clippy::unwrap_used,
    reason = "reads the repository's own files; a failure fails the test"
)]

use tenantry_placement::Verdict;
use tenantry_tests::{
    estate::{self, Files},
    page,
};

#[test]
fn no_example_is_refused_and_each_reads_back() {
    for (name, files) in estate::examples().unwrap() {
        let environments = estate::placed(&files).environments;
        assert!(!environments.is_empty(), "{name}");
        for cluster in environments.iter().flat_map(|env| &env.clusters) {
            let text = serde_json::to_string(cluster.problem()).unwrap();
            let read = tenantry_placement::read(&text).unwrap();
            assert_eq!(&read.problem, cluster.problem(), "{name}");
            assert_eq!(read.ignored, [""; 0], "{name}");
            let answer = &cluster.answer;
            assert_ne!(answer.verdict, Verdict::Infeasible, "{name}: {answer:#?}");
        }
    }
}

#[test]
fn a_guest_moves_only_where_one_must() {
    let (_, mut files) = estate::examples()
        .unwrap()
        .into_iter()
        .find(|(name, _)| name == "homelab")
        .unwrap();
    let pve = r#"node pve ip="192.168.10.10""#;
    let second = format!("{pve}\n    node pve2 ip=\"192.168.10.11\"");
    for text in files.values_mut() {
        *text = text.replace(pve, &second);
    }
    let moves = |files: &Files| {
        let placed = estate::placed(files);
        let told = placed.run.findings.iter();
        let told = told
            .filter(|finding| finding.rule.name() == "guest-moves")
            .count();
        let clusters = placed.environments.iter().flat_map(|env| &env.clusters);
        let moves: Vec<_> = clusters.flat_map(|cluster| cluster.moves.clone()).collect();
        assert_eq!(told, moves.len());
        moves
    };
    assert_eq!(moves(&files), [], "a new machine moves nobody");
    // All four stood on one machine, which is now too small for them by less than one.
    for text in files.values_mut() {
        let (before, after) = (
            "memory \"64GiB\"\n    reserve",
            "memory \"24GiB\"\n    reserve",
        );
        *text = text.replace(before, after);
    }
    let moved = moves(&files);
    assert_eq!(moved.len(), 1, "{moved:?}");
    assert_eq!((&*moved[0].1, &*moved[0].2), ("pve", "pve2"));
}

/// What is found in an estate with these pools and tenants: the rule and all of its words.
fn told(text: &str) -> String {
    let findings = estate::placed(&page::files(text)).run.findings;
    let told = findings.iter().map(|finding| {
        let also = finding
            .related
            .iter()
            .map(|label| format!("\n  also: {}", label.text));
        format!(
            "{}: {}\n  here: {}{}\n  why: {}\n  help: {}\n",
            finding.rule.name(),
            finding.message,
            finding.label.as_deref().unwrap_or_default(),
            also.collect::<String>(),
            finding.why.as_deref().unwrap_or_default(),
            finding.help.as_deref().unwrap_or_default()
        )
    });
    told.collect()
}

/// The bad listing of a rule's page.
fn bad(rule: &str) -> String {
    let rule = tenantry_core::rules::all()
        .into_iter()
        .find(|known| known.name == rule);
    page::listing(rule.unwrap().page, page::BAD)
        .unwrap()
        .unwrap()
}

#[test]
fn what_does_not_fit_is_said_with_its_figures_and_a_mend_that_was_tried() {
    assert_eq!(
        told(&bad("does-not-fit")),
        "does-not-fit: `lab.train` shall have 4 replicas, and 3 fit on pool `cards`
  here: 4 replicas
  also: `lab.train`: 4 replicas of 3 `nvidia-a100-80gb`
  also: 3 nodes
  why: a node of `cards` holds 1 replica at most; the last ones would wait for ever
  help: add 1 node to pool `cards`; or run 3 replicas of `lab.train`
"
    );
}

#[test]
fn a_spare_is_held_to_what_is_left_without_it() {
    let told = told(&bad("spare-not-covered"));
    let message = "spare-not-covered: when 1 node of pool `cards` is lost, `lab.train` and `lab.tune` have 3 replicas together, and 2 fit on";
    assert!(told.starts_with(message), "{told}");
    assert!(
        told.contains("here: promises that all still runs then"),
        "{told}"
    );
    assert!(told.contains("to pool `cards`"), "{told}");
}

/// Two nodes in each of three zones, each with room for two replicas of 20 GiB.
fn zoned(spare: &str, workloads: &[(&str, &str, u32, u32)]) -> String {
    let pool = format!(
        "pool cards {{ nodes 2 per=zone; cpu epyc-9354; memory \"64GiB\"; reserve cpu=4 memory=\"8GiB\"; {spare}\n}}"
    );
    let workload = |(name, on, replicas, memory): &(&str, &str, u32, u32)| {
        format!(
            "workload {name} {{ container image=\"registry.example.com/lab/{name}:1.0\"; on cards {{ {on}\n }}; cpu 1; memory \"{memory}GiB\"; replicas {replicas} }}\n"
        )
    };
    let workloads: String = workloads.iter().map(workload).collect();
    told(&format!("{pool}\ntenant lab {{\n{workloads}}}\n"))
}

#[test]
fn who_must_keep_apart_in_one_zone_is_told_beside_the_nodes_there() {
    let workloads = [
        ("three", "zone a; apart one", 3, 20),
        ("one", "zone a", 1, 8),
    ];
    let told = zoned("", &workloads);
    assert!(told.starts_with("does-not-fit: "), "{told}");
    assert!(told.contains("`lab.one` and `lab.three`"), "{told}");
    assert!(
        told.contains("the 2 nodes of pool `cards` in zone `a`"),
        "{told}"
    );
    let fits = [
        ("three", "zone a; apart one", 2, 20),
        ("one", "zone a", 1, 8),
    ];
    assert_eq!(zoned("", &fits), "");
}

#[test]
fn a_zone_that_may_fail_takes_its_nodes_along() {
    let told = zoned("spare 1 of=zone", &[("x", "", 5, 30)]);
    let message =
        "spare-not-covered: when zone `a` is lost, `lab.x` shall have 5 replicas, and 4 fit on";
    assert!(told.starts_with(message), "{told}");
    assert_eq!(zoned("spare 1 of=zone", &[("x", "", 4, 30)]), "");
}

#[test]
fn what_another_rule_has_said_of_a_place_is_not_said_again() {
    // Four that each want a node of their own, of two: the rule of hard spreads says it.
    let told = zoned("", &[("x", "zone a; spread by=zone hard=#true", 4, 1)]);
    assert!(!told.contains("does-not-fit"), "{told}");
}

/// A machine of one core: its name, what its `vm` says, its `on`, its memory in GiB, and the rest.
type Machine<'t> = (&'t str, &'t str, &'t str, u32, &'t str);

/// What is found where these machines stand on nodes with 55.9 GiB for them, a line for each.
fn moving(nodes: &str, machines: &[Machine<'_>]) -> String {
    let pool = format!(
        "pool small {{ {nodes}; cpu epyc-9354; memory \"64GiB\"; reserve cpu=4 memory=\"8GiB\" }}\npriority first 100 preempts=#true\n"
    );
    let machine = |(name, vm, on, memory, more): &Machine<'_>| {
        format!(
            "workload {name} {{\nvm image=\"registry.example.com/vm/debian:13\" {vm}\non small {on}\ncpu cores=1\nmemory \"{memory}GiB\"\ndisk root \"9GiB\"\n{more}\n}}\n"
        )
    };
    let machines: String = machines.iter().map(machine).collect();
    let told = told(&format!("{pool}\ntenant lab {{\n{machines}}}\n"));
    let lines = told.lines().filter(|line| !line.starts_with(' '));
    lines.collect::<Vec<_>>().join("\n")
}

const LIVE: &str = "migrate=live";
const RESTART: &str = "migrate=restart";

#[test]
fn a_machine_that_shall_move_and_has_no_room_is_told_why_and_what_helps() {
    assert_eq!(
        told(&bad("no-room-to-migrate")),
        "no-room-to-migrate: `shop.db` cannot move while it runs: with one more of it, `shop.db` shall have 3 replicas, and 2 fit on pool `small`
  here: asked for here
  also: 2 nodes
  why: a node of `small` holds 1 replica at most; KubeVirt starts a machine that moves on another node, with all that it asks for, before it ends it on the first, and until there is room for both whoever drains its node waits for ever
  help: add 1 node to pool `small`; or write `migrate=restart`: it then stops, and starts where there is room
"
    );
}

#[test]
fn a_machine_without_another_node_cannot_move() {
    let alone = moving("nodes 1", &[("v", LIVE, "", 4, "")]);
    assert_eq!(
        alone,
        "no-room-to-migrate: `lab.v` cannot move while it runs: `small-1` is the only node that admits it"
    );
    let bound = moving("nodes 3", &[("v", LIVE, "node=small-1", 4, "")]);
    assert_eq!(bound, alone);
    assert_eq!(moving("nodes 1", &[("v", RESTART, "", 4, "")]), "");
    assert_eq!(moving("nodes 1 max=2", &[("v", LIVE, "", 4, "")]), "");
    let both = [("v", "", "", 4, ""), ("w", "", "", 5, "")];
    let both = moving("nodes 1", &both);
    let message =
        "no-room-to-migrate: `lab.v` and 1 other machine cannot move while they run: `small-1` is";
    assert!(both.starts_with(message), "{both}");
}

#[test]
fn room_in_any_placement_is_room() {
    let others = |memory| {
        let others = ["w", "x", "y"].map(|name| (name, RESTART, "", memory, ""));
        moving(
            "nodes 2",
            &[&[("v", LIVE, "", 25, "")], &others[..]].concat(),
        )
    };
    // 25 beside one of 14, and 25 again beside the other two; however they stand now.
    assert_eq!(others(14), "");
    let told = others(20);
    assert!(
        told.starts_with("no-room-to-migrate: `lab.v` cannot move"),
        "{told}"
    );
}

#[test]
fn machines_that_keep_apart_need_one_node_more() {
    let apart = |nodes| moving(nodes, &[("v", LIVE, "{\napart v\n}", 4, "replicas 2")]);
    let told = apart("nodes 2");
    assert!(told.starts_with("no-room-to-migrate: `lab.v`"), "{told}");
    assert_eq!(apart("nodes 3"), "");
}

#[test]
fn who_is_pushed_out_does_not_hold_a_machine() {
    let beside = |name: &str| {
        let machines = [(name, LIVE, "", 30, ""), ("w", RESTART, "", 30, "")];
        moving("nodes 2", &machines)
    };
    let told = beside("v");
    assert!(told.starts_with("no-room-to-migrate: `lab.v`"), "{told}");
    assert_eq!(beside("v priority=first"), "");
}

#[test]
fn a_quota_has_room_for_a_machine_that_moves() {
    let quota = |memory: u32, migrate: &str| {
        let tenant = format!(
            "tenant lab {{ quota cpu=9 memory=\"{memory}GiB\"
            workload v {{ vm image=\"registry.example.com/vm/debian:13\" {migrate}; on general; cpu cores=1; memory \"8GiB\"; disk root \"9GiB\" }}
            workload w {{ container image=\"registry.example.com/lab/w:1.0\"; on general; cpu 1; memory \"4GiB\" }} }}\n"
        );
        told(&tenant)
    };
    let told = quota(20, LIVE);
    let message =
        "quota-blocks-migration: while `lab.v` moves, the workloads of tenant `lab` take ";
    assert!(told.starts_with(message), "{told}");
    assert!(told.contains("and its quota is 20GiB of memory"), "{told}");
    assert_eq!(quota(24, LIVE), "");
    assert_eq!(quota(20, RESTART), "");
    // What is passed anyway is told once.
    let passed = quota(12, LIVE);
    assert!(passed.starts_with("quota-exceeded"), "{passed}");
    assert!(!passed.contains("quota-blocks-migration"), "{passed}");
}
