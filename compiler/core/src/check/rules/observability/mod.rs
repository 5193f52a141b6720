//! Alerts, and the metrics that they are made of.

family!(
    busy_gpu_alert,
    core_without_alerts,
    metrics_not_tcp,
    pointless_alert,
    silent_alert,
    unknown_metric,
    unknown_metrics_port,
);
