//! How the kubelet asks a container for its health.

use k8s_openapi::{
    api::core::v1::{ExecAction, GRPCAction, HTTPGetAction, Probe, TCPSocketAction},
    apimachinery::pkg::util::intstr::IntOrString,
};
use tenantry_core::{
    origin::V,
    schema::kinds::{self, ProbeKind},
    units::Duration,
};

use super::subject::Subject;

/// What Kubernetes takes where the spec says nothing; said, because the API server writes it back.
const PERIOD: i32 = 10;
const TIMEOUT: i32 = 1;
const FAILURES: i32 = 3;

/// The probe of one kind.
pub(super) fn of(subject: &Subject<'_>, kind: ProbeKind) -> Option<Probe> {
    let spec = subject
        .workload
        .spec
        .probe
        .iter()
        .find(|probe| probe.kind.value == kind)?;
    let mut probe = Probe {
        failure_threshold: Some(spec.failures.as_ref().map_or(FAILURES, |n| number(n.value))),
        initial_delay_seconds: spec.after.as_ref().map(seconds),
        period_seconds: Some(spec.every.as_ref().map_or(PERIOD, seconds)),
        success_threshold: Some(1),
        timeout_seconds: Some(spec.timeout.as_ref().map_or(TIMEOUT, seconds)),
        ..Probe::default()
    };
    ask(subject, spec, &mut probe)?;
    Some(probe)
}

/// The question: a command, else gRPC, HTTP with a path, or whether the port opens.
fn ask(subject: &Subject<'_>, spec: &kinds::Probe, probe: &mut Probe) -> Option<()> {
    if let Some(exec) = &spec.exec {
        let words = exec.words.iter().map(|word| word.value.to_string());
        probe.exec = Some(ExecAction {
            command: Some(words.collect()),
        });
        return Some(());
    }
    let port = i32::from(port(subject, spec)?);
    if spec.grpc.value {
        probe.grpc = Some(GRPCAction {
            port,
            service: None,
        });
    } else if let Some(path) = &spec.path {
        probe.http_get = Some(HTTPGetAction {
            path: Some(path.value.to_string()),
            port: IntOrString::Int(port),
            scheme: Some("HTTP".to_owned()),
            ..HTTPGetAction::default()
        });
    } else {
        probe.tcp_socket = Some(TCPSocketAction {
            host: None,
            port: IntOrString::Int(port),
        });
    }
    Some(())
}

/// The port that it names, else the workload's first; `check` refuses a probe with neither.
fn port(subject: &Subject<'_>, spec: &kinds::Probe) -> Option<u16> {
    match &spec.port {
        Some(port) => subject.port(&port.value),
        None => subject
            .workload
            .spec
            .port
            .first()
            .map(|port| port.number.value.first()),
    }
}

fn seconds(duration: &V<Duration>) -> i32 {
    i32::try_from(duration.value.as_secs_ceil()).unwrap_or(i32::MAX)
}

fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
