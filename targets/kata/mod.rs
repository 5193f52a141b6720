//! Sandboxes of containers in small virtual machines, run by Kata Containers.

mod runtime_class;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use tenantry_core::{
    check::Checked,
    close::Platform,
    diag::Findings,
    emit::Objects,
    flows::Derived,
    lower::Lowered,
    model::{Cluster, Id, Workload},
    target::{Capabilities, Footprint, Target},
};

/// The target. Pods are `kubernetes`'s; this one gives them their classes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Kata;

static CAPABILITIES: LazyLock<Capabilities> =
    LazyLock::new(|| crate::table(include_str!("capabilities.kdl")));

impl Target for Kata {
    fn name(&self) -> &'static str {
        "kata"
    }

    fn serves(&self, on: &Cluster) -> bool {
        on.is_kubernetes()
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn footprint(&self, _: &Checked<'_>, _: Id<Workload>) -> Option<Footprint> {
        None
    }

    fn traffic(&self, _: &Checked<'_>, _: Id<Cluster>, _: &Platform) -> Vec<Derived> {
        Vec::new()
    }

    fn objects(&self, lowered: &Lowered<'_>, out: &mut Objects) -> Findings {
        for cluster in &lowered.clusters {
            if self.serves(&lowered.estate.clusters[cluster.id]) {
                runtime_class::emit(lowered, cluster, out);
            }
        }
        Findings::new()
    }
}
