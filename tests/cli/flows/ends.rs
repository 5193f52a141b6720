//! Whom a question about an estate is about: by name and by address.

use super::told;
use crate::{
    harness::Folder,
    promise::{keeps, promise},
};

/// A site with a gateway, an outside system, and facts about addresses.
const SITE: &str = r#"estate shop time-zone="Europe/Berlin" {
    tenantry ">=0.1"
}
cluster one {
    kubernetes "1.34" distribution=kubeadm
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="192.168.10.0/24"
    cni calico "3.31.0"
    facts {
        dns namespace=kube-system {
            ip "10.43.0.10"
            select k8s-app kube-dns
        }
        ingress class=edge namespace=edge kind=gateway {
            select app envoy
        }
        monitoring namespace=mon {
            select app prometheus
        }
        metadata-ip "169.254.169.254"
    }
}
pool box {
    nodes 3 prefix=box first-ip="192.168.10.10"
    cpu edge-x86-8c
    memory "32GiB"
    reserve cpu="500m" memory="2GiB"
}
external partner {
    cidr "198.51.100.0/24"
    port https 443
}
tenant a {
    workload web {
        container image="registry.example.com/demo/web:1.0.0"
        replicas 2
        cpu "250m" limit="500m"
        memory "128MiB"
        port http 8080
        port media 10000 protocol=udp
        probe ready port=http path="/ready"
        connect b.api port=rest
        connect partner port=https
        connect internet port=443
        connect db port=pg
        expose http host="a.example.com" tls=#true
        expose media via=load-balancer {
            from "203.0.113.0/24"
        }
    }
    workload db {
        container image="registry.example.com/demo/db:1.0.0"
        cpu "250m" limit="500m"
        memory "128MiB"
        port pg 5432
    }
}
tenant b {
    workload api {
        container image="registry.example.com/demo/api:1.0.0"
        replicas 2
        cpu "250m" limit="500m"
        memory "128MiB"
        port rest 9090
        offer rest to=a
    }
}
"#;

/// Two machines on a network beside the pod network, of which one is on another too.
const LABS: &str = r#"estate shop time-zone="Europe/Berlin" {
    tenantry ">=0.1"
}
cluster one {
    kubernetes "1.34" distribution=kubeadm
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="192.168.10.0/24"
    cni ovn { feature multi-network #true; }
    facts {
        dns namespace=kube-system {
            ip "10.43.0.10"
            select k8s-app kube-dns
        }
    }
}
pool box {
    nodes 3 prefix=box first-ip="192.168.10.10"
    cpu edge-x86-8c
    memory "32GiB"
    reserve cpu="500m" memory="2GiB"
}
storage local-path mode=file {
    csi "rancher.io/local-path"
    capacity "400GiB"
}
external printers {
    cidr "10.77.0.0/16"
    port ipp 631
}
network lab bridge=br1 vlan=30 cidr="10.30.0.0/24" gateway="10.30.0.1" {
    dns "10.30.0.1"
    reserved "10.30.0.1" "10.30.0.9"
    route "10.77.0.0/16" via="10.30.0.2"
}
network lab2 bridge=br1 vlan=31 cidr="10.31.0.0/24"
tenant a {
    quota cpu=8 memory="16GiB" pods=20 {
        storage local-path "200GiB"
    }
    workload v1 {
        vm image="registry.example.com/vm/legacy:2.3.0"
        cpu cores=2
        memory "2GiB"
        disk root "20GiB" storage=local-path
        nic lab network=lab mode=bridge
        nic lab2 network=lab2 mode=bridge
        port ssh 22
        connect b.v2 port=ssh
        connect printers port=ipp
        connect internet port=443
    }
}
tenant b {
    quota cpu=8 memory="16GiB" pods=20 {
        storage local-path "200GiB"
    }
    workload v2 {
        vm image="registry.example.com/vm/legacy:2.3.0"
        cpu cores=2
        memory "2GiB"
        disk root "20GiB" storage=local-path
        nic lab network=lab mode=bridge
        port ssh 22
        offer ssh to=a
    }
}
"#;

/// The addresses that they were given.
const LABS_LOCK: &str = r#"// Written by `tenantry build` and kept under version control: choices that must not jump.
version 1
allocations {
    address "a.v1.lab" "10.30.0.124/24"
    address "a.v1.lab2" "10.31.0.70/24"
    address "b.v2.lab" "10.30.0.63/24"
}
"#;

#[test]
fn a_system_outside_is_asked_for_by_its_name() {
    let folder = Folder::of([("tenantry.kdl", SITE)]);
    told(
        &folder,
        &[
            ("--to partner", &["→ partner (198.51.100.0/24)", "TCP 443"]),
            (
                "--from a.web --to partner --port 443",
                &["allowed: a.web → partner, TCP 443", "declared at"],
            ),
            (
                "--from a.db --to partner --port 443",
                &["refused", "`connect partner port=https` in `a.db`"],
            ),
        ],
    );
    for (args, help) in [
        ("--to parner", "did you mean `partner`?"),
        ("--from web", "did you mean `a.web`?"),
    ] {
        let run = folder.run(&format!("flows {args}")).ends_with(2);
        assert!(run.err.contains(help), "{args}\n{}", run.err);
    }
    let both = SITE.replace("port https 443", "port https 443\n    port push 444");
    let both = both.replace(
        "connect partner port=https",
        "connect partner port=https cidr=\"198.51.100.0/25\"\n\
         connect partner port=444 cidr=\"198.51.100.128/25\"",
    );
    folder.write("tenantry.kdl", &both);
    told(
        &folder,
        &[(
            "--from a.web --to partner",
            &[
                "allowed: a.web → partner, TCP 443-444 only",
                "TCP 443 to partner (198.51.100.0/25): declared",
                "TCP 444 to partner (198.51.100.128/25): declared",
            ],
        )],
    );
}

#[test]
fn the_internet_comes_in_where_something_is_exposed() {
    let folder = Folder::of([("tenantry.kdl", SITE)]);
    let gateway = "clients reach it through platform.ingress, exposed at tenantry.kdl:";
    told(
        &folder,
        &[
            (
                "--from internet --to a.web --port 10000 --protocol udp",
                &[
                    "allowed: internet → a.web, UDP 10000",
                    "from clients (203.0.113.0/24): derived: expose",
                    "!refused",
                    "!needs",
                ],
            ),
            (
                "--from 8.8.8.8 --to a.web --port 10000 --protocol udp",
                &[
                    "refused",
                    "exposed to clients (203.0.113.0/24) only",
                    "!needs",
                ],
            ),
            (
                "--from internet --to a.web --port 8080",
                &["refused", gateway, "on TCP 8080", "!needs"],
            ),
            ("--from internet --to a.web", &["UDP 10000 only", gateway]),
            (
                "--from internet",
                &[
                    "platform.ingress\n  → a.web  TCP 8080",
                    "clients (203.0.113.0/24)\n  → a.web",
                ],
            ),
            (
                "--from internet --to a.db --port 5432",
                &["refused", "It needs `expose pg` in `a.db`"],
            ),
        ],
    );
}

#[test]
fn an_address_that_the_estate_knows_is_whose_it_is() {
    let folder = Folder::of([("tenantry.kdl", SITE)]);
    told(
        &folder,
        &[
            (
                "--from a.web --to 10.43.0.10 --port 53 --protocol udp",
                &[
                    "allowed: a.web → platform.dns (10.43.0.10)",
                    "asked of the resolver",
                ],
            ),
            (
                "--from a.web --to 169.254.169.254 --port 80",
                &[
                    "169.254.169.254 is platform.metadata",
                    "`connect platform.metadata` in `a.web`",
                ],
            ),
            (
                "--from 192.168.10.11 --to a.db --port 5432",
                &[
                    "not decided",
                    "192.168.10.11 is node `box2`",
                    "!refused:",
                    "!needs",
                ],
            ),
            (
                "--from a.db --to 192.168.10.11 --port 22",
                &[
                    "not decided",
                    "is node `box2`",
                    "No `connect` leads to a node",
                    "!needs",
                ],
            ),
            (
                "--from a.web --to 10.42.3.4 --port 80",
                &["not decided", "in the range of pods", "!refused", "!needs"],
            ),
            (
                "--from a.web --to 10.43.3.4 --port 80",
                &["not decided", "in the range of Services", "!needs"],
            ),
            (
                "--from 192.168.10.10 --to 8.8.8.8 --port 80",
                &[
                    "not decided",
                    "Both ends are outside",
                    "!refused",
                    "!allowed",
                    "!needs",
                ],
            ),
        ],
    );
    let run = folder.run("flows --from 192.168.10.10 --to 8.8.8.8 --format json");
    let answers = run.ends_with(0);
    keeps(&promise("flows", "answers"), &answers);
    let answer = &answers.json()["answers"][0];
    assert_eq!(answer["decided"], false, "{answer:#}");
    let notes = answer["notes"].to_string();
    assert!(notes.contains("Both ends are outside"), "{notes}");
}

#[test]
fn an_address_on_a_network_is_the_machine_that_has_it() {
    let folder = Folder::of([("tenantry.kdl", LABS), ("tenantry.lock", LABS_LOCK)]);
    told(
        &folder,
        &[
            (
                "--from internet --to a.v1 --port 22",
                &["refused", "is on `lab` and `lab2` alone", "!It needs"],
            ),
            (
                "--from 10.30.0.124 --to b.v2 --port 22",
                &[
                    "allowed: a.v1 (10.30.0.124) → b.v2",
                    "on network lab",
                    "!As emitted",
                ],
            ),
            (
                "--from a.v1 --to 10.30.0.63 --port 23",
                &["refused", "10.30.0.63 is b.v2 on network lab", "!external"],
            ),
            (
                "--from b.v2 --to 10.31.0.70 --port 22",
                &["refused", "b.v2 is not on network lab2", "!needs"],
            ),
            (
                "--from a.v1 --to 10.30.0.1 --port 53 --protocol udp",
                &[
                    "allowed",
                    "10.30.0.1 answers for names on network lab",
                    "policy a/lab.v1 lets it out",
                ],
            ),
            (
                "",
                &[
                    "→ resolver of lab (10.30.0.1)",
                    "3 declared flows, 2 derived flows",
                ],
            ),
        ],
    );
}

#[test]
fn advice_is_what_is_missing_and_nothing_else() {
    let served = SITE.replace(
        "port rest 9090",
        "port rest 9090\nport sig 2905 protocol=sctp",
    );
    let folder = Folder::of([("tenantry.kdl", served.as_str())]);
    told(
        &folder,
        &[
            (
                "--from a.db --to b.api --port 9090",
                &["It needs `connect b.api port=rest` in `a.db`.", "!offer"],
            ),
            (
                "--from a.db --to b.api --port 2905",
                &[
                    "Nothing of `b.api` listens on TCP 2905",
                    "its port `sig` is SCTP 2905 (`--protocol sctp`)",
                    "!needs",
                ],
            ),
            (
                "--from a.db --to b.api --port 2905 --protocol sctp",
                &["`connect b.api port=sig` in `a.db`, and `offer sig to=a` in `b.api`"],
            ),
            (
                "--from a.web --to b.api --port 9091",
                &[
                    "Nothing of `b.api` listens on TCP 9091: it has `rest` (TCP 9090)",
                    "`port NAME 9091` in `b.api`, and `connect b.api port=NAME` in `a.web`",
                ],
            ),
            (
                "--from b.api --to a.db",
                &["`connect a.db port=pg` in `b.api`, and `offer pg to=b` in `a.db`"],
            ),
        ],
    );
}

#[test]
fn a_system_outside_that_may_come_in_is_let_in_by_its_name() {
    let image = format!("registry.example.com/web@sha256:{}", "0".repeat(64));
    let spec = format!(
        r#"external bank {{ cidr "203.0.113.0/24"; port https 443; }}
tenant shop {{
    workload db {{
        container image="{image}"
        cpu 1
        memory "1GiB"
        port sql 5432
        expose sql via=load-balancer {{ from bank "198.51.100.0/24"; }}
    }}
}}
"#
    );
    let folder = Folder::of([("tenantry.kdl", crate::harness::GROUND), ("t.kdl", &spec)]);
    let run = folder
        .run("flows --from bank --to shop.db --port 5432")
        .ends_with(0);
    assert!(run.out.contains("one: allowed: bank"), "{}", run.out);
    let run = folder
        .run("flows --from bank --to shop.db --port 80")
        .ends_with(0);
    assert!(run.out.contains("one: refused: bank"), "{}", run.out);
}

#[test]
fn a_system_outside_is_called_on_its_ports_by_their_names() {
    let image = format!("registry.example.com/web@sha256:{}", "0".repeat(64));
    let spec = format!(
        r#"external bank {{ cidr "203.0.113.0/24"; port stat "9000-9010"; port ntp 123 protocol=udp; port https 443; }}
external far {{ cidr "198.51.100.0/24"; }}
tenant shop {{
    workload web {{
        container image="{image}"
        cpu 1
        memory "1GiB"
        connect bank port=https
    }}
}}
"#
    );
    let folder = Folder::of([("tenantry.kdl", crate::harness::GROUND), ("t.kdl", &spec)]);
    for (asked, words) in [
        (
            "bank --port ntp",
            &["UDP 123", "needs `connect bank port=ntp` in `shop.web`"][..],
        ),
        ("bank --port https", &["allowed"]),
        ("bank --port 9005", &["`connect bank port=stat`"]),
        (
            "bank --port 444",
            &[
                "listens on TCP 444: it has `https` (TCP 443), `ntp` (UDP 123)",
                "`port NAME 444` in `bank`, and `connect bank port=NAME`",
            ],
        ),
        (
            "bank --port 123 --protocol tcp",
            &["its port `ntp` is UDP 123 (`--protocol udp`)"],
        ),
        ("far --port 444", &["`connect far port=444` in `shop.web`"]),
    ] {
        let run = folder
            .run(&format!("flows --from shop.web --to {asked}"))
            .ends_with(0);
        let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(out.contains(word), "{asked}: {out}");
        }
    }
    let run = folder
        .run("flows --from shop.web --to bank --port ntq")
        .ends_with(2);
    assert!(run.err.contains("did you mean `ntp`?"), "{}", run.err);
}
