//! How an estate sets the levels of rules, and silences one in a place.
//!
//! Without any target every feature is one that no backend can give, which is a finding at a
//! known place.

use std::sync::Arc;

use tenantry_core::{Options, check, load::Library, world::Memory};

fn told(estate: &str, workload: &str) -> Vec<(String, &'static str)> {
    let text = format!(
        r#"
        estate shop {{ {estate} }}
        cluster c {{ kubernetes "1.34"; facts {{ dns {{ select k8s-app kube-dns; }}; }}; }}
        cpu-model small cores=8
        pool general {{ nodes 3; cpu small; memory "64GiB" }}
        tenant t {{ workload w {{ container image="r.example/t/w:1.0"; on general; cpu 1; memory "1GiB"; {workload} }} }}
        "#
    );
    let world = Memory::new([("tenantry.kdl", Arc::<str>::from(text))]);
    let run = check(&world, Library::default(), &[], &Options::default());
    run.findings
        .iter()
        .map(|finding| (finding.rule.name().to_owned(), finding.level.name()))
        .collect()
}

fn one(rule: &str, level: &'static str) -> Vec<(String, &'static str)> {
    vec![(rule.to_owned(), level)]
}

#[test]
fn a_rule_has_its_own_level() {
    assert_eq!(told("", ""), one("unsupported-feature", "error"));
}

#[test]
fn the_estate_sets_another() {
    assert_eq!(
        told("rules { set unsupported-feature warn }", ""),
        one("unsupported-feature", "warning")
    );
    assert_eq!(told("rules { set unsupported-feature off }", ""), []);
}

#[test]
fn a_node_silences_one_with_a_reason() {
    assert_eq!(
        told(
            "",
            r#"allow unsupported-feature because="the test has no backend""#
        ),
        []
    );
}

#[test]
fn a_silence_without_a_cause_is_told() {
    let found = told(
        "rules { set unsupported-feature off }",
        r#"allow component-missing because="old""#,
    );
    assert_eq!(found, one("unused-allow", "warning"));
}

#[test]
fn what_the_compiler_cannot_go_on_without_cannot_be_set() {
    assert!(
        told("rules { set wrong-value warn }", "").contains(&("fixed-rule".to_owned(), "error"))
    );
    assert!(
        told("", r#"allow unknown-name because="x""#).contains(&("fixed-rule".to_owned(), "error"))
    );
}

#[test]
fn a_misspelt_rule_is_told_once() {
    let found = told("rules { set unsuported-feature off }", "");
    assert_eq!(
        found
            .iter()
            .filter(|(rule, _)| rule == "unknown-rule")
            .count(),
        1
    );
}

#[test]
fn a_silence_without_a_reason_is_incomplete() {
    assert!(told("", "allow unsupported-feature").contains(&("missing-value".to_owned(), "error")));
}
