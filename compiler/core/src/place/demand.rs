//! Who asks for what, and where it may stand.
//!
//! Nodes that are alike for everybody are one [`Cell`]: those of a pool that one tenant has
//! alone, and those that are everybody's. A workload's cells are alternatives.

use std::{collections::BTreeSet, ops::RangeInclusive};

use super::{
    Placement,
    account::least_replicas,
    resource::{Amounts, Resource},
};
use crate::{
    model::{Body, Estate, Id, Pool, Replicas, Tenant, Workload},
    schema::kinds::Run,
};

/// Nodes of a pool that are one tenant's alone, or everybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    /// The pool.
    pub(super) pool: Id<Pool>,
    /// Whose nodes they are.
    pub(super) owner: Option<Id<Tenant>>,
}

/// What one workload asks for.
#[derive(Debug)]
pub(super) struct Demand {
    /// The workload.
    pub(super) workload: Id<Workload>,
    /// What one replica takes, of what is accounted for.
    pub(super) each: Amounts,
    /// How many replicas stand at the same time, at least.
    pub(super) replicas: u32,
    /// Where they may stand.
    pub(super) cells: BTreeSet<Cell>,
}

/// What is asked of all, as far as it can be trusted: of a workload with a mistake in it nothing
/// is counted, so that the sums are lower bounds however the mistake is mended.
pub(super) fn collect(estate: &Estate, placement: &Placement) -> Vec<Demand> {
    let pools = estate.pools.iter();
    let nodes: Vec<Amounts> = pools
        .map(|(_, pool)| Amounts::of_node(estate, pool))
        .collect();
    let one = |id: &Id<Workload>| {
        let (id, workload) = (*id, &estate.workloads[*id]);
        let footprint = placement.footprints.get(&id)?;
        // With a pool missing, what names none might run there.
        let anywhere = workload
            .spec
            .on
            .as_ref()
            .is_none_or(|on| on.pools.is_empty());
        if estate.is_tainted(id) || (estate.broken_ground && anywhere) {
            return None;
        }
        let mut each = Amounts::of_replica(footprint);
        each.forget(|resource| not_accounted(estate, &nodes, workload, resource));
        has_all(estate, &nodes, workload, &each).then(|| Demand {
            workload: id,
            each,
            replicas: least_replicas(estate, workload),
            cells: cells(estate, workload),
        })
    };
    let all: Vec<Id<Workload>> = estate.workloads.ids().collect();
    let demands = crate::par::map(&all, one);
    demands.into_iter().flatten().collect()
}

/// Whether its replicas stand all the time: a job waits for room, and what is halted takes none.
pub(super) fn stands(workload: &Workload) -> bool {
    let runs = matches!(workload.spec.run.value, Run::Always | Run::OnFailure);
    runs && !matches!(workload.body, Body::Job(_))
}

/// Whether it stands on every node of its pools, so that it is part of what a node has not.
pub(super) fn on_every_node(workload: &Workload) -> bool {
    matches!(workload.replicas, Replicas::PerNode(_))
}

/// GPUs of a workload that takes one of two models are not those of one; and of a class of local
/// disks nothing is known where a pool does not say which disks those are.
fn not_accounted(
    estate: &Estate,
    nodes: &[Amounts],
    workload: &Workload,
    resource: &Resource,
) -> bool {
    match resource {
        Resource::Gpu(_) | Resource::Slice(..) => {
            workload.gpus.iter().any(|gpu| gpu.spec.or.is_some())
        }
        Resource::Disk(_) => workload.pools.iter().any(|pool| {
            nodes
                .get(pool.to.index())
                .is_none_or(|node| !node.has(resource))
        }),
        Resource::Pods => !estate.clusters[workload.cluster].is_kubernetes(),
        Resource::Cpu
        | Resource::Memory
        | Resource::Hugepages(_)
        | Resource::DedicatedCpu
        | Resource::CellMemory => false,
    }
}

/// Whether each of its pools is whole, open to it, and has some of everything it asks for. Where
/// one is not, that has been told: by the rules over isolation, GPUs and huge pages, or before.
fn has_all(estate: &Estate, nodes: &[Amounts], workload: &Workload, each: &Amounts) -> bool {
    workload.pools.iter().all(|to| {
        let pool = &estate.pools[to.to];
        let another = pool.tenant.is_some_and(|owner| owner.to != workload.tenant);
        if another || pool.spec.meta.broken {
            return false;
        }
        let node = nodes.get(to.to.index());
        node.is_some_and(|node| each.iter().all(|(resource, _)| node.has(resource)))
    })
}

/// Where a workload may stand. A tenant with nodes of its own in a pool stands on these alone:
/// its pods ask for them by label.
fn cells(estate: &Estate, workload: &Workload) -> BTreeSet<Cell> {
    let mut cells = BTreeSet::new();
    for pool in &workload.pools {
        let pool = pool.to;
        // A `dedicated` may be among what is broken, so nobody's share can be told.
        if estate.broken_ground {
            cells.insert(Cell { pool, owner: None });
            continue;
        }
        let own = Cell {
            pool,
            owner: Some(workload.tenant),
        };
        let owner = (nodes(estate, own) > 0).then_some(workload.tenant);
        cells.insert(Cell { pool, owner });
    }
    cells
}

/// How many nodes a cell has.
pub(super) fn nodes(estate: &Estate, cell: Cell) -> u32 {
    let pool = &estate.pools[cell.pool];
    let all = u32::try_from(pool.nodes.len()).unwrap_or(u32::MAX);
    if estate.broken_ground {
        return if cell.owner.is_none() { all } else { 0 };
    }
    if let Some(owner) = pool.tenant {
        return if cell.owner == Some(owner.to) { all } else { 0 };
    }
    let given = |tenant: &Tenant| {
        let asked = tenant.dedicated.iter();
        asked
            .filter(|(asked, _)| asked.to == cell.pool)
            .fold(0, |sum: u32, (_, spec)| {
                sum.saturating_add(spec.count.value)
            })
    };
    match cell.owner {
        Some(owner) => given(&estate.tenants[owner]).min(all),
        None => {
            let tenants = estate.tenants.values();
            all.saturating_sub(tenants.map(given).fold(0, u32::saturating_add))
        }
    }
}

/// The fewest and the most replicas of a workload that a quota must bear.
pub(super) fn replicas(estate: &Estate, workload: &Workload) -> RangeInclusive<u32> {
    let least = least_replicas(estate, workload);
    let most = match &workload.replicas {
        Replicas::Scaled { max, .. } => max.value.max(least),
        Replicas::Fixed(_) | Replicas::PerNode(_) | Replicas::PerZone(_) => least,
    };
    least..=most
}
