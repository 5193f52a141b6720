//! Roles and who holds them.

use crate::validate::{Findings, Node};

const API_GROUP: &str = "rbac.authorization.k8s.io";

/// A rule allows something: verbs on resources of groups, or on plain URLs.
pub(super) fn rules(root: &Node<'_>, findings: &mut Findings) {
    let is_cluster_role = root.key("kind").str() == Some("ClusterRole");
    for rule in root.key("rules").items() {
        if rule.key("verbs").len() == 0 {
            findings.refuse(&rule.key("verbs"), "a rule without a verb allows nothing");
        }
        let urls = rule.key("nonResourceURLs");
        if urls.len() > 0 {
            if !is_cluster_role {
                findings.refuse(&urls, "only a ClusterRole reaches beyond resources");
            }
            if rule.key("resources").len() > 0 || rule.key("apiGroups").len() > 0 {
                findings.refuse(&rule, "resources or URLs, not both in one rule");
            }
            continue;
        }
        for key in ["apiGroups", "resources"] {
            if rule.key(key).len() == 0 {
                findings.refuse(&rule.key(key), "a rule names groups and resources");
            }
        }
    }
}

/// A binding names a role and the subjects, each in its API group.
pub(super) fn binding(root: &Node<'_>, findings: &mut Findings) {
    let role = root.key("roleRef");
    let is_cluster_binding = root.key("kind").str() == Some("ClusterRoleBinding");
    match role.key("kind").str() {
        Some("ClusterRole") => {}
        Some("Role") if !is_cluster_binding => {}
        Some("Role") => findings.refuse(
            &role.key("kind"),
            "a ClusterRoleBinding grants a ClusterRole",
        ),
        _ => findings.refuse(&role.key("kind"), "Role or ClusterRole"),
    }
    if role.key("apiGroup").str() != Some(API_GROUP) {
        findings.refuse(
            &role.key("apiGroup"),
            format!("required, and always {API_GROUP}"),
        );
    }
    root.key("subjects")
        .items()
        .for_each(|subject| self::subject(&subject, findings));
}

fn subject(subject: &Node<'_>, findings: &mut Findings) {
    let (group, namespace) = (subject.key("apiGroup"), subject.key("namespace"));
    match subject.key("kind").str() {
        Some("ServiceAccount") => {
            if !namespace.is_set() {
                findings.refuse(subject, "a ServiceAccount is named with its namespace");
            }
            if group.str().is_some_and(|group| !group.is_empty()) {
                findings.refuse(&group, "a ServiceAccount is in the core group: \"\"");
            }
        }
        Some("User" | "Group") => {
            if namespace.is_set() {
                findings.refuse(&namespace, "users and groups are in no namespace");
            }
            if group.str().is_some_and(|group| group != API_GROUP) {
                findings.refuse(&group, format!("users and groups are in {API_GROUP}"));
            }
        }
        _ => findings.refuse(&subject.key("kind"), "ServiceAccount, User or Group"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    #[test]
    fn a_rule_allows_something() {
        let with = |kind: &str, rule: Value| json!({ "kind": kind, "rules": [rule] });
        let pods = json!({ "apiGroups": [""], "resources": ["pods"], "verbs": ["get"] });
        accepts(rules, with("Role", pods));
        let urls = json!({ "nonResourceURLs": ["/metrics"], "verbs": ["get"] });
        accepts(rules, with("ClusterRole", urls.clone()));
        refuses(
            rules,
            with("Role", urls),
            "/rules/0/nonResourceURLs",
            "ClusterRole",
        );
        let idle = json!({ "apiGroups": [""], "resources": ["pods"], "verbs": [] });
        refuses(rules, with("Role", idle), "/rules/0/verbs", "nothing");
        let no_group = json!({ "resources": ["pods"], "verbs": ["get"] });
        refuses(
            rules,
            with("Role", no_group),
            "/rules/0/apiGroups",
            "groups",
        );
    }

    #[test]
    fn a_binding_names_its_subjects_in_full() {
        let with = |subject: Value| {
            json!({ "kind": "RoleBinding", "subjects": [subject],
            "roleRef": { "apiGroup": API_GROUP, "kind": "Role", "name": "r" } })
        };
        accepts(
            binding,
            with(json!({ "kind": "ServiceAccount", "name": "a", "namespace": "n" })),
        );
        accepts(
            binding,
            with(json!({ "kind": "Group", "name": "a", "apiGroup": API_GROUP })),
        );
        let homeless = with(json!({ "kind": "ServiceAccount", "name": "a" }));
        refuses(binding, homeless, "/subjects/0", "namespace");
        let user = with(json!({ "kind": "User", "name": "a", "namespace": "n" }));
        refuses(binding, user, "/subjects/0/namespace", "no namespace");
        let cluster = json!({ "kind": "ClusterRoleBinding",
            "roleRef": { "apiGroup": API_GROUP, "kind": "Role", "name": "r" } });
        refuses(binding, cluster, "/roleRef/kind", "ClusterRole");
    }
}
