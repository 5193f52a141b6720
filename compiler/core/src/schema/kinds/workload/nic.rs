//! Network interfaces of a replica.

use super::super::{prelude::*, *};

choices! {
    /// How an interface reaches its network.
    pub enum NicMode {
        /// Through the pod's address.
        Masquerade = "masquerade",
        /// As a member of the network.
        Bridge = "bridge",
        /// Through a virtual function of the card.
        Sriov = "sriov",
    }
}

kind! {
    /// A network interface of each replica. `default` comes first and carries the default route.
    pub struct Nic = "nic", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its network; the pod network when left out.
        prop network: Option<V<NameOf<Network>>>;
        /// How it reaches the network.
        prop mode: V<NicMode> = "masquerade";
        /// Its MAC address.
        prop mac: Option<V<Mac>>;
        /// How many queues it has.
        prop queues: Option<V<u32>>;
        /// The most that it sends.
        prop rate_limit: Option<V<Rate>>;
        /// Why nothing polices it, where nothing can.
        prop unpoliced_because: Option<V<Arc<str>>>;
        /// Its addresses, one for each replica; chosen and remembered when left out.
        child ip: Option<NicIps>;
        /// The name that it has in the DNS.
        child dns_name as "name": Option<NicName>;
    }
}

kind! {
    /// Addresses, one for each replica.
    pub struct NicIps = "ip" {
        /// Address and prefix length: "10.30.0.50/24".
        arg addresses: Vec<V<IpLen>>;
    }
}

kind! {
    /// The name that an interface has in the DNS.
    pub struct NicName = "name" {
        /// The host name.
        arg host: V<Host>;
    }
}
