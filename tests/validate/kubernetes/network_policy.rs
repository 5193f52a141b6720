//! NetworkPolicies: what the API refuses, and what it accepts and does not mean.

use ipnet::IpNet;

use super::{container, names};
use crate::validate::{Findings, Node};

/// Directions are named, once each, and no rule is written for a direction that is not.
pub(super) fn types(root: &Node<'_>, findings: &mut Findings) {
    let types = root.at("spec/policyTypes");
    let named: Vec<_> = types.items().filter_map(|item| item.str()).collect();
    if named.is_empty() {
        findings.refuse(
            &types,
            "say which directions are closed: the default depends on the rules",
        );
    }
    for item in types.items() {
        let text = item.str().unwrap_or_default();
        if !["Ingress", "Egress"].contains(&text) {
            findings.refuse(&item, format!("`{text}` is not Ingress or Egress"));
        }
        if named.iter().filter(|name| **name == text).count() > 1 {
            findings.refuse(&types, format!("{text} is there twice"));
        }
    }
    for (section, direction) in [("ingress", "Ingress"), ("egress", "Egress")] {
        let section = root.key("spec").key(section);
        if section.is_set() && !named.contains(&direction) {
            findings.refuse(
                &section,
                format!("ignored: {direction} is not among the policyTypes"),
            );
        }
    }
    if !root.at("spec/podSelector").is_set() {
        findings.refuse(
            &root.key("spec"),
            "podSelector is optional from 1.34 on only: write {}",
        );
    }
}

/// Peers and ports of every rule.
pub(super) fn rules(root: &Node<'_>, findings: &mut Findings) {
    for (section, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in root.key("spec").key(section).items() {
            rule.key(peers)
                .items()
                .for_each(|peer| self::peer(&peer, findings));
            rule.key("ports")
                .items()
                .for_each(|port| self::port(&port, findings));
        }
    }
}

fn peer(peer: &Node<'_>, findings: &mut Findings) {
    let block = peer.key("ipBlock");
    let selectors = peer.set_among(&["podSelector", "namespaceSelector"]);
    if !block.is_set() {
        if selectors.is_empty() {
            findings.refuse(peer, "a peer is an ipBlock or a selector");
        }
        return;
    }
    if !selectors.is_empty() {
        findings.refuse(peer, "an ipBlock stands alone: no selector beside it");
    }
    let Some(outer) = network(&block.key("cidr"), findings) else {
        return;
    };
    for hole in block.key("except").items() {
        if let Some(inner) = network(&hole, findings)
            && (!outer.contains(&inner) || inner == outer)
        {
            findings.refuse(&hole, format!("{inner} is not strictly inside of {outer}"));
        }
    }
}

/// A network in its canonical form: no bit set behind the mask.
fn network(node: &Node<'_>, findings: &mut Findings) -> Option<IpNet> {
    let text = node.str().unwrap_or_default();
    match text.parse::<IpNet>() {
        Err(_) => findings.refuse(node, format!("`{text}` is not a network")),
        Ok(network) if network != network.trunc() => {
            let message = format!(
                "{network} has bits behind its mask: write {}",
                network.trunc()
            );
            findings.refuse(node, message);
        }
        Ok(network) => return Some(network),
    }
    None
}

fn port(port: &Node<'_>, findings: &mut Findings) {
    container::protocol(port, findings);
    let (first, last) = (port.key("port"), port.key("endPort"));
    let number = container::port_number(&first, findings);
    if let Some(Err(reason)) = first.str().map(names::port_name) {
        findings.refuse(&first, reason);
    }
    let Some(end) = container::port_number(&last, findings) else {
        return;
    };
    match number {
        None => findings.refuse(&last, "a range begins with a number"),
        Some(begin) if end < begin => findings.refuse(&last, format!("{end} is below {begin}")),
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    #[test]
    fn directions_are_explicit() {
        let with = |types: Value, ingress: Value| json!({ "spec": { "podSelector": {}, "policyTypes": types, "ingress": ingress } });
        accepts(types, with(json!(["Ingress", "Egress"]), json!([])));
        refuses(
            types,
            with(json!([]), Value::Null),
            "/spec/policyTypes",
            "default",
        );
        refuses(
            types,
            with(json!(["ingress"]), Value::Null),
            "/spec/policyTypes/0",
            "ingress",
        );
        refuses(
            types,
            with(json!(["Egress", "Egress"]), Value::Null),
            "/spec/policyTypes",
            "twice",
        );
        refuses(
            types,
            with(json!(["Egress"]), json!([])),
            "/spec/ingress",
            "ignored",
        );
        let unselected = json!({ "spec": { "policyTypes": ["Ingress"] } });
        refuses(types, unselected, "/spec", "podSelector");
    }

    fn from(peer: Value) -> Value {
        json!({ "spec": { "ingress": [{ "from": [peer] }] } })
    }

    #[test]
    fn a_peer_is_a_network_or_a_selector() {
        accepts(
            rules,
            from(json!({ "podSelector": {}, "namespaceSelector": {} })),
        );
        let peer = "/spec/ingress/0/from/0";
        refuses(rules, from(json!({})), peer, "ipBlock or a selector");
        let both = json!({ "ipBlock": { "cidr": "10.0.0.0/8" }, "podSelector": {} });
        refuses(rules, from(both), peer, "stands alone");
    }

    #[test]
    fn holes_are_strictly_inside() {
        let with =
            |cidr: &str, hole: &str| from(json!({ "ipBlock": { "cidr": cidr, "except": [hole] } }));
        accepts(rules, with("10.0.0.0/8", "10.1.0.0/16"));
        accepts(rules, with("2001:db8::/32", "2001:db8:1::/48"));
        let hole = "/spec/ingress/0/from/0/ipBlock/except/0";
        refuses(rules, with("10.0.0.0/8", "11.0.0.0/16"), hole, "inside");
        refuses(rules, with("10.0.0.0/8", "10.0.0.0/8"), hole, "strictly");
        refuses(rules, with("10.0.0.0/8", "2001:db8::/64"), hole, "inside");
        let cidr = "/spec/ingress/0/from/0/ipBlock/cidr";
        refuses(rules, with("10.0.0.1/8", "10.1.0.0/16"), cidr, "10.0.0.0/8");
    }

    #[test]
    fn a_range_begins_with_a_number_and_ends_above() {
        let with = |port: Value| json!({ "spec": { "egress": [{ "ports": [port] }] } });
        accepts(rules, with(json!({ "port": 80, "endPort": 80 })));
        let end = "/spec/egress/0/ports/0/endPort";
        refuses(
            rules,
            with(json!({ "port": 80, "endPort": 79 })),
            end,
            "below",
        );
        refuses(
            rules,
            with(json!({ "port": "http", "endPort": 90 })),
            end,
            "number",
        );
        refuses(rules, with(json!({ "endPort": 90 })), end, "number");
    }
}
