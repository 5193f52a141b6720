//! A backup by snapshots, on storage that makes none.

use crate::{
    check::{Subject, common::kept_disks},
    diag::{Diagnostic, Findings, declare_rule},
    model::{Backup, Disk, Estate, Storage, Workload},
    schema::kinds::BackupKind,
};

declare_rule! { pub RULE = "backup-without-snapshots", Backup, Error, "a backup by snapshots of a disk whose storage makes none", include_str!("backup_without_snapshots.md") }

/// Reports each such backup on Kubernetes at the first disk that it cannot take.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        for backup in &workload.backups {
            if backup.spec.kind.value != BackupKind::Snapshot {
                continue;
            }
            let Some((disk, storage)) = unable(estate, workload, backup) else {
                continue;
            };
            let message = format!(
                "backup `{}` of `{}` takes snapshots, and storage `{}` of its disk `{}` makes none",
                backup.spec.name.value, workload.path, storage.name.value, disk.spec.name.value
            );
            let finding = Diagnostic::new(&RULE, estate.span(backup.spec.meta.origin), message)
                .label("finds no volume that it can save")
                .also(storage.spec.meta.span, "`snapshots=#false`, as left out means")
                .why("Velero asks the CSI driver for a snapshot of each volume, and leaves out what has no class of snapshots: the backup ends without an error and without the data");
            findings.push(finding.help(format!(
                "write `snapshots=#true` at storage `{}` where its driver can, or `kind=file` at the backup, which copies the files",
                storage.name.value
            )));
        }
    }
}

/// The first disk of a backup on storage without snapshots.
fn unable<'a>(
    estate: &'a Estate,
    workload: &'a Workload,
    backup: &Backup,
) -> Option<(&'a Disk, &'a Storage)> {
    let chosen = backup.spec.disk.as_ref().map(|disk| &disk.names);
    let taken = |disk: &&Disk| {
        chosen.is_none_or(|names| names.iter().any(|name| name.value == disk.spec.name.value))
    };
    kept_disks(workload).filter(taken).find_map(|disk| {
        let storage = &estate.storages[estate.storage_of(workload, disk)?];
        (!storage.spec.snapshots.value).then_some((disk, storage))
    })
}
