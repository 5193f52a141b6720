//! What the field knows and what we check: each entry of the reference catalogue of rules is held
//! by rules of ours, or by how we emit, or has its reason why it is not decided here.
//!
//! A line of a list is `ID: rule, rule`, or `ID: emitted: how what we write keeps it`, or
//! `ID: not decided: why`. Skipped where the catalogue is not at hand.

mod emitted;

use std::collections::BTreeSet;

use tenantry_core::rules;
use tenantry_tests::validate::{Skip, shared::table};

/// The lists, by the catalogue's own families.
const LISTS: &[&str] = &[
    include_str!("ai.txt"),
    include_str!("bkp.txt"),
    include_str!("cap.txt"),
    include_str!("cost.txt"),
    include_str!("cpu.txt"),
    include_str!("edge.txt"),
    include_str!("ela.txt"),
    include_str!("gpu.txt"),
    include_str!("ha.txt"),
    include_str!("host.txt"),
    include_str!("iso.txt"),
    include_str!("mem.txt"),
    include_str!("net.txt"),
    include_str!("numa.txt"),
    include_str!("obs.txt"),
    include_str!("rol.txt"),
    include_str!("sec.txt"),
    include_str!("sel.txt"),
    include_str!("sto.txt"),
];

/// What others refuse, in our own words: KubeVirt's, Kata's and CDI's admission, and the
/// validation of Kubernetes itself.
const REFUSALS: &[&str] = &[include_str!("kubevirt.txt"), include_str!("kubernetes.txt")];

/// What becomes of an entry.
enum Fate<'a> {
    Rules(Vec<&'a str>),
    Otherwise(&'a str),
}

fn entries(lists: &[&'static str]) -> Vec<(&'static str, Fate<'static>)> {
    let lines = lists.iter().flat_map(|list| list.lines());
    let entry = |line: &'static str| {
        let (id, fate) = line.split_once(": ").unwrap_or((line, ""));
        let reason = fate
            .strip_prefix("emitted: ")
            .or_else(|| fate.strip_prefix("not decided: "));
        let fate = match reason {
            Some(reason) => Fate::Otherwise(reason),
            None => Fate::Rules(fate.split(", ").collect()),
        };
        (id, fate)
    };
    lines.map(entry).collect()
}

#[test]
fn every_named_rule_exists_and_every_reason_says_something() {
    let mut wrong = Vec::new();
    for (id, fate) in entries(LISTS).into_iter().chain(entries(REFUSALS)) {
        match fate {
            Fate::Rules(names) => {
                let missing = |name: &&str| rules::find(name).is_none();
                wrong.extend(names.into_iter().filter(missing).map(|name| (id, name)));
            }
            Fate::Otherwise(reason) if reason.len() < 20 => wrong.push((id, reason)),
            Fate::Otherwise(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_entry_of_the_catalogue_has_one_fate() {
    let ours: Vec<&str> = entries(LISTS).into_iter().map(|(id, _)| id).collect();
    let once: BTreeSet<&str> = ours.iter().copied().collect();
    assert_eq!(once.len(), ours.len(), "an entry is listed twice");
    let catalogue = match table("rules") {
        Ok(text) => text,
        Err(Skip(reason)) => return println!("skipped: {reason}"),
    };

    let rules = catalogue["rules"]
        .as_sequence()
        .unwrap_or_else(|| panic!("a list of rules"));
    let theirs: BTreeSet<&str> = rules
        .iter()
        .filter_map(|rule| rule["id"].as_str())
        .collect();
    assert_eq!(once, theirs);
}
