//! A pod: its own rules, and where each kind keeps the template of one.

use std::collections::BTreeSet;

use super::{container, names, placement};
use crate::validate::{Findings, Node};

/// The pod spec an object carries, if its kind carries one.
pub(super) fn template<'a>(root: &Node<'a>, group: &str, kind: &str) -> Option<Node<'a>> {
    match (group, kind) {
        ("", "Pod") => Some(root.key("spec")),
        ("apps", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet") | ("batch", "Job") => {
            Some(root.at("spec/template/spec"))
        }
        ("batch", "CronJob") => Some(root.at("spec/jobTemplate/spec/template/spec")),
        _ => None,
    }
}

/// Everything a pod spec must satisfy. `claims` are the volumes its owner adds: a StatefulSet's
/// claim templates, by name.
pub(super) fn check(spec: &Node<'_>, claims: &[&str], findings: &mut Findings) {
    containers(spec, findings);
    volumes(spec, claims, findings);
    container::resources(&spec.key("resources"), findings);
    container::runs_as(&spec.key("securityContext"), findings);
    placement::check(spec, findings);
    references(spec, findings);
    lifetime(spec, findings);
}

fn all_containers<'a>(spec: &Node<'a>) -> impl Iterator<Item = Node<'a>> + use<'a> {
    spec.key("initContainers")
        .items()
        .chain(spec.key("containers").items())
}

fn containers(spec: &Node<'_>, findings: &mut Findings) {
    if spec.key("containers").len() == 0 {
        findings.refuse(spec, "a pod has at least one container");
    }
    let mut seen = BTreeSet::new();
    for container in all_containers(spec) {
        let name = container.key("name");
        let text = name.str().unwrap_or_default();
        if let Err(reason) = names::dns_label(text) {
            findings.refuse(&name, reason);
        }
        if !seen.insert(text) {
            findings.refuse(&name, format!("two containers are named `{text}`"));
        }
        if !matches!(
            container.key("imagePullPolicy").str(),
            None | Some("Always" | "IfNotPresent" | "Never")
        ) {
            findings.refuse(
                &container.key("imagePullPolicy"),
                "Always, IfNotPresent or Never",
            );
        }
        container::check(&container, findings);
    }
    init_containers(spec, findings);
}

fn init_containers(spec: &Node<'_>, findings: &mut Findings) {
    for container in spec.key("initContainers").items() {
        if container.key("restartPolicy").str() == Some("Always") {
            continue;
        }
        for probe in container.set_among(&["livenessProbe", "readinessProbe", "startupProbe"]) {
            let message = "an init container that ends has no probes";
            findings.refuse(&container.key(probe), message);
        }
    }
}

/// Volumes are named once, have one source, and every mount finds its volume.
fn volumes(spec: &Node<'_>, claims: &[&str], findings: &mut Findings) {
    let mut named = BTreeSet::new();
    for volume in spec.key("volumes").items() {
        let name = volume.key("name");
        let text = name.str().unwrap_or_default();
        if let Err(reason) = names::dns_label(text) {
            findings.refuse(&name, reason);
        }
        if !named.insert(text) {
            findings.refuse(&name, format!("two volumes are named `{text}`"));
        }
        if volume.set_keys().len() != 2 {
            findings.refuse(&volume, "a volume has a name and exactly one source");
        }
    }
    for container in all_containers(spec) {
        let mut paths = BTreeSet::new();
        for mount in container.key("volumeMounts").items() {
            let name = mount.key("name").str().unwrap_or_default();
            if !named.contains(name) && !claims.contains(&name) {
                findings.refuse(&mount.key("name"), format!("no volume is named `{name}`"));
            }
            let path = mount.key("mountPath").str().unwrap_or_default();
            if !paths.insert(path) {
                findings.refuse(
                    &mount.key("mountPath"),
                    format!("`{path}` is mounted twice"),
                );
            }
            if mount.key("subPath").str().is_some_and(leaves_its_folder) {
                findings.refuse(&mount.key("subPath"), "a path inside of the volume");
            }
        }
    }
}

fn leaves_its_folder(path: &str) -> bool {
    path.starts_with('/') || path.split('/').any(|part| part == "..")
}

fn references(spec: &Node<'_>, findings: &mut Findings) {
    for key in [
        "serviceAccountName",
        "runtimeClassName",
        "priorityClassName",
        "subdomain",
    ] {
        if let Some(Err(reason)) = spec.key(key).str().map(names::dns_subdomain) {
            findings.refuse(&spec.key(key), reason);
        }
    }
    if let Some(Err(reason)) = spec.key("hostname").str().map(names::dns_label) {
        findings.refuse(&spec.key("hostname"), reason);
    }
    let policy = spec.key("dnsPolicy");
    match policy.str() {
        None | Some("ClusterFirst" | "ClusterFirstWithHostNet" | "Default") => {}
        Some("None") if spec.at("dnsConfig/nameservers").len() > 0 => {}
        Some("None") => findings.refuse(&policy, "None needs dnsConfig with a nameserver"),
        Some(other) => findings.refuse(&policy, format!("`{other}` is not a DNS policy")),
    }
}

fn lifetime(spec: &Node<'_>, findings: &mut Findings) {
    let grace = spec.key("terminationGracePeriodSeconds");
    if grace.int().is_some_and(|seconds| seconds < 0) {
        findings.refuse(&grace, "at least 0");
    }
    let deadline = spec.key("activeDeadlineSeconds");
    if deadline.int().is_some_and(|seconds| seconds < 1) {
        findings.refuse(&deadline, "at least 1");
    }
    if !matches!(
        spec.key("restartPolicy").str(),
        None | Some("Always" | "OnFailure" | "Never")
    ) {
        findings.refuse(&spec.key("restartPolicy"), "Always, OnFailure or Never");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn check(spec: &Node<'_>, findings: &mut Findings) {
        super::check(spec, &["claimed"], findings);
    }

    fn pod(volumes: Value, mounts: Value) -> Value {
        json!({ "containers": [{ "name": "web", "volumeMounts": mounts }], "volumes": volumes })
    }

    #[test]
    fn every_mount_finds_its_volume() {
        let mount = json!([{ "name": "data", "mountPath": "/data" }]);
        accepts(
            check,
            pod(json!([{ "name": "data", "emptyDir": {} }]), mount.clone()),
        );
        accepts(
            check,
            pod(
                json!([]),
                json!([{ "name": "claimed", "mountPath": "/data" }]),
            ),
        );
        let pointer = "/containers/0/volumeMounts/0/name";
        refuses(check, pod(json!([]), mount), pointer, "no volume");
        let twice = json!([{ "name": "d", "mountPath": "/d" }, { "name": "d", "mountPath": "/d" }]);
        let pointer = "/containers/0/volumeMounts/1/mountPath";
        refuses(
            check,
            pod(json!([{ "name": "d", "emptyDir": {} }]), twice),
            pointer,
            "twice",
        );
    }

    #[test]
    fn a_volume_has_one_source() {
        let two = json!([{ "name": "d", "emptyDir": {}, "secret": { "secretName": "s" } }]);
        refuses(check, pod(two, json!([])), "/volumes/0", "exactly one");
        refuses(
            check,
            pod(json!([{ "name": "d" }]), json!([])),
            "/volumes/0",
            "exactly one",
        );
    }

    #[test]
    fn containers_are_named_once_across_both_lists() {
        let spec = json!({ "initContainers": [{ "name": "a" }], "containers": [{ "name": "a" }] });
        refuses(check, spec, "/containers/0/name", "two containers");
        refuses(check, json!({ "containers": [] }), "", "at least one");
    }

    #[test]
    fn only_a_sidecar_among_init_containers_is_probed() {
        let with = |policy: Value| {
            json!({ "containers": [{ "name": "b" }], "initContainers": [
            { "name": "a", "restartPolicy": policy, "startupProbe": { "tcpSocket": { "port": 1 } } }] })
        };
        accepts(check, with(json!("Always")));
        refuses(
            check,
            with(Value::Null),
            "/initContainers/0/startupProbe",
            "no probes",
        );
    }

    #[test]
    fn a_pod_that_resolves_by_itself_names_its_servers() {
        let with = |config: Value| {
            json!({
            "containers": [{ "name": "b" }], "dnsPolicy": "None", "dnsConfig": config })
        };
        accepts(check, with(json!({ "nameservers": ["10.0.0.53"] })));
        refuses(check, with(Value::Null), "/dnsPolicy", "nameserver");
    }
}
