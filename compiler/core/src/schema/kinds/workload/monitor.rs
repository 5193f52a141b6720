//! How a workload is watched.

use super::super::{prelude::*, *};

kind! {
    /// How it is watched.
    pub struct Monitor = "monitor" {
        /// The port that metrics are served on; none watches from outside alone.
        prop port: Option<V<PortRef>>;
        /// The path of the metrics.
        prop path: V<Arc<str>> = "/metrics";
        /// How often they are read.
        prop every: V<Duration> = "15s";
        /// What wakes somebody.
        child alert: Vec<Alert>;
        /// Whether it has a dashboard.
        child dashboard: Option<Dashboard>;
        /// How long its logs are kept.
        child logs: Option<Logs>;
    }
}

choices! {
    /// How grave an alert is.
    pub enum Severity {
        /// Worth knowing.
        Info = "info",
        /// In working hours.
        Warning = "warning",
        /// Now.
        Critical = "critical",
    }
}

kind! {
    /// What wakes somebody.
    pub struct Alert = "alert", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// A threshold, METRIC OPERATOR VALUE: "cpu-utilisation > 80%".
        prop when: V<Arc<str>>;
        /// For how long it must hold.
        prop r#for: Option<V<Duration>>;
        /// How grave it is.
        prop severity: V<Severity> = "warning";
        /// Who is told.
        prop route: Option<V<Name>>;
    }
}

kind! {
    /// A dashboard.
    pub struct Dashboard = "dashboard" {
        /// Its title; the workload's path when left out.
        arg title: Option<V<Arc<str>>>;
    }
}

kind! {
    /// Logs.
    pub struct Logs = "logs" {
        /// How long they are kept.
        prop keep: V<Duration>;
    }
}
