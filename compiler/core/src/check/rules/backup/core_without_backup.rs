//! Data that others depend on, of which there is one copy.

use crate::{
    check::{
        Subject,
        common::{is_alone, is_core, kept_disks, pattern},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    origin::OriginId,
    schema::kinds::Pattern_,
};

declare_rule! { pub RULE = "core-without-backup", Backup, Warn, "data of a `criticality=core` workload that nothing saves", include_str!("core_without_backup.md") }

/// Reports each core workload with a disk of data and no backup. Equal replicas without a pattern
/// hold nothing that one of them alone has; where an `rpo` is said, `rpo-not-kept` judges.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let own = pattern(workload) != Pattern_::None || is_alone(workload);
        let judged = workload
            .spec
            .availability
            .as_ref()
            .is_some_and(|it| it.rpo.is_some());
        if !is_core(workload) || !own || judged || !workload.backups.is_empty() {
            continue;
        }
        let Some((name, at)) = data(workload) else {
            continue;
        };
        let message = format!(
            "`{}` is `criticality=core`, and nothing saves its disk `{name}`",
            workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(at), message)
                .label("there is one of it")
                .also(estate.span(workload.spec.criticality.origin), "others depend on it")
                .why("copies on Ceph or on a replica protect from a lost machine; a dropped table, a bug or a stolen password deletes all of them at once")
                .help("write `backup nightly schedule=\"30 1 * * *\" to=STORE`, with a `backup-store` on another site; a disk that may be lost says `ephemeral=#true`"),
        );
    }
}

/// The first disk that holds more than the image: of a machine, one beside `root`.
fn data(workload: &Workload) -> Option<(&str, OriginId)> {
    let mut disks = kept_disks(workload).filter(|disk| disk.spec.name.value.as_str() != "root");
    let disk = disks.next()?;
    Some((disk.spec.name.value.as_str(), disk.spec.meta.origin))
}
