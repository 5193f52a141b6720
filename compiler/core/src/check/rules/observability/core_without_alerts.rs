//! Something that others depend on, and nobody is woken.

use crate::{
    check::{Subject, common::is_core},
    diag::{Diagnostic, Findings, declare_rule},
    model::Body,
};

declare_rule! { pub RULE = "core-without-alerts", Observability, Warn, "a `criticality=core` workload without an alert", include_str!("core_without_alerts.md") }

/// Reports containers and machines on Kubernetes, where alerts can be had.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let runs = matches!(workload.body, Body::Container(_) | Body::Vm(..));
        let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
        let watched = workload
            .spec
            .monitor
            .as_ref()
            .is_some_and(|monitor| !monitor.alert.is_empty());
        if !runs || !on_kubernetes || !is_core(workload) || watched {
            continue;
        }
        let message = format!(
            "`{}` is `criticality=core`, and nobody is told when it fails",
            workload.path
        );
        let help = match workload.body {
            Body::Vm(..) => {
                "write `monitor { alert memory when=\"memory-utilisation > 90%\" for=\"5m\" severity=critical; }`"
            }
            _ => {
                "write `monitor { alert memory when=\"memory-of-limit > 80%\" for=\"5m\"; alert restarts when=\"pod-restarts > 3/h\"; }`"
            }
        };
        findings.push(
            Diagnostic::new(&RULE, workload.spec.meta.name_span, message)
                .label("has no alert")
                .also(estate.span(workload.spec.criticality.origin), "others depend on it")
                .why("a leak fills the memory for hours before the first replica is killed, and the others take over its load until they are: the time to act is before, and somebody must be told")
                .help(help),
        );
    }
}
