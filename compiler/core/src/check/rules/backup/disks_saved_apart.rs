//! Disks that belong together, saved at different moments.

use crate::{
    check::{Subject, common::kept_disks},
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Backup, Workload},
    schema::kinds::BackupKind,
};

declare_rule! { pub RULE = "disks-saved-apart", Backup, Warn, "several disks of a machine that a backup saves at different moments", include_str!("disks_saved_apart.md") }

/// Reports machines on Kubernetes with two disks of data and more in a backup by snapshots that
/// does not ask the guest to hold still.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if workload.vm().is_none() || !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        for backup in &workload.backups {
            let disks = data(workload, backup);
            let snapshots = backup.spec.kind.value == BackupKind::Snapshot;
            if !snapshots || backup.spec.quiesce.value || disks.len() < 2 {
                continue;
            }
            let message = format!(
                "backup `{}` of `{}` saves its disks {} one after the other, while it writes",
                backup.spec.name.value,
                workload.path,
                words::names(&disks)
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(backup.spec.meta.origin), message)
                    .label("not at one moment")
                    .why("a log that is newer or older than its data is no backup of a database: it does not start from that")
                    .help("write `quiesce=#true`, with the guest's agent in the image, or keep what belongs together on one disk"),
            );
        }
    }
}

/// The disks beside `root` that a backup takes.
fn data<'a>(workload: &'a Workload, backup: &Backup) -> Vec<&'a str> {
    let chosen = backup.spec.disk.as_ref().map(|disk| &disk.names);
    kept_disks(workload)
        .map(|disk| &disk.spec.name.value)
        .filter(|name| chosen.is_none_or(|names| names.iter().any(|it| it.value == **name)))
        .map(|name| name.as_str())
        .filter(|name| *name != "root")
        .collect()
}
