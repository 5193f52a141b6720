//! So many backups at one moment that they stand in each other's way.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{BackupStore, Cluster, Id, Workload},
    origin::OriginId,
};

declare_rule! { pub RULE = "backups-at-once", Backup, Note, "more than 50 backups of a cluster that begin in the same minute", include_str!("backups_at_once.md") }

/// What the field lets begin at once before API server and storage feel it.
const MOST: usize = 50;

/// Reports each schedule of a cluster on Kubernetes that more workloads than that have, to one
/// store. Proxmox VE takes them one after the other by itself.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    type Moment<'a> = (Id<Cluster>, Option<Id<BackupStore>>, &'a str);
    let estate = subject.estate;
    let mut moments: BTreeMap<Moment<'_>, Vec<(&Workload, OriginId)>> = BTreeMap::new();
    for (_, workload) in subject.whole_workloads() {
        if !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        for backup in &workload.backups {
            let schedule = &backup.spec.schedule;
            let moment = (
                workload.cluster,
                backup.to.map(|to| to.to),
                schedule.value.cron(),
            );
            moments
                .entry(moment)
                .or_default()
                .push((workload, schedule.origin));
        }
    }
    for ((cluster, _, cron), backups) in moments {
        let [(first, at), .., (last, _)] = backups.as_slice() else {
            continue;
        };
        if backups.len() <= MOST {
            continue;
        }
        let message = format!(
            "{} backups of cluster `{}` begin in the same minute, `{cron}`",
            backups.len(),
            estate.clusters[cluster].name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(*at), message)
                .label(format!("from `{}` to `{}`", first.path, last.path))
                .why("Velero takes them one after the other, so the last begins hours late; their snapshots are made at once, and slow the storage for everybody while they are copied")
                .help("spread them over the night: let the minute follow from the workload, as in `schedule=\"${number % 60} ${1 + number % 4} * * *\"`"),
        );
    }
}
