//! Metrics on a port that nobody can read them from.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::Protocol,
};

declare_rule! { pub RULE = "metrics-not-tcp", Observability, Error, "metrics on a port that is not of TCP", include_str!("metrics_not_tcp.md") }

/// Reports each `monitor` of such a port.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(port) = workload.spec.monitor.as_ref().and_then(|monitor| monitor.port.as_ref())
        else {
            continue;
        };
        let Some(found) = workload.port_of(&port.value).filter(|it| it.protocol != Protocol::Tcp)
        else {
            continue;
        };
        let message = format!("the metrics of `{}` are on port {}", workload.path, found.number());
        findings.push(
            Diagnostic::new(&RULE, estate.span(port.origin), message)
                .label("not of TCP")
                .why("metrics are read by HTTP, which goes over TCP")
                .help("name the port that serves them, or declare it"),
        );
    }
}
