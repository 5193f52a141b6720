//! Prometheus and what hangs on it.

use tenantry_core::schema::kinds::Distribution;

use super::{Context, Values};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let Some(component) = cx.component("kube-prometheus-stack") else {
        return;
    };
    let (cluster, origin) = (cx.cluster(), component.origin());
    let spec = "prometheus.prometheusSpec";
    values.set(
        &format!("{spec}.externalLabels.cluster"),
        cluster.name.value.as_str(),
        cluster.name.origin,
    );
    // Else it reads only the monitors that bear its own release's label: none of ours.
    for selector in [
        "serviceMonitor",
        "podMonitor",
        "probe",
        "rule",
        "scrapeConfig",
    ] {
        values.set(
            &format!("{spec}.{selector}SelectorNilUsesHelmValues"),
            false,
            origin,
        );
    }
    if let Some(cni) = cluster
        .spec
        .cni
        .as_ref()
        .filter(|cni| cni.kube_proxy_replacement.value)
    {
        values.set(
            "kubeProxy.enabled",
            false,
            cni.kube_proxy_replacement.origin,
        );
    }
    control_plane(cx, values);
}

/// Parts of the control plane that cannot be scraped: whoever manages it keeps them, and k3s
/// runs them inside its one process.
fn control_plane(cx: &Context<'_>, values: &mut Values) {
    let cluster = cx.cluster();
    let k3s = cluster
        .spec
        .kubernetes
        .as_ref()
        .map(|kubernetes| &kubernetes.distribution)
        .filter(|distribution| distribution.value == Distribution::K3s);
    let hidden = k3s.map(|k3s| k3s.origin).or_else(|| {
        let managed = &cluster.spec.managed;
        managed.value.then_some(managed.origin)
    });
    let Some(origin) = hidden else {
        return;
    };
    for part in ["kubeControllerManager", "kubeEtcd", "kubeScheduler"] {
        values.set(&format!("{part}.enabled"), false, origin);
    }
    if k3s.is_some()
        && cluster
            .spec
            .cni
            .as_ref()
            .is_none_or(|cni| !cni.kube_proxy_replacement.value)
    {
        values.set("kubeProxy.enabled", false, origin);
    }
}
