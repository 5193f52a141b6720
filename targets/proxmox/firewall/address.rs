//! Peers as the firewall names them: sets by name, addresses in lists.

use std::collections::BTreeSet;

use tenantry_core::{
    flows::{Peer, Service},
    model::{Id, Workload},
    units::{Cidr, Ip},
};

use super::super::site::Site;

/// The set of public addresses. No workload's set has a double underscore after one letter.
pub(super) const INTERNET: &str = "x__internet";

/// Everything, in parts that a set can hold; of IPv6 what is globally routed (RFC 4291).
pub(super) const WORLD: [&str; 3] = ["0.0.0.0/1", "128.0.0.0/1", "2000::/3"];

/// What of it is not public: this network, private, shared, loopback, link-local, protocol
/// assignments, benchmarks, multicast and reserved (RFC 6890).
pub(super) const PRIVATE: [&str; 10] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
];

/// Characters in one list of addresses.
const LIST_MAX: usize = 512;

/// One end of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Side {
    /// Anybody.
    Anywhere,
    /// A set.
    Named(String),
    /// Addresses of one family.
    Listed(String),
}

/// Whether a peer is every public address.
pub(super) fn is_internet(peer: &Peer) -> bool {
    matches!(peer, Peer::External { cidrs, hosts, .. } if cidrs.is_empty() && hosts.is_empty())
}

/// The networks of the estate that a public range would hold.
pub(super) fn own_networks(site: Site<'_>) -> BTreeSet<String> {
    site.estate()
        .networks
        .values()
        .filter_map(|network| network.spec.cidr.as_ref())
        .filter(|cidr| {
            let mut private = PRIVATE
                .iter()
                .filter_map(|text| <Cidr as tenantry_core::units::Unit>::parse(text).ok());
            !private.any(|range| range.contains_net(cidr.value))
        })
        .map(|cidr| cidr.value.to_string())
        .collect()
}

/// A peer of a workload; none where nothing of it has an address, so that nothing is opened.
pub(super) fn of(
    site: Site<'_>,
    me: Id<Workload>,
    peer: &Peer,
    set_of: impl Fn(Site<'_>, Id<Workload>) -> String,
) -> Vec<Side> {
    match peer {
        Peer::Workload(other) => vec![Side::Named(format!("+dc/{}", set_of(site, *other)))],
        Peer::Platform(Service::Dns) => listed(
            &resolvers(site, me)
                .into_iter()
                .map(Cidr::host)
                .collect::<Vec<_>>(),
        ),
        Peer::Platform(_) | Peer::Namespace(_) | Peer::Importer(_) => Vec::new(),
        peer if is_internet(peer) => vec![Side::Named(format!("+dc/{INTERNET}"))],
        Peer::External { cidrs, .. } => listed(cidrs),
        Peer::Clients(cidrs) if cidrs.is_empty() => vec![Side::Anywhere],
        Peer::Clients(cidrs) => listed(cidrs),
    }
}

/// A peer in a rule's comment.
pub(super) fn label(site: Site<'_>, peer: &Peer) -> String {
    let estate = site.estate();
    match peer {
        Peer::Workload(other) => estate.workloads[*other].path.to_string(),
        Peer::Platform(Service::Dns) => "dns".to_owned(),
        Peer::Platform(_) | Peer::Namespace(_) | Peer::Importer(_) => "platform".to_owned(),
        Peer::External {
            system: Some(system),
            ..
        } => estate.externals[*system].name.value.to_string(),
        Peer::External { system: None, .. } => "internet".to_owned(),
        Peer::Clients(_) => "clients".to_owned(),
    }
}

/// The resolvers of a workload's networks.
pub(super) fn resolvers(site: Site<'_>, workload: Id<Workload>) -> Vec<Ip> {
    let nics = &site.estate().workloads[workload].nics;
    let addresses: BTreeSet<Ip> = nics
        .iter()
        .filter_map(|nic| site.network(nic))
        .flat_map(|network| &network.spec.dns)
        .flat_map(|dns| &dns.addresses)
        .map(|address| address.value)
        .collect();
    addresses.into_iter().collect()
}

/// Lists of one family each, none longer than the API takes.
fn listed(cidrs: &[Cidr]) -> Vec<Side> {
    let mut sides = Vec::new();
    for v4 in [true, false] {
        let mut list = String::new();
        for cidr in cidrs.iter().filter(|cidr| cidr.is_ipv4() == v4) {
            let text = cidr.to_string();
            if list.len() + text.len() + 1 > LIST_MAX {
                sides.push(Side::Listed(std::mem::take(&mut list)));
            }
            if !list.is_empty() {
                list.push(',');
            }
            list.push_str(&text);
        }
        if !list.is_empty() {
            sides.push(Side::Listed(list));
        }
    }
    sides
}

#[cfg(test)]
mod tests {
    use tenantry_core::units::Unit;

    use super::*;

    #[test]
    fn a_list_has_one_family_and_at_most_512_characters() {
        let mut cidrs: Vec<Cidr> = (0..60)
            .map(|n| Cidr::parse(&format!("203.0.{n}.0/24")).unwrap())
            .collect();
        cidrs.push(Cidr::parse("2001:db8::/32").unwrap());
        let sides = listed(&cidrs);
        let lists: Vec<&String> = sides
            .iter()
            .map(|side| match side {
                Side::Listed(list) => list,
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(lists.iter().all(|list| list.len() <= LIST_MAX));
        assert!(
            lists
                .iter()
                .all(|list| !(list.contains(':') && list.contains("203")))
        );
        assert_eq!(lists.iter().flat_map(|list| list.split(',')).count(), 61);
    }
}
