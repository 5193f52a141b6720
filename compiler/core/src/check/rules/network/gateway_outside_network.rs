//! A router that the network's own machines cannot reach.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "gateway-outside-network", Network, Error, "a network whose router is not in it, or has an address that no machine has", include_str!("gateway_outside_network.md") }

/// Reports each router with such an address.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for network in estate.networks.values() {
        let spec = &network.spec;
        let Some(gateway) = &spec.gateway else {
            continue;
        };
        let v4 = gateway.value.get().is_ipv4();
        let ranges = [&spec.cidr, &spec.cidr6].into_iter().flatten();
        let Some(range) = ranges.into_iter().find(|range| range.value.is_ipv4() == v4) else {
            continue;
        };
        let net = range.value;
        let what = if !net.contains(gateway.value) {
            format!("is not in {net}")
        } else if v4 && net.prefix_len() < 31 && gateway.value == net.first() {
            format!("names {net} itself")
        } else if v4 && net.prefix_len() < 31 && gateway.value == net.last() {
            format!("is the broadcast address of {net}")
        } else {
            continue;
        };
        let message = format!(
            "the router of network `{}`, {}, {what}",
            spec.name.value, gateway.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(gateway.origin), message)
                .label("no machine finds it")
                .also(estate.span(range.origin), format!("{} to {}", net.first(), net.last()))
                .why("a machine asks its own network for the router's address; where nobody can answer it has no way out, and says \"Network is unreachable\"")
                .help("write the router's address in this network, mostly the first one"),
        );
    }
}
