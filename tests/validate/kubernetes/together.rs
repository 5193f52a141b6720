//! The objects of one cluster together: what names another finds it, what selects pods selects
//! some, and what admits pods admits these.
//!
//! The API server accepts most of this one object at a time, and then nothing happens: a Service
//! without endpoints, a budget over nobody, pods that a quota never lets start.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{group_and_kind, pod, selector};
use crate::validate::{Findings, Node, Violation};

/// An object and the file that it is in.
#[derive(Debug, Clone, Copy)]
pub struct InFile<'a> {
    /// The file, as violations should name it.
    pub file: &'a str,
    /// The object.
    pub object: &'a Value,
}

/// Judges the objects of one cluster as a whole: each violation with its file.
///
/// What a cluster may well have before us (namespaces, classes, cluster roles, secrets) is not
/// asked for.
pub fn together(objects: &[InFile<'_>]) -> Vec<(String, Violation)> {
    let cluster = Cluster::of(objects);
    let mut violations = Vec::new();
    for InFile { file, object } in objects {
        let root = Node::root(object);
        let mut findings = Findings::default();
        selects_some(&root, &cluster, &mut findings);
        names_are_there(&root, &cluster, &mut findings);
        fits_quota(&root, &cluster, &mut findings);
        violations.extend(
            findings
                .into_sorted()
                .into_iter()
                .map(|v| ((*file).to_owned(), v)),
        );
    }
    violations
}

/// What makes pods: their namespace, their labels, and whether they are virtual machines.
struct Pods<'a> {
    namespace: &'a str,
    labels: Node<'a>,
    is_vm: bool,
}

struct Cluster<'a> {
    pods: Vec<Pods<'a>>,
    /// Group, kind, namespace, name.
    names: BTreeSet<(&'a str, &'a str, &'a str, &'a str)>,
    quotas: Vec<Node<'a>>,
    /// Namespaces in which containers get requests and limits by default.
    defaulted: BTreeSet<&'a str>,
    budgets: Vec<Node<'a>>,
}

fn namespace<'a>(root: &Node<'a>) -> &'a str {
    root.at("metadata/namespace").str().unwrap_or_default()
}

fn name<'a>(root: &Node<'a>) -> &'a str {
    root.at("metadata/name").str().unwrap_or_default()
}

/// The labels of the pods that an object makes.
fn pod_labels<'a>(root: &Node<'a>) -> Option<(Node<'a>, bool)> {
    match group_and_kind(root) {
        ("", "Pod") => Some((root.at("metadata/labels"), false)),
        ("apps", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet") | ("batch", "Job") => {
            Some((root.at("spec/template/metadata/labels"), false))
        }
        ("batch", "CronJob") => Some((
            root.at("spec/jobTemplate/spec/template/metadata/labels"),
            false,
        )),
        ("kubevirt.io", "VirtualMachine" | "VirtualMachineInstanceReplicaSet") => {
            Some((root.at("spec/template/metadata/labels"), true))
        }
        ("pool.kubevirt.io", "VirtualMachinePool") => Some((
            root.at("spec/virtualMachineTemplate/spec/template/metadata/labels"),
            true,
        )),
        _ => None,
    }
}

impl<'a> Cluster<'a> {
    fn of(objects: &[InFile<'a>]) -> Self {
        let roots: Vec<Node<'a>> = objects
            .iter()
            .map(|object| Node::root(object.object))
            .collect();
        let of_kind = |group: &str, kind: &str| -> Vec<Node<'a>> {
            roots
                .iter()
                .filter(|root| group_and_kind(root) == (group, kind))
                .cloned()
                .collect()
        };
        let pods = roots.iter().filter_map(|root| {
            let (labels, is_vm) = pod_labels(root)?;
            Some(Pods {
                namespace: namespace(root),
                labels,
                is_vm,
            })
        });
        let names = roots.iter().map(|root| {
            let (group, kind) = group_and_kind(root);
            (group, kind, namespace(root), name(root))
        });
        let limits = of_kind("", "LimitRange");
        let defaults = limits.iter().filter(|range| {
            range
                .at("spec/limits")
                .items()
                .any(|item| item.key("default").is_set())
        });
        Cluster {
            pods: pods.collect(),
            names: names.collect(),
            quotas: of_kind("", "ResourceQuota"),
            defaulted: defaults.map(namespace).collect(),
            budgets: of_kind("policy", "PodDisruptionBudget"),
        }
    }

    fn has(&self, group: &str, kind: &str, namespace: &str, name: &str) -> bool {
        self.names.contains(&(group, kind, namespace, name))
    }

    fn selected<'s>(&'s self, namespace: &str, selector: &Node<'_>) -> Vec<&'s Pods<'a>> {
        self.pods
            .iter()
            .filter(|pods| pods.namespace == namespace && selector::matches(selector, &pods.labels))
            .collect()
    }
}

fn selects_some(root: &Node<'_>, cluster: &Cluster<'_>, findings: &mut Findings) {
    let here = namespace(root);
    match group_and_kind(root) {
        ("", "Service") => {
            let wanted = root.at("spec/selector");
            let found = cluster
                .pods
                .iter()
                .any(|pods| pods.namespace == here && selector::selects(&wanted, &pods.labels));
            if !wanted.set_keys().is_empty() && !found {
                findings.refuse(
                    &wanted,
                    "no pod has these labels: the Service has no endpoint",
                );
            }
        }
        ("networking.k8s.io", "NetworkPolicy") => {
            let wanted = root.at("spec/podSelector");
            if !wanted.set_keys().is_empty() && cluster.selected(here, &wanted).is_empty() {
                findings.refuse(
                    &wanted,
                    "no pod has these labels: the policy holds for nobody",
                );
            }
        }
        ("policy", "PodDisruptionBudget") => budget(root, cluster, findings),
        _ => {}
    }
}

fn budget(root: &Node<'_>, cluster: &Cluster<'_>, findings: &mut Findings) {
    let wanted = root.at("spec/selector");
    let selected = cluster.selected(namespace(root), &wanted);
    if selected.is_empty() {
        findings.refuse(
            &wanted,
            "no pod has these labels: the budget protects nobody",
        );
    }
    if selected.iter().any(|pods| pods.is_vm) {
        let message =
            "spans virtual machines, which have a budget by KubeVirt: with two, eviction fails";
        findings.refuse(&wanted, message);
    }
    let others = cluster
        .budgets
        .iter()
        .filter(|other| namespace(other) == namespace(root) && name(other) != name(root));
    for other in others {
        let other_selector = other.at("spec/selector");
        if selected
            .iter()
            .any(|pods| selector::matches(&other_selector, &pods.labels))
        {
            let message = format!(
                "a pod is in budget {} as well: with two, eviction fails",
                name(other)
            );
            findings.refuse(&wanted, message);
        }
    }
}

fn names_are_there(root: &Node<'_>, cluster: &Cluster<'_>, findings: &mut Findings) {
    let here = namespace(root);
    let (group, kind) = group_and_kind(root);
    match (group, kind) {
        ("autoscaling", "HorizontalPodAutoscaler") => {
            let target = root.at("spec/scaleTargetRef");
            let group = target
                .key("apiVersion")
                .str()
                .and_then(|v| v.split_once('/'))
                .map_or("", |(g, _)| g);
            let text = |key| target.key(key).str().unwrap_or_default();
            if !cluster.has(group, text("kind"), here, text("name")) {
                findings.refuse(
                    &target,
                    format!("there is no {} `{}` here", text("kind"), text("name")),
                );
            }
        }
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => {
            let role = root.key("roleRef");
            let name = role.key("name").str().unwrap_or_default();
            if role.key("kind").str() == Some("Role") && !cluster.has(group, "Role", here, name) {
                findings.refuse(&role, format!("there is no Role `{name}` here"));
            }
        }
        _ => {}
    }
    if let Some(spec) = pod::template(root, group, kind) {
        pod_names(&spec, here, root, cluster, findings);
    }
}

fn pod_names(
    spec: &Node<'_>,
    here: &str,
    root: &Node<'_>,
    cluster: &Cluster<'_>,
    findings: &mut Findings,
) {
    let account = spec.key("serviceAccountName");
    if let Some(name) = account.str()
        && name != "default"
        && !cluster.has("", "ServiceAccount", here, name)
    {
        findings.refuse(
            &account,
            format!("there is no ServiceAccount `{name}` here: no pod is made"),
        );
    }
    for volume in spec.key("volumes").items() {
        let claim = volume.at("persistentVolumeClaim/claimName");
        // Importers make the claim of a DataVolume, under its name.
        let is_there = |name: &str| {
            cluster.has("", "PersistentVolumeClaim", here, name)
                || cluster.has("cdi.kubevirt.io", "DataVolume", here, name)
        };
        if let Some(name) = claim.str()
            && !is_there(name)
        {
            findings.refuse(
                &claim,
                format!("there is no claim `{name}` here: the pod stays pending"),
            );
        }
        let map = volume.key("configMap");
        if let Some(name) = map.key("name").str()
            && name != "kube-root-ca.crt"
            && !map.key("optional").is_true()
            && !cluster.has("", "ConfigMap", here, name)
        {
            findings.refuse(
                &map,
                format!("there is no ConfigMap `{name}` here: the pod never starts"),
            );
        }
    }
    let service = root.at("spec/serviceName");
    if let Some(name) = service.str()
        && !name.is_empty()
        && !cluster.has("", "Service", here, name)
    {
        findings.refuse(
            &service,
            format!("there is no Service `{name}` here: the pods get no names"),
        );
    }
}

/// A quota over CPU or memory refuses every container that does not say how much it takes.
fn fits_quota(root: &Node<'_>, cluster: &Cluster<'_>, findings: &mut Findings) {
    let here = namespace(root);
    let (group, kind) = group_and_kind(root);
    let Some(spec) = pod::template(root, group, kind).filter(|_| !cluster.defaulted.contains(here))
    else {
        return;
    };
    for quota in cluster
        .quotas
        .iter()
        .filter(|quota| namespace(quota) == here)
    {
        let hard = quota.at("spec/hard");
        for side in ["requests", "limits"] {
            for resource in ["cpu", "memory"] {
                let key = format!("{side}.{resource}");
                if !hard.key(&key).is_set() {
                    continue;
                }
                for container in spec.key("containers").items() {
                    // A limit alone is the request as well.
                    let resources = container.key("resources");
                    let is_said = resources.key(side).key(resource).is_set()
                        || side == "requests" && resources.key("limits").key(resource).is_set();
                    if !is_said {
                        let message = format!(
                            "quota {} counts {key}, and nothing is said: no pod is made",
                            name(quota)
                        );
                        findings.refuse(&resources, message);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judged(objects: &[Value]) -> Vec<String> {
        let objects: Vec<_> = objects
            .iter()
            .map(|object| InFile { file: "f", object })
            .collect();
        together(&objects)
            .into_iter()
            .map(|(_, violation)| violation.to_string())
            .collect()
    }

    fn named(api_version: &str, kind: &str, name: &str, spec: Value) -> Value {
        json!({ "apiVersion": api_version, "kind": kind,
            "metadata": { "name": name, "namespace": "acme" }, "spec": spec })
    }

    fn deployment(pod: Value) -> Value {
        named(
            "apps/v1",
            "Deployment",
            "web",
            json!({ "template": {
            "metadata": { "labels": { "app": "web" } }, "spec": pod } }),
        )
    }

    fn machine() -> Value {
        named(
            "kubevirt.io/v1",
            "VirtualMachine",
            "vm",
            json!({ "template": {
            "metadata": { "labels": { "app": "vm" } }, "spec": {} } }),
        )
    }

    fn budget(name: &str, app: &str) -> Value {
        named(
            "policy/v1",
            "PodDisruptionBudget",
            name,
            json!({ "selector": { "matchLabels": { "app": app } } }),
        )
    }

    #[track_caller]
    fn refused(objects: &[Value], word: &str) {
        let found = judged(objects);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(word), "no `{word}` in {found:?}");
    }

    #[test]
    fn what_selects_pods_selects_some() {
        let web = deployment(json!({}));
        let service =
            |app: &str| named("v1", "Service", "s", json!({ "selector": { "app": app } }));
        assert_eq!(judged(&[web.clone(), service("web")]), [""; 0]);
        assert_eq!(judged(&[machine(), service("vm")]), [""; 0]);
        refused(&[web.clone(), service("db")], "no endpoint");
        let policy = |app: &str| {
            named(
                "networking.k8s.io/v1",
                "NetworkPolicy",
                "p",
                json!({ "podSelector": { "matchLabels": { "app": app } } }),
            )
        };
        assert_eq!(judged(&[web.clone(), policy("web")]), [""; 0]);
        refused(&[web, policy("db")], "nobody");
    }

    #[test]
    fn a_pod_is_in_one_budget() {
        let web = deployment(json!({}));
        assert_eq!(judged(&[web.clone(), budget("a", "web")]), [""; 0]);
        refused(&[web.clone(), budget("a", "db")], "protects nobody");
        refused(&[machine(), budget("a", "vm")], "KubeVirt");
        let two = judged(&[web, budget("a", "web"), budget("b", "web")]);
        assert_eq!(two.len(), 2, "said at both: {two:?}");
    }

    #[test]
    fn what_is_named_is_there() {
        let pod = json!({ "serviceAccountName": "web", "volumes": [
            { "name": "c", "configMap": { "name": "conf" } },
            { "name": "d", "persistentVolumeClaim": { "claimName": "data" } }] });
        let account = named("v1", "ServiceAccount", "web", Value::Null);
        let map = named("v1", "ConfigMap", "conf", Value::Null);
        let claim = named("v1", "PersistentVolumeClaim", "data", Value::Null);
        let all = [deployment(pod), account, map, claim];
        assert_eq!(judged(&all), [""; 0]);
        for absent in 1..all.len() {
            let rest: Vec<_> = all
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != absent)
                .map(|(_, o)| o.clone())
                .collect();
            refused(&rest, all[absent]["metadata"]["name"].as_str().unwrap());
        }
        let scaler = |name: &str| {
            named(
                "autoscaling/v2",
                "HorizontalPodAutoscaler",
                "h",
                json!({
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": name } }),
            )
        };
        assert_eq!(judged(&[deployment(json!({})), scaler("web")]), [""; 0]);
        refused(&[deployment(json!({})), scaler("db")], "no Deployment `db`");
    }

    #[test]
    fn a_quota_admits_what_says_its_share() {
        let quota = named(
            "v1",
            "ResourceQuota",
            "q",
            json!({ "hard": { "requests.memory": "8Gi" } }),
        );
        let web = |resources: Value| {
            deployment(json!({ "containers": [{ "name": "web", "resources": resources }] }))
        };
        let defaults = named(
            "v1",
            "LimitRange",
            "l",
            json!({ "limits": [{ "default": { "memory": "1Gi" } }] }),
        );
        assert_eq!(
            judged(&[quota.clone(), web(json!({ "limits": { "memory": "1Gi" } }))]),
            [""; 0]
        );
        assert_eq!(judged(&[quota.clone(), web(json!({})), defaults]), [""; 0]);
        refused(&[quota, web(json!({}))], "requests.memory");
    }
}
