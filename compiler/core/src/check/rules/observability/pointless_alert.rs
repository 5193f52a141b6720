//! An alert that fires while all is well, or that cannot fire.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::threshold::{Level, Metric, Operator, Threshold},
    origin::OriginId,
    units::Percent,
};

declare_rule! { pub RULE = "pointless-alert", Observability, Warn, "an alert that always fires, or never", include_str!("pointless_alert.md") }

/// Reports each such alert once, however many workloads share the profile that has it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut told: Vec<OriginId> = Vec::new();
    for (_, workload) in subject.whole_workloads() {
        for alert in workload
            .spec
            .monitor
            .iter()
            .flat_map(|monitor| &monitor.alert)
        {
            let when = &alert.when;
            let Some(point) = Threshold::parse(&when.value).ok().and_then(judge) else {
                continue;
            };
            if told.contains(&when.origin) {
                continue;
            }
            told.push(when.origin);
            let message = format!(
                "the alert `{}` of `{}` {}",
                alert.name.value, workload.path, point.does
            );
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(when.origin), message)
                    .label(point.label)
                    .why(point.why)
                    .help(point.help),
            );
        }
    }
}

struct Point {
    does: &'static str,
    label: &'static str,
    why: &'static str,
    help: String,
}

fn judge(threshold: Threshold) -> Option<Point> {
    let upward = matches!(threshold.operator, Operator::More | Operator::AtLeast);
    let name = threshold.metric.name();
    if !upward && is_bad_when_high(threshold.metric) {
        return Some(Point {
            does: "fires while all is well",
            label: "true on a good day",
            why: "an alert that is always on is switched off, and with it the one that would have mattered",
            help: format!("turn it round: `{name} > …`"),
        });
    }
    let Level::Share(share) = threshold.level else {
        return None;
    };
    let out_of_reach = share > Percent::HUNDRED
        || (share == Percent::HUNDRED && threshold.operator == Operator::More);
    (upward && out_of_reach && ends_at_hundred(threshold.metric)).then(|| Point {
        does: "cannot fire",
        label: "never more than all of it",
        why: "the metric is a share of what there is, and ends at 100 %; what happens there has happened when it gets so far",
        help: format!("write a share that leaves time to act: `{name} > 80%`"),
    })
}

/// Metrics of which less is better. Little use of CPU, memory or a GPU may be worth an alert.
fn is_bad_when_high(metric: Metric) -> bool {
    matches!(
        metric,
        Metric::DiskLatency
            | Metric::Http5xxRatio
            | Metric::MemoryOfLimit
            | Metric::PodRestarts
            | Metric::ServiceLatencyP99
            | Metric::StorageUsed
    )
}

/// Metrics that are a share of what there is; use of CPU and memory is one of what was asked for,
/// which a container may pass.
fn ends_at_hundred(metric: Metric) -> bool {
    matches!(
        metric,
        Metric::GpuMemory
            | Metric::GpuUtilisation
            | Metric::Http5xxRatio
            | Metric::MemoryOfLimit
            | Metric::StorageUsed
    )
}
