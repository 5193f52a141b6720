//! A machine's probe asks where nothing can answer.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Workload},
    schema::kinds::{PortRef, Probe},
};

declare_rule! { pub RULE = "probe-unanswerable", Platform, Error, "a probe of a machine that nothing can answer", include_str!("probe_unanswerable.md") }

/// Reports each such probe.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if workload.vm().is_none() || !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        for probe in &workload.spec.probe {
            let Some((why, help)) = unanswerable(estate, workload, probe) else {
                continue;
            };
            let message = format!(
                "the probe `{}` of `{}` is never answered",
                probe.kind.value.word(),
                workload.path
            );
            findings.push(
                Diagnostic::new(&RULE, probe.meta.span, message)
                    .label("asks nobody")
                    .why(why)
                    .help(help),
            );
        }
    }
}

fn unanswerable(
    _: &Estate,
    workload: &Workload,
    probe: &Probe,
) -> Option<(&'static str, &'static str)> {
    if probe.exec.is_some() || probe.agent.value || probe.grpc.value {
        return None;
    }
    let Some(port) = &probe.port else {
        return Some((
            "it names no port, no command and not the guest's agent",
            "add `port=`, `agent=#true` or an `exec`",
        ));
    };
    let single = match &port.value {
        PortRef::Number(number) => number.as_single(),
        PortRef::Name(name) => workload
            .port(name.as_str())
            .and_then(|port| port.number.value.as_single()),
    };
    if single.is_none() {
        return Some((
            "it asks one port, and this is a range",
            "name a port that is one number",
        ));
    }
    let off_the_pod_network =
        !workload.nics.is_empty() && workload.nics.iter().all(|nic| nic.network.is_some());
    off_the_pod_network.then_some((
        "the node asks over the pod network, and the machine has no interface there",
        "add `nic default`, or ask through the guest's agent: `agent=#true`",
    ))
}
