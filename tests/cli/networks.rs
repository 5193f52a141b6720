//! Networks beside the pod network on which policies hold: what `check` and `flows` say of them.

use serde_json::json;

use crate::{
    harness::Folder,
    promise::{keeps, promise},
};

/// Two tenants whose machines are on the pod network and on one beside it.
const BESIDE: &str = r#"estate lab domain=lab.example {
    tenantry ">=0.1"
}
cluster main {
    kubernetes "1.34"
    zone a
    network-plan pods="10.128.0.0/14" services="172.30.0.0/16" nodes="10.0.0.0/16"
    cni ovn "1.1.0" {
        feature multi-network #true
    }
    platform auto
    facts {
        dns { ip "172.30.0.10"; select k8s-app kube-dns; }
    }
}
pool general {
    nodes 4 prefix=node-
    cpu epyc-9354
    memory "256GiB"
}
storage fast access=rwx { rook-ceph replicas=3; capacity "4TiB"; }
network lan bridge=br-lan vlan=40 cidr="10.200.0.0/24" gateway="10.200.0.1" {
    dns "10.200.0.1"
}
profile machine {
    vm image="registry.example.com/vm/debian:13"
    on general
    cpu cores=2
    memory "4GiB"
    disk root "20GiB"
    nic default
    nic lan network=lan
}
tenant shop {
    workload db {
        like machine
        replicas 2
        port sql 5432
        offer sql to=reports
    }
    workload web {
        like machine
        connect db port=sql
    }
}
tenant reports {
    workload nightly {
        like machine
        connect shop.db port=sql
    }
}
"#;

#[test]
fn a_network_on_which_policies_hold_is_told_and_asked_by_itself() {
    let folder = Folder::of([("tenantry.kdl", BESIDE)]);
    let run = folder.run("flows").ends_with(0);
    for part in [
        "Network lan, 4 machines on it, is proved by itself",
        "its policies go by addresses",
    ] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
    for (question, told) in [
        (
            "--from reports.nightly --to shop.db --port 5432",
            "Over network lan: policy reports/lan.nightly lets it out",
        ),
        (
            "--from shop.web --to reports.nightly --port 22",
            "Over network lan: shop/web may call only what policy shop/lan.web lets through",
        ),
    ] {
        let run = folder.run(&format!("flows {question}")).ends_with(0);
        assert!(run.out.contains(told), "{question}: {told}\n{}", run.out);
    }
}

#[test]
fn tools_are_told_of_each_network_that_two_machines_share() {
    let folder = Folder::of([("tenantry.kdl", BESIDE)]);
    let answers = promise("flows", "answers");
    for (question, allowed, because) in [
        (
            "--from reports.nightly --to shop.db --port 5432",
            true,
            "policy reports/lan.nightly lets it out",
        ),
        (
            "--from shop.web --to reports.nightly --port 22",
            false,
            "only what policy shop/lan.web lets through",
        ),
    ] {
        let run = folder.run(&format!("flows {question} --format json"));
        let run = run.ends_with(0);
        keeps(&answers, &run);
        let document = run.json();
        let networks = &document["answers"][0]["networks"];
        assert_eq!(networks.as_array().map(Vec::len), Some(1), "{networks:#}");
        assert_eq!(networks[0]["network"], "lan");
        let emitted = &networks[0]["emitted"];
        assert_eq!(emitted["allowed"], allowed, "{emitted:#}");
        let told = emitted["because"].to_string();
        assert!(told.contains(because), "{emitted:#}");
    }
    // What is outside is on no such network.
    let run = folder.run("flows --from internet --to shop.db --format json");
    let document = run.ends_with(0).json();
    assert_eq!(document["answers"][0]["networks"], json!([]));
}

#[test]
fn a_misspelt_feature_is_one_mistake() {
    let misspelt = BESIDE.replace("feature multi-network", "feature multi-netwrk");
    let run = Folder::of([("tenantry.kdl", &*misspelt)])
        .run("check")
        .ends_with(1);
    let told = format!("{}{}", run.out, run.err);
    assert!(told.contains("did you mean `multi-network`?"), "{told}");
    assert!(told.contains("1 error in 1 file"), "{told}");
}

/// What `check` says of the estate with one line written otherwise: all of it, and how many errors.
fn told_of(from: &str, to: &str) -> (String, usize) {
    let wrong = BESIDE.replace(from, to);
    assert_ne!(wrong, BESIDE, "{from}");
    let run = Folder::of([("tenantry.kdl", &*wrong)]).run("check");
    let run = run.ends_with(1);
    let told = format!("{}{}", run.out, run.err);
    // The words alone, however the lines are broken.
    let words: Vec<&str> = told.split_whitespace().filter(|it| *it != "│").collect();
    (words.join(" "), told.matches("error[").count())
}

#[test]
fn what_one_network_lacks_is_one_mistake() {
    let network =
        r#"network lan bridge=br-lan vlan=40 cidr="10.200.0.0/24" gateway="10.200.0.1" {"#;
    for (instead, parts) in [
        (
            r#"network lan vlan=40 cidr="10.200.0.0/24" gateway="10.200.0.1" {"#,
            &[
                "error[bridge-missing]: 3 workloads (`reports.nightly`, `shop.db` and `shop.web`) cannot join network `lan`",
                "joins it",
            ][..],
        ),
        (
            "network lan bridge=br-lan vlan=40 {",
            &[
                "error[policed-address-unknown]: the addresses of 3 machines on network `lan` (`reports.nightly`, `shop.db` and `shop.web`) are not known before they run",
                "has no range",
                "0 of 1 addresses are said",
            ],
        ),
        (
            r#"network lan bridge=br-lan vlan=40 cidr="10.200.0.0/30" gateway="10.200.0.1" {"#,
            &[
                "error[no-free-address]: network `lan` (10.200.0.0/30) has no free address for 3 interfaces",
                "of the 2 addresses that the range has for interfaces, 1 is reserved, the router's or an outside system's, and 1 is taken; 3 more are needed",
            ],
        ),
    ] {
        let (told, errors) = told_of(network, instead);
        assert_eq!(errors, 1, "{instead}\n{told}");
        for part in parts {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }
}

#[test]
fn replicas_that_are_alike_are_one_mistake_on_all_networks() {
    let wire = "network wire bridge=br-wire vlan=41 cidr=\"10.201.0.0/24\"\ntenant shop {";
    let two = BESIDE.replace("tenant shop {", wire).replace(
        "        replicas 2\n",
        "        replicas 2 identity=none\n        nic wire network=wire\n",
    );
    let run = Folder::of([("tenantry.kdl", &*two)]).run("check");
    let run = run.ends_with(1);
    let told = format!("{}{}", run.out, run.err);
    assert_eq!(told.matches("error[").count(), 1, "{told}");
    assert!(told.contains("on networks `lan` and `wire`"), "{told}");
}

#[test]
fn flows_that_one_interface_would_carry_are_one_mistake() {
    // The database is on the further network alone, and nobody else is on it.
    let nics = "    nic default\n    nic lan network=lan\n";
    let off = BESIDE.replace(nics, "").replace(
        "        replicas 2\n",
        "        replicas 2\n        nic lan network=lan\n        monitor port=sql\n",
    );
    let run = Folder::of([("tenantry.kdl", &*off)]).run("check");
    let run = run.ends_with(1);
    let told = format!("{}{}", run.out, run.err);
    assert_eq!(told.matches("error[").count(), 1, "{told}");
    for part in [
        "error[flow-without-network]: `shop.db` is not on the pod network, and 3 of its flows",
        "from `reports.nightly`, from who reads its metrics and from `shop.web`",
        "`shop.db` is on network `lan` alone",
    ] {
        let words: Vec<&str> = told.split_whitespace().filter(|it| *it != "│").collect();
        assert!(words.join(" ").contains(part), "{part}\n{told}");
    }
}

#[test]
fn what_a_router_may_lead_is_left_alone() {
    // Two machines on two networks of their tenant's own, where no policies hold.
    let apart = BESIDE
        .replace(
            "feature multi-network #true",
            "feature multi-network #false",
        )
        .replace("    nic default\n    nic lan network=lan\n", "")
        .replace(
            "network lan ",
            "network wire bridge=br-wire vlan=41 cidr=\"10.201.0.0/24\" tenant=shop\n\
             network lan tenant=shop ",
        )
        .replace(
            "        replicas 2\n",
            "        replicas 2\n        nic lan network=lan\n",
        );
    let wired = apart.replace(
        "        connect db port=sql\n",
        "        connect db port=sql\n        nic wire network=wire\n",
    );
    assert_ne!(wired, apart);
    for (estate, callers) in [
        (&apart, "from `reports.nightly` and from `shop.web`"),
        // The other one is on the pod network alone.
        (&wired, "`reports.nightly` connects to `shop.db`"),
    ] {
        let run = Folder::of([("tenantry.kdl", estate.as_str())]).run("check");
        let run = run.ends_with(1);
        let told = format!("{}{}", run.out, run.err);
        assert_eq!(told.matches("error[").count(), 1, "{told}");
        let words: Vec<&str> = told.split_whitespace().filter(|it| *it != "│").collect();
        assert!(words.join(" ").contains(callers), "{callers}\n{told}");
    }
}

#[test]
fn a_machine_has_a_router_of_its_own_family_alone() {
    let folder = Folder::of_example("homelab");
    let ground = folder.read("tenantry.kdl");
    let both = ground.replace(
        "cidr=\"192.168.10.0/24\"",
        "cidr=\"192.168.10.0/24\" cidr6=\"fd00:10::/64\"",
    );
    assert_ne!(ground, both);
    folder.write("tenantry.kdl", &both);
    let family = folder.read("family.kdl");
    folder.write(
        "family.kdl",
        &family.replace("\"192.168.10.22/24\"", "\"fd00:10::22/64\""),
    );
    folder.run("build --out out").ends_with(0);
    let calls = folder.read("out/proxmox/home/apply.sh");
    assert!(calls.contains("'ip6=fd00:10::22/64'"), "{calls}");
    assert!(
        calls.contains("ip=192.168.10.23/24,gw=192.168.10.1"),
        "{calls}"
    );
    assert!(!calls.contains("gw6="), "{calls}");
}
