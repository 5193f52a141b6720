//! A machine whose address is not one of the nodes' range.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Cluster,
    origin::V,
    units::{Cidr, Ip},
};

declare_rule! { pub RULE = "node-address-outside", Network, Error, "a machine with an address outside the nodes' range", include_str!("node_address_outside.md") }

/// Reports each pool with such machines, once, with the first and how many more there are.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values() {
        let cluster = &estate.clusters[pool.cluster];
        // The range that it is in may be what could not be read.
        if cluster.spec.meta.broken {
            continue;
        }
        let ranges = ranges(cluster);
        let Some(range) = ranges.first() else {
            continue;
        };
        let mut outside = pool.nodes.iter().filter_map(|node| {
            let ip = node.ip?;
            (!usable(&ranges, ip)).then_some((node, ip))
        });
        let Some((node, ip)) = outside.next() else {
            continue;
        };
        let more = match outside.count() {
            0 => String::new(),
            1 => "; 1 more of the pool is outside as well".to_owned(),
            n => format!("; {n} more of the pool are outside as well"),
        };
        let message = format!(
            "machine `{}` of pool `{}` has the address {ip}, which is none for a node in {}{more}",
            node.name, pool.name.value, range.value
        );
        let first = pool.spec.nodes.as_ref().and_then(|nodes| nodes.first_ip.as_ref());
        let (origin, label) = match first {
            Some(first) if ip != first.value => (first.origin, "counted from here"),
            Some(first) => (first.origin, "not among them"),
            None => (node.origin, "not among them"),
        };
        findings.push(
            Diagnostic::new(&RULE, estate.span(origin), message)
                .label(label)
                .also(estate.span(range.origin), format!("{} to {}", range.value.first(), range.value.last()))
                .why("policies let nodes through by this range, and the first and last address of an IPv4 range belong to no machine")
                .help("choose other addresses, or widen `nodes` in `network-plan`"),
        );
    }
}

fn ranges(cluster: &Cluster) -> Vec<&V<Cidr>> {
    let plan = cluster.spec.network_plan.as_ref();
    plan.into_iter()
        .flat_map(|plan| [plan.nodes.as_ref(), plan.nodes6.as_ref()])
        .flatten()
        .collect()
}

/// Whether a machine may have the address: it lies in a range of its own kind, if there is one,
/// and is neither the network's own nor the broadcast address.
fn usable(ranges: &[&V<Cidr>], ip: Ip) -> bool {
    let mut same = ranges.iter().filter(|range| range.value.is_ipv4() == ip.get().is_ipv4()).peekable();
    same.peek().is_none()
        || same.any(|range| {
            let net = range.value;
            let edge = ip.get().is_ipv4() && net.prefix_len() < 31 && (ip == net.first() || ip == net.last());
            net.contains(ip) && !edge
        })
}
