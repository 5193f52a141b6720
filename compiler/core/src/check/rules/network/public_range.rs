//! Addresses of somebody else, given to pods.

use super::plan_ranges::{For, PlanRange, of_cluster};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::{Cidr, Unit},
};

declare_rule! { pub RULE = "public-range", Network, Warn, "pods or services with addresses of the public internet", include_str!("public_range.md") }

/// What is nobody's (RFC 1918, 6598, 2544, 5737), and what is another rule's to refuse.
const NOT_PUBLIC: [&str; 13] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

/// Reports IPv4 ranges inside of a cluster that are not private. In IPv6 public addresses for
/// pods are an ordinary thing.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter() {
        for PlanRange {
            what,
            cidr,
            at,
            is_for,
        } in of_cluster(estate, id, cluster)
        {
            let mut known = NOT_PUBLIC
                .iter()
                .filter_map(|known| <Cidr as Unit>::parse(known).ok());
            if is_for != For::Inside
                || !cidr.is_ipv4()
                || known.any(|known| known.contains_net(cidr))
            {
                continue;
            }
            let message = format!(
                "{what} of cluster `{}` ({cidr}) is not private",
                cluster.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(at), message)
                    .label(format!("up to {}", cidr.last()))
                    .why("whoever has these addresses in the internet cannot be reached from the cluster: calls to them end at a pod of yours, or nowhere, and look like an outage on their side")
                    .help("choose part of 10.0.0.0/8, 172.16.0.0/12 (172.16 to 172.31), 192.168.0.0/16 or 100.64.0.0/10; if the addresses are yours, `allow public-range because=\"…\"`"),
            );
        }
    }
}
