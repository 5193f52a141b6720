//! An alert on a GPU that does what it was bought for.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{
        Body,
        threshold::{Metric, Operator, Threshold},
    },
};

declare_rule! { pub RULE = "busy-gpu-alert", Observability, Note, "an alert on the busy GPU of a job", include_str!("busy_gpu_alert.md") }

/// Reports alerts of jobs on much use of a GPU.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if !matches!(workload.body, Body::Job(_)) {
            continue;
        }
        for alert in workload
            .spec
            .monitor
            .iter()
            .flat_map(|monitor| &monitor.alert)
        {
            let Ok(threshold) = Threshold::parse(&alert.when.value) else {
                continue;
            };
            let upward = matches!(threshold.operator, Operator::More | Operator::AtLeast);
            if threshold.metric != Metric::GpuUtilisation || !upward {
                continue;
            }
            let message = format!(
                "the alert `{}` fires whenever the job `{}` runs as it should",
                alert.name.value, workload.path
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(alert.when.origin), message)
                    .label("a busy GPU")
                    .why("a job that trains keeps its GPUs at 100 % for hours; worth an alert is one that stands idle, or whose memory is nearly full")
                    .help("write `when=\"gpu-utilisation < 20%\" for=\"30m\"` or `when=\"gpu-memory > 95%\"`"),
            );
        }
    }
}
