//! A job that is over before it begins.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Body,
};

declare_rule! { pub RULE = "job-never-runs", Platform, Error, "a job with no time or no pod to run in", include_str!("job_never_runs.md") }

/// Reports jobs with a `limit` of nothing or `parallel=0`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Body::Job(job) = &workload.body else {
            continue;
        };
        if let Some(limit) = job.limit.as_ref().filter(|limit| limit.value.as_secs_ceil() == 0) {
            let message = format!("the job `{}` is stopped after no time at all", workload.path);
            findings.push(
                Diagnostic::new(&RULE, estate.span(limit.origin), message)
                    .label("no time")
                    .why("the job's controller counts it as failed before its pod has started")
                    .help("write how long it may take, such as `limit=\"1h\"`, or leave `limit` out"),
            );
        }
        if job.parallel.value == 0 {
            let message = format!("the job `{}` has no pods", workload.path);
            findings.push(
                Diagnostic::new(&RULE, estate.span(job.parallel.origin), message)
                    .label("none at once")
                    .why("a Job without pods counts as done, and what `needs` it goes on")
                    .help("write `parallel=1`, or `run=halted` on the workload where it shall wait"),
            );
        }
    }
}
