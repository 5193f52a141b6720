//! How a machine's health is asked.

use tenantry_core::{
    model::Workload,
    schema::kinds::{self, PortRef, ProbeKind},
};

use crate::kube::kubevirt::{Empty, Exec, HttpGet, Probe, TcpSocket};

/// The probe of a kind. What KubeVirt has no handler for was refused before.
pub(super) fn of(workload: &Workload, kind: ProbeKind) -> Option<Probe> {
    let spec = workload
        .spec
        .probe
        .iter()
        .find(|probe| probe.kind.value == kind)?;
    let seconds = |duration: &Option<tenantry_core::origin::V<tenantry_core::units::Duration>>| {
        duration
            .as_ref()
            .map(|duration| duration.value.as_secs_ceil())
    };
    let port = port(workload, spec);
    let path = spec.path.as_ref().map(|path| path.value.to_string());
    let mut probe = Probe {
        failure_threshold: spec.failures.as_ref().map(|failures| failures.value),
        initial_delay_seconds: seconds(&spec.after),
        period_seconds: seconds(&spec.every),
        timeout_seconds: seconds(&spec.timeout),
        ..Probe::default()
    };
    match (&spec.exec, spec.agent.value, port, path) {
        (Some(exec), ..) => {
            let command = exec
                .words
                .iter()
                .map(|word| word.value.to_string())
                .collect();
            probe.exec = Some(Exec { command });
        }
        (None, true, ..) => probe.guest_agent_ping = Some(Empty {}),
        (None, false, Some(port), Some(path)) => probe.http_get = Some(HttpGet { path, port }),
        (None, false, Some(port), None) => probe.tcp_socket = Some(TcpSocket { port }),
        (None, false, None, _) => return None,
    }
    Some(probe)
}

fn port(workload: &Workload, probe: &kinds::Probe) -> Option<u16> {
    match &probe.port.as_ref()?.value {
        PortRef::Number(number) => number.as_single(),
        PortRef::Name(name) => workload.port(name.as_str())?.number.value.as_single(),
    }
}
