//! Alerts, and the metrics that they are made of.

family!(
    unknown_metric,
    silent_alert,
    unknown_metrics_port,
    busy_gpu_alert,
    core_without_alerts,
    pointless_alert,
);
