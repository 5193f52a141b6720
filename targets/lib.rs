//! The backends: one folder each, listed here once.

mod ansible;
mod helm;
mod kata;
mod kube;
mod kubernetes;
mod kubevirt;
mod proxmox;
#[cfg(test)]
mod testing;

use std::fmt::Display;

use tenantry_core::{
    diag::Diagnostic,
    prove::UNPROVEN_OUTPUT,
    target::{Capabilities, Target},
};

/// Every backend, in the order of listings.
pub static ALL: &[&dyn Target] = &[
    &kubernetes::Kubernetes,
    &kubevirt::KubeVirt,
    &kata::Kata,
    &helm::Helm,
    &proxmox::Proxmox,
    &ansible::Ansible,
];

/// Every backend, in the order of listings.
pub fn all() -> Vec<&'static dyn Target> {
    ALL.to_vec()
}

/// Reads a target's embedded table. A table that cannot be read is a mistake of ours that the
/// test below finds; an empty one refuses every feature, so that nothing wrong is emitted.
fn table(text: &str) -> Capabilities {
    let table = Capabilities::parse(text);
    debug_assert!(table.is_ok(), "{table:?}");
    table.unwrap_or_default()
}

/// What no estate should bring about: a file that a target cannot say in its format.
fn defect(target: &str, words: &dyn Display) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::nowhere(&UNPROVEN_OUTPUT, format!("{target}: {words}"))
            .why("this is a defect of tenantry, not of the estate: please report it with the spec"),
    )
}

#[cfg(test)]
mod tests {
    /// Those that emit nothing for a workload by itself.
    const OF_THE_GROUND: &[&str] = &["ansible", "helm"];

    #[test]
    fn every_target_of_workloads_has_a_table() {
        for target in super::all() {
            let ground = OF_THE_GROUND.contains(&target.name());
            let said = !target.capabilities().rows.is_empty();
            assert!(ground || said, "{}", target.name());
        }
    }

    #[test]
    fn every_component_of_a_table_is_one_of_the_library() {
        for target in super::all() {
            for row in target.capabilities().rows.values() {
                for component in &row.components {
                    let known = tenantry_core::close::library::known(component);
                    assert!(known.is_some(), "{}: {component}", target.name());
                }
            }
        }
    }
}
