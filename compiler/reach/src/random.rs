//! Small clusters with a bit of everything, for tests.

use proptest::prelude::*;

use crate::{
    Addresses, Cluster, Protocol,
    cluster::{ContainerPort, Namespace, Pod},
    labels::{Condition, Labels, NAMESPACE_NAME, Requirement, Selector},
    policy::{Peer, Policy, Port, Rule},
    tiers::{Action, Tier, TierPolicy, TierRule},
};

const NAMESPACES: [&str; 3] = ["east", "north", "west"];

/// Blocks that overlap in every way, around the addresses that pods have.
const BLOCKS: [[&str; 2]; 8] = [
    ["10.0.0.0/30", ""],
    ["10.0.0.0/8", "10.0.0.0/31"],
    ["0.0.0.0/0", "10.0.0.0/8"],
    ["0.0.0.0/0", ""],
    ["10.0.0.2/32", ""],
    ["::/0", "2001:db8::/32"],
    ["2001:db8::/127", ""],
    ["255.255.255.255/32", ""],
];

const OWN: [&str; 4] = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "2001:db8::1"];

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(values).prop_map(str::to_owned)
}

/// Labels of these keys.
pub(crate) fn labels(keys: &'static [&'static str]) -> impl Strategy<Value = Labels> {
    prop::collection::btree_map(one_of(keys), one_of(&["", "x", "y"]), 0..=keys.len())
}

/// A selector of these keys.
pub(crate) fn selector(keys: &'static [&'static str]) -> impl Strategy<Value = Selector> {
    let values = || prop::collection::vec(one_of(&["", "x", "y", "east"]), 1..3);
    let condition = prop_oneof![
        4 => values().prop_map(Condition::In),
        1 => values().prop_map(Condition::NotIn),
        1 => Just(Condition::Exists),
        1 => Just(Condition::DoesNotExist),
    ];
    let requirement = (one_of(keys), condition);
    let requirement = requirement.prop_map(|(key, condition)| Requirement { key, condition });
    prop::collection::vec(requirement, 0..3).prop_map(Selector::new)
}

fn namespaces() -> impl Strategy<Value = Selector> {
    let pinned = one_of(&NAMESPACES).prop_map(|name| {
        Selector::new(vec![Requirement {
            key: NAMESPACE_NAME.to_owned(),
            condition: Condition::In(vec![name]),
        }])
    });
    prop_oneof![2 => pinned, 2 => selector(&["team"]), 1 => selector(&[NAMESPACE_NAME])]
}

/// A set of addresses that policies may speak of.
pub(crate) fn block() -> impl Strategy<Value = Addresses> {
    prop::sample::select(&BLOCKS[..]).prop_map(|[block, but]| {
        let set = |text: &str| text.parse().map_or(Addresses::none(), Addresses::block);
        set(block).without(&set(but))
    })
}

fn peer() -> impl Strategy<Value = Peer> {
    let pods = (prop::option::of(namespaces()), selector(&["app", "tier"]));
    let pods = pods.prop_map(|(namespaces, pods)| Peer::Pods { namespaces, pods });
    prop_oneof![3 => pods, 1 => block().prop_map(Peer::Addresses)]
}

fn protocol() -> impl Strategy<Value = Protocol> {
    prop_oneof![4 => Just(Protocol::Tcp), 1 => Just(Protocol::Udp), 1 => Just(Protocol::Sctp)]
}

fn port() -> impl Strategy<Value = Port> {
    prop_oneof![
        1 => protocol().prop_map(Port::Every),
        3 => (protocol(), 79u16..82, 0u16..3).prop_map(|(it, from, more)| Port::Range(it, from, from + more)),
        2 => (protocol(), one_of(&["http", "admin"])).prop_map(|(it, name)| Port::Named(it, name)),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let peers = prop::option::weighted(0.85, prop::collection::vec(peer(), 1..3));
    let ports = prop::option::weighted(0.6, prop::collection::vec(port(), 1..3));
    (peers, ports).prop_map(|(peers, ports)| Rule { peers, ports })
}

fn policy() -> impl Strategy<Value = Policy> {
    let rules = || prop::option::weighted(0.7, prop::collection::vec(rule(), 0..3));
    (
        one_of(&NAMESPACES),
        selector(&["app", "tier"]),
        rules(),
        rules(),
    )
        .prop_map(|(namespace, pods, ingress, egress)| Policy {
            namespace,
            name: String::new(),
            pods,
            ingress,
            egress,
        })
}

/// Rules of a tier name the namespaces of their peers.
fn tier_rule() -> impl Strategy<Value = TierRule> {
    let pods = (namespaces(), selector(&["app", "tier"]));
    let pods = pods.prop_map(|(namespaces, pods)| Peer::Pods {
        namespaces: Some(namespaces),
        pods,
    });
    let peer = prop_oneof![3 => pods, 1 => block().prop_map(Peer::Addresses)];
    let ports = prop::option::weighted(0.5, prop::collection::vec(port(), 1..3));
    (
        prop::sample::select(vec![Action::Accept, Action::Deny, Action::Pass]),
        prop::collection::vec(peer, 1..3),
        ports,
    )
        .prop_map(|(action, peers, ports)| TierRule {
            name: None,
            action,
            rule: Rule {
                peers: Some(peers),
                ports,
            },
        })
}

fn tier() -> impl Strategy<Value = TierPolicy> {
    let rules = || prop::collection::vec(tier_rule(), 0..4);
    (
        (any::<bool>(), 0u16..3),
        namespaces(),
        selector(&["app", "tier"]),
        rules(),
        rules(),
    )
        .prop_map(
            |((before, priority), namespaces, pods, ingress, egress)| TierPolicy {
                kind: "ClusterNetworkPolicy".to_owned(),
                name: String::new(),
                tier: if before { Tier::Admin } else { Tier::Baseline },
                priority,
                namespaces,
                pods,
                ingress,
                egress,
            },
        )
}

fn pod() -> impl Strategy<Value = Pod> {
    let port = (
        prop::option::of(one_of(&["http", "admin"])),
        protocol(),
        79u16..83,
    );
    let port = port.prop_map(|(name, protocol, number)| ContainerPort {
        name,
        protocol,
        number,
    });
    let address = prop::sample::select(&OWN[..]).prop_map(|text| text.parse().expect("an address"));
    (
        (one_of(&NAMESPACES), labels(&["app", "tier"]), any::<bool>()),
        prop::bool::weighted(0.1),
        prop::collection::vec(port, 0..3),
        prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(address, 1..2)],
    )
        .prop_map(
            |((namespace, labels, alone), host_network, ports, addresses)| Pod {
                namespace,
                kind: "Pod".to_owned(),
                labels,
                alone,
                host_network,
                ports,
                addresses,
                ..Pod::default()
            },
        )
}

/// A cluster.
pub(crate) fn cluster() -> impl Strategy<Value = Cluster> {
    let teams = prop::collection::vec(labels(&["team"]), NAMESPACES.len());
    let pods = prop::collection::vec(pod(), 0..8);
    let policies = prop::collection::vec(policy(), 0..8);
    let tiers = prop_oneof![
        1 => Just(Vec::new()),
        1 => prop::collection::vec(tier(), 0..5),
    ];
    (teams, pods, policies, tiers).prop_map(|(teams, pods, policies, tiers)| {
        let mut cluster = Cluster {
            tiers,
            ..Cluster::default()
        };
        for (name, labels) in NAMESPACES.into_iter().zip(teams) {
            let namespace = Namespace::new(name, labels);
            cluster.namespaces.insert(name.to_owned(), namespace);
        }
        for (pod, at) in pods.into_iter().zip(0..) {
            let name = format!("p{at}");
            cluster.add_pod(Pod { name, ..pod });
        }
        for (policy, at) in policies.into_iter().zip(0..) {
            let name = format!("n{at}");
            cluster.add_policy(Policy { name, ..policy });
        }
        cluster
    })
}
