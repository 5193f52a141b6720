//! Policies by the words of the API's documentation, one packet at a time: slow, and so plain that
//! it can be read beside them. It shares no code with the evaluator of the proof.

use std::{collections::BTreeSet, net::IpAddr};

use ipnet::IpNet;
use serde_json::Value;
use tenantry_reach::{Cluster, Pod};

use crate::{ground::Made, proofs_of};

/// A packet that one of two outputs lets through on the side of some pod, and the other does not.
/// They differ in one policy, so that only pods of its namespace can be meant.
pub(crate) fn difference(
    made: &Made<'_>,
    before: &[Option<Value>],
    after: &[Option<Value>],
    at: usize,
) -> Option<String> {
    let namespace = before[at].as_ref()?["metadata"]["namespace"].as_str()?;
    let (old, new) = (of(before, namespace), of(after, namespace));
    let all: Vec<&Value> = old.iter().chain(&new).copied().collect();
    let (ports, addresses) = (ports(&all), addresses(&all));
    proofs_of(made, after).iter().find_map(|proof| {
        let cluster = &proof.cluster;
        // Nothing changes for pods of which neither of the two speaks.
        let two = [before, after].map(|meant| meant[at].as_ref());
        let mut own = cluster.pods.iter().filter(|pod| {
            let mut two = two.into_iter().flatten();
            let spoken = two.any(|it| selects(&it["spec"]["podSelector"], &pod.labels));
            pod.namespace == namespace && spoken
        });
        own.find_map(|pod| {
            let pods = cluster.pods.iter().map(Peer::Pod);
            let mut peers = pods.chain(addresses.iter().map(|it| Peer::Address(*it)));
            peers.find_map(|peer| {
                ["Ingress", "Egress"].into_iter().find_map(|direction| {
                    let side = |policies| side(cluster, policies, pod, direction, &peer);
                    let (old, new) = (side(&old), side(&new));
                    let told = ports
                        .iter()
                        .find(|port| old.admits(**port) != new.admits(**port));
                    told.map(|port| format!("{direction} of {} {port:?}", pod.path()))
                })
            })
        })
    })
}

/// Who is at the other end.
enum Peer<'p> {
    Pod(&'p Pod),
    Address(IpAddr),
}

/// The policies of a namespace.
fn of<'v>(meant: &'v [Option<Value>], namespace: &str) -> Vec<&'v Value> {
    let all = meant.iter().flatten();
    let own =
        all.filter(|it| it["kind"] == "NetworkPolicy" && it["metadata"]["namespace"] == namespace);
    own.collect()
}

/// What a pod's side lets through with one peer.
struct Side<'v> {
    isolated: bool,
    /// The ports of the rules that admit the peer.
    rules: Vec<&'v Value>,
}

impl Side<'_> {
    fn admits(&self, port: (&str, i64)) -> bool {
        !self.isolated || self.rules.iter().any(|ports| admits(ports, port))
    }
}

fn side<'v>(
    cluster: &Cluster,
    policies: &[&'v Value],
    pod: &Pod,
    direction: &str,
    peer: &Peer<'_>,
) -> Side<'v> {
    let (section, list) = match direction {
        "Ingress" => ("ingress", "from"),
        _ => ("egress", "to"),
    };
    let (mut isolated, mut rules) = (false, Vec::new());
    for policy in policies {
        let spec = &policy["spec"];
        if !selects(&spec["podSelector"], &pod.labels) || !types(spec).contains(direction) {
            continue;
        }
        isolated = true;
        let namespace = policy["metadata"]["namespace"].as_str().unwrap();
        let own = spec[section].as_array().into_iter().flatten();
        let own = own.filter(|rule| peers(cluster, namespace, &rule[list], peer));
        rules.extend(own.map(|rule| &rule["ports"]));
    }
    Side { isolated, rules }
}

/// The directions of which a policy speaks.
fn types(spec: &Value) -> BTreeSet<&str> {
    if let Some(types) = spec["policyTypes"]
        .as_array()
        .filter(|types| !types.is_empty())
    {
        return types.iter().filter_map(Value::as_str).collect();
    }
    let egress = spec["egress"]
        .as_array()
        .is_some_and(|rules| !rules.is_empty());
    let both = BTreeSet::from(["Ingress", "Egress"]);
    if egress {
        both
    } else {
        BTreeSet::from(["Ingress"])
    }
}

fn peers(cluster: &Cluster, namespace: &str, list: &Value, peer: &Peer<'_>) -> bool {
    let Some(list) = list.as_array().filter(|list| !list.is_empty()) else {
        return true;
    };
    list.iter().any(|element| {
        let block = &element["ipBlock"];
        match peer {
            Peer::Address(address) if block.is_object() => within(block, *address),
            Peer::Pod(pod) if !block.is_object() => {
                let there = match element.get("namespaceSelector") {
                    None => pod.namespace == namespace,
                    Some(selector) => {
                        let labels = &cluster.namespaces[&pod.namespace].labels;
                        selects(selector, labels)
                    }
                };
                let pods = element.get("podSelector");
                there && pods.is_none_or(|selector| selects(selector, &pod.labels))
            }
            _ => false,
        }
    })
}

fn within(block: &Value, address: IpAddr) -> bool {
    let net = |value: &Value| value.as_str().unwrap().parse::<IpNet>().unwrap();
    let holes = block["except"].as_array().into_iter().flatten();
    net(&block["cidr"]).contains(&address)
        && !holes.into_iter().any(|it| net(it).contains(&address))
}

fn admits(list: &Value, (protocol, number): (&str, i64)) -> bool {
    let Some(list) = list.as_array().filter(|list| !list.is_empty()) else {
        return true;
    };
    list.iter().any(|port| {
        let first = port["port"].as_i64();
        let last = port["endPort"].as_i64().or(first);
        port["protocol"].as_str().unwrap_or("TCP") == protocol
            && first.is_none_or(|first| first <= number)
            && last.is_none_or(|last| number <= last)
    })
}

/// Whether labels meet a selector; those that we write ask for values and for nothing else.
fn selects(selector: &Value, labels: &tenantry_reach::labels::Labels) -> bool {
    assert!(selector["matchExpressions"].is_null(), "{selector}");
    let asked = selector["matchLabels"].as_object().into_iter().flatten();
    asked
        .into_iter()
        .all(|(key, value)| labels.get(key).map(String::as_str) == value.as_str())
}

/// The ports at which any rule begins or ends to let something through, and those beside.
fn ports(policies: &[&Value]) -> Vec<(&'static str, i64)> {
    let mut numbers = BTreeSet::from([1, 65_535]);
    for rule in policies.iter().flat_map(|policy| rules(policy)) {
        for port in rule["ports"].as_array().into_iter().flatten() {
            let ends = [&port["port"], &port["endPort"]];
            for end in ends.into_iter().filter_map(Value::as_i64) {
                numbers.extend([end - 1, end, end + 1]);
            }
        }
    }
    numbers.retain(|number| (1..=65_535).contains(number));
    let protocols = ["TCP", "UDP", "SCTP"].into_iter();
    protocols
        .flat_map(|protocol| numbers.iter().map(move |number| (protocol, *number)))
        .collect()
}

/// The first and the last address of every block and of every hole, and one that is in none.
fn addresses(policies: &[&Value]) -> BTreeSet<IpAddr> {
    let mut all = BTreeSet::from(["192.0.2.254", "2001:db8::1"].map(|it| it.parse().unwrap()));
    for rule in policies.iter().flat_map(|policy| rules(policy)) {
        for peer in [&rule["from"], &rule["to"]]
            .into_iter()
            .filter_map(Value::as_array)
            .flatten()
        {
            let holes = peer["ipBlock"]["except"].as_array().into_iter().flatten();
            let nets = holes
                .chain([&peer["ipBlock"]["cidr"]])
                .filter_map(Value::as_str);
            for net in nets.map(|net| net.parse::<IpNet>().unwrap()) {
                all.extend([net.network(), net.broadcast()]);
            }
        }
    }
    all
}

fn rules(policy: &Value) -> impl Iterator<Item = &Value> {
    let spec = &policy["spec"];
    [&spec["ingress"], &spec["egress"]]
        .into_iter()
        .filter_map(Value::as_array)
        .flatten()
}
