//! A probe asks in a way that the port it names does not speak, or never gives up asking right.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    schema::kinds::{Port, PortProtocol, PortRef, Probe},
};

declare_rule! { pub RULE = "probe-never-answered", Platform, Error, "a probe by TCP of a port that is not of TCP, or with a number of failures or a time of zero", include_str!("probe_never_answered.md") }

/// Reports each probe that cannot be answered, and each that the API server refuses.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        for probe in &workload.spec.probe {
            findings.extend(other_protocol(subject, workload, probe));
            let kind = probe.kind.value.word();
            let times = [("every", probe.every.as_ref()), ("timeout", probe.timeout.as_ref())];
            let zero = times.into_iter().filter_map(|(name, time)| Some((name, time?)));
            let zero = zero.filter(|(_, time)| time.value.as_secs_ceil() == 0).map(|(name, time)| (name, time.origin));
            let failures = probe.failures.as_ref().filter(|failures| failures.value == 0);
            for (name, origin) in zero.chain(failures.map(|failures| ("failures", failures.origin))) {
                findings.push(
                    Diagnostic::new(&RULE, estate.span(origin), format!("the probe `{kind}` of `{}` has `{name}` of zero", workload.path))
                        .label("zero")
                        .why("a probe waits at least a second and counts at least one failure; the API server refuses less")
                        .help(format!("write 1 or more, or leave `{name}` out")),
                );
            }
        }
    }
}

fn other_protocol(subject: &Subject<'_>, workload: &Workload, probe: &Probe) -> Option<Diagnostic> {
    if probe.exec.is_some() || probe.agent.value {
        return None;
    }
    let (port, origin) = match &probe.port {
        Some(named) => (asked(workload, &named.value)?, named.origin),
        None => (workload.spec.port.first()?, probe.meta.origin),
    };
    if port.protocol.value == PortProtocol::Tcp {
        return None;
    }
    let how = match (probe.grpc.value, &probe.path) {
        (true, _) => "gRPC",
        (false, Some(_)) => "HTTP",
        (false, None) => "TCP",
    };
    let protocol = port.protocol.value.word().to_uppercase();
    let message = format!("the probe `{}` of `{}` asks by {how} at port `{}`, which is of {protocol}", probe.kind.value.word(), workload.path, port.name.value);
    Some(
        Diagnostic::new(&RULE, subject.estate.span(origin), message)
            .label(format!("asked by {how}"))
            .also(port.meta.span, format!("of {protocol}"))
            .why("nobody listens there for TCP: the probe fails from the start, and the container never becomes ready or is started again and again")
            .help("name a TCP port, or ask by a command: `exec`"),
    )
}

/// The port that the probe means, where all with that name or number speak one protocol.
fn asked<'w>(workload: &'w Workload, port: &PortRef) -> Option<&'w Port> {
    match port {
        PortRef::Name(name) => workload.port(name.as_str()),
        PortRef::Number(number) => {
            let alike = || workload.spec.ports().filter(|port| port.number.value == *number);
            let tcp = alike().any(|port| port.protocol.value == PortProtocol::Tcp);
            alike().next().filter(|_| !tcp)
        }
    }
}
