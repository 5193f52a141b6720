//! What an object says that it is. In most groups whose kinds matter here there are no other kinds
//! than these, so that one that is misspelt never passes for one that doesn't matter.

use super::{Sink, at::At, beyond, tiers};
use crate::node::{Node, View};

/// The kinds of a group, those that are passed over among them.
const GROUPS: [(&str, &[&str]); 8] = [
    (
        "",
        &[
            "Binding",
            "ComponentStatus",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "List",
            "Namespace",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
            "Status",
        ],
    ),
    (
        "apps",
        &[
            "ControllerRevision",
            "DaemonSet",
            "Deployment",
            "ReplicaSet",
            "StatefulSet",
        ],
    ),
    ("batch", &["CronJob", "Job"]),
    (
        "networking.k8s.io",
        &[
            "ClusterCIDR",
            "IPAddress",
            "Ingress",
            "IngressClass",
            "NetworkPolicy",
            "ServiceCIDR",
        ],
    ),
    (
        tiers::GROUP,
        &[
            "AdminNetworkPolicy",
            "BaselineAdminNetworkPolicy",
            "ClusterNetworkPolicy",
        ],
    ),
    (
        beyond::GROUP,
        &[
            "IPAMClaim",
            "MultiNetworkPolicy",
            "NetworkAttachmentDefinition",
        ],
    ),
    (
        "kubevirt.io",
        &[
            "KubeVirt",
            "VirtualMachine",
            "VirtualMachineInstance",
            "VirtualMachineInstanceMigration",
            "VirtualMachineInstancePreset",
            "VirtualMachineInstanceReplicaSet",
        ],
    ),
    ("pool.kubevirt.io", &["VirtualMachinePool"]),
];

/// The policies of groups that get new kinds with each version: what is almost one of these is told,
/// and anything else passed over.
const OPEN: [(&str, &[&str]); 4] = [
    (
        "cilium.io",
        &["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"],
    ),
    (
        "crd.projectcalico.org",
        &["NetworkPolicy", "GlobalNetworkPolicy"],
    ),
    (
        "projectcalico.org",
        &["NetworkPolicy", "GlobalNetworkPolicy"],
    ),
    ("crd.antrea.io", &["NetworkPolicy", "ClusterNetworkPolicy"]),
];

/// In how many letters a kind of such a group differs from a policy that was meant: a plural is
/// three away, and the nearest of their other kinds further.
const SLIP: usize = 3;

/// The apiVersion and the kind of an object. What a list says of its items, they need not say.
pub(super) fn head<'v>(
    value: &At<'v>,
    list: Option<(&'v str, &'v str)>,
    sink: &mut Sink,
) -> Option<(&'v str, &'v str)> {
    let kind = said(value, "kind").or(list.map(|(_, kind)| kind));
    let version = said(value, "apiVersion").or(list.map(|(version, _)| version));
    if let (Some(version), Some(kind)) = (version, kind) {
        return Some((version, kind));
    }
    let View::Map(fields) = value.value().view() else {
        return None;
    };
    let names: Vec<&str> = fields.map(|(name, _)| name).collect();
    if !is_meant(&names) {
        return None;
    }
    kind.unwrap_or_default().clone_into(&mut sink.object);
    // What is there and says nothing is told as what it is.
    if let Some(empty) = ["apiVersion", "kind"].into_iter().find(|it| {
        let known = [("apiVersion", version), ("kind", kind)];
        names.contains(it) && known.contains(&(it, None))
    }) {
        let field = value.field(empty);
        match field.value().as_str() {
            Some(_) => sink.say(&field, "is empty"),
            None => field.wrong("text", sink),
        }
        return None;
    }
    let instead = |name: &str| match nearest(name, &names) {
        Some(near) => format!("; did you mean {name} by {near}?"),
        None => String::new(),
    };
    sink.say(
        value,
        match (version, kind) {
            (None, None) => "has no apiVersion and no kind: it is no Kubernetes object".to_owned(),
            (_, None) => format!("has no kind{}", instead("kind")),
            _ => format!("has no apiVersion{}", instead("apiVersion")),
        },
    );
    None
}

/// Whether fields are those of an object of Kubernetes: values of charts and lists of questions lie
/// beside manifests, and are none.
fn is_meant(names: &[&str]) -> bool {
    let has = |name: &str| names.contains(&name);
    let body = ["spec", "data", "items", "metadata"];
    match (has("apiVersion"), has("kind")) {
        (true, true) => true,
        (true, false) | (false, true) => body.iter().any(|name| has(name)),
        (false, false) => has("metadata") && has("spec"),
    }
}

/// What a field says, if it is text that says anything.
fn said<'v>(value: &At<'v>, field: &str) -> Option<&'v str> {
    let said = value.value().get(field).and_then(Node::as_str);
    said.filter(|text| !text.is_empty())
}

/// What is wrong with a kind, if its group has no such kind, or with a group, if nobody knows it
/// and one of ours is called almost so.
pub(super) fn unknown(group: &str, kind: &str) -> Option<(&'static str, String)> {
    if group == "core" {
        let message = "the core group has no name in an apiVersion: it is written as v1";
        return Some(("apiVersion", message.to_owned()));
    }
    if let Some((_, kinds)) = OPEN.iter().find(|(known, _)| *known == group) {
        let near = slip(kind, kinds)?;
        let message = format!("{group} has no kind {kind}; did you mean {near}?");
        return Some(("kind", message));
    }
    let Some((known, kinds)) = GROUPS.iter().find(|(known, _)| *known == group) else {
        let mut held = GROUPS.iter().filter(|(_, kinds)| kinds.contains(&kind));
        let near = held.find_map(|(known, _)| nearest(group, &[*known]))?;
        return Some((
            "apiVersion",
            format!("no known group has the kind {kind} under this name; did you mean {near}?"),
        ));
    };
    if kinds.contains(&kind) {
        return None;
    }
    // The lists of these kinds are kinds too.
    if kind
        .strip_suffix("List")
        .is_some_and(|it| kinds.contains(&it))
    {
        return None;
    }
    let word = |group: &'static str| if group.is_empty() { "v1" } else { group };
    let mut elsewhere = GROUPS.iter().filter(|(_, kinds)| kinds.contains(&kind));
    let help = match (elsewhere.next(), nearest(kind, kinds)) {
        (Some((other, _)), _) => format!("it is one of {}", word(other)),
        (None, Some(near)) => format!("did you mean {near}?"),
        (None, None) => match of_another(kind) {
            Some((other, near)) => format!("did you mean {near} of {}?", word(other)),
            None => format!("its kinds are {}", kinds.join(", ")),
        },
    };
    let message = format!("{} has no kind {kind}; {help}", word(known));
    Some(("kind", message))
}

/// The policy that was likely meant, of whatever group has one of that name.
fn of_another(kind: &str) -> Option<(&'static str, &'static str)> {
    GROUPS.iter().find_map(|(group, kinds)| {
        let mut policies = kinds.to_vec();
        policies.retain(|kind| kind.ends_with("NetworkPolicy"));
        Some((*group, nearest(kind, &policies)?))
    })
}

/// The policy that is misspelt as another kind of its group.
fn slip<'n>(kind: &str, kinds: &[&'n str]) -> Option<&'n str> {
    let bare = kind.strip_suffix("List").unwrap_or(kind);
    if kinds.contains(&bare) || kind.len() > LONGEST {
        return None;
    }
    let near = nearest(kind, kinds)?;
    (strsim::osa_distance(kind, near) <= SLIP).then_some(near)
}

/// The longest name that is worth a look.
const LONGEST: usize = 64;

/// The name that another was likely meant to be: at most a third of it is different, and of equally
/// near ones the first is meant. Case alone makes no difference.
fn nearest<'n>(name: &str, names: &[&'n str]) -> Option<&'n str> {
    let typed = name.to_ascii_lowercase();
    let distance = |other: &str| strsim::osa_distance(&typed, &other.to_ascii_lowercase());
    let near = names.iter().filter_map(|other| {
        let longest = name.len().max(other.len());
        let steps = (longest <= LONGEST).then(|| distance(other))?;
        (steps <= (longest / 3).max(1)).then_some((steps, *other))
    });
    near.min_by_key(|(steps, _)| *steps).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_kind_is_told_with_the_one_that_was_meant() {
        for (group, kind, words) in [
            (
                "networking.k8s.io",
                "NetworkPolcy",
                "did you mean NetworkPolicy?",
            ),
            (
                "networking.k8s.io",
                "networkpolicy",
                "did you mean NetworkPolicy?",
            ),
            (
                "policy.networking.k8s.io",
                "AdminNetworkPolicies",
                "did you mean Admin",
            ),
            (
                "k8s.cni.cncf.io",
                "MultiNetworkpolicy",
                "did you mean MultiNet",
            ),
            (
                "",
                "Namespce",
                "v1 has no kind Namespce; did you mean Namespace?",
            ),
            (
                "networking.k8s.io",
                "AdminNetworkPolicy",
                "it is one of policy.networking.k8s.io",
            ),
            (
                "apps",
                "Deploy",
                "its kinds are ControllerRevision, DaemonSet",
            ),
            (
                "networking.k8s.oi",
                "NetworkPolicy",
                "did you mean networking.k8s.io?",
            ),
            (
                "kubevirt.io",
                "VirtualMachin",
                "did you mean VirtualMachine?",
            ),
            (
                "kubevirt.io",
                "VirtualMachinePool",
                "it is one of pool.kubevirt.io",
            ),
            ("core", "Pod", "written as v1"),
            (
                "cilium.io",
                "CiliumNetworkPolicys",
                "did you mean CiliumNetworkPolicy?",
            ),
            (
                "cilium.io",
                "CiliumNetworkPolicies",
                "did you mean CiliumNetworkPolicy?",
            ),
            (
                "crd.antrea.io",
                "ClusterNetworkPolcy",
                "did you mean ClusterNetworkPolicy?",
            ),
            (
                "",
                "NetworkPolcy",
                "did you mean NetworkPolicy of networking.k8s.io?",
            ),
        ] {
            let told = unknown(group, kind).expect(kind).1;
            assert!(told.contains(words), "{told}");
        }
        for (group, kind) in [
            ("networking.k8s.io", "Ingress"),
            ("networking.k8s.io", "NetworkPolicyList"),
            ("", "Secret"),
            ("example.com", "NetworkPolicy"),
            ("argoproj.io", "Rollout"),
            ("gateway.networking.k8s.io", "HTTPRoute"),
            ("kubevirt.io", "VirtualMachineInstanceMigration"),
            ("snapshot.kubevirt.io", "VirtualMachineSnapshot"),
            ("cilium.io", "CiliumNetworkPolicy"),
            ("cilium.io", "CiliumNetworkPolicyList"),
            ("cilium.io", "CiliumNodeConfig"),
            ("cilium.io", "CiliumEgressGatewayPolicy"),
            ("cilium.io", "CiliumLocalRedirectPolicy"),
            ("crd.projectcalico.org", "NetworkSet"),
            ("projectcalico.org", "StagedNetworkPolicy"),
        ] {
            assert_eq!(unknown(group, kind), None, "{group} {kind}");
        }
        let (_, listed) = unknown("", "Qqqqqq").expect("there is none");
        assert!(!listed.contains("NetworkPolicy"), "{listed}");
    }
}
