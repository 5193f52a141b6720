//! Networks beside the pod network, as Multus reads them (`k8s.cni.cncf.io/v1`), and how their
//! policies are called (`k8s.cni.cncf.io/v1beta1`).

use serde::Serialize;
use tenantry_core::model::NetworkIn;

use super::kubevirt::Empty;

/// The group and version.
pub(crate) const API: &str = "k8s.cni.cncf.io/v1";

/// The group, version and kind of their policies.
pub(crate) const POLICY: (&str, &str) = ("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy");

/// The annotation of a policy that says for which networks it is: `namespace/name`.
pub(crate) const POLICY_FOR: &str = "k8s.v1.cni.cncf.io/policy-for";

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

/// The configuration of a network that OVN-Kubernetes attaches. It finds the hosts' bridge by the
/// network's name in their `ovn-bridge-mappings`. Without `subnets` it hands out no addresses,
/// and keeps interfaces to their MAC addresses alone.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Localnet<'a> {
    cni_version: &'static str,
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    topology: &'static str,
    net_attach_def_name: String,
    #[serde(rename = "vlanID", skip_serializing_if = "Option::is_none")]
    vlan: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtu: Option<u32>,
}

/// The name of a network's definition in each namespace that uses it, and of the policy that closes
/// it there.
pub(crate) fn name(network: &NetworkIn) -> String {
    network.spec.name.value.to_string()
}

/// By which name the definition in a namespace is known elsewhere.
pub(crate) fn path(network: &NetworkIn, namespace: &str) -> String {
    format!("{namespace}/{}", name(network))
}

/// The configuration of the definition in a namespace, of a network on which policies hold.
pub(crate) fn policed(network: &NetworkIn, namespace: &str) -> String {
    let spec = &network.spec;
    let localnet = Localnet {
        cni_version: "0.3.1",
        name: spec.name.value.as_str(),
        kind: "ovn-k8s-cni-overlay",
        topology: "localnet",
        net_attach_def_name: path(network, namespace),
        vlan: spec.vlan.as_ref().map(|vlan| vlan.value),
        mtu: spec.mtu.as_ref().map(|mtu| mtu.value),
    };
    serde_json::to_string(&localnet).unwrap_or_default()
}

/// The configuration of the definition of a plain bridge. Addresses are the guest's own affair (`ipam` is empty), and a
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
