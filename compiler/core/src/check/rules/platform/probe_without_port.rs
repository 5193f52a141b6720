//! A probe that does not know whom to ask.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    schema::kinds::Probe,
};

declare_rule! { pub RULE = "probe-without-port", Platform, Error, "a probe that names no port of a workload that declares none", include_str!("probe_without_port.md") }

/// Reports each such probe of a container; of machines, `probe-unanswerable` tells more.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads().filter(|(_, workload)| workload.vm().is_none()) {
        for probe in workload.spec.probe.iter().filter(|probe| is_lost(workload, probe)) {
            let message = format!(
                "the probe `{}` of `{}` asks at a port, and there is none",
                probe.kind.value.word(),
                workload.path
            );
            findings.push(
                Diagnostic::new(&RULE, probe.meta.span, message)
                    .label("names no port")
                    .why("a probe without a command asks by HTTP, gRPC or TCP; without `port=` it takes the workload's first one")
                    .help("declare the port, `port http 8080`, or give the probe a command with `exec`"),
            );
        }
    }
}

fn is_lost(workload: &Workload, probe: &Probe) -> bool {
    probe.port.is_none()
        && probe.exec.is_none()
        && !probe.agent.value
        && workload.spec.port.is_empty()
}
