//! etcd on a disk that is too slow for its cluster.

use crate::{
    check::{
        Subject,
        common::{disks_for, etcd_pools},
    },
    diag::{Diagnostic, Findings, declare_rule},
    origin::OriginId,
    schema::kinds::{DiskUse, Media, PoolDisk},
};

declare_rule! { pub RULE = "etcd-disk-slow", Storage, Warn, "a disk of etcd's that is too slow for the cluster", include_str!("etcd_disk_slow.md") }

/// Machines from which on a cluster counts as large.
const LARGE: usize = 100;
/// Operations per second that etcd's disk should do in a large cluster, as the field measures it.
const MANY: u32 = 30_000;
/// What etcd's own guide asks of a disk under load, in sequential writes per second.
const LEAST: u32 = 500;

/// Reports each disk with `use=etcd` that spins, or does less than its cluster needs.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (id, cluster) in estate.clusters.iter() {
        if !cluster.is_kubernetes() || cluster.spec.managed.value {
            continue;
        }
        let machines: usize = estate.pools_of(id).map(|(_, pool)| pool.nodes.len()).sum();
        let pools = etcd_pools(estate, id);
        for disk in pools.iter().flat_map(|pool| disks_for(pool, DiskUse::Etcd)) {
            let needs = if machines >= LARGE { MANY } else { LEAST };
            let Some((origin, label)) = slow(disk, needs) else {
                continue;
            };
            let message = format!(
                "the etcd of cluster `{}`, of {machines} machines, is on a disk that is too slow for it",
                cluster.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(origin), message)
                    .label(label)
                    .why("each change of the cluster waits for this disk; when it falls behind, members lose each other, elections follow, and the API server answers nobody")
                    .help(format!("take an NVMe disk of {MANY} operations per second: `media=nvme iops={MANY}`")),
            );
        }
    }
}

/// What about the disk is too slow, in a few words.
fn slow(disk: &PoolDisk, needs: u32) -> Option<(OriginId, String)> {
    let spins = disk
        .media
        .as_ref()
        .filter(|media| media.value == Media::Hdd);
    if let Some(media) = spins {
        return Some((media.origin, "spins".to_owned()));
    }
    let iops = disk.iops.as_ref().filter(|iops| iops.value < needs)?;
    Some((
        iops.origin,
        format!("{} of {needs} operations per second", iops.value),
    ))
}
