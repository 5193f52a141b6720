//! Alerts, and the metrics that they are made of.

family!(unknown_metric, silent_alert, unknown_metrics_port);
