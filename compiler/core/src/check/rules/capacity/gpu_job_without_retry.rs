//! A long job on GPUs that a lost node ends for good.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Body,
    units::Duration,
};

declare_rule! { pub RULE = "gpu-job-without-retry", Capacity, Note, "a job of hours on GPUs that is never tried again", include_str!("gpu_job_without_retry.md") }

/// From so long on losing a run is worth a second try.
const LONG: Duration = Duration::secs(4 * 60 * 60);

/// Reports jobs with GPUs, a limit of hours and no `retries`. One without a limit is told by
/// `gpu-job-unbounded`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Body::Job(job) = &workload.body else {
            continue;
        };
        let Some(limit) = job.limit.as_ref().filter(|limit| limit.value >= LONG) else {
            continue;
        };
        if workload.gpus.is_empty() || job.retries.value > 0 {
            continue;
        }
        let message = format!(
            "`{}` may compute for {}, and is not tried again when its node fails",
            workload.path, limit.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(limit.origin), message)
                .label("one try")
                .why("a drain or a broken card ends the job for good, after whatever it has computed so far")
                .help("write `retries=1` or more at the job, and let it begin from its last checkpoint"),
        );
    }
}
