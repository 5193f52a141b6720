//! What clients outside reach.

use super::super::{prelude::*, *};

choices! {
    /// How clients outside reach a port.
    pub enum Via {
        /// Through the cluster's gateway.
        Gateway = "gateway",
        /// Through an ingress controller.
        Ingress = "ingress",
        /// Through an address of its own.
        LoadBalancer = "load-balancer",
        /// Through a port of each node.
        NodePort = "node-port",
        /// Through the gateway for shells.
        SshGateway = "ssh-gateway",
        /// At its own address, as on a VLAN.
        Direct = "direct",
    }
}

choices! {
    /// Who may use what is exposed.
    pub enum ExposeAuth {
        /// Anybody who reaches it.
        None = "none",
        /// Who has a certificate.
        Mtls = "mtls",
        /// Who is signed in.
        Oidc = "oidc",
    }
}

kind! {
    /// A port that clients outside reach.
    pub struct Expose = "expose", key("port", "host") {
        /// The port of ours.
        arg port: V<PortRef>;
        /// The name that it answers under.
        prop host: Option<V<Host>>;
        /// How it is reached.
        prop via: V<Via> = "gateway";
        /// The path below which it answers.
        prop path: Option<V<Arc<str>>>;
        /// Whether it is encrypted.
        prop tls: V<bool> = "#false";
        /// Its address.
        prop ip: Option<V<Ip>>;
        /// Who issues its certificate.
        prop issuer: Option<V<Name>>;
        /// Who may use it.
        prop auth: V<ExposeAuth> = "none";
        /// Who may reach it: address ranges and outside systems.
        child from: Option<ExposeFrom>;
        /// How much of it.
        child limit: Option<ExposeLimit>;
        /// The shares of a new version, step by step.
        child canary: Option<Canary>;
    }
}

/// An address range, or an outside system by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientRange {
    /// A range.
    Cidr(Cidr),
    /// A declared outside system.
    External(Name),
}

impl Unit for ClientRange {
    const NAME: &'static str = "cidr or external";
    const EXAMPLE: &'static str = "\"203.0.113.0/24\"";
    const DOC: &'static str = "An address range, or the name of an `external`.";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if text.contains('/') || text.contains(':') {
            return <Cidr as Unit>::parse(text).map(Self::Cidr);
        }
        <Name as Unit>::parse(text).map(Self::External)
    }
}

impl std::fmt::Display for ClientRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cidr(cidr) => cidr.fmt(f),
            Self::External(name) => name.fmt(f),
        }
    }
}

kind! {
    /// Who may reach it.
    pub struct ExposeFrom = "from" {
        /// Address ranges and outside systems.
        arg clients: Vec<V<ClientRange>>;
    }
}

kind! {
    /// How much of it one client may ask.
    pub struct ExposeLimit = "limit" {
        /// Requests per minute.
        prop rpm: V<u32>;
    }
}

kind! {
    /// The shares of a new version, step by step.
    pub struct Canary = "canary" {
        /// The shares.
        arg shares: Vec<V<Percent>>;
    }
}
