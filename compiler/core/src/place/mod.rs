//! Where everything runs: what each replica takes, what each pool has, and for backends that
//! need an explicit host, which one.
//!
//! The accounts are exact: what is reported cannot be placed by anybody. Hosts are a first fit;
//! the interface is the one that a search will have.

pub mod account;
mod capacity;
mod demand;
mod fit;
mod quota;
mod report;
mod reserve;
mod resource;
pub mod rules;

use std::{collections::BTreeMap, sync::Arc};

pub use account::least_replicas;

use crate::{
    check::Checked,
    diag::Findings,
    lock::Allocations,
    model::{Id, Pool, Workload},
    outcome::Outcome,
    target::{Footprint, Target},
};

/// A machine: its pool and its place in [`Pool::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host {
    /// The pool.
    pub pool: Id<Pool>,
    /// The machine.
    pub node: usize,
}

/// What was decided.
#[derive(Debug, Clone, Default)]
pub struct Placement {
    /// What one replica of each workload takes, where a target says so.
    pub footprints: BTreeMap<Id<Workload>, Footprint>,
    /// Replicas on machines, for backends that take an explicit host: by workload, then index.
    pub hosts: BTreeMap<(Id<Workload>, u32), Host>,
    /// Machines that a tenant has alone, by `dedicated`.
    pub dedicated: BTreeMap<Host, Arc<str>>,
    /// What must not jump when the spec changes.
    pub allocations: Allocations,
}

/// Accounts for every workload and finds hosts. `old` are the choices of the build before.
pub fn place(
    checked: &Checked<'_>,
    targets: &[&dyn Target],
    old: &Allocations,
) -> Outcome<Placement> {
    let mut findings = Findings::new();
    let mut placement = Placement {
        allocations: old.clone(),
        ..Placement::default()
    };
    let estate = checked.estate();
    for (id, workload) in estate.workloads.iter() {
        let cluster = &estate.clusters[workload.cluster];
        let footprint = targets
            .iter()
            .filter(|target| target.serves(cluster))
            .find_map(|target| target.footprint(checked, id));
        placement
            .footprints
            .extend(footprint.map(|footprint| (id, footprint)));
    }
    let demands = demand::collect(estate, &placement);
    let too_large = fit::check(estate, &placement, &demands, &mut findings);
    capacity::check(estate, &demands, &too_large, &mut findings);
    reserve::check(estate, &demands, &too_large, &mut findings);
    quota::check(estate, &placement, &mut findings);
    account::assign_hosts(checked, &mut placement);
    Outcome::new(placement, findings)
}
