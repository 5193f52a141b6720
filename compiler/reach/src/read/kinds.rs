//! What an object says that it is. In the groups whose kinds matter here there are no other kinds
//! than these, so that one that is misspelt never passes for one that doesn't matter.

use super::{Sink, at::At, beyond, tiers};
use crate::node::{Node, View};

/// The kinds of a group, those that are passed over among them.
const GROUPS: [(&str, &[&str]); 6] = [
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
            // It has a complaint of its own.
            "NetworkPolicy",
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
];

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
        (None, None) => format!("its kinds are {}", kinds.join(", ")),
    };
    let message = format!("{} has no kind {kind}; {help}", word(known));
    Some(("kind", message))
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
        ] {
            assert_eq!(unknown(group, kind), None, "{group} {kind}");
        }
    }
}
