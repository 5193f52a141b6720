//! The adapter that lets replicas follow a metric of Prometheus.

use super::{Context, Values};

/// Writes the values: where Prometheus answers, if it is ours. Of another one only its owner
/// knows.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let prometheus = cx.component("kube-prometheus-stack");
    let Some(prometheus) = prometheus.filter(|component| component.is_ours()) else {
        return;
    };
    if let Some(namespace) = cx.platform.namespace(cx.id, "kube-prometheus-stack") {
        let url = format!("http://kube-prometheus-stack-prometheus.{namespace}.svc");
        values.set("prometheus.url", &url, prometheus.origin());
    }
}
