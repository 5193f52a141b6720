//! An IPv4 range where IPv6 is meant, or the other way round.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Estate},
    origin::{OriginId, V},
    schema::kinds::Network,
    units::{Cidr, Ip},
};

declare_rule! { pub RULE = "address-family-mixed", Network, Error, "IPv4 and IPv6 in each other's place, or one of a pair alone", include_str!("address_family_mixed.md") }

/// Reports each range and address of the wrong family, and pods with a family that services lack.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for cluster in estate.clusters.values() {
        plan(estate, cluster, findings);
    }
    for network in estate.networks.values() {
        of_network(estate, &network.spec, findings);
    }
}

fn finding(estate: &Estate, at: OriginId, message: String, help: &str) -> Diagnostic {
    Diagnostic::new(&RULE, estate.span(at), message)
        .label("the other family")
        .why("what is set up with it expects the other kind of address, and refuses it or leaves it out")
        .help(help)
}

fn plan(estate: &Estate, cluster: &Cluster, findings: &mut Findings) {
    let Some(plan) = &cluster.spec.network_plan else {
        return;
    };
    let mut straight = true;
    let ranges = [
        ("pods", &plan.pods, &plan.pods6),
        ("services", &plan.services, &plan.services6),
        ("nodes", &plan.nodes, &plan.nodes6),
    ];
    for (word, four, six) in ranges {
        for (range, wanted, v4) in [
            (four, word.to_owned(), true),
            (six, format!("{word}6"), false),
        ] {
            let Some(range) = range.as_ref().filter(|range| range.value.is_ipv4() != v4) else {
                continue;
            };
            straight = false;
            let other = if v4 {
                format!("{word}6")
            } else {
                word.to_owned()
            };
            let message = format!(
                "`{wanted}` is {}, an {} range",
                range.value,
                family(range.value.is_ipv4())
            );
            findings.push(finding(
                estate,
                range.origin,
                message,
                &format!("write it as `{other}`"),
            ));
        }
    }
    let pairs = [
        (&plan.pods, &plan.services, "", "IPv4"),
        (&plan.pods6, &plan.services6, "6", "IPv6"),
    ];
    for (pods, services, six, family) in pairs {
        let (one, has, lacks) = match (pods, services) {
            (Some(pods), None) => (pods, "pods", "services"),
            (None, Some(services)) => (services, "services", "pods"),
            _ => continue,
        };
        if !straight
            || !cluster.is_kubernetes()
            || (six.is_empty() && alone(plan.pods6.as_ref(), plan.services6.as_ref()))
        {
            continue;
        }
        let message = format!(
            "{has} of cluster `{}` have {family} addresses, and {lacks} have none",
            cluster.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(one.origin), message)
                .label("half of a pair")
                .why("the API server and the CNI must be given the same families: a Service of a family that pods lack has no endpoints, and kubeadm refuses it")
                .help(format!("add `{lacks}{six}=…`, or leave `{has}{six}` out")),
        );
    }
}

/// Nothing of IPv6 is said, so that what is missing of IPv4 is the installer's default.
fn alone(pods: Option<&V<Cidr>>, services: Option<&V<Cidr>>) -> bool {
    pods.is_none() && services.is_none()
}

fn of_network(estate: &Estate, network: &Network, findings: &mut Findings) {
    let name = &network.name.value;
    if let Some(cidr) = network
        .cidr
        .as_ref()
        .filter(|cidr| !cidr.value.is_ipv4() && network.cidr6.is_some())
    {
        let message = format!("network `{name}` has two IPv6 ranges");
        findings.push(finding(
            estate,
            cidr.origin,
            message,
            "write the IPv4 range as `cidr`, or leave it out",
        ));
    }
    if let Some(cidr) = network.cidr6.as_ref().filter(|cidr| cidr.value.is_ipv4()) {
        let message = format!(
            "`cidr6` of network `{name}` is {}, an IPv4 range",
            cidr.value
        );
        findings.push(finding(estate, cidr.origin, message, "write it as `cidr`"));
    }
    let ranges = || [&network.cidr, &network.cidr6].into_iter().flatten();
    let same = |ip: Ip| ranges().any(|range| range.value.is_ipv4() == ip.get().is_ipv4());
    if ranges().next().is_none() {
        return;
    }
    let ends = network
        .dhcp
        .iter()
        .flat_map(|range| [&range.from, &range.to]);
    let ends = ends.chain(
        network
            .reserved
            .iter()
            .flat_map(|range| [&range.from, &range.to]),
    );
    for ip in network
        .gateway
        .iter()
        .chain(ends)
        .filter(|ip| !same(ip.value))
    {
        let v4 = ip.value.get().is_ipv4();
        let message = format!(
            "{} is an {} address, and network `{name}` has {} alone",
            ip.value,
            family(v4),
            family(!v4)
        );
        findings.push(finding(
            estate,
            ip.origin,
            message,
            "write an address of the network's own family",
        ));
    }
}

fn family(v4: bool) -> &'static str {
    if v4 { "IPv4" } else { "IPv6" }
}
