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
