//! What others wait for, waiting for a head to move.

use crate::{
    check::{
        Subject,
        common::{class_place, disks_for, is_core, kept_disks},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Storage},
    schema::kinds::{DiskUse, Media, PoolDisk},
};

declare_rule! { pub RULE = "core-on-spinning-disks", Storage, Warn, "a `criticality=core` workload on storage of spinning disks", include_str!("core_on_spinning_disks.md") }

/// Reports core workloads with a disk on a class of which all disks are said to spin.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    let spinning: Vec<Option<&PoolDisk>> = estate
        .storages
        .values()
        .map(|class| spins(estate, class))
        .collect();
    for (_, workload) in subject.whole_workloads() {
        if !is_core(workload) {
            continue;
        }
        let on = kept_disks(workload).find_map(|disk| {
            let class = estate.storage_of(workload, disk)?;
            Some((disk, class, (*spinning.get(class.index())?)?))
        });
        let Some((disk, class, below)) = on else {
            continue;
        };
        let message = format!(
            "`{}` is `criticality=core`, and its disk `{}` lies on spinning disks",
            workload.path, disk.spec.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(class_place(disk)), message)
                .label(format!("on `{}`", estate.storages[class].name.value))
                .also(estate.span(below.meta.origin), "`media=hdd`")
                .also(estate.span(workload.spec.criticality.origin), "others depend on it")
                .why("a spinning disk does 100 to 200 operations in a second, for all who share it; what production needs begins at 10,000")
                .help("lay it on a class of `nvme` or `ssd` disks, and keep this one for backups and archives"),
        );
    }
}

/// One of the disks below a class, if all of them spin by their own words.
fn spins<'a>(estate: &'a Estate, class: &Storage) -> Option<&'a PoolDisk> {
    let spec = &class.spec;
    let on_ceph = spec.rook_ceph.is_some() || spec.cephfs.is_some();
    let what = if on_ceph {
        DiskUse::Ceph
    } else {
        DiskUse::Local
    };
    if !on_ceph && spec.local.is_none() {
        return None;
    }
    let named = spec.local.as_ref().and_then(|local| local.disk.as_ref());
    let pools = estate.pools_of(class.cluster).map(|(_, pool)| pool);
    let disks = pools.flat_map(|pool| disks_for(pool, what));
    let mut disks = disks
        .filter(|disk| named.is_none_or(|name| name.value == disk.name.value))
        .peekable();
    let first = *disks.peek()?;
    let mut media = disks.map(|disk| disk.media.as_ref().map(|media| media.value));
    media
        .all(|media| media == Some(Media::Hdd))
        .then_some(first)
}
