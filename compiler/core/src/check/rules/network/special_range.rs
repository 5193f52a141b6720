//! Addresses that mean something else wherever they are used.

use super::plan_ranges::{PlanRange, of_cluster};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::{Cidr, Unit},
};

declare_rule! { pub RULE = "special-range", Network, Error, "a range of addresses that every machine keeps for something else", include_str!("special_range.md") }

/// What no machine routes (IANA's registries of special-purpose addresses; RFC 6890).
const SPECIAL: [(&str, &str, &str); 7] = [
    (
        "0.0.0.0/8",
        "\"this network\"",
        "no packet with such an address leaves its machine",
    ),
    (
        "127.0.0.0/8",
        "each machine's own",
        "a packet to it never leaves the machine that sends it",
    ),
    (
        "169.254.0.0/16",
        "link-local",
        "it is not routed, and the metadata of clouds and the nodes' DNS caches answer there (169.254.169.254, 169.254.20.10)",
    ),
    ("224.0.0.0/4", "multicast", "it names groups, not machines"),
    (
        "240.0.0.0/4",
        "reserved",
        "Linux takes such addresses for none",
    ),
    ("fe80::/10", "link-local", "it is not routed"),
    ("ff00::/8", "multicast", "it names groups, not machines"),
];

/// Reports each range of a cluster or network that lies in such addresses or holds some.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter() {
        for PlanRange { what, cidr, at, .. } in of_cluster(estate, id, cluster) {
            let known = SPECIAL.into_iter().find(|(special, ..)| {
                <Cidr as Unit>::parse(special).is_ok_and(|special| special.overlaps(cidr))
            });
            let Some((special, whose, why)) = known else {
                continue;
            };
            let message = format!(
                "{what} of cluster `{}` ({cidr}) has addresses of {special}, which are {whose}",
                cluster.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(at), message)
                    .label("cannot be given to anybody")
                    .why(why)
                    .help("choose a private range: part of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16, or in IPv6 of fd00::/8"),
            );
        }
    }
}
