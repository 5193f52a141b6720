//! A time to recover, and a disk that a lost node takes with it.

use crate::{
    check::{
        Subject,
        common::{class_place, is_node_bound, kept_disks, least, pattern},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::{Disk, Estate, Storage, Workload},
    schema::kinds::Pattern_,
    units::Duration,
};

declare_rule! { pub RULE = "rto-on-local-disk", Availability, Warn, "a time to recover, and a disk that is lost with its node", include_str!("rto_on_local_disk.md") }

/// What a restore may take at the least where there is something to restore: a terabyte comes back
/// over a 10 Gbit/s network in about a quarter of an hour when nothing else is in the way.
const RESTORE: Duration = Duration::secs(60 * 60);

/// Reports each workload with an `rto` whose disk lies on its node, where no other replica has the
/// same data, and where no backup brings it back in time.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let availability = workload.spec.availability.as_ref();
        let Some(rto) = availability.and_then(|it| it.rto.as_ref()) else {
            continue;
        };
        let replicated = pattern(workload) != Pattern_::None
            && least(workload).is_none_or(|count| count.value > 1);
        let in_time = rto.value >= RESTORE && !workload.backups.is_empty();
        if replicated || in_time || !workload.standbys.is_empty() {
            continue;
        }
        let Some((disk, storage)) = bound(estate, workload) else {
            continue;
        };
        let message = format!(
            "`{}` must be back within {}, and its disk `{}` is lost with its node",
            workload.path, rto.value, disk.spec.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(class_place(disk)), message)
                .label("on one machine")
                .also(estate.span(rto.origin), "must be back")
                .also(storage.spec.meta.span, "lies on the disks of the node")
                .why("no other node can attach it: the workload waits for this one, or for a restore that somebody begins by hand")
                .help("lay it on storage that keeps copies elsewhere (`rook-ceph`, `longhorn`), let the application keep a copy (`replicas 2` with `pattern=primary-replica`), or write the `rto` that a restore takes"),
        );
    }
}

/// The first disk that lies on its node alone.
fn bound<'a>(estate: &'a Estate, workload: &'a Workload) -> Option<(&'a Disk, &'a Storage)> {
    kept_disks(workload).find_map(|disk| {
        let storage = &estate.storages[estate.storage_of(workload, disk)?];
        is_node_bound(storage).then_some((disk, storage))
    })
}
