//! An alert that can never fire, because nobody sees what it watches.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::threshold::{Seen, Threshold},
};

declare_rule! { pub RULE = "silent-alert", Observability, Warn, "an alert on something that nobody measures", include_str!("silent_alert.md") }

/// Reports alerts whose metric is never there.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(monitor) = &workload.spec.monitor else {
            continue;
        };
        for alert in &monitor.alert {
            let Ok(threshold) = Threshold::parse(&alert.when.value) else {
                continue;
            };
            let (why, help) = match threshold.metric.seen(workload) {
                Seen::Platform => continue,
                Seen::Inside(_) if monitor.port.is_some() => continue,
                Seen::Inside(why) => (
                    why,
                    "let the workload serve the metric, and name the port with `monitor port=…`",
                ),
                Seen::Never(why) => (why, "take the alert out, or watch something else"),
            };
            let name = threshold.metric.name();
            findings.push(
                Diagnostic::new(
                    &RULE,
                    workload.spec.meta.name_span,
                    format!(
                        "the alert `{}` of `{}` can never fire: nobody measures its `{name}`",
                        alert.name.value, workload.path
                    ),
                )
                .label(format!("has the alert `{}`", alert.name.value))
                .also(estate.span(alert.when.origin), "what it watches")
                .why(why)
                .help(help),
            );
        }
    }
}
