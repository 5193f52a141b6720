//! A snapshot beside its disk, called a backup.

use crate::{
    check::{Subject, common::kept_disks},
    diag::{Diagnostic, Findings, declare_rule},
    model::Backup,
    schema::kinds::BackupKind,
};

declare_rule! { pub RULE = "snapshot-as-backup", Backup, Warn, "a backup that stays on the storage which it saves", include_str!("snapshot_as_backup.md") }

/// Reports workloads on Kubernetes all of whose backups are snapshots without a store to go to.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let stays =
            |backup: &Backup| backup.to.is_none() && backup.spec.kind.value == BackupKind::Snapshot;
        let Some(first) = workload.backups.first() else {
            continue;
        };
        let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
        if !on_kubernetes
            || kept_disks(workload).next().is_none()
            || !workload.backups.iter().all(stays)
        {
            continue;
        }
        let message = format!(
            "the backup `{}` of `{}` stays on the storage that it saves",
            first.spec.name.value, workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(first.spec.meta.origin), message)
                .label("has no `to=`")
                .why("a snapshot shares its blocks with the disk: what breaks the one breaks the other, and whoever deletes the volume deletes both")
                .help("write `to=STORE`, a `backup-store` on another site: the snapshot is then copied there"),
        );
    }
}
