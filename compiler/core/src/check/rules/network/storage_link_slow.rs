//! Copies of every block over a wire that a single disk fills.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "storage-link-slow", Network, Warn, "storage over an interface of less than 10 Gbit/s", include_str!("storage_link_slow.md") }

/// The least that a network for storage, migration or guests should have, in Mbit/s.
const LEAST: u64 = 10_000;

/// Reports each slow interface that carries the network of a storage class.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut storages = BTreeMap::new();
    for storage in estate.storages.values() {
        if let Some(network) = storage.network {
            storages.entry(network.to).or_insert(storage);
        }
    }
    for pool in estate.pools.values() {
        for nic in &pool.nics {
            let mut carried = nic
                .carries
                .iter()
                .filter_map(|carried| storages.get(&carried.to));
            let slow = nic
                .spec
                .rate
                .value
                .as_mbit()
                .is_some_and(|rate| rate < LEAST);
            let (true, Some(storage)) = (slow, carried.next()) else {
                continue;
            };
            let message = format!(
                "interface `{}` of pool `{}` carries the copies of storage `{}` at {}",
                nic.spec.name.value, pool.name.value, storage.name.value, nic.spec.rate.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(nic.spec.rate.origin), message)
                    .label("less than 10Gbit")
                    .also(storage.spec.meta.span, "the storage")
                    .why("1 Gbit/s is 120 MB/s, which one SSD fills; each block is sent to every copy, and when a machine is lost all that it held is copied again over the same wire, with the guests' own reads behind it: 4 TB take nine hours")
                    .help("use an interface of 10 Gbit/s or more for it, or two as one with `bond=lacp`"),
            );
        }
    }
}
