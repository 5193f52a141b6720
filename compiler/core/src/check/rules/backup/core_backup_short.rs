//! Backups of what matters, gone before a mistake is noticed.

use crate::{
    check::{Subject, common::is_core},
    diag::{Diagnostic, Findings, declare_rule},
    origin::V,
    schema::kinds::Keep,
    units::Duration,
};

declare_rule! { pub RULE = "core-backup-short", Backup, Note, "backups of a `criticality=core` workload that reach back less than a month", include_str!("core_backup_short.md") }

/// Four weeks: `weekly=4` is a month's worth to whoever writes it.
const MONTH: Duration = Duration::secs(28 * 24 * 60 * 60);

/// Reports core workloads none of whose backups reaches back a month. Without a `keep` they are
/// kept for 30 days on Kubernetes, and for good on Proxmox VE.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if !is_core(workload) {
            continue;
        }
        let kept = workload
            .backups
            .iter()
            .map(|backup| backup.spec.keep.as_ref());
        let kept = kept.map(|keep| keep.map(|keep| (keep, reach(keep))));
        let Some(kept) = kept.collect::<Option<Vec<_>>>() else {
            continue;
        };
        let Some((keep, reach)) = kept.into_iter().max_by_key(|(_, reach)| *reach) else {
            continue;
        };
        // One that keeps nothing by its words is kept as if it had none.
        if reach >= MONTH || reach == Duration::secs(0) {
            continue;
        }
        let message = format!("the backups of `{}` reach back {reach}", workload.path);
        findings.push(
            Diagnostic::new(&RULE, estate.span(keep.meta.origin), message)
                .label("less than a month")
                .also(estate.span(workload.spec.criticality.origin), "others depend on it")
                .why("damage that creeps in is seen at the end of a month, when the books are closed; by then each copy that is left has it too")
                .help("write `keep daily=30`, or add `weekly=4` or `monthly=3` to what is there"),
        );
    }
}

/// How far back the oldest one is that is kept.
fn reach(keep: &Keep) -> Duration {
    let day = 24;
    let lines = [
        (&keep.hourly, 1),
        (&keep.daily, day),
        (&keep.weekly, 7 * day),
        (&keep.monthly, 30 * day),
        (&keep.yearly, 365 * day),
    ];
    let reach = |(count, hours): (&Option<V<u32>>, u64)| {
        let count = count.as_ref().map_or(0, |count| u64::from(count.value));
        Duration::secs(hours * 3600)
            .checked_mul(count)
            .unwrap_or(MONTH)
    };
    lines
        .into_iter()
        .map(reach)
        .max()
        .unwrap_or(Duration::secs(0))
}
