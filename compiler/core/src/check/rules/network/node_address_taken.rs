//! Two machines of a cluster with one address.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "node-address-taken", Network, Error, "a machine's address that another machine has", include_str!("node_address_taken.md") }

/// Reports the first such machine of each pool.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut taken = BTreeMap::new();
    for pool in estate.pools.values() {
        let mut reported = false;
        for node in &pool.nodes {
            let Some(ip) = node.ip else { continue };
            let Some(first) = taken.insert((pool.cluster, ip.get()), node) else {
                continue;
            };
            if std::mem::replace(&mut reported, true) {
                continue;
            }
            let message = format!(
                "machine `{}` has the address {ip}, which machine `{}` has as well",
                node.name, first.name
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(node.origin), message)
                    .label("the second")
                    .also(estate.span(first.origin), "the first")
                    .why("only one of them can be reached")
                    .help("choose addresses that are free: those of `nodes` are counted on from `first-ip`"),
            );
        }
    }
}
