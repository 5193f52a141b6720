//! Services: which ports they open and what they may be.

use std::collections::BTreeSet;

use super::{container, metadata, names};
use crate::validate::{Findings, Node};

/// Ports are numbered, named where there are several, and distinct.
pub(super) fn ports(root: &Node<'_>, findings: &mut Findings) {
    let ports = root.at("spec/ports");
    let (mut names_seen, mut numbers_seen) = (BTreeSet::new(), BTreeSet::new());
    for port in ports.items() {
        let number = port.key("port");
        container::port_number(&number, findings);
        container::port_number(&port.key("targetPort"), findings);
        container::port_number(&port.key("nodePort"), findings);
        let protocol = container::protocol(&port, findings);
        if !numbers_seen.insert((protocol, number.int())) {
            findings.refuse(&number, "this port and protocol is there already");
        }
        let name = port.key("name");
        match name.str() {
            None | Some("") if ports.len() > 1 => {
                findings.refuse(&port, "one of several ports needs a name")
            }
            None | Some("") => {}
            Some(text) => {
                if let Err(reason) = names::dns_label(text) {
                    findings.refuse(&name, reason);
                }
                if !names_seen.insert(text) {
                    findings.refuse(&name, format!("two ports are named `{text}`"));
                }
            }
        }
        if let Some(Err(reason)) = port.key("targetPort").str().map(names::port_name) {
            findings.refuse(&port.key("targetPort"), reason);
        }
    }
}

/// The type, and what goes with it.
pub(super) fn kind_of_service(root: &Node<'_>, findings: &mut Findings) {
    let spec = root.key("spec");
    metadata::labels(&spec.key("selector"), findings);
    let kind = spec.key("type").str().unwrap_or("ClusterIP");
    let is_headless = spec.key("clusterIP").str() == Some("None");
    let is_open = matches!(kind, "NodePort" | "LoadBalancer");
    match kind {
        "ExternalName" if !spec.key("externalName").is_set() => {
            findings.refuse(&spec, "ExternalName needs externalName");
        }
        "NodePort" | "LoadBalancer" if is_headless => {
            findings.refuse(
                &spec.key("clusterIP"),
                format!("None is not possible for a {kind}"),
            );
        }
        "ClusterIP" | "ExternalName" | "NodePort" | "LoadBalancer" => {}
        other => findings.refuse(
            &spec.key("type"),
            format!("`{other}` is not a type of Service"),
        ),
    }
    if kind != "ExternalName" && !is_headless && spec.key("ports").len() == 0 {
        findings.refuse(&spec.key("ports"), "at least one port");
    }
    for port in spec
        .key("ports")
        .items()
        .filter(|port| !is_open && port.key("nodePort").is_set())
    {
        findings.refuse(
            &port.key("nodePort"),
            format!("a {kind} opens no port of a node"),
        );
    }
    for key in [
        "externalTrafficPolicy",
        "loadBalancerClass",
        "loadBalancerSourceRanges",
    ] {
        let allowed = if key == "externalTrafficPolicy" {
            is_open
        } else {
            kind == "LoadBalancer"
        };
        if spec.key(key).is_set() && !allowed {
            findings.refuse(&spec.key(key), format!("means nothing for a {kind}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    #[test]
    fn several_ports_are_told_apart() {
        let with =
            |second: Value| json!({ "spec": { "ports": [{ "name": "a", "port": 80 }, second] } });
        accepts(
            ports,
            with(json!({ "name": "b", "port": 81, "targetPort": "http" })),
        );
        accepts(
            ports,
            with(json!({ "name": "b", "port": 80, "protocol": "UDP" })),
        );
        refuses(
            ports,
            with(json!({ "port": 81 })),
            "/spec/ports/1",
            "needs a name",
        );
        refuses(
            ports,
            with(json!({ "name": "a", "port": 81 })),
            "/spec/ports/1/name",
            "two ports",
        );
        refuses(
            ports,
            with(json!({ "name": "b", "port": 80 })),
            "/spec/ports/1/port",
            "already",
        );
        refuses(
            ports,
            with(json!({ "name": "b", "port": 70000 })),
            "/spec/ports/1/port",
            "65535",
        );
    }

    #[test]
    fn a_type_brings_what_it_needs() {
        let with = |extra: Value| {
            let mut spec = json!({ "ports": [{ "port": 80 }] });
            spec.as_object_mut()
                .unwrap()
                .extend(extra.as_object().unwrap().clone());
            json!({ "spec": spec })
        };
        accepts(kind_of_service, with(json!({ "clusterIP": "None" })));
        accepts(
            kind_of_service,
            with(json!({ "type": "LoadBalancer", "externalTrafficPolicy": "Local" })),
        );
        refuses(
            kind_of_service,
            with(json!({ "ports": [] })),
            "/spec/ports",
            "at least one",
        );
        let headless = with(json!({ "type": "NodePort", "clusterIP": "None" }));
        refuses(kind_of_service, headless, "/spec/clusterIP", "NodePort");
        let node_port = with(json!({ "ports": [{ "port": 80, "nodePort": 30080 }] }));
        refuses(
            kind_of_service,
            node_port,
            "/spec/ports/0/nodePort",
            "ClusterIP",
        );
        refuses(
            kind_of_service,
            with(json!({ "type": "ExternalName" })),
            "/spec",
            "externalName",
        );
        let policy = with(json!({ "externalTrafficPolicy": "Local" }));
        refuses(
            kind_of_service,
            policy,
            "/spec/externalTrafficPolicy",
            "nothing",
        );
    }
}
