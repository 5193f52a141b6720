//! What the documented semantics say about small clusters, as tables: `tables/*.yaml`.
//!
//! A case has `objects`, beside those of its `base`; `tables` by protocol and port, whose lines
//! are applied in order to a table in which everything is allowed; and single questions (`asks`)
//! with verdict, basis and, where it matters, the sentence. A case of `refused` has an object and
//! where and what the complaint about it is. A case of a `network` is about that one instead of the
//! pod network.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test, whose tables are known to be what they are"
)]

use std::{collections::BTreeMap, net::IpAddr};

use serde::Deserialize;
use serde_json::{Value, json};
use tenantry_reach::{
    Cluster, Document, End, Judge, Protocol, Question, ask, because, networks,
    read::{Complaint, read},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    case: String,
    #[serde(default)]
    base: Option<String>,
    /// The network that it is about, where that is not the pod network.
    #[serde(default)]
    network: Option<String>,
    objects: Vec<Value>,
    #[serde(default)]
    tables: BTreeMap<String, Vec<BTreeMap<String, String>>>,
    #[serde(default)]
    asks: Vec<Ask>,
}

/// From, to, protocol and port, verdict, basis; then perhaps the sentence.
#[derive(Deserialize)]
struct Ask(
    String,
    String,
    String,
    String,
    String,
    #[serde(default)] Option<String>,
);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    case: String,
    object: Value,
    /// Where, and a part of the message; as many as there are complaints.
    says: Vec<(String, String)>,
}

fn tables<T: for<'d> Deserialize<'d>>(text: &str) -> Vec<T> {
    let tables: Vec<T> = serde_yaml::from_str(text).expect("tables");
    assert!(!tables.is_empty(), "tables say something");
    tables
}

fn read_all(objects: &[Value]) -> (Cluster, Vec<Complaint>) {
    read(objects.iter().enumerate().map(|(at, value)| Document {
        source: "case.yaml",
        at,
        value: value.into(),
    }))
}

/// Three namespaces `x`, `y`, `z`, labelled `ns`, of three pods each, `a`, `b`, `c`, labelled
/// `pod`, whose addresses are known and which listen on 80 and 81 of every protocol.
fn grid() -> Vec<Value> {
    let mut objects = Vec::new();
    for (row, namespace) in ["x", "y", "z"].into_iter().enumerate() {
        objects.push(json!({
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": namespace, "labels": {"ns": namespace}},
        }));
        for (column, pod) in ["a", "b", "c"].into_iter().enumerate() {
            let ports: Vec<Value> = [80, 81]
                .into_iter()
                .flat_map(|port| ["TCP", "UDP", "SCTP"].map(|it| (port, it)))
                .map(|(port, protocol)| {
                    let name = format!("serve-{port}-{}", protocol.to_lowercase());
                    json!({"name": name, "containerPort": port, "protocol": protocol})
                })
                .collect();
            let (row, column) = (row + 1, column + 1);
            objects.push(json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": pod, "namespace": namespace, "labels": {"pod": pod}},
                "spec": {"containers": [{"name": "serve", "ports": ports}]},
                "status": {
                    "podIP": format!("10.0.{row}.{column}"),
                    "podIPs": [
                        {"ip": format!("10.0.{row}.{column}")},
                        {"ip": format!("fd00:{row}::{column}")},
                    ],
                },
            }));
        }
    }
    objects
}

fn end(judge: &Judge<'_>, text: &str) -> End {
    if let Ok(address) = text.parse::<IpAddr>() {
        return End::Address(address);
    }
    let (namespace, name) = text.split_once('/').expect("namespace/name");
    match judge.named(namespace, name).as_slice() {
        [pod] => End::Pod(*pod),
        found => panic!("{text} is {} pods", found.len()),
    }
}

/// The ends that a pattern speaks of: `*`, `x/*`, `x/a`, an address.
fn ends(judge: &Judge<'_>, pattern: &str) -> Vec<End> {
    let Some(prefix) = pattern.strip_suffix('*') else {
        return vec![end(judge, pattern)];
    };
    let cluster = judge.cluster();
    let ids = cluster.pod_ids();
    let ids = ids.filter(|id| cluster.pod(*id).path().starts_with(prefix));
    ids.map(End::Pod).collect()
}

fn port(text: &str) -> (Protocol, u16) {
    let (protocol, port) = text.split_once(' ').expect("protocol and port");
    let protocol = Protocol::parse(protocol).expect("a protocol");
    (protocol, port.parse().expect("a port"))
}

/// What differs, in words.
fn differences(case: &Case) -> Vec<String> {
    let mut objects = match case.base.as_deref() {
        Some("grid") => grid(),
        Some(other) => panic!("no base {other}"),
        None => Vec::new(),
    };
    objects.extend(case.objects.iter().cloned());
    let (mut cluster, complaints) = read_all(&objects);
    if let Some(name) = &case.network {
        let mut networks = networks(&cluster).into_iter();
        let found = networks.find(|network| network.is_called(name));
        cluster = found.expect("a network").cluster;
    }
    let judge = Judge::new(&cluster);
    let complaints = complaints.iter();
    let mut wrong: Vec<String> = complaints.map(|it| format!("{it:?}")).collect();
    for (at, lines) in &case.tables {
        let (protocol, port) = port(at);
        let mut table: BTreeMap<(End, End), bool> = BTreeMap::new();
        for from in ends(&judge, "*") {
            table.extend(ends(&judge, "*").into_iter().map(|to| ((from, to), true)));
        }
        for (line, verdict) in lines.iter().flatten() {
            let (from, to) = line.split_once(" -> ").expect("from -> to");
            for from in ends(&judge, from) {
                let to = ends(&judge, to);
                table.extend(to.into_iter().map(|to| ((from, to), verdict == "allowed")));
            }
        }
        for ((from, to), allowed) in table {
            let question = Question {
                from,
                to,
                protocol,
                port,
            };
            let answer = ask(&judge, &question);
            // Nobody is kept from calling itself; two pods of a template are two.
            let same = matches!(from, End::Pod(pod) if from == to && cluster.pod(pod).alone);
            if answer.allowed != (allowed || same) {
                let because = because(&judge, &question, &answer);
                wrong.push(format!("{from:?} -> {to:?} {at}: {because}"));
            }
        }
    }
    for Ask(from, to, at, verdict, basis, says) in &case.asks {
        let (protocol, port) = port(at);
        let question = Question {
            from: end(&judge, from),
            to: end(&judge, to),
            protocol,
            port,
        };
        let answer = ask(&judge, &question);
        let because = because(&judge, &question, &answer);
        let same = answer.allowed == (verdict == "allowed") && answer.basis.name() == basis;
        let said = format!("{verdict}: {}", says.as_deref().unwrap_or_default());
        if !same || (says.is_some() && because != said) {
            let basis = answer.basis.name();
            wrong.push(format!("{from} -> {to} {at}: {basis}: {because}"));
        }
    }
    wrong
}

fn hold(text: &str) {
    let mut failed = false;
    for case in tables::<Case>(text) {
        assert!(
            !case.tables.is_empty() || !case.asks.is_empty(),
            "{} asks nothing",
            case.case
        );
        for wrong in differences(&case) {
            failed = true;
            eprintln!("{}: {wrong}", case.case);
        }
    }
    assert!(!failed, "cases are not held");
}

#[test]
fn policies_do_what_is_documented() {
    hold(include_str!("tables/policies.yaml"));
}

#[test]
fn answers_say_why() {
    hold(include_str!("tables/answers.yaml"));
}

#[test]
fn networks_beside_the_pod_network_are_judged_by_themselves() {
    hold(include_str!("tables/networks.yaml"));
}

#[test]
fn policies_of_the_cluster_go_before_and_behind_those_of_namespaces() {
    hold(include_str!("tables/tiers.yaml"));
}

#[test]
fn what_runs_is_found_in_every_kind() {
    hold(include_str!("tables/workloads.yaml"));
}

#[test]
fn what_the_api_server_refuses_is_refused() {
    let mut failed = false;
    for case in tables::<Refused>(include_str!("tables/refused.yaml")) {
        let (cluster, complaints) = read_all(&[case.object]);
        let found = complaints.iter().map(|it| (&it.path, &it.message));
        let found: Vec<_> = found.collect();
        let same = found.len() == case.says.len()
            && found
                .iter()
                .zip(&case.says)
                .all(|((path, message), (where_, part))| {
                    **path == *where_ && message.contains(part)
                });
        let gone = case.says.is_empty() != is_bare(&cluster);
        if !same || !gone {
            failed = true;
            eprintln!("{}: {found:#?}", case.case);
        }
    }
    assert!(!failed, "refused.yaml is not held");
}

/// Whether nothing was taken of what somebody wrote.
fn is_bare(cluster: &Cluster) -> bool {
    cluster.policies.is_empty() && cluster.pods.is_empty() && cluster.tiers.is_empty()
}

#[test]
fn one_name_is_one_object() {
    let policy = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": "p", "namespace": "x"}, "spec": {},
    });
    let mut other = policy.clone();
    other["metadata"]["namespace"] = json!("y");
    let (cluster, complaints) = read_all(&[policy.clone(), other, policy]);
    assert_eq!(cluster.policies.len(), 2);
    let [complaint] = complaints.as_slice() else {
        panic!("{complaints:#?}")
    };
    assert_eq!(
        (complaint.at, complaint.object.as_str()),
        (2, "NetworkPolicy x/p")
    );
    let message = "stands twice: the first is in case.yaml, document 1";
    assert_eq!(complaint.message, message);
}
