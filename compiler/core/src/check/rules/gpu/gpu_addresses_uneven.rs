//! A pool has another number of GPUs than of their addresses.

use std::collections::BTreeSet;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::Pci,
};

declare_rule! { pub RULE = "gpu-addresses-uneven", Gpu, Error, "another number of PCI addresses than of GPUs", include_str!("gpu_addresses_uneven.md") }

/// Reports each pool's GPUs whose addresses are more, fewer, or the same twice.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values() {
        for gpu in &pool.gpus {
            let Some(pci) = &gpu.spec.pci else { continue };
            // Vendor and device say what a card is, not where it is.
            let addresses: Vec<_> = pci
                .addresses
                .iter()
                .filter(|pci| matches!(pci.value, Pci::Address { .. }))
                .collect();
            let count = gpu.spec.count.value;
            let mut seen = BTreeSet::new();
            let twice = addresses.iter().find(|address| !seen.insert(address.value));
            let uneven = usize::try_from(count).ok() != Some(addresses.len());
            let (message, at) = match twice {
                Some(address) => (
                    format!("the address {} of pool `{}` stands here twice", address.value, pool.name.value),
                    estate.span(address.origin),
                ),
                None if uneven && !addresses.is_empty() => (
                    format!(
                        "each node of pool `{}` has {count} × {}, and the PCI addresses are {}",
                        pool.name.value,
                        gpu.spec.model.value.text,
                        addresses.len()
                    ),
                    pci.meta.span,
                ),
                None => continue,
            };
            findings.push(
                Diagnostic::new(&RULE, at, message)
                    .label("not one for each")
                    .also(estate.span(gpu.spec.count.origin), format!("{count} of them"))
                    .why("a machine is given its GPU by such an address; without one for each, some are never given away or one is given twice")
                    .help("write one address for each GPU, as `lspci` shows them"),
            );
        }
    }
}
