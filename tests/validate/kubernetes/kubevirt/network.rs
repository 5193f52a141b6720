//! Networks of a virtual machine, and the interface on each.

use std::collections::{BTreeMap, BTreeSet};

use super::disk::is_pci_address;
use crate::validate::kubernetes::{container, names};
use crate::validate::{Findings, Node};

const BINDINGS: &[&str] = &["binding", "bridge", "masquerade", "passtBinding", "sriov"];
const DISCONTINUED: &[&str] = &["macvtap", "passt", "slirp"];
const MODELS: &[&str] = &[
    "e1000", "e1000e", "igb", "ne2k_pci", "pcnet", "rtl8139", "virtio",
];

/// Networks and interfaces match one to one, and each interface fits its network.
pub(super) fn check(spec: &Node<'_>, findings: &mut Findings) {
    let networks = named(&spec.key("networks"), findings);
    let interfaces = named(&spec.at("domain/devices/interfaces"), findings);
    sources(spec, findings);
    for (name, network) in &networks {
        if !interfaces.contains_key(name) {
            findings.refuse(network, format!("no interface is named `{name}`"));
        }
    }
    for (name, interface) in &interfaces {
        self::interface(interface, findings);
        match networks.get(name) {
            None => findings.refuse(interface, format!("no network is named `{name}`")),
            Some(network) => fits(interface, network, findings),
        }
    }
}

/// The items of a list by name, each name once.
fn named<'a>(list: &Node<'a>, findings: &mut Findings) -> BTreeMap<&'a str, Node<'a>> {
    let mut by_name = BTreeMap::new();
    for item in list.items() {
        let name = item.key("name");
        let text = name.str().unwrap_or_default();
        let sound = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if text.is_empty() || !text.bytes().all(sound) {
            findings.refuse(&name, format!("`{text}`: letters, digits, `-` and `_`"));
        }
        if by_name.insert(text, item).is_some() {
            findings.refuse(&name, format!("`{text}` is there already"));
        }
    }
    by_name
}

fn sources(spec: &Node<'_>, findings: &mut Findings) {
    let (mut pods, mut defaults) = (0, 0);
    for network in spec.key("networks").items() {
        let multus = network.key("multus");
        if network.set_among(&["multus", "pod", "resourceClaim"]).len() != 1 {
            findings.refuse(&network, "exactly one of pod, multus and resourceClaim");
        }
        if multus.is_set() && multus.key("networkName").str().is_none_or(str::is_empty) {
            findings.refuse(&multus, "multus names its network");
        }
        pods += usize::from(network.key("pod").is_set());
        defaults += usize::from(multus.key("default").is_true());
    }
    if pods + defaults > 1 {
        findings.refuse(
            &spec.key("networks"),
            "one pod network or one multus default, not more",
        );
    }
}

fn fits(interface: &Node<'_>, network: &Node<'_>, findings: &mut Findings) {
    let on_pod = network.key("pod").is_set();
    for binding in ["masquerade", "passtBinding"] {
        if interface.key(binding).is_set() && !on_pod {
            findings.refuse(&interface.key(binding), "only on the pod network");
        }
    }
    if interface.key("sriov").is_set() && on_pod {
        findings.refuse(
            &interface.key("sriov"),
            "the pod network has no virtual functions",
        );
    }
}

fn interface(interface: &Node<'_>, findings: &mut Findings) {
    for gone in interface.set_among(DISCONTINUED) {
        findings.refuse(&interface.key(gone), "no longer accepted");
    }
    if interface.set_among(BINDINGS).len() != 1 {
        findings.refuse(interface, format!("exactly one of {}", BINDINGS.join(", ")));
    }
    let model = interface.key("model");
    if model.str().is_some_and(|model| !MODELS.contains(&model)) {
        findings.refuse(&model, format!("one of {}", MODELS.join(", ")));
    }
    let mac = interface.key("macAddress");
    if mac.str().is_some_and(|text| !is_unicast_mac(text)) {
        findings.refuse(
            &mac,
            "six bytes of a unicast address, as in 02:00:00:00:00:01",
        );
    }
    let address = interface.key("pciAddress");
    if address.str().is_some_and(|text| !is_pci_address(text)) {
        findings.refuse(&address, "a PCI address like 0000:81:01.0");
    }
    let state = interface.key("state");
    match state.str() {
        None | Some("up" | "down") if !(state.is_set() && interface.key("sriov").is_set()) => {}
        Some("absent") if interface.key("bridge").is_set() => {}
        _ => findings.refuse(&state, "up or down, not for sriov; absent for a bridge"),
    }
    ports(interface, findings);
}

fn is_unicast_mac(text: &str) -> bool {
    let bytes: Vec<_> = text.split([':', '-']).collect();
    let sound = |byte: &&str| byte.len() == 2 && u8::from_str_radix(byte, 16).is_ok();
    let first = bytes
        .first()
        .and_then(|byte| u8::from_str_radix(byte, 16).ok());
    bytes.len() == 6 && bytes.iter().all(sound) && first.is_some_and(|byte| byte & 1 == 0)
}

fn ports(interface: &Node<'_>, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for port in interface.key("ports").items() {
        if port.key("port").int().is_none() {
            findings.refuse(&port, "a port has a number");
        }
        container::port_number(&port.key("port"), findings);
        container::protocol(&port, findings);
        let name = port.key("name");
        let Some(text) = name.str() else { continue };
        if let Err(reason) = names::port_name(text) {
            findings.refuse(&name, reason);
        }
        if !seen.insert(text) {
            findings.refuse(&name, format!("two ports are named `{text}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn with(network: Value, interface: Value) -> Value {
        json!({ "networks": [network], "domain": { "devices": { "interfaces": [interface] } } })
    }

    fn pod(interface: Value) -> Value {
        with(json!({ "name": "default", "pod": {} }), interface)
    }

    #[test]
    fn networks_and_interfaces_come_in_pairs() {
        accepts(check, pod(json!({ "name": "default", "masquerade": {} })));
        refuses(
            check,
            json!({ "networks": [{ "name": "a", "pod": {} }] }),
            "/networks/0",
            "no interface",
        );
        let lonely =
            json!({ "domain": { "devices": { "interfaces": [{ "name": "a", "bridge": {} }] } } });
        refuses(check, lonely, "/domain/devices/interfaces/0", "no network");
    }

    #[test]
    fn an_interface_has_one_binding_that_fits() {
        let nic = "/domain/devices/interfaces/0";
        refuses(check, pod(json!({ "name": "default" })), nic, "exactly one");
        let lan = json!({ "name": "lan", "multus": { "networkName": "lan" } });
        accepts(
            check,
            with(lan.clone(), json!({ "name": "lan", "bridge": {} })),
        );
        let translated = with(lan, json!({ "name": "lan", "masquerade": {} }));
        refuses(
            check,
            translated,
            "/domain/devices/interfaces/0/masquerade",
            "pod network",
        );
        let vf = pod(json!({ "name": "default", "sriov": {} }));
        refuses(
            check,
            vf,
            "/domain/devices/interfaces/0/sriov",
            "virtual functions",
        );
    }

    #[test]
    fn one_network_is_the_default() {
        let interfaces = json!([{ "name": "a", "masquerade": {} }, { "name": "b", "bridge": {} }]);
        let two = json!({ "domain": { "devices": { "interfaces": interfaces } }, "networks": [
            { "name": "a", "pod": {} },
            { "name": "b", "multus": { "networkName": "lan", "default": true } }] });
        refuses(check, two, "/networks", "not more");
        let unnamed = with(
            json!({ "name": "a", "multus": {} }),
            json!({ "name": "a", "bridge": {} }),
        );
        refuses(check, unnamed, "/networks/0/multus", "names its network");
    }

    #[test]
    fn addresses_and_models_are_sound() {
        let with = |key: &str, value: &str| {
            pod(json!({ "name": "default", "masquerade": {}, key: value }))
        };
        accepts(check, with("macAddress", "02:00:00:00:00:01"));
        refuses(
            check,
            with("macAddress", "01:00:00:00:00:01"),
            "/domain/devices/interfaces/0/macAddress",
            "unicast",
        );
        refuses(
            check,
            with("macAddress", "02:00"),
            "/domain/devices/interfaces/0/macAddress",
            "six",
        );
        refuses(
            check,
            with("model", "vmxnet3"),
            "/domain/devices/interfaces/0/model",
            "virtio",
        );
        refuses(
            check,
            with("state", "absent"),
            "/domain/devices/interfaces/0/state",
            "bridge",
        );
    }
}
