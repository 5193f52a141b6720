//! What a workload calls and offers.

use super::super::{prelude::*, *};

choices! {
    /// Who proves who they are on a connection.
    pub enum ConnectTls {
        /// Nobody.
        None = "none",
        /// Both ends.
        Mutual = "mutual",
    }
}

/// What a workload can call: a workload, an outside system, or a part of the platform.
#[derive(Debug, Clone)]
pub struct Connectable;

impl Named for Connectable {
    const KINDS: &'static [&'static str] = &["workload", "external"];
}

kind! {
    /// What it calls: a workload of its own tenant, another tenant's as `tenant.workload`, an
    /// `external`, `internet`, or a part of the platform (`platform.dns`, `platform.kube-api`,
    /// `platform.metrics`, `platform.ingress`, `platform.storage`, `platform.metadata`).
    pub struct Connect = "connect", key("target", "port", "protocol", "host", "cidr") {
        /// Whom.
        arg target: V<NameOf<Connectable>>;
        /// The other side's port, by name or number.
        prop port: Option<V<PortRef>>;
        /// Its protocol, for a number.
        prop protocol: V<PortProtocol> = "tcp";
        /// A name that narrows an outside system.
        prop host: Option<V<Host>>;
        /// A range that narrows an outside system.
        prop cidr: Option<V<Cidr>>;
        /// Who proves who they are.
        prop tls: V<ConnectTls> = "none";
        /// How many requests per second.
        prop rps: Option<V<u32>>;
    }
}

/// Whom something can be offered to.
#[derive(Debug, Clone)]
pub struct Client;

impl Named for Client {
    const KINDS: &'static [&'static str] = &["tenant", "workload"];
}

kind! {
    /// The provider's half of a flow between tenants.
    pub struct Offer = "offer", key("port", "to") {
        /// The port of ours.
        arg port: V<PortRef>;
        /// A tenant, or one workload of it.
        prop to: V<NameOf<Client>>;
    }
}
