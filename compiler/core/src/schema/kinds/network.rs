//! Networks beside the pod network.

use super::{prelude::*, *};

choices! {
    /// How a network is kept apart from others on Proxmox.
    pub enum NetworkZone {
        /// By VLAN tags.
        Vlan = "vlan",
        /// By a VXLAN overlay.
        Vxlan = "vxlan",
        /// By BGP EVPN.
        Evpn = "evpn",
    }
}

kind! {
    /// A network of a cluster, beside the pod network.
    pub struct Network = "network", key("cluster", "name") {
        /// Its name.
        arg name: V<Name>;
        /// Its cluster; may be left out in an estate of one.
        prop cluster: Option<V<NameOf<Cluster>>>;
        /// Its VLAN, 1 to 4094.
        prop vlan: Option<V<u16>>;
        /// The bridge on the hosts.
        prop bridge: Option<V<Name>>;
        /// Its MTU in bytes.
        prop mtu: Option<V<u32>>;
        /// Its addresses.
        prop cidr: Option<V<Cidr>>;
        /// Its router.
        prop gateway: Option<V<Ip>>;
        /// Its IPv6 addresses.
        prop cidr6: Option<V<Cidr>>;
        /// How it is kept apart.
        prop zone: Option<V<NetworkZone>>;
        /// The tenant that has it alone.
        prop tenant: Option<V<NameOf<Tenant>>>;
        /// Whether traffic leaves with the host's address.
        prop masquerade: V<bool> = "#false";
        /// Its resolvers.
        child dns: Option<NetworkDns>;
        /// Addresses that a DHCP server leases.
        child dhcp: Vec<AddressRange>;
        /// Addresses that are somebody else's.
        child reserved: Vec<ReservedRange>;
        /// A route beside the default one.
        child route: Vec<Route>;
    }
}

named!(Network = "network");

impl Network {
    /// The range that the addresses of interfaces are chosen from, where nobody leases them: that
    /// of IPv4, unless it has IPv6 alone.
    pub fn range(&self) -> Option<V<Cidr>> {
        self.cidr.or(self.cidr6)
    }

    /// Whether guests get their addresses by DHCP.
    pub fn is_dhcp(&self) -> bool {
        !self.dhcp.is_empty()
    }

    /// Whether an address is somebody else's.
    pub fn is_reserved(&self, address: Ip) -> bool {
        let reserved = self.reserved.iter().map(|range| (&range.from, &range.to));
        let leased = self.dhcp.iter().map(|range| (&range.from, &range.to));
        reserved
            .chain(leased)
            .any(|(from, to)| (from.value..=to.value).contains(&address))
    }
}

kind! {
    /// Resolvers.
    pub struct NetworkDns = "dns" {
        /// Their addresses.
        arg addresses: Vec<V<Ip>>;
    }
}

kind! {
    /// Addresses that a DHCP server leases.
    pub struct AddressRange = "dhcp", key("from") {
        /// The first.
        arg from: V<Ip>;
        /// The last.
        arg to: V<Ip>;
    }
}

kind! {
    /// Addresses that are somebody else's.
    pub struct ReservedRange = "reserved", key("from") {
        /// The first.
        arg from: V<Ip>;
        /// The last.
        arg to: V<Ip>;
    }
}

kind! {
    /// A route beside the default one.
    pub struct Route = "route", key("cidr") {
        /// Where to.
        arg cidr: V<Cidr>;
        /// By way of.
        prop via: V<Ip>;
    }
}
