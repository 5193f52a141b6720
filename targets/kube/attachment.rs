//! Networks beside the pod network, as Multus reads them (`k8s.cni.cncf.io/v1`).

use serde::Serialize;
use tenantry_core::model::NetworkIn;

use super::kubevirt::Empty;

/// The group and version.
pub(crate) const API: &str = "k8s.cni.cncf.io/v1";

/// What a NetworkAttachmentDefinition says.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Spec {
    /// The CNI's configuration, JSON in a string.
    pub(crate) config: String,
}

/// The CNI configuration of a bridge that the hosts have.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Bridge<'a> {
    cni_version: &'static str,
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    bridge: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    vlan: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtu: Option<u32>,
    macspoofchk: bool,
    ipam: Empty,
}

/// The name of a network's definition in each namespace that uses it.
pub(crate) fn name(network: &NetworkIn) -> String {
    network.spec.name.value.to_string()
}

/// The definition's configuration. Addresses are the guest's own affair (`ipam` is empty), and a
/// guest cannot borrow another's MAC address.
pub(crate) fn config(network: &NetworkIn) -> String {
    let spec = &network.spec;
    let name = spec.name.value.as_str();
    let bridge = Bridge {
        cni_version: "1.0.0",
        name,
        kind: "bridge",
        // A network without a bridge was refused before.
        bridge: spec
            .bridge
            .as_ref()
            .map_or(name, |bridge| bridge.value.as_str()),
        vlan: spec.vlan.as_ref().map(|vlan| vlan.value),
        mtu: spec.mtu.as_ref().map(|mtu| mtu.value),
        macspoofchk: true,
        ipam: Empty {},
    };
    serde_json::to_string(&bridge).unwrap_or_default()
}
