//! ResourceQuotas: keys that count, and keys that only look as if they did.

use super::quantity;
use crate::validate::{Findings, Node};

const COUNTS: &[&str] = &[
    "configmaps",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
];
const AMOUNTS: &[&str] = &[
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
    "storage",
];
/// What a storage class counts, after its name.
const CLASS_SUFFIXES: &[&str] = &[
    ".storageclass.storage.k8s.io/persistentvolumeclaims",
    ".storageclass.storage.k8s.io/requests.storage",
];

/// Every key of `hard` limits something.
pub(super) fn hard_keys(root: &Node<'_>, findings: &mut Findings) {
    for (key, value) in root.at("spec/hard").entries() {
        let amount = quantity::non_negative(&value, findings);
        if !limits_something(key) {
            findings.refuse(
                &value,
                format!("`{key}` is accepted at most, and limits nothing"),
            );
        }
        if is_count(key) && amount.is_some_and(|amount| !amount.is_whole()) {
            findings.refuse(&value, "a count is a whole number");
        }
    }
}

fn limits_something(key: &str) -> bool {
    let device = key
        .strip_prefix("requests.")
        .and_then(|name| name.split_once('/'));
    is_count(key)
        || AMOUNTS.contains(&key)
        || key.starts_with("hugepages-")
        || key.starts_with("requests.hugepages-")
        || CLASS_SUFFIXES.iter().any(|suffix| key.ends_with(suffix))
        // `nvidia.com/gpu` and `limits.nvidia.com/gpu` pass the API and are never counted.
        || device.is_some_and(|(domain, name)| domain.contains('.') && !name.is_empty())
}

fn is_count(key: &str) -> bool {
    COUNTS.contains(&key) || key.starts_with("count/")
}

/// Scopes that contradict each other select no pod.
pub(super) fn scopes(root: &Node<'_>, findings: &mut Findings) {
    let scopes = root.at("spec/scopes");
    let named: Vec<_> = scopes.items().filter_map(|scope| scope.str()).collect();
    for pair in [
        ["Terminating", "NotTerminating"],
        ["BestEffort", "NotBestEffort"],
    ] {
        if pair.iter().all(|scope| named.contains(scope)) {
            findings.refuse(
                &scopes,
                format!("{} and {} exclude each other", pair[0], pair[1]),
            );
        }
    }
    if named.contains(&"PriorityClass") {
        findings.refuse(&scopes, "PriorityClass is said in scopeSelector");
    }
    if named.contains(&"BestEffort") {
        for (key, value) in root
            .at("spec/hard")
            .entries()
            .filter(|(key, _)| *key != "pods")
        {
            findings.refuse(&value, format!("BestEffort counts pods only, not {key}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn hard(key: &str, value: Value) -> Value {
        json!({ "spec": { "hard": { key: value } } })
    }

    #[test]
    fn a_key_of_a_quota_limits_something() {
        for key in [
            "requests.cpu",
            "limits.memory",
            "pods",
            "count/virtualmachines.kubevirt.io",
            "requests.nvidia.com/gpu",
            "hugepages-1Gi",
            "fast.storageclass.storage.k8s.io/requests.storage",
        ] {
            accepts(hard_keys, hard(key, json!("4")));
        }
        let pointer = "/spec/hard/nvidia.com~1gpu";
        refuses(
            hard_keys,
            hard("nvidia.com/gpu", json!("4")),
            pointer,
            "limits nothing",
        );
        let pointer = "/spec/hard/limits.nvidia.com~1gpu";
        refuses(
            hard_keys,
            hard("limits.nvidia.com/gpu", json!("4")),
            pointer,
            "limits nothing",
        );
        refuses(
            hard_keys,
            hard("cpus", json!("4")),
            "/spec/hard/cpus",
            "limits nothing",
        );
        refuses(
            hard_keys,
            hard("pods", json!("500m")),
            "/spec/hard/pods",
            "whole",
        );
        refuses(
            hard_keys,
            hard("limits.cpu", json!("-1")),
            "/spec/hard/limits.cpu",
            "below zero",
        );
    }

    #[test]
    fn scopes_do_not_contradict_each_other() {
        let with = |named: Value| json!({ "spec": { "scopes": named, "hard": { "pods": "1" } } });
        accepts(scopes, with(json!(["Terminating", "BestEffort"])));
        let both = with(json!(["Terminating", "NotTerminating"]));
        refuses(scopes, both, "/spec/scopes", "exclude");
        let cpu = json!({ "spec": { "scopes": ["BestEffort"], "hard": { "requests.cpu": "1" } } });
        refuses(scopes, cpu, "/spec/hard/requests.cpu", "pods only");
    }
}
