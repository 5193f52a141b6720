//! The backends: one folder each, listed here once.

mod kata;
mod kube;
mod kubernetes;
mod kubevirt;
#[cfg(test)]
mod testing;

use tenantry_core::target::{Capabilities, Target};

/// Every backend, in the order of listings.
pub fn all() -> Vec<&'static dyn Target> {
    vec![&kubernetes::Kubernetes, &kubevirt::KubeVirt, &kata::Kata]
}

/// Reads a target's embedded table. A table that cannot be read is a mistake of ours that the
/// test below finds; an empty one refuses every feature, so that nothing wrong is emitted.
fn table(text: &str) -> Capabilities {
    let table = Capabilities::parse(text);
    debug_assert!(table.is_ok(), "{table:?}");
    table.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_target_has_a_table() {
        for target in super::all() {
            assert!(!target.capabilities().rows.is_empty(), "{}", target.name());
        }
    }
}
