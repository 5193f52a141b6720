//! Networks beside the pod network, their policies, and who is on them.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use super::{Object, Sink, at::At, networkpolicy};
use crate::{
    cluster::Pod,
    networks::{Attachment, Beyond},
    node::Node,
};

/// The group of all of them.
pub(super) const GROUP: &str = "k8s.cni.cncf.io";
/// On a policy: the definitions of the networks that it is for.
const POLICY_FOR: &str = "k8s.v1.cni.cncf.io/policy-for";
/// Networks beside the pod network, as Multus reads them.
const NETWORKS: &str = "k8s.v1.cni.cncf.io/networks";
/// What Multus made of that: the addresses on each.
const STATUS: &str = "k8s.v1.cni.cncf.io/network-status";

/// What a definition configures. It is a text of JSON that the API server doesn't look at; where
/// it cannot be read, nothing is known.
pub(super) fn attachment(object: &Object<'_>) -> Attachment {
    let spec = object.body.value().get("spec");
    let config = spec.and_then(|spec| spec.get("config")?.as_str());
    let Some(config) = config.and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
        return Attachment::default();
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let first = config.pointer("/plugins/0").unwrap_or(&config);
    Attachment {
        plugin: text(first.get("type")),
        network: text(config.get("name")),
    }
}

/// A policy. It says the same as a NetworkPolicy, and is held to the same; what it is for stands in
/// an annotation, without which it is for nothing.
pub(super) fn policy(object: &Object<'_>, sink: &mut Sink) -> Beyond {
    let policy = networkpolicy::policy(object, sink);
    let said = object
        .body
        .value()
        .at(&["metadata", "annotations", POLICY_FOR]);
    let said = said.and_then(Node::as_str);
    let mut networks: Vec<String> = said
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| qualified(name, object.namespace))
        .collect();
    networks.sort_unstable();
    networks.dedup();
    Beyond { policy, networks }
}

/// `net-a,storage/net-b@eth1`, or a list in JSON of what has a name.
pub(super) fn annotated(annotations: &At<'_>, pod: &mut Pod, sink: &mut Sink) {
    let Some(networks) = annotations.child(NETWORKS) else {
        return;
    };
    let Some(text) = networks.text(sink) else {
        return;
    };
    if let Ok(list) = serde_json::from_str::<Vec<Value>>(text) {
        for network in &list {
            let text = |field: &str| network.get(field).and_then(Value::as_str);
            let name = match (text("namespace"), text("name")) {
                (Some(namespace), Some(name)) => format!("{namespace}/{name}"),
                (None, Some(name)) => name.to_owned(),
                (_, None) => continue,
            };
            let own = pod.networks.entry(name).or_default();
            own.extend(addresses(network.get("ips")));
        }
        return;
    }
    let names = text.split(',').map(|it| it.split('@').next().unwrap_or(it));
    for name in names.map(str::trim).filter(|name| !name.is_empty()) {
        pod.networks.entry(name.to_owned()).or_default();
    }
}

/// The addresses that a pod has on the networks that it is on, as far as anybody noted them. What
/// names none is in the pod's own namespace.
pub(super) fn settled(object: &Object<'_>, pod: &mut Pod) {
    let written = std::mem::take(&mut pod.networks);
    for (name, addresses) in written {
        let own = pod.networks.entry(qualified(&name, object.namespace));
        own.or_default().extend(addresses);
    }
    let noted = object.body.value().at(&["metadata", "annotations", STATUS]);
    let noted = noted.and_then(Node::as_str);
    let noted = noted.and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok());
    for network in noted.iter().flatten() {
        let name = network.get("name").and_then(Value::as_str);
        let name = name.map(|name| qualified(name, object.namespace));
        // The pod network is among them.
        if let Some(own) = name.and_then(|name| pod.networks.get_mut(&name)) {
            own.extend(addresses(network.get("ips")));
        }
    }
    for addresses in pod.networks.values_mut() {
        addresses.sort_unstable();
        addresses.dedup();
    }
}

/// Addresses, with or without the length of their network.
fn addresses(list: Option<&Value>) -> impl Iterator<Item = IpAddr> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|address| {
        let text = address.as_str()?;
        let block = || text.parse::<IpNet>().ok().map(|block| block.addr());
        text.parse().ok().or_else(block)
    })
}

fn qualified(name: &str, namespace: &str) -> String {
    match name.contains('/') {
        true => name.to_owned(),
        false => format!("{namespace}/{name}"),
    }
}
