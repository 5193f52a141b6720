//! Less may be lost than the backups can keep.

use crate::{
    check::{
        Subject,
        common::{kept_disks, least, pattern},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::{Backup, Workload},
    schema::kinds::Pattern_,
    units::Duration,
};

declare_rule! { pub RULE = "rpo-not-kept", Backup, Error, "less that may be lost than lies between two backups", include_str!("rpo_not_kept.md") }

/// Reports each `rpo` that neither a backup's schedule nor a second replica with the same data
/// keeps, of a workload that has something to lose.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let availability = workload.spec.availability.as_ref();
        let Some(rpo) = availability.and_then(|it| it.rpo.as_ref()) else {
            continue;
        };
        let replicated = pattern(workload) != Pattern_::None
            && least(workload).is_none_or(|count| count.value > 1);
        if replicated || kept_disks(workload).next().is_none() {
            continue;
        }
        let Some((closest, gap)) = closest(workload) else {
            let message = format!(
                "`{}` may lose {} of what was written, and nothing saves it",
                workload.path, rpo.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(rpo.origin), message)
                    .label("nothing keeps this")
                    .why("a lost disk, a deleted volume or a wrong command is then the loss of everything")
                    .help(help(rpo.value)),
            );
            continue;
        };
        if gap <= rpo.value {
            continue;
        }
        let message = format!(
            "`{}` may lose {} of what was written, and its backups are up to {gap} apart",
            workload.path, rpo.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(closest.spec.schedule.origin), message)
                .label(format!("up to {gap} between two"))
                .also(estate.span(rpo.origin), "more than may be lost")
                .why("what was written since the last backup is lost with the disks")
                .help(help(rpo.value)),
        );
    }
}

/// The backup whose moments are the closest, and how far they are apart at the most.
fn closest(workload: &Workload) -> Option<(&Backup, Duration)> {
    let backups = workload.backups.iter();
    backups
        .map(|backup| (backup, backup.spec.schedule.value.longest_gap()))
        .min_by_key(|(_, gap)| *gap)
}

/// What keeps an `rpo` of that length.
fn help(rpo: Duration) -> String {
    const HOUR: u64 = 60;
    let replicate =
        "keep a second copy in the application: `replicas 2` with `pattern=primary-replica`";
    match rpo.as_millis() / 60_000 {
        0 => format!("no backup keeps that: {replicate}, which answers when both have written"),
        minutes @ 1..HOUR => {
            let step = [30, 20, 15, 10, 5, 1]
                .into_iter()
                .find(|step| *step <= minutes)
                .unwrap_or(1);
            format!("write `schedule=\"*/{step} * * * *\"`, or {replicate}")
        }
        HOUR..1440 => format!("write `schedule=hourly`, or {replicate}"),
        _ => format!("write `schedule=daily`, or {replicate}"),
    }
}
