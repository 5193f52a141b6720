//! A job that may keep its GPUs for ever.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::Body,
    units::Duration,
};

declare_rule! { pub RULE = "gpu-job-unbounded", Capacity, Warn, "a job with GPUs and without a limit of at most three days", include_str!("gpu_job_unbounded.md") }

/// The longest that the terms of hosted AI tasks let one run.
const MOST: Duration = Duration::secs(72 * 60 * 60);

/// Reports jobs with GPUs whose `limit` is missing or above that.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Body::Job(job) = &workload.body else {
            continue;
        };
        let Some(gpu) = workload.gpus.first() else {
            continue;
        };
        let (span, label, what) = match &job.limit {
            None => (
                workload.spec.meta.name_span,
                "has no limit".to_owned(),
                "for ever".to_owned(),
            ),
            Some(limit) if limit.value > MOST => (
                estate.span(limit.origin),
                format!("more than {MOST}"),
                format!("for {}", limit.value),
            ),
            Some(_) => continue,
        };
        let gpus: u32 = workload
            .gpus
            .iter()
            .map(|gpu| gpu.spec.count.value)
            .sum::<u32>()
            .saturating_mul(job.parallel.value);
        let message = format!(
            "`{}` may keep {} {what}",
            workload.path,
            words::count(gpus, "GPU")
        );
        findings.push(
            Diagnostic::new(&RULE, span, message)
                .label(label)
                .also(gpu.spec.meta.span, format!("of model `{}`", estate.gpu_models[gpu.model.to].name.value))
                .why("a job that hangs looks like one that computes: it holds its GPUs until somebody asks why nobody else gets one")
                .help("write `limit=\"72h\"` at the job, and let a longer training go on from its last checkpoint in the next"),
        );
    }
}
