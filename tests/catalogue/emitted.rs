//! Entries of the catalogue that are held by what is written, asked of every emitted object that
//! is kept.

use std::{collections::BTreeSet, path::Path};

use serde_yaml::Value;
use tenantry_tests::golden::read_dir;

/// Every object that is kept, and the file that it is in.
fn objects() -> Vec<(String, Value)> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden");
    let files = read_dir(&golden).unwrap_or_default();
    let yaml = files
        .into_iter()
        .filter(|(path, _)| path.ends_with(".yaml"));
    let documents = yaml.flat_map(|(path, bytes)| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let read = |text: &str| serde_yaml::from_str(text).unwrap_or(Value::Null);
        let parts = text.split("\n---\n").map(read).collect::<Vec<Value>>();
        parts.into_iter().map(move |value| (path.clone(), value))
    });
    let objects: Vec<(String, Value)> = documents
        .filter(|(_, value)| value["kind"].is_string())
        .collect();
    assert!(
        objects.len() > 500,
        "only {} objects are kept",
        objects.len()
    );
    objects
}

fn of_kind<'o>(
    objects: &'o [(String, Value)],
    kind: &'o str,
) -> impl Iterator<Item = &'o (String, Value)> {
    objects
        .iter()
        .filter(move |(_, value)| value["kind"] == kind)
}

/// The specs of pods in an object, wherever they stand.
fn pods(object: &Value) -> Vec<&Value> {
    let template = match object["kind"].as_str() {
        Some("Deployment" | "StatefulSet" | "DaemonSet" | "Job") => {
            &object["spec"]["template"]["spec"]
        }
        Some("CronJob") => &object["spec"]["jobTemplate"]["spec"]["template"]["spec"],
        _ => return Vec::new(),
    };
    vec![template]
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_sequence().into_iter().flatten()
}

/// R-SEC-04, R-SEC-09: nobody gains rights, all capabilities are dropped, system calls are bounded.
#[test]
fn every_container_may_do_as_little_as_it_can() {
    let mut seen = 0;
    for (path, object) in &objects() {
        for pod in pods(object) {
            let seccomp = &pod["securityContext"]["seccompProfile"]["type"];
            assert_eq!(seccomp, "RuntimeDefault", "{path}");
            for container in list(pod, "containers").chain(list(pod, "initContainers")) {
                let security = &container["securityContext"];
                assert_eq!(security["allowPrivilegeEscalation"], false, "{path}");
                assert_eq!(security["capabilities"]["drop"][0], "ALL", "{path}");
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "only {seen} containers are kept");
}

/// R-SEC-08, R-NET-01: a tenant's namespace bears its level, and is closed both ways.
#[test]
fn every_namespace_of_a_tenant_is_closed_and_bears_its_level() {
    let objects = objects();
    // By the folder of the cluster, because two may have a namespace of one name.
    let closed: BTreeSet<(String, String)> = of_kind(&objects, "NetworkPolicy")
        .filter(|(_, policy)| policy["metadata"]["name"] == "default-deny")
        .map(|(path, policy)| {
            let types: Vec<&str> = list(&policy["spec"], "policyTypes")
                .filter_map(Value::as_str)
                .collect();
            assert_eq!(types, ["Ingress", "Egress"], "{path}");
            assert_eq!(
                policy["spec"]["podSelector"],
                Value::Mapping(serde_yaml::Mapping::new()),
                "{path}"
            );
            assert!(policy["spec"]["ingress"].is_null(), "{path}");
            (cluster(path), name(&policy["metadata"]["namespace"]))
        })
        .collect();
    let tenant = |namespace: &&(String, Value)| {
        !namespace.1["metadata"]["labels"]["tenantry.dev/tenant"].is_null()
    };
    for (path, namespace) in of_kind(&objects, "Namespace").filter(tenant) {
        let metadata = &namespace["metadata"];
        for mode in ["enforce", "audit", "warn"] {
            let level = &metadata["labels"][format!("pod-security.kubernetes.io/{mode}").as_str()];
            assert!(level.is_string(), "{path}: {mode}");
        }
        let key = (cluster(path), name(&metadata["name"]));
        assert!(closed.contains(&key), "{path}: {} is open", key.1);
    }
    assert!(
        closed.len() > 10,
        "only {} namespaces are kept",
        closed.len()
    );
}

fn name(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The folder of a cluster: all of a path up to the tenant's.
fn cluster(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let to = parts
        .iter()
        .position(|part| *part == "kubernetes")
        .map_or(0, |at| at + 2);
    parts[..to.min(parts.len())].join("/")
}

/// R-NET-16: who is meant stands in one element, by namespace and label; as two they would be
/// alternatives, and let in the whole namespace.
#[test]
fn a_peer_is_a_block_or_a_workload_of_a_namespace() {
    let objects = objects();
    for (path, policy) in of_kind(&objects, "NetworkPolicy") {
        let sides = [("ingress", "from"), ("egress", "to")];
        for (side, peers) in sides {
            for rule in list(&policy["spec"], side) {
                assert!(
                    list(rule, "ports").next().is_some(),
                    "{path}: a rule for all ports"
                );
                assert!(
                    list(rule, peers).next().is_some(),
                    "{path}: a rule for everybody"
                );
                for peer in list(rule, peers) {
                    let (block, pods) = (&peer["ipBlock"], &peer["podSelector"]["matchLabels"]);
                    let labelled = pods.as_mapping().is_some_and(|labels| !labels.is_empty());
                    assert!(block.is_mapping() != labelled, "{path}: {peer:?}");
                }
            }
        }
    }
}

/// R-NET-13: the chart's old words would be taken for false.
#[test]
fn cilium_is_told_whether_it_replaces_kube_proxy_and_nothing_else() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden");
    let files = read_dir(&golden).unwrap_or_else(|error| panic!("golden/: {error}"));
    let values = files
        .iter()
        .filter(|(path, _)| path.ends_with("cilium.values.yaml"));
    let mut seen = 0;
    for (path, bytes) in values {
        let values: Value =
            serde_yaml::from_slice(bytes).unwrap_or_else(|error| panic!("{path}: {error}"));
        let word = values["kubeProxyReplacement"].as_str();
        assert!(matches!(word, Some("true" | "false")), "{path}: {word:?}");
        seen += 1;
    }
    assert!(seen > 3, "only {seen} of Cilium's values are kept");
}
