//! What Kubespray needs of a cluster, in `group_vars/k8s_cluster.yaml`, and what all machines of
//! a cluster have in common. Truth values are truth values: Kubespray refuses them as text.

use tenantry_core::{
    emit::{NodeMut, Tree},
    model::Cluster,
    schema::kinds::{CniName, NetworkPlan},
    units::Version,
};

pub(super) fn variables(cluster: &Cluster) -> Tree {
    let mut tree = Tree::map();
    let mut root = tree.root_mut();
    if let Some(version) = cluster.backend.version() {
        root.set("kube_version", &patched(&version.value))
            .mark(version.origin);
    }
    if let Some(kubernetes) = &cluster.spec.kubernetes {
        root.set("container_manager", kubernetes.runtime.value.word())
            .mark(kubernetes.runtime.origin);
    }
    if let Some(cni) = &cluster.spec.cni {
        root.set("kube_network_plugin", plugin(cni.name.value))
            .mark(cni.name.origin);
        root.set("kube_proxy_remove", cni.kube_proxy_replacement.value)
            .mark(cni.kube_proxy_replacement.origin);
        // Kubespray's own default, IPVS, is deprecated.
        if let Some(mode) = cni.kube_proxy() {
            root.set("kube_proxy_mode", mode.value.word())
                .mark(mode.origin);
        }
    }
    if let Some(plan) = &cluster.spec.network_plan {
        addresses(plan, &mut root);
    }
    tree
}

/// `group_vars` of all machines of a cluster.
pub(super) fn common(cluster: &Cluster) -> Tree {
    let mut tree = Tree::map();
    if let Some(device) = &cluster.spec.quorum_device {
        tree.root_mut()
            .set("host_quorum_device", &*device.host.value)
            .mark(device.host.origin);
    }
    tree
}

/// Kubespray takes three numbers; of a version that names two, the first patch.
fn patched(version: &Version) -> String {
    if version.places() >= 3 {
        return version.as_str().to_owned();
    }
    format!("{}.{}.0", version.major(), version.minor())
}

/// Cilium and Calico come as charts of the platform: Kubespray lays the ground for them only.
fn plugin(cni: CniName) -> &'static str {
    match cni {
        CniName::Flannel => "flannel",
        CniName::KubeOvn => "kube-ovn",
        CniName::Cilium | CniName::Calico | CniName::Ovn => "cni",
    }
}

fn addresses(plan: &NetworkPlan, root: &mut NodeMut<'_>) {
    let ranges = [
        ("kube_pods_subnet", &plan.pods),
        ("kube_service_addresses", &plan.services),
        ("kube_pods_subnet_ipv6", &plan.pods6),
        ("kube_service_addresses_ipv6", &plan.services6),
    ];
    for (key, range) in ranges {
        if let Some(range) = range {
            root.set(key, &range.value.to_string()).mark(range.origin);
        }
    }
    root.set("kube_network_node_prefix", plan.node_mask.value)
        .mark(plan.node_mask.origin);
    if let Some(pods) = &plan.pods6 {
        root.set("ipv6_stack", true).mark(pods.origin);
    }
}

#[cfg(test)]
mod tests {
    use tenantry_core::units::Unit;

    use super::*;

    #[test]
    fn kubespray_takes_versions_of_three_numbers() {
        assert_eq!(patched(&Version::parse("1.34").unwrap()), "1.34.0");
        assert_eq!(patched(&Version::parse("1.34.2").unwrap()), "1.34.2");
    }
}
