//! Where everything runs: what each replica takes, what each pool has, and for backends that
//! need an explicit host, which one.
//!
//! The accounts are exact. Sums come first, since what they refuse is said best by them; what they
//! let pass is proved by the engine (`tenantry-placement`): it fits, and here is how, or it does
//! not, and these are the parts that are to blame.

pub mod account;
mod capacity;
mod cells;
mod cluster;
mod dedicated;
mod demand;
mod fit;
mod hosts;
mod memo;
mod mend;
mod moving;
mod parts;
mod places;
mod planned;
mod problem;
mod proof;
mod quota;
mod quota_move;
mod report;
mod reserve;
mod resource;
pub mod rules;
mod unfit;

use std::{collections::BTreeMap, sync::Arc};

pub use account::least_replicas;
pub use cluster::{PlacedChange, PlacedCluster, PlacedPart, PlacedWorkload, clusters};
pub use hosts::Moved;
pub use memo::Memo;
pub use parts::Part;
pub use planned::PLANNED;
pub use problem::Posed;
pub use quota::booked;
use tenantry_placement::Answer;

use crate::{
    check::Checked,
    diag::{Diagnostic, Findings},
    limits::Limits,
    lock::Allocations,
    model::{Cluster, Id, Pool, Workload},
    outcome::Outcome,
    target::{Footprint, Target},
};

/// Within which bounds the engine is asked, and what it was asked before.
#[derive(Debug, Clone, Copy)]
struct Asking<'a> {
    limits: &'a Limits,
    known: Option<&'a Memo>,
}

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
    /// Replicas that stand on another machine than the build before had chosen.
    pub moves: Vec<Moved>,
    /// Where all stands in each cluster of `posed`, in its order, where that was shown.
    pub answers: Vec<Option<Answer>>,
    /// What must fit in each cluster, by its number; of a cluster without workloads too. None
    /// where the ground is broken.
    pub posed: Vec<Posed>,
}

/// Accounts for every workload and finds hosts. `old` are the choices of the build before, `told`
/// what was found so far: what it says of where a workload runs is not said again.
pub fn place(
    checked: &Checked<'_>,
    targets: &[&dyn Target],
    old: &Allocations,
    limits: &Limits,
    told: &[Diagnostic],
) -> Outcome<Placement> {
    place_again(checked, targets, old, limits, told, None)
}

/// The same, where the engine may have been asked before.
pub fn place_again(
    checked: &Checked<'_>,
    targets: &[&dyn Target],
    old: &Allocations,
    limits: &Limits,
    told: &[Diagnostic],
    known: Option<&Memo>,
) -> Outcome<Placement> {
    let mut findings = Findings::new();
    let mut placement = Placement {
        allocations: old.clone(),
        ..Placement::default()
    };
    let estate = checked.estate();
    let workloads: Vec<Id<Workload>> = estate.workloads.ids().collect();
    let footprints = crate::par::map(&workloads, |id| {
        let cluster = &estate.clusters[estate.workloads[*id].cluster];
        let footprint = targets
            .iter()
            .filter(|target| target.serves(cluster))
            .find_map(|target| target.footprint(checked, *id));
        footprint.map(|footprint| (*id, footprint))
    });
    placement.footprints = footprints.into_iter().flatten().collect();
    dedicated::assign(estate, &mut placement);
    let demands = demand::collect(estate, &placement);
    let too_large = fit::check(estate, &placement, &demands, &mut findings);
    let mut refused = capacity::check(estate, &demands, &too_large, &mut findings);
    let told_of = reserve::check(estate, &demands, &too_large, &mut findings);
    planned::check(estate, &demands, &too_large, &told_of, &mut findings);
    quota::check(estate, &placement, &mut findings);
    let large = demands.iter().zip(&too_large).filter(|(_, large)| **large);
    refused.extend(large.map(|(demand, _)| demand.workload));
    let clusters: Vec<Id<Cluster>> = estate.clusters.iter().map(|(id, _)| id).collect();
    let posed = crate::par::map(&clusters, |id| {
        problem::pose(estate, &placement, *id, &demands)
    });
    placement.posed = posed.into_iter().flatten().collect();
    for proved in proof::check(
        estate,
        &placement.posed,
        &refused,
        told,
        Asking { limits, known },
    ) {
        findings.extend(proved.findings);
        placement.answers.push(proved.answer);
    }
    hosts::assign(estate, &mut placement, limits);
    findings.extend(unfit::moved(estate, &placement.moves));
    Outcome::new(placement, findings)
}
