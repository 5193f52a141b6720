//! A pod in an object of a tenant's own, with rights over its node.

use tenantry_syntax::Span;

use crate::{
    check::{Subject, rules::platform::raw_beyond_scope::everywhere},
    diag::{Diagnostic, Findings, declare_rule},
    emit::{NodeRef, View},
    raw,
};

declare_rule! { pub RULE = "raw-takes-node", Isolation, Error, "an object of a tenant's own whose pods reach for their node, or run on every one", include_str!("raw_takes_node.md") }

/// Kinds that pods are made from.
const MAKERS: [&str; 8] = [
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];

/// Reports the first such wish of each object that stands in a tenant or workload.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (home, spec) in everywhere(subject.estate) {
        if home.tenant.is_none() {
            continue;
        }
        if !raw::may_be(spec, &MAKERS) {
            continue;
        }
        let Ok(object) = raw::read(spec) else {
            continue;
        };
        if !MAKERS.contains(&object.kind.as_str()) {
            continue;
        }
        let Some(wish) = wish(&object) else { continue };
        let span: Span = match &spec.object {
            Some(text) => subject.estate.span(text.text.origin),
            None => spec.meta.span,
        };
        let message = format!(
            "`raw {}` of {} holds a {} {wish}",
            spec.name.value, home.what, object.kind
        );
        findings.push(
            Diagnostic::new(&RULE, span, message)
                .label("reaches for its node")
                .why("that is how one container became root on 200 nodes: a pod that is root where it runs, on every machine at once; the nodes run other tenants too")
                .help("say it as a `workload`, with `security pod-level=… because=\"…\"` and `replicas 1 per=node`, where it is proven and counted; what belongs to the platform goes into the `cluster`"),
        );
    }
}

/// What the pods of an object want of their node.
fn wish(object: &raw::Object) -> Option<&'static str> {
    if object.kind == "DaemonSet" {
        return Some("that runs on every node");
    }
    let mut open = vec![object.tree.root()];
    while let Some(node) = open.pop() {
        if let Some(wish) = of(node) {
            return Some(wish);
        }
        open.extend(node.children());
    }
    None
}

fn of(node: NodeRef<'_>) -> Option<&'static str> {
    let on = node.view() == View::Bool(true);
    match node.key()? {
        "hostNetwork" if on => Some("in the network of its node, which no policy covers"),
        "hostPID" if on => Some("that sees all processes of its node"),
        "hostIPC" if on => Some("that shares memory with its node"),
        "privileged" if on => Some("that is privileged: root on its node"),
        "hostPath" if node.view() == View::Map => Some("with a path of its node"),
        "hostPort" if matches!(node.view(), View::Number(_)) => {
            Some("that listens on its node's own address, which no policy covers")
        }
        _ => None,
    }
}
