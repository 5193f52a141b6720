//! Backups of regulated data that nobody has ever restored.

use crate::{
    check::{Subject, common::kept_disks},
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::DataClass,
    units::Duration,
};

declare_rule! { pub RULE = "restore-untried", Backup, Warn, "backups of `data=restricted` whose restore nobody tries each quarter", include_str!("restore_untried.md") }

/// The longest quarter, in days.
const QUARTER: Duration = Duration::secs(92 * 24 * 60 * 60);

/// Reports workloads of such tenants on Kubernetes: Proxmox VE has no means to try.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let data = &estate.tenants[workload.tenant].spec.data;
        let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
        let Some(first) = workload.backups.first() else {
            continue;
        };
        if data.value != DataClass::Restricted
            || !on_kubernetes
            || kept_disks(workload).next().is_none()
        {
            continue;
        }
        let tried = workload
            .backups
            .iter()
            .filter_map(|backup| backup.spec.verify.as_ref());
        let closest = tried.min_by_key(|verify| verify.schedule.value.longest_gap());
        let gap = closest.map(|verify| verify.schedule.value.longest_gap());
        if gap.is_some_and(|gap| gap <= QUARTER) {
            continue;
        }
        let (at, what) = match (closest, gap) {
            (Some(verify), Some(gap)) => (
                verify.schedule.origin,
                format!("are tried up to {gap} apart"),
            ),
            _ => (first.spec.meta.origin, "are never tried".to_owned()),
        };
        findings.push(
            Diagnostic::new(&RULE, estate.span(at), format!("the backups of `{}`, which are of restricted data, {what}", workload.path))
                .label("no restore each quarter")
                .also(estate.span(data.origin), "`data=restricted`")
                .why("a backup that was never restored is a hope: a missing key, a left-out volume or a changed format shows on the day that it is needed; auditors ask for a drill each quarter, of banks each month")
                .help("add `verify monthly`: an alert then says when nobody has restored"),
        );
    }
}
