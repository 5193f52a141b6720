//! What is told when a number or an address cannot stay as it was remembered.

use std::sync::Arc;

use tenantry_core::{
    compile::{Built, Options, build},
    lock::{Allocations, Lock},
    outcome::Clean,
    world::Memory,
};
use tenantry_tests::estate::library;

const GROUND: &str = r#"
estate lab
cluster pve { proxmox "9.1" }
cpu-model small cores=8
pool hosts { node pve1 ip="10.0.0.2"; cpu small; memory "64GiB" }
storage tank { zfs }
image debian { source proxmox-template=9000 }
"#;
const LAN: &str = r#"network lan bridge=vmbr0 cidr="10.0.0.0/24" gateway="10.0.0.1""#;

fn guest(name: &str, more: &str) -> String {
    format!(
        "workload {name} {more} {{ vm image=debian; on hosts; cpu cores=1; memory \"1GiB\"; disk root \"8GiB\" storage=tank; nic default network=lan }}\n"
    )
}

/// A guest with something more in its block.
fn with(name: &str, inside: &str) -> String {
    guest(name, "").replace(" }\n", &format!("; {inside} }}\n"))
}

fn addressed(name: &str, address: &str) -> String {
    let nic = format!("network=lan {{ ip \"{address}\" }} }}\n");
    guest(name, "").replace("network=lan }\n", &nic)
}

fn compiled(network: &str, tenant: &str, lock: &str, locked: bool) -> Built {
    let text = format!("{GROUND}\n{network}\n{tenant}");
    let world = Memory::new([
        ("tenantry.kdl", Arc::<str>::from(text)),
        ("tenantry.lock", Arc::from(lock)),
    ]);
    let options = Options {
        locked,
        ..Options::default()
    };
    build(&world, library(), &tenantry_targets::all(), &options)
}

/// A lock with these choices, as `vmid t.a 10500`.
fn lock(lines: &[&str]) -> String {
    let mut allocations = Allocations::default();
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let [what, path, value] = words[..] else {
            unreachable!("three words");
        };
        allocations.set(what, path, value);
    }
    Lock {
        environments: [("".into(), allocations)].into(),
        ..Lock::default()
    }
    .print()
}

/// The new lock, or the old one where it stays.
fn after(built: &Built, old: &str) -> String {
    built.lock.clone().unwrap_or_else(|| old.to_owned())
}

/// What is told of changes: the rule, the text that it points at, and all of its words.
fn told(network: &str, guests: &[String], lines: &[&str]) -> String {
    let tenant = format!("tenant t {{\n{}}}", guests.concat());
    let old = lock(lines);
    let built = compiled(network, &tenant, &old, false);
    let told = words(&built);
    assert!(
        Clean::of(&built.run.findings).is_some(),
        "{:#?}",
        built.run.findings
    );
    // What is told once is not told again.
    let again = compiled(network, &tenant, &after(&built, &old), false);
    assert_eq!(words(&again), "", "{:?}", built.lock);
    told
}

fn words(built: &Built) -> String {
    let rules = ["number-changes", "address-changes", "guest-left"];
    let ours = built.run.findings.iter();
    let ours = ours.filter(|finding| rules.contains(&finding.rule.name()));
    let each = ours.map(|finding| {
        let at = finding
            .span
            .map_or("nowhere", |span| built.run.sources.text(span));
        format!(
            "{} at `{at}`: {} ({})\n  why: {}\n  help: {}\n",
            finding.rule.name(),
            finding.message,
            finding.label.as_deref().unwrap_or_default(),
            finding.why.as_deref().unwrap_or_default(),
            finding.help.as_deref().unwrap_or_default(),
        )
    });
    each.collect()
}

#[test]
fn what_stays_is_not_told() {
    let old = [
        "vmid t.a 10500",
        "address t.a.default 10.0.0.50/24",
        "node t.a.0 pve1",
    ];
    let wide = r#"network lan bridge=vmbr0 cidr="10.0.0.0/16" gateway="10.0.0.1""#;
    for network in [LAN, wide] {
        assert_eq!(told(network, &[guest("a", ""), guest("b", "")], &old), "");
        let tenant = format!("tenant t {{ {} }}", guest("a", ""));
        let built = compiled(network, &tenant, &lock(&old), false);
        let new = after(&built, &lock(&old));
        assert!(new.contains("vmid \"t.a\" \"10500\""), "{new}");
        assert!(new.contains("\"10.0.0.50/"), "{new}");
    }
    assert_eq!(
        told(LAN, &[guest("a", "")], &[]),
        "",
        "nothing is remembered"
    );
}

#[test]
fn another_number_is_told_with_what_becomes_of_the_guest() {
    insta::assert_snapshot!(told(
        LAN,
        &[with("a", "target proxmox vmid=200")],
        &["vmid t.a 10500"]
    ));
}

#[test]
fn who_takes_a_number_is_named() {
    let guests = [guest("a", ""), with("b", "target proxmox vmid=10500")];
    insta::assert_snapshot!(told(LAN, &guests, &["vmid t.a 10500", "vmid t.b 10500"]));
}

#[test]
fn a_number_that_two_have_remembered_stays_with_one() {
    let guests = [guest("a", ""), guest("b", "")];
    insta::assert_snapshot!(told(LAN, &guests, &["vmid t.a 10500", "vmid t.b 10500"]));
}

#[test]
fn a_number_that_is_none_is_told() {
    insta::assert_snapshot!(told(LAN, &[guest("a", "")], &["vmid t.a 99"]));
}

#[test]
fn what_a_new_range_does_is_one_finding() {
    let old: Vec<String> = ["a", "b", "c", "d", "e"]
        .iter()
        .zip(50..)
        .map(|(name, at)| format!("address t.{name}.default 10.9.0.{at}/24"))
        .collect();
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let guests: Vec<String> = ["a", "b", "c", "d", "e"]
        .iter()
        .map(|name| guest(name, ""))
        .collect();
    insta::assert_snapshot!(told(LAN, &guests, &old));
}

#[test]
fn the_word_that_takes_an_address_is_pointed_at() {
    let at = |ip: &str| format!("address t.a.default {ip}/24");
    let one = |network: &str, guests: &[String], ip: &str| told(network, guests, &[&at(ip)]);
    let a = [guest("a", "")];
    let reserved = format!("{LAN} {{ reserved \"10.0.0.40\" \"10.0.0.60\" }}");
    let leased = format!("{LAN} {{ dhcp \"10.0.0.100\" \"10.0.0.200\" }}");
    let all = [
        one(LAN, &a, "10.0.0.1"),
        one(LAN, &a, "10.0.0.2"),
        one(&reserved, &a, "10.0.0.50"),
        one(&leased, &a, "10.0.0.50"),
        one("network lan bridge=vmbr0", &a, "10.0.0.50"),
        one(LAN, &[addressed("a", "10.0.0.7/24")], "10.0.0.50"),
        one(
            LAN,
            &[guest("a", ""), addressed("b", "10.0.0.50/24")],
            "10.0.0.50",
        ),
        one(LAN, &a, "10.0.0.x"),
    ];
    insta::assert_snapshot!(all.concat());
}

#[test]
fn who_is_gone_is_told_and_who_may_have_been_renamed() {
    let gone = [
        "vmid t.old 10500",
        "address t.old.default 10.0.0.50/24",
        "node t.old.0 pve1",
        "vmid t.stays 10501",
    ];
    let stays = guest("stays", "");
    let all = [
        told(LAN, std::slice::from_ref(&stays), &gone),
        told(LAN, &[stays.clone(), guest("new", "")], &gone),
        told(
            LAN,
            &[stays],
            &[
                "vmid other.x 10500",
                "vmid other.y 10501",
                "vmid t.stays 10502",
            ],
        ),
    ];
    insta::assert_snapshot!(all.concat());
}

#[test]
fn a_former_name_keeps_everything() {
    let old = [
        "vmid t.old 10500",
        "address t.old.default 10.0.0.50/24",
        "node t.old.0 pve1",
    ];
    let kept = |tenant: &str, old: &[&str]| {
        let built = compiled(LAN, tenant, &lock(old), false);
        assert_eq!(words(&built), "", "{tenant}");
        let new = after(&built, "");
        assert!(
            new.contains("\"10500\"") && new.contains("\"10.0.0.50/24\""),
            "{tenant}\n{new}"
        );
        new
    };
    kept(&format!("tenant t {{ {} }}", guest("new", "was=old")), &old);
    kept(&format!("tenant u was=t {{ {} }}", guest("old", "")), &old);
    kept(
        &format!("tenant u was=t {{ {} }}", guest("new", "was=old")),
        &old,
    );
    let nic = guest("old", "").replace("nic default", "nic lan was=default");
    kept(&format!("tenant t {{ {nic} }}"), &old);
    // The only one is the first of several.
    let several = guest("old", "").replace("vm image", "replicas 2; vm image");
    let new = kept(&format!("tenant t {{ {several} }}"), &old);
    assert!(new.contains("vmid \"t.old.0\" \"10500\""), "{new}");
    // Who is still there keeps what is its own.
    let both = format!(
        "tenant t {{ {} {} }}",
        guest("new", "was=old"),
        guest("old", "")
    );
    let new = kept(&both, &old);
    assert!(new.contains("vmid \"t.old\" \"10500\""), "{new}");
    // Two that say that they were the same: one of them was.
    let two = format!(
        "tenant t {{ {} {} }}",
        guest("x", "was=old"),
        guest("y", "was=old")
    );
    let new = kept(&two, &old);
    assert!(new.contains("vmid \"t.x\" \"10500\""), "{new}");
}

#[test]
fn nobody_new_gets_what_somebody_has() {
    // All but one of the range is taken: by the router, a machine, the resolver, an outside
    // system, and a guest that says so itself and comes later.
    let network = r#"external nas { cidr "10.0.0.4/32"; port nfs 2049 }
network lan bridge=vmbr0 cidr="10.0.0.0/29" gateway="10.0.0.1" { dns "10.0.0.3" }"#;
    let tenant = format!(
        "tenant t {{ {} {} }}",
        guest("a", ""),
        addressed("b", "10.0.0.5/29")
    );
    let built = compiled(network, &tenant, "", false);
    let new = after(&built, "");
    assert!(
        new.contains("address \"t.a.default\" \"10.0.0.6/29\""),
        "{new}"
    );
    // Where no other is left, that of somebody who is gone.
    let old = lock(&["address t.gone.default 10.0.0.6/29"]);
    let new = after(&compiled(network, &tenant, &old, false), "");
    assert!(
        new.contains("address \"t.a.default\" \"10.0.0.6/29\""),
        "{new}"
    );
}

#[test]
fn a_lock_that_must_stay_is_held_to_it_and_the_reason_is_told() {
    let tenant = format!("tenant t {{ {} }}", with("a", "target proxmox vmid=200"));
    let old = lock(&["vmid t.a 10500"]);
    let built = compiled(LAN, &tenant, &old, true);
    let rules: Vec<&str> = built.run.findings.iter().map(|it| it.rule.name()).collect();
    assert!(rules.contains(&"lock-outdated"), "{rules:?}");
    assert!(rules.contains(&"number-changes"), "{rules:?}");
}

#[test]
fn beside_an_error_nothing_seems_to_be_given_up() {
    let broken = guest("a", "").replace("on hosts", "on nowhere");
    let tenant = format!("tenant t {{ {broken} }}");
    let old = lock(&["vmid t.a 10500", "vmid t.b 10501"]);
    let built = compiled(LAN, &tenant, &old, false);
    assert!(Clean::of(&built.run.findings).is_none());
    assert_eq!(words(&built), "");
}
