//! One slip is one finding, at the slip: nothing is said of what only followed from it, in any
//! later phase.

use std::sync::Arc;

use tenantry_core::{Options, check, world::Memory};

/// A Kubernetes cluster with a further network on which policies hold, and guests of Proxmox.
const ESTATE: &str = r#"
estate shop
cluster c managed=#true {
    kubernetes "1.34"
    network-plan pods="10.244.0.0/16" services="10.96.0.0/12" nodes="10.10.0.0/22"
    cni ovn {
        feature multi-network #true
    }
    facts {
        dns namespace=kube-system { select k8s-app kube-dns; }
    }
}
cluster home {
    proxmox "9.1"
}
pool general cluster=c {
    nodes 3 prefix=n first-ip="10.10.0.10"
    cpu epyc-7313 sockets=2 manager=static
    memory "256GiB"
    reserve cpu=2 memory="8GiB"
}
pool box cluster=home {
    nodes 1 prefix=box first-ip="10.20.0.10"
    cpu epyc-7313
    memory "64GiB"
    reserve cpu=2 memory="8GiB"
}
storage fast cluster=c access=rwx mode=block {
    rook-ceph
    capacity "10TiB"
}
storage disks cluster=home {
    zfs
    capacity "1TiB"
}
network bench cluster=c bridge=br-bench vlan=30 cidr="10.30.0.0/24"
network lan cluster=home bridge=vmbr0 cidr="10.20.0.0/24"
external bank {
    cidr "203.0.113.0/24"
    port https 443
    port sql 5432
}
tenant lab {
    workload rig {
        vm image="registry.example.com/vm/debian:13"
        on c.general
        cpu cores=2
        memory "4GiB"
        disk root "20GiB" storage=c.fast
        nic lab network=bench
        port ssh 22
    }
    workload desk {
        vm image="registry.example.com/vm/debian:13"
        on c.general
        cpu cores=2
        memory "4GiB"
        disk root "20GiB" storage=c.fast
        nic default
        nic lab network=bench
        connect rig port=ssh
        connect bank port=443
    }
    workload front {
        container image="registry.example.com/lab/front:1.0"
        on c.general
        cpu "250m"
        memory "256MiB"
        port http 8080
        offer http to=shop
    }
}
tenant shop {
    workload till {
        container image="registry.example.com/shop/till:1.0"
        on c.general
        cpu "250m"
        memory "256MiB"
        connect lab.front port=http
    }
    workload kiosk {
        container image="registry.example.com/shop/kiosk:1.0"
        on c.general
        cpu "250m"
        memory "256MiB"
        connect lab.front port=http
    }
}
tenant family {
    workload files {
        lxc image="local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst"
        on home.box
        cpu 1
        memory "1GiB"
        disk root "8GiB" storage=home.disks
        nic default network=lan
        port web 80
    }
    workload proxy {
        lxc image="local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst"
        on home.box
        cpu 1
        memory "1GiB"
        disk root "8GiB" storage=home.disks
        nic default network=lan
        connect files port=web
    }
    workload media {
        lxc image="local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst"
        on home.box
        cpu 1
        memory "1GiB"
        disk root "8GiB" storage=home.disks
        nic default network=lan
        connect files port=web
    }
}
"#;

/// What is told of the estate where `from` is `to`: each rule, and the text that it points at.
fn told(from: &str, to: &str) -> Vec<String> {
    assert!(ESTATE.contains(from), "{from}");
    of(ESTATE.replacen(from, to, 1))
}

fn of(text: String) -> Vec<String> {
    let text: Arc<str> = text.into();
    let library = super::library();
    let run = check(
        &Memory::new([("tenantry.kdl".to_owned(), text)]),
        library,
        &tenantry_targets::all(),
        &Options::default(),
    );
    let errors = run.findings.iter();
    let errors = errors.filter(|finding| finding.level == tenantry_core::diag::Level::Error);
    errors
        .map(|finding| {
            let at = finding.span.map_or("", |span| run.sources.text(span));
            format!("{} at `{at}`", finding.rule.name())
        })
        .collect()
}

#[test]
fn the_estate_is_sound() {
    assert_eq!(told("estate shop", "estate shop"), Vec::<String>::new());
}

#[test]
fn a_slip_is_told_once_and_where_it_is() {
    for (from, to, what) in [
        // What could not be read of a network is in nobody's policy, and that is no defect.
        (
            "vlan=30 cidr=\"10.30.0.0/24\"",
            "vlan=30 cidr=\"10.30.0.0/240\"",
            "wrong-value at `\"10.30.0.0/240\"`",
        ),
        (
            "vlan=30 cidr=",
            "vlan=30 cdir=",
            "unknown-property at `cdir`",
        ),
        ("network bench", "netwrk bench", "unknown-kind at `netwrk`"),
        (
            "cluster=home bridge",
            "cluster=hmoe bridge",
            "unknown-name at `hmoe`",
        ),
        (
            "vmbr0 cidr=\"10.20.0.0/24\"",
            "vmbr0 cidr=\"10.20.0.0\"",
            "wrong-value at `\"10.20.0.0\"`",
        ),
        (
            "nic default network=lan\n        port",
            "nic default netwrok=lan\n        port",
            "unknown-property at `netwrok`",
        ),
        // Of what a cluster says wrongly it says nothing else.
        (
            "dns namespace=kube-system",
            "dsn namespace=kube-system",
            "unknown-kind at `dsn`",
        ),
        (
            "select k8s-app",
            "seelct k8s-app",
            "unknown-kind at `seelct`",
        ),
        (
            "nodes=\"10.10.0.0/22\"",
            "nodes=\"10.10.0.0/99\"",
            "wrong-value at `\"10.10.0.0/99\"`",
        ),
        // Ports that nobody has.
        ("port=443", "port=444", "nothing-listens at `444`"),
        ("offer http", "offer 7", "nothing-listens at `7`"),
        // One half of two flows that lacks once.
        (
            "        offer http to=shop\n",
            "",
            "connection-not-offered at `connect lab.front port=http`",
        ),
        (
            "offer http to=shop",
            "offer http to=lab",
            "connection-not-offered at `connect lab.front port=http`",
        ),
    ] {
        assert_eq!(told(from, to), [what], "{from} -> {to}");
    }
}

#[test]
fn an_interface_has_one_address_and_of_its_network_s_family() {
    let nic = "nic lab network=bench\n        port ssh";
    let with = |ip: &str| {
        let text = format!("nic lab network=bench {{ ip {ip}; }}\n        port ssh");
        told(nic, &text)
    };
    assert_eq!(with("\"10.30.0.9/24\""), [""; 0]);
    let other = [r#"fixed-address-unfit at `"fd00:30::9/64"`"#];
    assert_eq!(with("\"fd00:30::9/64\""), other);
    // Several of one family may be those of more replicas, in another environment.
    assert_eq!(with("\"10.30.0.9/24\" \"10.30.0.10/24\""), [""; 0]);
    let both = "vlan=30 cidr6=\"fd00:30::/64\" cidr=";
    let text = ESTATE.replacen("vlan=30 cidr=", both, 1);
    let text = text.replacen(
        nic,
        "nic lab network=bench { ip \"10.30.0.9/24\" \"fd00:30::9/64\"; }\n        port ssh",
        1,
    );
    assert_eq!(of(text), other);
}

#[test]
fn a_host_in_capitals_and_a_path_with_a_slash_are_the_same_ones() {
    let with = |exposes: &str| told("port http 8080", &format!("port http 8080\n{exposes}"));
    let twice = |exposes: &str| {
        let told = with(exposes);
        told.iter()
            .filter(|it| it.starts_with("exposed-twice"))
            .count()
    };
    let host = |host: &str, rest: &str| format!("expose http host=\"{host}\" tls=#true{rest}\n");
    assert_eq!(
        twice(&(host("a.example.com", "") + &host("b.example.com", ""))),
        0
    );
    assert_eq!(
        twice(&(host("a.example.com", "") + &host("A.example.com", ""))),
        1
    );
    let number = "expose 8080 host=\"a.example.com\" tls=#true path=\"/x/\"\n";
    assert_eq!(twice(&(host("a.example.com", " path=\"/x\"") + number)), 1);
    assert_eq!(twice(&(host("a.example.com", " path=\"/y\"") + number)), 0);
    let wrong = with(&host("a.example.com", " path=\"x\""));
    assert!(
        wrong.contains(&"wrong-value at `\"x\"`".to_owned()),
        "{wrong:?}"
    );
}

#[test]
fn an_address_of_a_load_balancer_is_asked_for_once() {
    let expose = |host: &str, ip: &str| {
        format!("expose http via=load-balancer host=\"{host}\" ip=\"{ip}\" {{ from bank; }}\n")
    };
    let with = |second: &str| {
        let text = "port http 8080\n".to_owned() + &expose("a.example.com", "10.12.0.9");
        let told = told("port http 8080", &(text + &expose("b.example.com", second)));
        let told = told
            .iter()
            .filter(|it| it.starts_with("balancer-address-unfit"));
        told.count()
    };
    assert_eq!([with("10.12.0.10"), with("10.12.0.9")], [0, 1]);
}

#[test]
fn a_network_without_a_range_is_told_once_however_many_guests_are_on_it() {
    let told = told("vmbr0 cidr=\"10.20.0.0/24\"", "vmbr0");
    assert_eq!(told, ["guest-address-unknown at `connect files port=web`"]);
}

#[test]
fn addresses_are_chosen_of_ipv6_alone_as_well() {
    let sound = Vec::<String>::new();
    assert_eq!(
        told("cidr=\"10.30.0.0/24\"", "cidr6=\"fd00:30::/64\""),
        sound
    );
    assert_eq!(
        told("cidr=\"10.20.0.0/24\"", "cidr6=\"fd00:20::/64\""),
        sound
    );
}
