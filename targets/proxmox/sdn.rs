//! Networks that the cluster makes itself: a zone, a vnet and a subnet each, applied together.
//! A network without a zone is a bridge that is there already.

use tenantry_core::{
    model::NetworkIn,
    origin::OriginId,
    schema::kinds::{Network, NetworkZone},
};

use super::{
    plan::{Call, Method, Params, Phase, Probe, Request},
    site::{Site, sdn_name},
};

/// The bridge of a network that names none.
const FIRST_BRIDGE: &str = "vmbr0";
/// What a VXLAN header takes of the MTU below it.
const VXLAN_HEADER: u32 = 50;

const LOCK: &str = "sdn.lock";
const APPLY: &str = "sdn.apply";

/// What guests name as their bridge.
pub(super) fn bridge(network: Option<&NetworkIn>) -> String {
    match network {
        None => FIRST_BRIDGE.to_owned(),
        Some(network) if network.spec.zone.is_some() => sdn_name(network.spec.name.value.as_str()),
        Some(network) => uplink(&network.spec),
    }
}

/// The call that guests of a network wait for, if the plan makes the network.
pub(super) fn call_of(network: Option<&NetworkIn>) -> Option<String> {
    network?.spec.zone.as_ref().map(|_| APPLY.to_owned())
}

fn uplink(network: &Network) -> String {
    network.bridge.as_ref().map_or_else(
        || FIRST_BRIDGE.to_owned(),
        |bridge| bridge.value.to_string(),
    )
}

/// The calls of the phase; none where no network has a zone.
pub(super) fn calls(site: Site<'_>, out: &mut Vec<Call>) {
    let networks: Vec<&Network> = site
        .estate()
        .networks
        .values()
        .filter(|network| network.cluster == site.cluster.id && network.spec.zone.is_some())
        .map(|network| &network.spec)
        .collect();
    let Some(first) = networks.first().copied() else {
        return;
    };
    // Release 8 has no lock: whoever applies first takes the others' changes along.
    let locked = site.release() >= 9;
    if locked {
        let mut lock = Call::new(
            LOCK,
            Phase::Sdn,
            Method::Post,
            "/cluster/sdn/lock",
            first.meta.origin,
        );
        lock.capture.set("lock-token", "$.data");
        out.push(lock);
    }
    let mut changes = Vec::new();
    for network in networks {
        for call in of_network(site, network) {
            changes.push(call.id.clone());
            out.push(under(locked, call));
        }
    }
    out.extend(applied(locked, changes, first.meta.origin));
}

fn under(locked: bool, call: Call) -> Call {
    if locked {
        call.runtime("lock-token", LOCK)
    } else {
        call
    }
}

fn of_network(site: Site<'_>, network: &Network) -> Vec<Call> {
    let name = sdn_name(network.name.value.as_str());
    let origin = network.meta.origin;
    let zone_id = format!("sdn.zone.{name}");
    let vnet_id = format!("sdn.vnet.{name}");
    let zone = Call::new(
        zone_id.as_str(),
        Phase::Sdn,
        Method::Post,
        "/cluster/sdn/zones",
        origin,
    )
    .param("zone", name.as_str())
    .params(zone(site, network))
    .probe(Probe::exists(format!("/cluster/sdn/zones/{name}")));
    let mut vnet = Call::new(
        vnet_id.as_str(),
        Phase::Sdn,
        Method::Post,
        "/cluster/sdn/vnets",
        origin,
    )
    .param("vnet", name.as_str())
    .param("zone", name.as_str())
    .probe(Probe::exists(format!("/cluster/sdn/vnets/{name}")))
    .after(zone_id);
    if let Some(vlan) = &network.vlan {
        vnet.params
            .set_from("tag", u32::from(vlan.value), vlan.origin);
    }
    let mut calls = vec![zone, vnet];
    calls.extend(subnet(network, &name, vnet_id));
    calls
}

fn zone(site: Site<'_>, network: &Network) -> Params {
    let mut params = Params::default();
    let Some(zone) = &network.zone else {
        return params;
    };
    params.set_from("type", zone.value.word(), zone.origin);
    let mut mtu = network.mtu.as_ref().map(|mtu| (mtu.value, mtu.origin));
    match zone.value {
        NetworkZone::Vlan => {
            params.set("bridge", uplink(network));
        }
        NetworkZone::Vxlan | NetworkZone::Evpn => {
            params.set("peers", peers(site).join(","));
            mtu = mtu.or_else(|| Some((underlay(site)?, OriginId::NONE)));
        }
    }
    if let Some((mtu, origin)) = mtu {
        params.set_from("mtu", mtu, origin);
    }
    params.set("ipam", "pve");
    params
}

fn peers(site: Site<'_>) -> Vec<String> {
    site.estate()
        .pools_of(site.cluster.id)
        .flat_map(|(_, pool)| &pool.nodes)
        .filter_map(|node| node.ip.map(|ip| ip.to_string()))
        .collect()
}

/// What the smallest interface of the machines leaves for guests.
fn underlay(site: Site<'_>) -> Option<u32> {
    site.estate()
        .pools_of(site.cluster.id)
        .flat_map(|(_, pool)| &pool.spec.nic)
        .map(|nic| nic.mtu.value.saturating_sub(VXLAN_HEADER))
        .min()
}

fn subnet(network: &Network, name: &str, vnet: String) -> Option<Call> {
    let cidr = network.cidr.as_ref()?;
    let id = cidr.value.to_string().replace('/', "-");
    let mut call = Call::new(
        format!("sdn.subnet.{name}"),
        Phase::Sdn,
        Method::Post,
        format!("/cluster/sdn/vnets/{name}/subnets"),
        cidr.origin,
    )
    .param("subnet", cidr.value.to_string())
    .param("type", "subnet")
    .probe(Probe::exists(format!(
        "/cluster/sdn/vnets/{name}/subnets/{name}-{id}"
    )))
    .after(vnet);
    if let Some(gateway) = &network.gateway {
        call.params
            .set_from("gateway", gateway.value.to_string(), gateway.origin);
    }
    if network.masquerade.value {
        call.params
            .set_from("snat", true, network.masquerade.origin);
    }
    Some(call)
}

fn applied(locked: bool, changes: Vec<String>, origin: OriginId) -> Vec<Call> {
    let mut apply = Call::new(APPLY, Phase::Sdn, Method::Put, "/cluster/sdn", origin)
        .task()
        .after_all(changes.clone());
    apply.when = Some("any sdn.* changed");
    if !locked {
        return vec![apply];
    }
    apply.on_failure = Some(Request {
        method: Method::Post,
        path: "/cluster/sdn/rollback".to_owned(),
        params: Params::default(),
    });
    let mut release = Call::new(
        "sdn.release",
        Phase::Sdn,
        Method::Delete,
        "/cluster/sdn/lock",
        origin,
    )
    .after_all(changes);
    release.when = Some("no sdn.* changed");
    vec![
        apply.runtime("lock-token", LOCK),
        release.runtime("lock-token", LOCK),
    ]
}
