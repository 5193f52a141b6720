//! Kubernetes: what a tenant is there, and the containers that it runs.

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

static CAPABILITIES: LazyLock<Capabilities> =
    LazyLock::new(|| crate::table(include_str!("capabilities.kdl")));

/// The target.
#[derive(Debug)]
pub struct Kubernetes;

impl Target for Kubernetes {
    fn name(&self) -> &'static str {
        "kubernetes"
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

    fn objects(&self, _: &Lowered<'_>, _: &mut Objects) -> Findings {
        Findings::new()
    }
}
