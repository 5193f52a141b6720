//! Networks beside the pod network: each is proved by itself, and no change of any of its policies,
//! of whom they are for or of what attaches machines to it goes unnoticed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tenantry_core::load::ROOT_FILE;
use tenantry_tests::{estate::Files, page};

use crate::{estates, ground, mutants, proofs, proofs_of, values};

const POLICY_FOR: &str = "k8s.v1.cni.cncf.io/policy-for";

/// The same estate on a pod network whose CNI attaches further networks itself.
fn on_ovn(mut files: Files) -> Files {
    let root = files.get_mut(ROOT_FILE).unwrap();
    let line = root.lines().find(|line| line.contains("cni cilium"));
    let line = line.unwrap().to_owned();
    *root = root.replace(&line, "    cni ovn { feature multi-network #true; }");
    files
}

/// Two networks: one that leads to some of what is outside, and one of its own.
const NETWORKS: &str = r#"
network lan bridge=br-lan vlan=40 cidr="10.200.0.0/24" gateway="10.200.0.1" {
    dns "10.200.0.2"
    route "203.0.113.0/24" via="10.200.0.1"
    reserved "10.200.0.1" "10.200.0.9"
}
network side bridge=br-side vlan=41 cidr="10.201.0.0/24"
"#;

/// The estate of a seed, whose machines are on further networks, some of them on these alone if that
/// is wanted: such a machine can have no flow with who is on the pod network alone.
fn drawn(seed: u64, alone: bool) -> Files {
    let mut files = on_ovn(estates::drawn(seed));
    let nics = [
        "nic default\nnic lan network=lan\n",
        match alone {
            true => "nic lan network=lan\nnic side network=side\n",
            false => "nic default\nnic side network=side\n",
        },
        "nic default\nnic side network=side\nnic lan network=lan\n",
    ];
    for text in files.values_mut() {
        let parts: Vec<String> = text
            .split_inclusive("disk root \"20GiB\"\n")
            .map(str::to_owned)
            .collect();
        let last = parts.len() - 1;
        let parts = parts.iter().enumerate();
        let parts: String = parts
            .map(|(at, part)| match at < last {
                true => format!("{part}{}", nics[at % nics.len()]),
                false => part.clone(),
            })
            .collect();
        *text = parts;
    }
    let root = files.get_mut(ROOT_FILE).unwrap();
    root.push_str(NETWORKS);
    files
}

/// Two tenants whose machines call each other, the outside, and what is on the wire.
fn pair() -> Files {
    let machine = |name: &str, lines: &str| {
        format!(
            "workload {name} {{\nvm image=\"registry.example.com/vm/debian:13\"\non general\ncpu cores=2\nmemory \"2GiB\"\ndisk root \"20GiB\"\n{lines}\n}}\n"
        )
    };
    let web = "replicas 2\nnic lan network=lan\nconnect db port=sql\nconnect internet port=443\nconnect filer port=nfs";
    let db = "port sql 5432\nport peers \"7000-7010\"\nnic default\nnic lan network=lan\noffer sql to=reports\nconnect bank port=https\nconnect db port=peers\nreplicas 2";
    let nightly = "nic default\nnic lan network=lan\nconnect shop.db port=sql";
    on_ovn(page::files(&format!(
        "{NETWORKS}external bank {{ cidr \"203.0.113.0/24\"; port https 443; }}
external filer {{ cidr \"10.200.0.8/31\"; port nfs 2049; }}
tenant shop {{\n{}{}}}\ntenant reports {{\n{}}}\n",
        machine("web", web),
        machine("db", db),
        machine("nightly", nightly)
    )))
}

/// Where the objects of a kind are.
fn of_kind(meant: &[Option<Value>], kind: &str) -> Vec<usize> {
    let all = meant.iter().enumerate();
    let own = all.filter(|(_, value)| {
        let own = value.as_ref().and_then(|value| value["kind"].as_str());
        own == Some(kind)
    });
    own.map(|(at, _)| at).collect()
}

#[test]
fn networks_of_random_estates_let_through_their_flows_and_nothing_else() {
    let (mut sound, mut networks, mut flows) = (0, 0, 0);
    for seed in 0..40 {
        let mut judge = |alone| {
            let files = drawn(seed, alone);
            ground::with(&files, |made| {
                for proof in proofs(made, &made.meant) {
                    let told: Vec<_> = proof.networks.iter().map(|it| &it.differences).collect();
                    let told = (&proof.differences, &proof.complaints, told);
                    assert!(proof.holds(), "seed {seed}: {told:#?}\n{files:#?}");
                    let wanted = proof.networks.iter().map(|it| it.wanted.len());
                    sound += 1;
                    networks += proof.networks.len();
                    flows += wanted.sum::<usize>();
                }
            })
        };
        if !judge(true) {
            judge(false);
        }
    }
    assert!(
        sound >= 8 && networks >= 10 && flows >= 20,
        "{sound} proofs of {networks} networks and {flows} flows are too few"
    );
}

#[test]
fn no_change_of_a_policy_of_a_network_goes_unnoticed() {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    // Where nothing is said, TCP is meant; and the network is closed by a policy of its own, in both
    // directions, so that a workload's need not say that it closes one of which it says nothing.
    let same = BTreeSet::from([
        "a port without its protocol",
        "a policy without one of its types",
        "a policy without its types",
    ]);
    let sound = ground::with(&pair(), |made| {
        let sound = values(made);
        assert!(proofs_of(made, &sound).iter().all(|proof| proof.holds()));
        for at in of_kind(&sound, "MultiNetworkPolicy") {
            let before = sound[at].clone().unwrap();
            let closes = before["metadata"]["name"] == "lan";
            let mut all = mutants::of(&before);
            for other in ["shop/side", "lan-2", ""] {
                let mut mutant = before.clone();
                mutant["metadata"]["annotations"][POLICY_FOR] = json!(other);
                all.push(("a policy for another network", Some(mutant)));
            }
            for (kind, mutant) in all {
                let mut meant = sound.clone();
                meant[at] = mutant;
                let noticed = proofs_of(made, &meant).iter().any(|proof| !proof.holds());
                let count = counts.entry(kind).or_default();
                count.0 += 1;
                count.1 += usize::from(!noticed);
                assert!(
                    noticed
                        || (same.contains(kind) && !closes)
                        || kind == "a port without its protocol",
                    "{kind} goes unnoticed: {before:#}\n{:#?}",
                    meant[at]
                );
            }
        }
    });
    let all: usize = counts.values().map(|(all, _)| all).sum();
    assert!(sound && all > 100, "{all} mutants are too few: {counts:?}");
}

#[test]
fn what_attaches_machines_to_a_network_is_what_was_meant() {
    let mut tried = 0;
    let sound = ground::with(&pair(), |made| {
        let sound = values(made);
        let told = |at: usize, change: &dyn Fn(&mut Value)| {
            let mut meant = sound.clone();
            change(meant[at].as_mut().unwrap());
            let meant: Vec<_> = meant.iter().map(|it| Some(it.as_ref()?.into())).collect();
            let (_, findings) = tenantry_core::prove::flows(made.ground, &meant);
            let messages = findings.iter().map(|finding| finding.message.clone());
            messages.collect::<Vec<_>>().join("\n")
        };
        for at in of_kind(&sound, "NetworkAttachmentDefinition") {
            let config = |from: &'static str, to: &'static str| {
                move |it: &mut Value| {
                    let text = it["spec"]["config"].as_str().unwrap();
                    assert!(text.contains(from), "{from} in {text}");
                    it["spec"]["config"] = json!(text.replace(from, to));
                }
            };
            let bridge = told(at, &config("ovn-k8s-cni-overlay", "bridge"));
            assert!(bridge.contains("made by the plugin bridge"), "{bridge}");
            let other = told(at, &config("\"name\":\"lan\"", "\"name\":\"wan\""));
            assert!(other.contains("leads to another network"), "{other}");
            tried += 2;
        }
        for at in of_kind(&sound, "VirtualMachine") {
            let away = told(at, &|it| {
                let networks = &mut it["spec"]["template"]["spec"]["networks"];
                let lan = networks.as_array_mut().unwrap().last_mut().unwrap();
                lan["multus"]["networkName"] = json!("side");
            });
            assert!(away.contains("not attached"), "{away}");
            tried += 1;
        }
    });
    assert!(sound && tried > 6, "{tried} changes are too few");
}

#[test]
fn what_is_wrong_on_a_network_is_told_by_a_packet() {
    let mut told = String::new();
    ground::with(&pair(), |made| {
        let mut meant = values(made);
        for at in of_kind(&meant, "MultiNetworkPolicy") {
            let policy = meant[at].as_mut().unwrap();
            if policy["metadata"]["name"] == "lan.db" {
                policy["spec"]["ingress"][0]["ports"][0]["port"] = json!(5433);
                policy["spec"]["ingress"][0]["ports"][0]["endPort"] = json!(5433);
            }
        }
        let meant: Vec<_> = meant.iter().map(|it| Some(it.as_ref()?.into())).collect();
        let (_, findings) = tenantry_core::prove::flows(made.ground, &meant);
        let messages = findings.iter().map(|finding| finding.message.clone());
        told = messages.collect::<Vec<_>>().join("\n");
    });
    let refused = "on network `lan` of cluster `main`, `shop.web` is to open TCP 5432 of `shop.db`, \
                   but the emitted policies refuse it where it arrives";
    assert!(told.contains(refused), "{told}");
}
