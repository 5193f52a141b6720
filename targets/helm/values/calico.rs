//! Calico, by its operator.

use tenantry_core::schema::kinds::Encryption;

use super::{Context, Values};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let cluster = cx.cluster();
    let Some(cni) = &cluster.spec.cni else {
        return;
    };
    let network = "installation.calicoNetwork";
    values.set(&format!("{network}.bgp"), "Disabled", cni.meta.origin);
    if cni.kube_proxy_replacement.value {
        let origin = cni.kube_proxy_replacement.origin;
        values.set(&format!("{network}.linuxDataplane"), "BPF", origin);
        if let Some(api) = cx.estate.api_address(cx.id) {
            let facts = cluster
                .spec
                .facts
                .as_ref()
                .and_then(|facts| facts.api.as_ref());
            let port = facts.map_or_else(|| "6443".to_owned(), |api| api.port.value.to_string());
            values.set(
                "kubernetesServiceEndpoint.host",
                &api.value.to_string(),
                api.origin,
            );
            values.set("kubernetesServiceEndpoint.port", &port, api.origin);
        }
    }
    if let Some(mtu) = &cni.mtu {
        values.set(&format!("{network}.mtu"), mtu.value, mtu.origin);
    }
    if let Some(plan) = &cluster.spec.network_plan {
        let pools = [(&plan.pods, Some(&plan.node_mask)), (&plan.pods6, None)];
        values.list(&format!("{network}.ipPools"), plan.meta.origin, |list| {
            for (range, mask) in pools {
                let Some(range) = range else {
                    continue;
                };
                let mut pool = list.push_map();
                pool.set("cidr", &range.value.to_string())
                    .mark(range.origin);
                if let Some(mask) = mask {
                    pool.set("blockSize", mask.value).mark(mask.origin);
                }
                pool.set("encapsulation", "VXLAN");
                pool.set("natOutgoing", "Enabled");
            }
        });
    }
    if cni.encryption.value == Encryption::Wireguard {
        let origin = cni.encryption.origin;
        values.set("defaultFelixConfiguration.enabled", true, origin);
        values.set("defaultFelixConfiguration.wireguardEnabled", true, origin);
    }
}
