//! What several rules ask of the model.

use super::Subject;
use crate::{
    model::{Body, Cluster, Disk, Estate, Id, Pool, Priority, Replicas, Storage, Workload},
    origin::{OriginId, V},
    schema::kinds::{
        CountOrShare, Criticality, DiskUse, Pattern_, PoolDisk, Probe, ProbeKind, Role,
    },
    units::Duration,
};

/// Whether others stop when it stops.
pub(super) fn is_core(workload: &Workload) -> bool {
    workload.spec.criticality.value == Criticality::Core
}

/// How many replicas there are at the least, where the spec gives a number.
pub(super) fn least(workload: &Workload) -> Option<&V<u32>> {
    match &workload.replicas {
        Replicas::Fixed(count) => Some(count),
        Replicas::Scaled { min, .. } => Some(min),
        Replicas::PerNode(_) | Replicas::PerZone(_) => None,
    }
}

/// Whether there is one replica and no second, as far as the spec says; a job has none.
pub(super) fn is_alone(workload: &Workload) -> bool {
    let serves = !matches!(workload.body, Body::Job(_) | Body::Chart(_));
    serves && least(workload).is_some_and(|count| count.value == 1)
}

/// How its replicas work together.
pub(super) fn pattern(workload: &Workload) -> Pattern_ {
    let availability = workload.spec.availability.as_ref();
    availability.map_or(Pattern_::None, |it| it.pattern.value)
}

/// How many of so many replicas a `max-unavailable` lets be away: Kubernetes rounds a share up.
fn away_at_once(most: &CountOrShare, replicas: u32) -> u64 {
    match most {
        CountOrShare::Count(away) => u64::from(*away),
        CountOrShare::Share(share) => share.of_ceil(replicas.into()).unwrap_or(u64::MAX),
    }
}

/// A workload that says how many of its replicas may be away at once.
pub(super) struct Disrupted<'s> {
    pub workload: &'s Workload,
    /// What it says (`max-unavailable`).
    pub most: &'s V<CountOrShare>,
    /// How many replicas there are at the least.
    pub count: &'s V<u32>,
    /// How many of these may be away.
    pub away: u64,
}

/// All workloads that say how many of their replicas may be away at once.
pub(super) fn disrupted<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = Disrupted<'s>> {
    subject.whole_workloads().filter_map(|(_, workload)| {
        let availability = workload.spec.availability.as_ref()?;
        let most = availability.max_unavailable.as_ref()?;
        let count = least(workload)?;
        Some(Disrupted {
            workload,
            most,
            count,
            away: away_at_once(&most.value, count.value),
        })
    })
}

/// Where it is said what class a disk is of: by its `storage=`, else by the disk as a whole.
pub(super) fn class_place(disk: &Disk) -> OriginId {
    let said = disk.spec.storage.as_ref();
    said.map_or(disk.spec.meta.origin, |storage| storage.origin)
}

/// The disks whose content outlives a start.
pub(super) fn kept_disks(workload: &Workload) -> impl Iterator<Item = &Disk> {
    workload
        .disks
        .iter()
        .filter(|disk| !disk.spec.ephemeral.value)
}

/// The probe of a kind.
pub(super) fn probe(workload: &Workload, kind: ProbeKind) -> Option<&Probe> {
    let mut probes = workload.spec.probe.iter();
    probes.find(|probe| probe.kind.value == kind)
}

/// How long a probe takes to come to its end when nothing answers: its failures, each after the
/// period. Kubernetes' own where the spec is silent: 3 failures, every 10 seconds.
pub(super) fn patience(probe: &Probe) -> Duration {
    let every = probe
        .every
        .as_ref()
        .map_or(Duration::secs(10), |it| it.value);
    let failures = probe.failures.as_ref().map_or(3, |it| it.value);
    every.checked_mul(u64::from(failures)).unwrap_or(every)
}

/// The pools that a cluster's etcd runs on: those of its own role, else the control plane.
pub(super) fn etcd_pools(estate: &Estate, cluster: Id<Cluster>) -> Vec<&Pool> {
    let of = |role: Role| -> Vec<&Pool> {
        let pools = estate.pools_of(cluster).map(|(_, pool)| pool);
        pools.filter(|pool| pool.spec.role.value == role).collect()
    };
    let own = of(Role::Etcd);
    match own.is_empty() {
        true => of(Role::ControlPlane),
        false => own,
    }
}

/// The disks of a pool's machines for a use.
pub(super) fn disks_for(pool: &Pool, what: DiskUse) -> impl Iterator<Item = &PoolDisk> {
    let disks = pool.spec.disk.iter();
    disks.filter(move |disk| disk.r#use.as_ref().is_some_and(|it| it.value == what))
}

/// Whether a class lies on the disks of single machines, each volume on one.
pub(super) fn is_node_bound(storage: &Storage) -> bool {
    let spec = &storage.spec;
    spec.local.is_some() || spec.zfs.is_some() || spec.lvm.is_some()
}

/// The clusters in which a workload is found that is looked for, by their number: one walk over
/// the workloads instead of one for each cluster.
pub(super) fn first_in_each(
    estate: &Estate,
    mut wanted: impl FnMut(&Workload) -> bool,
) -> Vec<Option<Id<Workload>>> {
    let mut found = vec![None; estate.clusters.len()];
    for (id, workload) in estate.workloads.iter() {
        let first = found.get_mut(workload.cluster.index());
        if let Some(first) = first.filter(|first| first.is_none())
            && wanted(workload)
        {
            *first = Some(id);
        }
    }
    found
}

/// The highest priority in use on each cluster, by its number, that pushes others out, and who has
/// it, of the workloads that are looked for.
pub(super) fn pushing(
    estate: &Estate,
    mut wanted: impl FnMut(&Workload) -> bool,
) -> Vec<Option<(&Priority, &Workload)>> {
    let mut highest: Vec<Option<(&Priority, &Workload)>> = vec![None; estate.clusters.len()];
    for workload in estate
        .workloads
        .values()
        .filter(|workload| wanted(workload))
    {
        let Some(priority) = workload.priority else {
            continue;
        };
        let priority = &estate.priorities[priority.to];
        let Some(known) = highest.get_mut(workload.cluster.index()) else {
            continue;
        };
        let higher = known.is_none_or(|(known, _)| known.value.value < priority.value.value);
        if priority.preempts.value && higher {
            *known = Some((priority, workload));
        }
    }
    highest
}
