//! What watches a workload: a ServiceMonitor for the metrics that it serves, and a PrometheusRule
//! for its alerts.

use tenantry_core::{flows::Port, model::Workload, origin::OriginId};

/// The port that metrics are read from, and who says so.
pub(super) fn metrics_port(workload: &Workload) -> Option<(Port, OriginId)> {
    let monitor = workload.spec.monitor.as_ref()?;
    let port = monitor.port.as_ref()?;
    Some((workload.port_of(&port.value)?, port.origin))
}
