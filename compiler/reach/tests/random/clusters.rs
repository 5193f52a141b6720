//! Random manifests of small clusters whose words are few, so that they meet often.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

pub(crate) const NAMESPACES: [&str; 3] = ["a", "b", "c"];
pub(crate) const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
const PORTS: [u16; 4] = [80, 81, 443, 65535];
const NAMES: [&str; 2] = ["http", "sql"];
const BLOCKS: [&str; 7] = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.1.77/24",
    "10.0.1.2/32",
    "::/0",
    "fd00::/16",
    "fd00:1::/32",
];

/// Addresses in and between the blocks.
pub(crate) const ADDRESSES: [&str; 6] = [
    "10.0.1.200",
    "10.0.2.1",
    "192.0.2.7",
    "fd00:1::7",
    "fd00:2::7",
    "2001:db8::7",
];

/// Ports that are spoken of, and those beside them.
pub(crate) const ASKED: [u16; 7] = [1, 79, 80, 81, 82, 443, 65535];

fn object(fields: Vec<(&'static str, Option<Value>)>) -> Value {
    let there = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(there.collect::<Map<_, _>>())
}

fn labels() -> impl Strategy<Value = Value> {
    let app = option::of(select(vec!["web", "db", ""]));
    let tier = option::of(select(vec!["front", "back"]));
    (app, tier).prop_map(|(app, tier)| {
        object(vec![
            ("app", app.map(Value::from)),
            ("tier", tier.map(Value::from)),
        ])
    })
}

fn requirement(keys: Vec<(&'static str, &'static str)>) -> impl Strategy<Value = Value> {
    let values = keys.iter().map(|(_, value)| *value).collect::<Vec<_>>();
    (select(keys), vec(select(values), 1..3), 0..4u8).prop_map(|((key, _), values, operator)| {
        match operator {
            0 => json!({"key": key, "operator": "In", "values": values}),
            1 => json!({"key": key, "operator": "NotIn", "values": values}),
            2 => json!({"key": key, "operator": "Exists"}),
            _ => json!({"key": key, "operator": "DoesNotExist", "values": []}),
        }
    })
}

fn selector(keys: Vec<(&'static str, &'static str)>) -> impl Strategy<Value = Value> {
    let label = select(keys.clone()).prop_map(|(key, value)| json!({key: value}));
    (
        option::of(label),
        option::weighted(0.3, vec(requirement(keys), 0..3)),
    )
        .prop_map(|(labels, expressions)| {
            object(vec![
                ("matchLabels", labels),
                ("matchExpressions", expressions.map(Value::from)),
            ])
        })
}

fn pods() -> impl Strategy<Value = Value> {
    let keys = [
        ("app", "web"),
        ("app", "db"),
        ("app", ""),
        ("tier", "front"),
        ("tier", "back"),
    ];
    selector(keys.to_vec())
}

fn namespaces() -> impl Strategy<Value = Value> {
    let name = "kubernetes.io/metadata.name";
    let keys = [("team", "red"), ("team", "blue"), (name, "a"), (name, "b")];
    selector(keys.to_vec())
}

fn block() -> impl Strategy<Value = Value> {
    (select(BLOCKS.to_vec()), any::<bool>()).prop_map(|(cidr, excepted)| {
        let except = match cidr {
            "0.0.0.0/0" => vec!["10.0.0.0/8", "192.0.2.0/24"],
            "10.0.0.0/8" => vec!["10.0.1.0/24"],
            "10.0.1.77/24" => vec!["10.0.1.1/32", "10.0.1.128/25"],
            "::/0" => vec!["fd00:1::/32"],
            _ => vec![],
        };
        object(vec![
            ("cidr", Some(cidr.into())),
            ("except", excepted.then(|| except.into())),
        ])
    })
}

fn peer() -> impl Strategy<Value = Value> {
    prop_oneof![
        block().prop_map(|block| json!({"ipBlock": block})),
        pods().prop_map(|pods| json!({"podSelector": pods})),
        namespaces().prop_map(|it| json!({"namespaceSelector": it, "podSelector": null})),
        (pods(), namespaces())
            .prop_map(|(pods, it)| json!({"podSelector": pods, "namespaceSelector": it})),
    ]
}

fn port() -> impl Strategy<Value = Value> {
    let number = (select(PORTS.to_vec()), any::<bool>()).prop_map(|(from, range)| {
        let to = range.then(|| from.saturating_add(1));
        object(vec![
            ("port", Some(from.into())),
            ("endPort", to.map(Value::from)),
        ])
    });
    let port = prop_oneof![
        3 => number,
        1 => select(NAMES.to_vec()).prop_map(|name| json!({"port": name})),
        1 => Just(json!({})),
    ];
    (port, option::of(select(PROTOCOLS.to_vec()))).prop_map(|(mut port, protocol)| {
        if let Some(protocol) = protocol {
            port["protocol"] = protocol.into();
        }
        port
    })
}

/// A list that is long, empty, null or left out.
fn list(item: impl Strategy<Value = Value>, most: usize) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        5 => vec(item, 0..=most).prop_map(|list| Some(Value::from(list))),
        1 => Just(Some(Value::Null)),
        1 => Just(None),
    ]
}

fn rules(ends: &'static str) -> impl Strategy<Value = Option<Value>> {
    let rule = (list(peer(), 2), list(port(), 2))
        .prop_map(move |(peers, ports)| object(vec![(ends, peers), ("ports", ports)]));
    list(rule, 2)
}

pub(crate) fn policy() -> impl Strategy<Value = Value> {
    let types = option::of(select(vec![
        json!([]),
        json!(["Ingress"]),
        json!(["Egress"]),
        json!(["Egress", "Ingress"]),
    ]));
    let spec = (option::of(pods()), rules("from"), rules("to"), types).prop_map(
        |(pods, ingress, egress, types)| {
            object(vec![
                ("podSelector", pods),
                ("ingress", ingress),
                ("egress", egress),
                ("policyTypes", types),
            ])
        },
    );
    (select(NAMESPACES.to_vec()), spec).prop_map(|(namespace, spec)| {
        json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"namespace": namespace}, "spec": spec,
        })
    })
}

fn tier_port() -> impl Strategy<Value = Value> {
    let protocol = select(vec!["tcp", "udp", "sctp"]);
    let number = (select(PORTS.to_vec()), any::<bool>()).prop_map(|(from, range)| {
        match (range, from.checked_add(1)) {
            (true, Some(to)) => json!({"range": {"start": from, "end": to}}),
            _ => json!({"number": from}),
        }
    });
    let number = (protocol, number)
        .prop_map(|(protocol, port)| json!({protocol: {"destinationPort": port}}));
    let name = select(NAMES.to_vec()).prop_map(|name| json!({"destinationNamedPort": name}));
    prop_oneof![3 => number, 1 => name]
}

fn tier_peer(networks: bool) -> BoxedStrategy<Value> {
    let both = (option::of(namespaces()), pods()).prop_map(|(namespaces, pods)| {
        let fields = vec![
            ("namespaceSelector", namespaces),
            ("podSelector", Some(pods)),
        ];
        json!({"pods": object(fields)})
    });
    let blocks = vec(select(BLOCKS.to_vec()), 1..3).prop_map(|it| json!({"networks": it}));
    let pods = prop_oneof![namespaces().prop_map(|it| json!({"namespaces": it})), both];
    match networks {
        true => prop_oneof![2 => pods, 1 => blocks].boxed(),
        false => pods.boxed(),
    }
}

fn tier_rules(ends: &'static str) -> impl Strategy<Value = Value> {
    let action = select(vec!["Accept", "Deny", "Pass"]);
    let ports = option::of(vec(tier_port(), 1..3));
    let rule = (action, vec(tier_peer(ends == "to"), 1..3), ports);
    let rule = rule.prop_map(move |(action, peers, ports)| {
        object(vec![
            ("action", Some(action.into())),
            (ends, Some(peers.into())),
            ("protocols", ports.map(Value::from)),
        ])
    });
    vec(rule, 0..4).prop_map(Value::from)
}

/// A policy of the whole cluster, without its priority.
fn tier() -> impl Strategy<Value = Value> {
    let subject = tier_peer(false);
    let tier = select(vec!["Admin", "Admin", "Baseline"]);
    (tier, subject, tier_rules("from"), tier_rules("to")).prop_map(
        |(tier, subject, ingress, egress)| {
            json!({
                "apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
                "metadata": {},
                "spec": {"tier": tier, "subject": subject, "ingress": ingress, "egress": egress},
            })
        },
    )
}

fn container() -> impl Strategy<Value = Value> {
    let port = (
        select(PORTS.to_vec()),
        option::of(select(PROTOCOLS.to_vec())),
        option::of(select(NAMES.to_vec())),
    )
        .prop_map(|(number, protocol, name)| {
            object(vec![
                ("containerPort", Some(number.into())),
                ("protocol", protocol.map(Value::from)),
                ("name", name.map(Value::from)),
            ])
        });
    vec(port, 0..3).prop_map(|ports| json!({"name": "c", "ports": ports}))
}

fn workload() -> impl Strategy<Value = Value> {
    (
        select(NAMESPACES.to_vec()),
        labels(),
        vec(container(), 1..3),
        option::of(container()),
        option::of((1..3u8, 1..3u8, any::<bool>())),
        any::<bool>(),
    )
        .prop_map(|(namespace, labels, containers, stays, address, alone)| {
            let mut spec = json!({"containers": containers});
            if let Some(mut stays) = stays {
                stays["restartPolicy"] = "Always".into();
                spec["initContainers"] = json!([stays]);
            }
            if !alone {
                let template = json!({"metadata": {"labels": labels}, "spec": spec});
                return json!({
                    "apiVersion": "apps/v1", "kind": "Deployment",
                    "metadata": {"namespace": namespace}, "spec": {"template": template},
                });
            }
            let mut pod = json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {"namespace": namespace, "labels": labels}, "spec": spec,
            });
            if let Some((row, column, both)) = address {
                let mut ips = vec![json!({"ip": format!("10.0.{row}.{column}")})];
                if both {
                    ips.push(json!({"ip": format!("fd00:{row}::{column}")}));
                }
                pod["status"] = json!({"podIPs": ips});
            }
            pod
        })
}

/// The manifests of a cluster: each object has a name of its own.
pub(crate) fn cluster() -> impl Strategy<Value = Vec<Value>> {
    let teams = vec(option::of(select(vec!["red", "blue"])), 3);
    let tiers = prop_oneof![Just(Vec::new()), vec(tier(), 1..4)];
    let tiers = (tiers, Just([7, 1000, 0, 7]).prop_shuffle());
    let objects = (teams, vec(workload(), 2..6), vec(policy(), 1..6), tiers);
    objects.prop_map(|(teams, workloads, policies, (mut tiers, priorities))| {
        for (tier, priority) in tiers.iter_mut().zip(priorities) {
            tier["spec"]["priority"] = priority.into();
        }
        let policies = policies.into_iter().chain(tiers);
        let mut objects: Vec<Value> = workloads.into_iter().chain(policies).collect();
        for (at, object) in objects.iter_mut().enumerate() {
            object["metadata"]["name"] = format!("o{at}").into();
        }
        // Of a namespace without a team there is no object at all.
        for (name, team) in NAMESPACES.into_iter().zip(teams) {
            if let Some(team) = team {
                let metadata = json!({"name": name, "labels": {"team": team}});
                let namespace =
                    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
                objects.push(namespace);
            }
        }
        objects
    })
}
