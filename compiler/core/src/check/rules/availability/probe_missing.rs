//! Something that others depend on, and nobody asks whether it can take work.

use crate::{
    check::{
        Subject,
        common::{is_core, probe},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::Body,
    schema::kinds::ProbeKind,
};

declare_rule! { pub RULE = "probe-missing", Availability, Warn, "a `criticality=core` service without a `ready` probe", include_str!("probe_missing.md") }

/// Reports each on Kubernetes that listens on a port and has no such probe.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let serves = matches!(workload.body, Body::Container(_) | Body::Vm(..));
        let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
        // A port that only serves metrics takes no work.
        let metrics = workload.spec.monitor.as_ref().and_then(|it| it.port.as_ref());
        let metrics = metrics.and_then(|port| workload.declared_port(&port.value));
        let mut ports = workload.spec.port.iter().filter(|port| {
            let single = port.number.value.as_single().is_some();
            single && metrics.is_none_or(|metrics| metrics.name != port.name)
        });
        let Some(port) = ports.next() else {
            continue;
        };
        if !serves
            || !on_kubernetes
            || !is_core(workload)
            || probe(workload, ProbeKind::Ready).is_some()
        {
            continue;
        }
        let message = format!(
            "`{}` is `criticality=core`, and nobody asks whether it can take work",
            workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, workload.spec.meta.name_span, message)
                .label("has no `ready` probe")
                .also(estate.span(workload.spec.criticality.origin), "others depend on it")
                .why("without the probe a replica counts as ready when its process starts: it gets requests before it can answer, and a rollout goes on over replicas that never come up")
                .help(format!("write `probe ready port={}`, with `path=` where it speaks HTTP", port.name.value)),
        );
    }
}
