//! A threshold that cannot be read.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest},
    model::threshold::{Metric, Threshold, ThresholdError},
    origin::OriginId,
};

declare_rule! { pub RULE = "unknown-metric", Observability, Error, "an alert whose threshold cannot be read", include_str!("unknown_metric.md") }

/// Reports each such alert once, however many workloads share the profile that has it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let mut seen: Vec<OriginId> = Vec::new();
    for workload in subject.estate.workloads.values() {
        for alert in workload
            .spec
            .monitor
            .iter()
            .flat_map(|monitor| &monitor.alert)
        {
            let when = &alert.when;
            let Err(error) = Threshold::parse(&when.value) else {
                continue;
            };
            if seen.contains(&when.origin) {
                continue;
            }
            seen.push(when.origin);
            let span = subject.estate.span(when.origin);
            findings.push(finding(&when.value, &error, span));
        }
    }
}

fn finding(text: &str, error: &ThresholdError, span: tenantry_syntax::Span) -> Diagnostic {
    let new = |message: String, label: &str| Diagnostic::new(&RULE, span, message).label(label);
    match error {
        ThresholdError::Shape => new(
            format!("`{text}` is no threshold"),
            "three words with blanks between",
        )
        .help("write METRIC OPERATOR VALUE, as in `cpu-utilisation > 80%`"),
        ThresholdError::Metric(name) => {
            let names = Metric::ALL.map(Metric::name);
            let help = match nearest(name, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", names.join(", ")),
            };
            new(format!("nothing measures `{name}`"), "an unknown metric").help(help)
        }
        ThresholdError::Operator(sign) => {
            new(format!("`{sign}` compares nothing"), "an unknown operator")
                .help("write one of > >= < <=")
        }
        ThresholdError::Value(metric, value) => new(
            format!(
                "`{}` is {}, not `{value}`",
                metric.name(),
                metric.measure().example()
            ),
            "of another kind",
        )
        .help(format!("give {}", metric.measure().example())),
    }
}
