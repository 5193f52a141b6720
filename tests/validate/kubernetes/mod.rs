//! A Kubernetes API server on paper: the published schemas, and the rules its validation and
//! KubeVirt's admission add to them.
//!
//! Schemas let through most of what a cluster refuses: a request above its limit, a disk without
//! a volume, an `except` outside of its CIDR. Each such rule is one function here, with a
//! document it accepts and one it refuses beside it. Source of the rules: Kubernetes 1.36
//! `pkg/apis/*/validation`, KubeVirt 1.9 `pkg/virt-api/webhooks`, CDI 1.66 `pkg/apiserver`.

use serde_json::Value;

use super::{Findings, Node, Skip, Violation};

mod admission;
mod attachment;
mod budget;
mod cdi;
mod class;
mod config;
mod container;
mod hpa;
mod kubevirt;
mod limits;
mod metadata;
mod monitoring;
mod names;
mod network_policy;
mod placement;
mod pod;
mod quantity;
mod quota;
mod rbac;
mod schema;
mod selector;
mod service;
mod storage;
mod together;
mod workload;

pub use schema::Scope;
pub use together::{InFile, together};

/// A rule over one object.
type Rule = fn(&Node<'_>, &mut Findings);

/// The rules that apply to one kind, by API group and kind.
const RULES: &[(&str, &str, &[Rule])] = &[
    ("", "ConfigMap", &[config::data]),
    ("", "Secret", &[config::data]),
    ("", "LimitRange", &[limits::limit_range]),
    ("", "PersistentVolumeClaim", &[storage::claim]),
    ("", "ResourceQuota", &[quota::hard_keys, quota::scopes]),
    ("", "Service", &[service::ports, service::kind_of_service]),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicy",
        &[admission::policy],
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
        &[admission::binding],
    ),
    (
        "apps",
        "DaemonSet",
        &[workload::selector, workload::always_restarts],
    ),
    (
        "apps",
        "Deployment",
        &[
            workload::selector,
            workload::always_restarts,
            workload::rollout,
        ],
    ),
    (
        "apps",
        "ReplicaSet",
        &[workload::selector, workload::always_restarts],
    ),
    (
        "apps",
        "StatefulSet",
        &[
            workload::selector,
            workload::always_restarts,
            workload::claims,
        ],
    ),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        &[hpa::replicas, hpa::metrics, hpa::behavior],
    ),
    ("batch", "CronJob", &[workload::cron]),
    ("batch", "Job", &[workload::job]),
    ("cdi.kubevirt.io", "DataVolume", &[cdi::data_volume]),
    (
        "instancetype.kubevirt.io",
        "VirtualMachineClusterInstancetype",
        &[kubevirt::instancetype],
    ),
    (
        "instancetype.kubevirt.io",
        "VirtualMachineInstancetype",
        &[kubevirt::instancetype],
    ),
    (
        "k8s.cni.cncf.io",
        "NetworkAttachmentDefinition",
        &[attachment::definition],
    ),
    (
        "kubevirt.io",
        "VirtualMachine",
        &[kubevirt::virtual_machine],
    ),
    (
        "kubevirt.io",
        "VirtualMachineInstance",
        &[kubevirt::instance],
    ),
    (
        "kubevirt.io",
        "VirtualMachineInstanceReplicaSet",
        &[kubevirt::replica_set],
    ),
    (
        "monitoring.coreos.com",
        "PodMonitor",
        &[monitoring::monitor],
    ),
    (
        "monitoring.coreos.com",
        "PrometheusRule",
        &[monitoring::prometheus_rule],
    ),
    (
        "monitoring.coreos.com",
        "ServiceMonitor",
        &[monitoring::monitor],
    ),
    (
        "networking.k8s.io",
        "NetworkPolicy",
        &[network_policy::types, network_policy::rules],
    ),
    ("node.k8s.io", "RuntimeClass", &[class::runtime_class]),
    (
        "policy",
        "PodDisruptionBudget",
        &[budget::pod_disruption_budget],
    ),
    ("pool.kubevirt.io", "VirtualMachinePool", &[kubevirt::pool]),
    ("rbac.authorization.k8s.io", "ClusterRole", &[rbac::rules]),
    (
        "rbac.authorization.k8s.io",
        "ClusterRoleBinding",
        &[rbac::binding],
    ),
    ("rbac.authorization.k8s.io", "Role", &[rbac::rules]),
    ("rbac.authorization.k8s.io", "RoleBinding", &[rbac::binding]),
    (
        "scheduling.k8s.io",
        "PriorityClass",
        &[class::priority_class],
    ),
    ("storage.k8s.io", "StorageClass", &[class::storage_class]),
];

/// Kinds of which no published schema is stored: what is emitted of them, two or three fields,
/// was compared with their projects' own pages.
const COMPARED_BY_HAND: &[(&str, &str)] = &[
    ("cilium.io/v2", "CiliumLoadBalancerIPPool"),
    ("cilium.io/v2alpha1", "CiliumL2AnnouncementPolicy"),
    ("gateway.envoyproxy.io/v1alpha1", "BackendTrafficPolicy"),
    ("gateway.envoyproxy.io/v1alpha1", "SecurityPolicy"),
    ("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy"),
    ("metallb.io/v1beta1", "IPAddressPool"),
    ("metallb.io/v1beta1", "L2Advertisement"),
];

fn is_compared_by_hand(root: &Node<'_>) -> bool {
    let text = |key| root.key(key).str().unwrap_or_default().to_owned();
    let (version, kind) = (text("apiVersion"), text("kind"));
    COMPARED_BY_HAND.contains(&(version.as_str(), kind.as_str()))
}

/// Judges one object, with all violations sorted by their place.
///
/// A kind without a schema is a violation too: nobody has looked at it.
///
/// # Errors
/// A [`Skip`] where the schemas are not on this machine.
pub fn validate(object: &Value) -> Result<Vec<Violation>, Skip> {
    let schemas = schema::Schemas::shared()?;
    let root = Node::root(object);
    let mut findings = Findings::default();
    match schemas.find(&root) {
        None if is_compared_by_hand(&root) => {
            return Err(Skip(format!("no schema of {}", named_kind(&root))));
        }
        None => findings.refuse(&root, format!("no API server knows {}", named_kind(&root))),
        Some(entry) => {
            entry.check(object, &mut findings)?;
            metadata::scope(&root, entry.scope, &mut findings);
        }
    }
    semantics(&root, &mut findings);
    Ok(findings.into_sorted())
}

fn named_kind(root: &Node<'_>) -> String {
    let api_version = root.key("apiVersion").str().unwrap_or("(no apiVersion)");
    let kind = root.key("kind").str().unwrap_or("(no kind)");
    format!("{api_version} {kind}")
}

/// The rules no schema states. They run on what the schema refused as well: two mistakes in one
/// object should not take two runs to see.
fn semantics(root: &Node<'_>, findings: &mut Findings) {
    metadata::object(root, findings);
    selector::everywhere(root, findings);
    let (group, kind) = group_and_kind(root);
    if let Some((_, _, rules)) = RULES.iter().find(|(g, k, _)| *g == group && *k == kind) {
        for rule in *rules {
            rule(root, findings);
        }
    }
    if let Some(template) = pod::template(root, group, kind) {
        let claims: Vec<_> = root
            .at("spec/volumeClaimTemplates")
            .items()
            .filter_map(|claim| claim.at("metadata/name").str())
            .collect();
        pod::check(&template, &claims, findings);
    }
}

/// `("apps", "Deployment")`; the core group is empty.
fn group_and_kind<'a>(root: &Node<'a>) -> (&'a str, &'a str) {
    let api_version = root.key("apiVersion").str().unwrap_or_default();
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    (group, root.key("kind").str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Runs `judge` where the reference data is present, else says why not.
    fn with_schemas(object: Value, judge: impl FnOnce(Vec<Violation>)) {
        match validate(&object) {
            Ok(found) => judge(found),
            Err(skip) => println!("{skip}"),
        }
    }

    fn namespace(name: &str) -> Value {
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
    }

    #[test]
    fn a_plain_namespace_passes() {
        with_schemas(namespace("acme"), |found| assert_eq!(found, []));
    }

    #[test]
    fn a_name_the_schema_lets_through_is_refused() {
        with_schemas(namespace("Acme"), |found| {
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].pointer, "/metadata/name");
        });
    }

    #[test]
    fn an_unknown_kind_and_a_misspelt_field_are_violations() {
        let unknown = json!({ "apiVersion": "v1", "kind": "Pood", "metadata": { "name": "a" } });
        with_schemas(unknown, |found| {
            assert!(found[0].message.contains("v1 Pood"), "{found:?}")
        });

        let misspelt = json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": { "name": "web", "namespace": "acme" },
            "spec": { "selectr": { "app": "web" }, "ports": [{ "port": 80 }] },
        });
        with_schemas(misspelt, |found| {
            assert!(
                found.iter().any(|v| v.message.contains("selectr")),
                "{found:?}"
            );
        });
    }

    #[test]
    fn every_kind_in_the_table_has_a_schema() {
        let Ok(schemas) = schema::Schemas::shared() else {
            println!("skipped: no schemas");
            return;
        };
        for (group, kind, _) in RULES {
            assert!(
                schemas.knows(group, kind),
                "{group}/{kind} has rules and no schema"
            );
        }
    }
}
