//! A backup that would save nothing.

use crate::{
    check::{Subject, common::kept_disks},
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest, words},
    model::{Backup, Estate, Workload},
};

declare_rule! { pub RULE = "backup-of-nothing", Backup, Error, "a backup of disks that are not there, or are empty at each start", include_str!("backup_of_nothing.md") }

/// Reports backups of workloads without a disk that outlives a start, and each named disk that is
/// none.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let nothing = kept_disks(workload).next().is_none();
        for backup in &workload.backups {
            match nothing {
                true => findings.push(nothing_to_save(estate, workload, backup)),
                false => named(estate, workload, backup, findings),
            }
        }
    }
}

fn nothing_to_save(estate: &Estate, workload: &Workload, backup: &Backup) -> Diagnostic {
    let message = format!(
        "`{}` has the backup `{}`, and no disk that outlives a start",
        workload.path, backup.spec.name.value
    );
    let mut finding = Diagnostic::new(&RULE, estate.span(backup.spec.meta.origin), message)
        .label("saves nothing");
    if let Some(disk) = workload.disks.first() {
        finding = finding.also(
            estate.span(disk.spec.ephemeral.origin),
            "empty at each start",
        );
    }
    finding
        .why("backups are of the workload's own disks; a volume of the tenant or a path of the host is not among them")
        .help("give the workload a `disk`, or take the backup away")
}

fn named(estate: &Estate, workload: &Workload, backup: &Backup, findings: &mut Findings) {
    let disks: Vec<&str> = kept_disks(workload)
        .map(|disk| disk.spec.name.value.as_str())
        .collect();
    for name in backup.spec.disk.iter().flat_map(|disk| &disk.names) {
        let text = name.value.as_str();
        if disks.contains(&text) {
            continue;
        }
        let there = workload
            .disks
            .iter()
            .find(|disk| disk.spec.name.value.as_str() == text);
        let what = if there.is_some() {
            "which is empty at each start"
        } else {
            "which it does not have"
        };
        let message = format!(
            "a backup of `{}` takes the disk `{text}`, {what}",
            workload.path
        );
        let mut finding =
            Diagnostic::new(&RULE, estate.span(name.origin), message).label("nothing to save");
        if let Some(disk) = there {
            finding = finding.also(
                estate.span(disk.spec.ephemeral.origin),
                "empty at each start",
            );
        }
        let help = match nearest(text, disks.iter().copied()) {
            Some(near) if there.is_none() => format!("did you mean `{near}`?"),
            _ => format!(
                "its disks that outlive a start are {}",
                words::names(&disks)
            ),
        };
        findings.push(finding.help(help));
    }
}
