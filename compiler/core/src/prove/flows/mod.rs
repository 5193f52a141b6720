//! Whether what was emitted lets through exactly the flows of the spec.
//!
//! The policies are read back by an evaluator that knows nothing of the language
//! (`tenantry-reach`), and what they let through is held against what the flows say, which is
//! worked out here a second time: nothing here asks the code that writes policies. A difference is
//! an error that shows one packet.

use std::sync::Arc;

use tenantry_reach::{Basis, Cluster, compare::Difference, compare::Wanted};

use crate::flows::Service;

/// What was proved of one cluster, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// What the emitted files say there is, with the pods of the platform as the spec's facts tell
    /// them, and pods of nobody, which stand for all that nobody speaks of.
    pub cluster: Cluster,
    /// Whose each of its pods is, in their order.
    pub pods: Vec<Whose>,
    /// What shall go through.
    pub wanted: Vec<Wanted>,
    /// Of each of those the flow that says so, by its place among the cluster's flows; none for
    /// what goes on outside of all tenants' namespaces, of which the spec says nothing.
    pub because: Vec<Option<usize>>,
    /// How what goes through differs; empty when all is proved.
    pub differences: Vec<Difference>,
    /// What policies do not decide, so that no proof speaks of it.
    pub unproven: Vec<Cell>,
    /// How many objects say who may talk to whom.
    pub objects: Objects,
}

/// Whose a pod is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// A workload's, by its path: `acme.web`.
    Workload(Arc<str>),
    /// Of an object of the spec's own (`raw`) in a tenant's namespace; the path that it has.
    Own(Arc<str>),
    /// A part of the platform.
    Platform(Service),
    /// The importer that fills disks of a tenant's machines, in its namespace; the tenant.
    Importer(Arc<str>),
    /// Nobody's: any other pod of its namespace.
    Stranger,
}

/// Something that policies do not decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Why not; none where something else than policies of Kubernetes holds the flows.
    pub basis: Option<Basis>,
    /// What it is about: `acme.router`, `every node`.
    pub what: String,
    /// What is not proved, and what decides instead.
    pub why: String,
}

/// How many objects hold a cluster's flows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Objects {
    /// The policies that were emitted.
    pub emitted: usize,
    /// What one object for each half of each flow, and one that closes each namespace, would be.
    pub naive: usize,
    /// The workloads that they are for.
    pub workloads: usize,
}
