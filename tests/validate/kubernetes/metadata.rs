//! What every object's metadata must be: names, labels, annotations, scope.

use super::group_and_kind;
use super::names::{self, Syntax};
use super::schema::Scope;
use crate::validate::{Findings, Node};

/// All annotations of one object together, keys and values: 256 KiB.
const ANNOTATIONS_MAX: usize = 256 * 1024;
/// A CronJob's Jobs append 11 characters to its name, and a Job's name ends as a label value.
const CRON_JOB_MAX: usize = 52;

/// The rules for metadata of the object itself and of the template it carries.
pub(super) fn object(root: &Node<'_>, findings: &mut Findings) {
    name(root, findings);
    labels_and_annotations(&root.key("metadata"), findings);
    for template in ["spec/template/metadata", "spec/jobTemplate/metadata"] {
        labels_and_annotations(&root.at(template), findings);
    }
}

/// A namespaced object says in which namespace, a cluster's object in none.
pub(super) fn scope(root: &Node<'_>, scope: Scope, findings: &mut Findings) {
    let namespace = root.at("metadata/namespace");
    match scope {
        Scope::Cluster if namespace.is_set() => {
            findings.refuse(&namespace, "this kind lives in no namespace");
        }
        Scope::Namespaced if !namespace.is_set() => {
            let message = "no namespace: the object lands in whichever one the client is in";
            findings.refuse(&root.key("metadata"), message);
        }
        Scope::Cluster | Scope::Namespaced => {}
    }
}

fn name(root: &Node<'_>, findings: &mut Findings) {
    let name = root.at("metadata/name");
    let Some(text) = name.str() else {
        return findings.refuse(&root.key("metadata"), "no name");
    };
    let (group, kind) = group_and_kind(root);
    if let Err(reason) = name_syntax(group, kind)(text) {
        findings.refuse(&name, reason);
    }
    if (group, kind) == ("batch", "CronJob") && text.len() > CRON_JOB_MAX {
        findings.refuse(
            &name,
            format!("a CronJob's name has at most {CRON_JOB_MAX} characters"),
        );
    }
    if let Some(namespace) = root.at("metadata/namespace").str()
        && let Err(reason) = names::dns_label(namespace)
    {
        findings.refuse(&root.at("metadata/namespace"), reason);
    }
}

fn name_syntax(group: &str, kind: &str) -> Syntax {
    match (group, kind) {
        ("", "Service") => names::dns_1035_label,
        // A VM's name becomes a host name and label values; a Job's a label value of its pods.
        ("", "Namespace") | ("batch", "Job") | ("kubevirt.io", "VirtualMachine") => {
            names::dns_label
        }
        ("rbac.authorization.k8s.io", _) => names::path_segment,
        _ => names::dns_subdomain,
    }
}

fn labels_and_annotations(metadata: &Node<'_>, findings: &mut Findings) {
    labels(&metadata.key("labels"), findings);
    let annotations = metadata.key("annotations");
    let mut size = 0;
    for (key, value) in annotations.entries() {
        size += key.len() + value.str().map_or(0, str::len);
        if let Err(reason) = names::qualified(&key.to_lowercase()) {
            findings.refuse(&value, reason);
        }
    }
    if size > ANNOTATIONS_MAX {
        findings.refuse(
            &annotations,
            format!("{size} bytes, at most {ANNOTATIONS_MAX}"),
        );
    }
}

/// A map of labels, or one that selects by them.
pub(super) fn labels(labels: &Node<'_>, findings: &mut Findings) {
    for (key, value) in labels.entries() {
        if let Err(reason) = names::qualified(key) {
            findings.refuse(&value, reason);
        }
        match value.str().map(names::label_value) {
            None => findings.refuse(&value, "a label's value is a string"),
            Some(Err(reason)) => findings.refuse(&value, reason),
            Some(Ok(())) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn named(api_version: &str, kind: &str, name: &str) -> Value {
        json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": name } })
    }

    #[test]
    fn the_syntax_of_a_name_depends_on_the_kind() {
        accepts(object, named("v1", "ConfigMap", "a.b"));
        accepts(
            object,
            named("rbac.authorization.k8s.io/v1", "Role", "system:x"),
        );
        refuses(
            object,
            named("v1", "Namespace", "a.b"),
            "/metadata/name",
            "`a.b`",
        );
        refuses(
            object,
            named("v1", "Service", "1a"),
            "/metadata/name",
            "digit",
        );
        let long = "a".repeat(53);
        refuses(
            object,
            named("batch/v1", "CronJob", &long),
            "/metadata/name",
            "52",
        );
    }

    #[test]
    fn labels_have_a_syntax_in_templates_too() {
        let with = |label: &str| {
            json!({ "metadata": { "name": "a" },
                    "spec": { "template": { "metadata": { "labels": { "app": label } } } } })
        };
        accepts(object, with("web"));
        refuses(
            object,
            with("no blank"),
            "/spec/template/metadata/labels/app",
            "no blank",
        );
    }

    #[test]
    fn annotations_have_a_size_together() {
        let with = |bytes: usize| {
            json!({ "metadata": {
            "name": "a", "annotations": { "a": "x".repeat(bytes) } } })
        };
        accepts(object, with(ANNOTATIONS_MAX - 1));
        refuses(
            object,
            with(ANNOTATIONS_MAX),
            "/metadata/annotations",
            "262145",
        );
    }

    #[test]
    fn the_scope_is_said_and_kept() {
        let check_namespaced =
            |node: &Node<'_>, out: &mut Findings| scope(node, Scope::Namespaced, out);
        let check_cluster = |node: &Node<'_>, out: &mut Findings| scope(node, Scope::Cluster, out);
        let inside = json!({ "metadata": { "name": "a", "namespace": "acme" } });
        let outside = json!({ "metadata": { "name": "a" } });
        accepts(check_namespaced, inside.clone());
        accepts(check_cluster, outside.clone());
        refuses(check_cluster, inside, "/metadata/namespace", "no namespace");
        refuses(check_namespaced, outside, "/metadata", "no namespace");
    }
}
