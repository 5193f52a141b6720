//! A job that may run longer than until its next time.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Body,
};

declare_rule! { pub RULE = "job-outlasts-schedule", Rollout, Warn, "a scheduled job that may run longer than until its next time", include_str!("job_outlasts_schedule.md") }

/// Compares each job's `limit` with the longest time between two of its moments: above that every
/// run that needs its limit takes the next one's place.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Body::Job(job) = &workload.body else {
            continue;
        };
        let (Some(schedule), Some(limit)) = (&job.schedule, &job.limit) else {
            continue;
        };
        let gap = schedule.value.longest_gap();
        if limit.value <= gap {
            continue;
        }
        let message = format!(
            "`{}` may run for {}, and its next time comes after {gap} at the latest",
            workload.path, limit.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(limit.origin), message)
                .label(format!("longer than {gap}"))
                .also(estate.span(schedule.origin), "its times")
                .why("two runs of one job never overlap: while one still runs the next is left out, without a word")
                .help(format!("write `limit=\"{gap}\"` or less, or a schedule that comes less often")),
        );
    }
}
