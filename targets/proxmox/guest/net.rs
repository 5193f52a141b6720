//! Interfaces: the same bridge, address and queue on every run.

use tenantry_core::{model::Nic, units::Rate};

use super::super::{
    plan::{Params, properties},
    sdn::bridge,
    site::{Guest, Site},
};

/// Interfaces, as a machine has them.
pub(super) fn of_vm(site: Site<'_>, guest: &Guest<'_>, params: &mut Params) {
    for (index, nic) in guest.workload.nics.iter().enumerate() {
        let mut pairs = vec![("virtio", guest.mac(nic, index).to_string().to_uppercase())];
        pairs.extend(link(site, nic));
        if let Some(queues) = &nic.spec.queues {
            pairs.push(("queues", queues.value.to_string()));
        }
        if site.network(nic).is_some_and(|net| net.spec.mtu.is_some()) {
            // 1 is the bridge's own.
            pairs.push(("mtu", "1".to_owned()));
        }
        params.set_from(
            format!("net{index}"),
            properties(&pairs),
            nic.spec.meta.origin,
        );
    }
}

/// The addresses of a machine's interfaces, which cloud-init sets in the guest.
pub(super) fn addresses(site: Site<'_>, guest: &Guest<'_>, params: &mut Params) {
    for (index, nic) in guest.workload.nics.iter().enumerate() {
        let config = properties(&address(site, guest, nic, index));
        params.set_from(format!("ipconfig{index}"), config, nic.spec.meta.origin);
    }
}

/// Interfaces with their addresses, as a container has them.
pub(super) fn of_container(site: Site<'_>, guest: &Guest<'_>, params: &mut Params) {
    for (index, nic) in guest.workload.nics.iter().enumerate() {
        let mut pairs = vec![("name", format!("eth{index}"))];
        pairs.extend(link(site, nic));
        pairs.push(("hwaddr", guest.mac(nic, index).to_string().to_uppercase()));
        pairs.extend(address(site, guest, nic, index));
        if let Some(mtu) = site.network(nic).and_then(|net| net.spec.mtu.as_ref()) {
            pairs.push(("mtu", mtu.value.to_string()));
        }
        params.set_from(
            format!("net{index}"),
            properties(&pairs),
            nic.spec.meta.origin,
        );
    }
}

/// Resolvers and the domain that short names are looked up in.
pub(super) fn resolver(site: Site<'_>, guest: &Guest<'_>, params: &mut Params) {
    let dns = guest
        .workload
        .nics
        .iter()
        .filter_map(|nic| site.network(nic))
        .find_map(|network| network.spec.dns.as_ref());
    if let Some(dns) = dns {
        let addresses: Vec<String> = dns
            .addresses
            .iter()
            .map(|ip| ip.value.to_string())
            .collect();
        params.set_from("nameserver", addresses.join(" "), dns.meta.origin);
    }
    if let Some(domain) = &site.estate().spec.domain {
        params.set_from("searchdomain", domain.value.to_string(), domain.origin);
    }
}

fn link(site: Site<'_>, nic: &Nic) -> Vec<(&'static str, String)> {
    let network = site.network(nic);
    let mut pairs = vec![("bridge", bridge(network)), ("firewall", "1".to_owned())];
    // A vnet tags by itself.
    let vlan = network
        .filter(|network| network.spec.zone.is_none())
        .and_then(|network| network.spec.vlan.as_ref());
    if let Some(vlan) = vlan {
        pairs.push(("tag", vlan.value.to_string()));
    }
    if let Some(rate) = &nic.spec.rate_limit {
        pairs.push(("rate", megabytes(rate.value)));
    }
    pairs
}

/// A rate as the API takes it: decimal megabytes per second, three places.
fn megabytes(rate: Rate) -> String {
    let kilobytes = rate.as_bytes() / 1000;
    let text = format!("{}.{:03}", kilobytes / 1000, kilobytes % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The default route is the first interface's.
fn address(
    site: Site<'_>,
    guest: &Guest<'_>,
    nic: &Nic,
    index: usize,
) -> Vec<(&'static str, String)> {
    let Some(address) = guest.instance.addresses.get(nic.spec.name.value.as_str()) else {
        return vec![("ip", "dhcp".to_owned())];
    };
    let (ip, gw) = if address.ip().is_ipv4() {
        ("ip", "gw")
    } else {
        ("ip6", "gw6")
    };
    let mut pairs = vec![(ip, address.to_string())];
    let gateway = site
        .network(nic)
        .and_then(|network| network.spec.gateway.as_ref())
        .filter(|gateway| index == 0 && gateway.value.is_ipv4() == address.ip().is_ipv4());
    if let Some(gateway) = gateway {
        pairs.push((gw, gateway.value.to_string()));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_in_megabytes_per_second() {
        assert_eq!(megabytes(Rate::bits(1_000_000_000)), "125");
        assert_eq!(megabytes(Rate::bits(100_000_000)), "12.5");
    }
}
