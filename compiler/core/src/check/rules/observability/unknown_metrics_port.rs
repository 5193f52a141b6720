//! Metrics on a port that the workload does not have.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest},
};

declare_rule! { pub RULE = "unknown-metrics-port", Observability, Error, "metrics on a port that the workload does not declare", include_str!("unknown_metrics_port.md") }

/// Reports monitors whose port is not declared: scraping goes by the name of a declared port.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let port = workload
            .spec
            .monitor
            .as_ref()
            .and_then(|monitor| monitor.port.as_ref());
        let Some(port) = port.filter(|port| workload.declared_port(&port.value).is_none()) else {
            continue;
        };
        let names: Vec<&str> = workload
            .spec
            .ports()
            .map(|port| port.name.value.as_str())
            .collect();
        let text = port.value.to_string();
        let help = match nearest(&text, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "declare it: `port metrics {}`",
                if text.starts_with(|c: char| c.is_ascii_digit()) {
                    &text
                } else {
                    "9102"
                }
            ),
        };
        findings.push(
            Diagnostic::new(
                &RULE,
                subject.estate.span(port.origin),
                format!("`{}` has no single port `{text}` to read metrics from", workload.path),
            )
            .label("not a declared port")
            .why("metrics are read through the workload's Service, which has its declared single ports")
            .help(help),
        );
    }
}
