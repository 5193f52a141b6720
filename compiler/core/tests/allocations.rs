//! Choices that must not jump: numbers of Proxmox guests, their hosts, static addresses.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, sync::Arc};

use tenantry_core::{
    check, close, flows,
    limits::Limits,
    load::{self, Library},
    lock::Allocations,
    lower, model, place, resolve, schema,
    world::Memory,
};

const GROUND: &str = r#"
estate lab
cluster pve { proxmox "9.1" }
cpu-model small cores=8
pool hosts { nodes 2 prefix=pve; cpu small; memory "64GiB" }
network lan bridge=vmbr0 cidr="10.0.0.0/29" gateway="10.0.0.1"
storage tank { zfs }
image debian { source proxmox-template=9000 }
"#;

fn guest(name: &str, more: &str) -> String {
    format!(
        "workload {name} {more} {{ vm image=debian; on hosts; cpu cores=1; memory \"1GiB\"; disk root \"8GiB\" storage=tank; nic default network=lan }}"
    )
}

/// Every choice by instance: number, host, address.
type Choices = BTreeMap<String, (u32, String, String)>;

fn choices(guests: &[String], old: &Allocations) -> (Choices, Allocations) {
    let text = format!("{GROUND} tenant t {{ {} }}", guests.join("\n"));
    let world = Memory::new([("tenantry.kdl", Arc::<str>::from(text))]);
    let sources = load::load(&world, Library::default(), &Limits::default())
        .value
        .expect("files");
    let typed = schema::decode(&sources).value.expect("nodes");
    let resolved = resolve::resolve(&typed, None, &[]);
    let estate = resolved
        .then(|resolved| model::build(resolved, &typed.words.vocabulary))
        .value
        .expect("an estate");
    let platform = close::close(&estate, &[]);
    let checked = check::run(&estate, &platform, &[]).value.expect("checked");
    let placement = place::place(&checked, &[], old, &Limits::default(), &[])
        .value
        .expect("a placement");
    let flows = flows::collect(&checked, &[]).value.expect("flows");
    let allocated = lower::allocate(&checked, &placement)
        .value
        .expect("numbers");
    let lowered = lower::lower(&checked, &placement, &flows, allocated);
    let mut choices = Choices::new();
    for (_, workload) in lowered.workloads(&lowered.clusters[0]) {
        for instance in &workload.instances {
            let host = instance.host.expect("a host");
            let node = estate.pools[host.pool].nodes[host.node].name.clone();
            let address = instance
                .addresses
                .get("default")
                .expect("an address")
                .to_string();
            choices.insert(
                instance.name.clone(),
                (instance.vmid.expect("a number"), node, address),
            );
        }
    }
    (choices, lowered.allocations.clone())
}

#[test]
fn the_same_spec_makes_the_same_choices() {
    let guests = [guest("a", ""), guest("b", "")];
    let none = Allocations::default();
    assert_eq!(choices(&guests, &none), choices(&guests, &none));
}

#[test]
fn a_new_neighbour_moves_nobody() {
    let none = Allocations::default();
    let (before, remembered) = choices(&[guest("b", ""), guest("c", "")], &none);
    let (after, _) = choices(
        &[guest("a", ""), guest("b", ""), guest("c", "")],
        &remembered,
    );
    for (name, choice) in &before {
        assert_eq!(after.get(name), Some(choice), "{name}");
    }
}

#[test]
fn no_two_guests_share_a_number_or_an_address() {
    let guests: Vec<String> = ["a", "b", "c", "d", "e"]
        .iter()
        .map(|name| guest(name, ""))
        .collect();
    let (all, _) = choices(&guests, &Allocations::default());
    let numbers: std::collections::BTreeSet<u32> = all.values().map(|choice| choice.0).collect();
    let addresses: std::collections::BTreeSet<&String> =
        all.values().map(|choice| &choice.2).collect();
    assert_eq!((numbers.len(), addresses.len()), (5, 5));
    assert!(
        !addresses.contains(&"10.0.0.1/29".to_owned()),
        "the gateway's address is not given away"
    );
}

#[test]
fn a_renamed_guest_keeps_its_choices() {
    let (before, remembered) = choices(&[guest("old", "")], &Allocations::default());
    let (after, _) = choices(&[guest("new", "was=old")], &remembered);
    assert_eq!(after["new"], before["old"]);
}

#[test]
fn a_guest_that_is_gone_is_forgotten() {
    let (_, remembered) = choices(&[guest("a", ""), guest("b", "")], &Allocations::default());
    let (_, after) = choices(&[guest("a", "")], &remembered);
    assert_eq!(
        after
            .all("vmid")
            .map(|(path, _)| path.to_owned())
            .collect::<Vec<_>>(),
        ["t.a"]
    );
    assert!(
        after.all("node").all(|(path, _)| !path.starts_with("t.b")),
        "{:?}",
        after.all("node").collect::<Vec<_>>()
    );
}

#[test]
fn guests_are_spread_over_the_hosts() {
    let (all, _) = choices(&[guest("a", ""), guest("b", "")], &Allocations::default());
    assert_ne!(all["a"].1, all["b"].1);
}
