//! The classes of a cluster: runtimes, priorities, storage.

use std::collections::BTreeSet;

use super::{metadata, names, placement, quantity};
use crate::validate::{Findings, Node};

/// A RuntimeClass: its handler, what a pod of it costs, where it runs.
pub(super) fn runtime_class(root: &Node<'_>, findings: &mut Findings) {
    let handler = root.key("handler");
    if let Err(reason) = names::dns_label(handler.str().unwrap_or_default()) {
        findings.refuse(&handler, reason);
    }
    for (_, amount) in root.at("overhead/podFixed").entries() {
        quantity::non_negative(&amount, findings);
    }
    let scheduling = root.key("scheduling");
    metadata::labels(&scheduling.key("nodeSelector"), findings);
    placement::tolerations(&scheduling.key("tolerations"), findings);
    let mut seen = BTreeSet::new();
    for toleration in scheduling.key("tolerations").items() {
        if !seen.insert(toleration.value().to_string()) {
            findings.refuse(&toleration, "this toleration is there already");
        }
    }
}

/// Above this the system's own classes begin.
const PRIORITY_MAX: i64 = 1_000_000_000;

/// A PriorityClass of our own: below the system's, in value and in name.
pub(super) fn priority_class(root: &Node<'_>, findings: &mut Findings) {
    let value = root.key("value");
    if value.int().is_some_and(|value| value > PRIORITY_MAX) {
        findings.refuse(
            &value,
            format!("at most {PRIORITY_MAX}: above it the system's own begin"),
        );
    }
    let name = root.at("metadata/name");
    if name.str().is_some_and(|name| name.starts_with("system-")) {
        findings.refuse(&name, "`system-` is reserved");
    }
    if !matches!(
        root.key("preemptionPolicy").str(),
        None | Some("Never" | "PreemptLowerPriority")
    ) {
        findings.refuse(
            &root.key("preemptionPolicy"),
            "Never or PreemptLowerPriority",
        );
    }
}

/// A StorageClass: what provisions it, and in which way.
pub(super) fn storage_class(root: &Node<'_>, findings: &mut Findings) {
    let provisioner = root.key("provisioner");
    let text = provisioner.str().unwrap_or_default().to_lowercase();
    if let Err(reason) = names::qualified(&text) {
        findings.refuse(&provisioner, reason);
    }
    if !matches!(
        root.key("reclaimPolicy").str(),
        None | Some("Delete" | "Retain")
    ) {
        findings.refuse(&root.key("reclaimPolicy"), "Delete or Retain");
    }
    let binding = root.key("volumeBindingMode");
    if !matches!(
        binding.str(),
        None | Some("Immediate" | "WaitForFirstConsumer")
    ) {
        findings.refuse(&binding, "Immediate or WaitForFirstConsumer");
    }
    for (name, parameter) in root.key("parameters").entries() {
        if parameter.str().is_none() {
            findings.refuse(&parameter, format!("parameter {name} is a string"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::json;

    #[test]
    fn a_runtime_class_names_a_handler() {
        accepts(
            runtime_class,
            json!({ "handler": "kata-qemu", "overhead": { "podFixed": { "memory": "320Mi" } } }),
        );
        refuses(
            runtime_class,
            json!({ "handler": "Kata_Qemu" }),
            "/handler",
            "Kata_Qemu",
        );
        let negative = json!({ "handler": "a", "overhead": { "podFixed": { "cpu": "-1" } } });
        refuses(
            runtime_class,
            negative,
            "/overhead/podFixed/cpu",
            "below zero",
        );
        let toleration = json!({ "key": "kata", "operator": "Exists" });
        let twice =
            json!({ "handler": "a", "scheduling": { "tolerations": [toleration, toleration] } });
        refuses(runtime_class, twice, "/scheduling/tolerations/1", "already");
    }

    #[test]
    fn a_priority_stays_below_the_systems() {
        accepts(
            priority_class,
            json!({ "metadata": { "name": "high" }, "value": PRIORITY_MAX }),
        );
        refuses(
            priority_class,
            json!({ "value": PRIORITY_MAX + 1 }),
            "/value",
            "at most",
        );
        let reserved = json!({ "metadata": { "name": "system-mine" }, "value": 1 });
        refuses(priority_class, reserved, "/metadata/name", "reserved");
    }

    #[test]
    fn a_storage_class_says_who_provisions() {
        accepts(
            storage_class,
            json!({ "provisioner": "rook-ceph.rbd.csi.ceph.com" }),
        );
        refuses(storage_class, json!({}), "/provisioner", "empty");
        let kept = json!({ "provisioner": "a", "reclaimPolicy": "Keep" });
        refuses(storage_class, kept, "/reclaimPolicy", "Retain");
    }
}
