//! The proof of flows, proved: what is emitted for random estates lets through the flows of the
//! spec, and no change of any one rule in it goes unnoticed.
//!
//! Every mutant of a policy must fail the proof, unless it means the same. Whether it does is not
//! asked of the evaluator that the proof rests on: `plain.rs` goes through all packets that could
//! tell the two apart, one by one, by the words of the API's documentation. Of the files
//! themselves `tampered.rs` changes single bytes, lines, documents and files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod baseline;
mod estates;
mod ground;
mod mutants;
mod networks;
mod plain;
mod tampered;

use std::collections::{BTreeMap, BTreeSet};

use ground::{Made, with};
use serde_json::Value;
use tenantry_core::{
    Options,
    compile::flows,
    prove::{self, flows::Proof},
    world::Memory,
};
use tenantry_reach::Node;

/// How many estates are drawn.
const DRAWN: u64 = 48;

/// Of how many every mutant is tried.
const MUTATED: u64 = 2;

/// No policy goes as deep.
const DEEPEST: usize = 32;

/// What the proofs of the clusters say of what is meant.
fn proofs(made: &Made<'_>, meant: &[Option<Node<'_>>]) -> Vec<Proof> {
    let (proofs, _) = prove::flows(made.ground, meant);
    proofs.into_iter().map(|(_, proof)| proof).collect()
}

/// What is meant, as values that can be changed.
fn values(made: &Made<'_>) -> Vec<Option<Value>> {
    let all = made.meant.iter();
    all.map(|it| Some(it.as_ref()?.to_json(DEEPEST))).collect()
}

/// What the proofs say where these values are meant instead.
fn proofs_of(made: &Made<'_>, meant: &[Option<Value>]) -> Vec<Proof> {
    let meant: Vec<Option<Node<'_>>> = meant.iter().map(|it| Some(it.as_ref()?.into())).collect();
    proofs(made, &meant)
}

#[test]
fn what_is_emitted_for_random_estates_lets_through_their_flows_and_nothing_else() {
    let (mut sound, mut policies, mut flows) = (0, 0, 0);
    for seed in 0..DRAWN {
        let files = estates::drawn(seed);
        with(&files, |made| {
            for proof in proofs(made, &made.meant) {
                assert!(
                    proof.holds(),
                    "seed {seed}: {:#?}{:#?}\n{files:#?}",
                    proof.differences,
                    proof.complaints
                );
                sound += 1;
                policies += proof.cluster.policies.len();
                flows += proof.wanted.len();
            }
        });
    }
    assert!(
        sound >= DRAWN / 2 && policies > 300 && flows > 700,
        "{sound} proofs of {flows} flows on {policies} policies are too few"
    );
}

#[test]
fn no_change_of_a_rule_goes_unnoticed() {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for seed in 0..MUTATED {
        with(&estates::drawn(seed), |made| {
            let sound = values(made);
            for at in policies(&sound) {
                let before = sound[at].clone().expect("a policy");
                for (kind, mutant) in mutants::of(&before) {
                    let mut meant = sound.clone();
                    meant[at] = mutant;
                    let noticed = proofs_of(made, &meant).iter().any(|proof| !proof.holds());
                    let count = counts.entry(kind).or_default();
                    count.0 += 1;
                    if noticed {
                        continue;
                    }
                    count.1 += 1;
                    let told = plain::difference(made, &sound, &meant, at);
                    assert_eq!(
                        told, None,
                        "seed {seed}: {kind} goes unnoticed: {before:#}\n{:#?}",
                        meant[at]
                    );
                }
            }
        });
    }
    let all: usize = counts.values().map(|(all, _)| all).sum();
    assert!(all > 500, "{all} mutants are too few: {counts:?}");
    // What can mean the same, and why; every mutant of the other kinds is noticed.
    let same = BTreeSet::from([
        // Where nothing is said, TCP is meant.
        "a port without its protocol",
        // The namespace is closed by a policy of its own, in both directions.
        "a policy without one of its types",
        "a policy without its types",
        // A peer without a namespace is of the policy's own.
        "a peer without its namespace",
        // The internet is let through on the same port.
        "a wider block",
    ]);
    for (kind, (all, unnoticed)) in &counts {
        assert!(
            *unnoticed == 0 || same.contains(kind),
            "{unnoticed} of {all} mutants go unnoticed: {kind}"
        );
    }
}

/// Where the policies are.
fn policies(meant: &[Option<Value>]) -> Vec<usize> {
    let all = meant.iter().enumerate();
    let policies = all.filter(|(_, value)| {
        let kind = value.as_ref().and_then(|value| value["kind"].as_str());
        kind == Some("NetworkPolicy")
    });
    policies.map(|(at, _)| at).collect()
}

#[test]
fn the_proof_is_there_for_who_asks_and_counts_fewer_objects_than_a_policy_for_each_flow() {
    let world = Memory::new(estates::shop());
    let run = flows(
        &world,
        ground::library(),
        &tenantry_targets::all(),
        &Options::default(),
    );
    assert_eq!(run.run.findings, []);
    let cluster = &run.environments[0].clusters[0];
    let proof = cluster.proof.as_ref().expect("a proof");
    assert!(proof.holds());
    let objects = proof.objects;
    assert_eq!(
        (objects.workloads, objects.emitted, objects.naive),
        (3, 5, 2 + 2 * 2 + 1),
        "two namespaces; web calls db, db is called by the other tenant, and web the internet"
    );
    assert_eq!(cluster.unproven, proof.unproven);
    assert!(
        !cluster.unproven.is_empty(),
        "a pod's own node is never held back"
    );
}
