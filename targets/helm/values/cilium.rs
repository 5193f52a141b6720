//! Cilium: the pod network.

use tenantry_core::{
    model::Body,
    origin::V,
    schema::kinds::{Cni, Distribution, Encryption, Installer, NetworkPlan, PortProtocol},
};

use super::{Context, Values};

/// The chart takes a cluster's name up to this length.
const CLUSTER_NAME: usize = 32;

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let cluster = cx.cluster();
    let Some(cni) = &cluster.spec.cni else {
        return;
    };
    let name = cluster.name.value.as_str();
    if name.len() <= CLUSTER_NAME {
        values.set("cluster.name", name, cluster.name.origin);
    }
    kube_proxy(cx, cni, values);
    if let Some(plan) = &cluster.spec.network_plan {
        addresses(plan, values);
    }
    values.set("routingMode", "tunnel", cni.meta.origin);
    values.set("tunnelProtocol", "vxlan", cni.meta.origin);
    if let Some(mtu) = &cni.mtu {
        values.set("MTU", mtu.value, mtu.origin);
    }
    if cni.encryption.value == Encryption::Wireguard {
        values.set("encryption.enabled", true, cni.encryption.origin);
        values.set("encryption.type", "wireguard", cni.encryption.origin);
    }
    if cx.nodes() == 1 {
        values.set("operator.replicas", 1, cni.meta.origin);
    }
    guests(cx, values);
    if let Some(multus) = cx.component("multus") {
        values.set("cni.exclusive", false, multus.origin());
    }
    protocols(cx, values);
    if let Some(origin) = cx.monitored() {
        values.set("prometheus.enabled", true, origin);
        values.set("operator.prometheus.enabled", true, origin);
    }
}

/// With kube-proxy's work comes the need to know the API server by another address than that of
/// its service.
fn kube_proxy(cx: &Context<'_>, cni: &Cni, values: &mut Values) {
    let replaced = &cni.kube_proxy_replacement;
    // The chart takes text here, because older releases knew more than two words.
    values.set(
        "kubeProxyReplacement",
        if replaced.value { "true" } else { "false" },
        replaced.origin,
    );
    if !replaced.value {
        return;
    }
    if let Some((host, port)) = api(cx) {
        values.set("k8sServiceHost", &host.value, host.origin);
        values.set("k8sServicePort", &port.value, port.origin);
    }
    let plan = cx.cluster().spec.network_plan.as_ref();
    if let Some(pool) = plan.and_then(|plan| plan.gateway_pool.as_ref()) {
        values.set("l2announcements.enabled", true, pool.meta.origin);
    }
}

/// Where each node reaches the API server. Kubespray gives each node a local balancer over all
/// control-plane machines; elsewhere it is the first address that is known.
fn api(cx: &Context<'_>) -> Option<(V<String>, V<String>)> {
    let cluster = cx.cluster();
    let addresses = cx.estate.api_addresses(cx.id);
    let facts = cluster
        .spec
        .facts
        .as_ref()
        .and_then(|facts| facts.api.as_ref());
    let kubernetes = cluster.spec.kubernetes.as_ref();
    let balanced = kubernetes.is_some_and(|kubernetes| {
        kubernetes.distribution.value == Distribution::Kubeadm
            && kubernetes.installer.value == Installer::Kubespray
    });
    let first = addresses.first()?;
    let host = if balanced && addresses.len() > 1 {
        "127.0.0.1".to_owned()
    } else {
        first.value.to_string()
    };
    let port = facts.map_or_else(
        || V::new("6443".to_owned(), first.origin),
        |api| api.port.map(ToString::to_string),
    );
    Some((V::new(host, first.origin), port))
}

/// The same ranges that the installer gives Kubernetes.
fn addresses(plan: &NetworkPlan, values: &mut Values) {
    values.set("ipam.mode", "cluster-pool", plan.meta.origin);
    if let Some(pods) = &plan.pods {
        values.list(
            "ipam.operator.clusterPoolIPv4PodCIDRList",
            pods.origin,
            |list| {
                list.push(&pods.value.to_string());
            },
        );
        values.set(
            "ipam.operator.clusterPoolIPv4MaskSize",
            plan.node_mask.value,
            plan.node_mask.origin,
        );
    }
    if let Some(pods) = &plan.pods6 {
        values.set("ipv6.enabled", true, pods.origin);
        values.list(
            "ipam.operator.clusterPoolIPv6PodCIDRList",
            pods.origin,
            |list| {
                list.push(&pods.value.to_string());
            },
        );
    }
}

/// A guest's traffic does not pass the host's sockets, so service addresses must be translated
/// per packet wherever guests run.
fn guests(cx: &Context<'_>, values: &mut Values) {
    let guest = ["kubevirt", "kata-deploy"]
        .iter()
        .find_map(|name| cx.component(name));
    if let Some(component) = guest {
        values.set("socketLB.hostNamespaceOnly", true, component.origin());
    }
}

/// What Cilium leaves off until somebody uses it.
fn protocols(cx: &Context<'_>, values: &mut Values) {
    let ports = cx.workloads().flat_map(|workload| workload.spec.ports());
    if let Some(port) = ports
        .into_iter()
        .find(|port| port.protocol.value == PortProtocol::Sctp)
    {
        values.set("sctp.enabled", true, port.protocol.origin);
    }
    let pods = cx
        .workloads()
        .filter(|workload| !matches!(workload.body, Body::Lxc(_)));
    let mut rates = pods
        .flat_map(|workload| &workload.nics)
        .filter_map(|nic| nic.spec.rate_limit.as_ref());
    if let Some(rate) = rates.next() {
        values.set("bandwidthManager.enabled", true, rate.origin);
    }
}
