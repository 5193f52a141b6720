//! What clients outside reach.

use std::net::IpAddr;

use super::super::{prelude::*, *};
use crate::schema::ty::{self, Class, Ty, Typed};

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
        prop path: Option<V<UrlPath>>;
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
    External(NameOf<External>),
}

impl Typed for ClientRange {
    fn ty() -> Ty {
        Ty {
            name: "cidr or external",
            example: "\"203.0.113.0/24\"",
            doc: "An address range, or the name of an `external`.",
            class: Class::Reference(External::KINDS),
            check: ty::check::<Self>,
        }
    }

    fn parse(lit: &Lit) -> Result<Self, UnitError> {
        match lit {
            // A name has neither a `/` nor a `:`, and is no address.
            Lit::Str(text) if text.contains(['/', ':']) || text.parse::<IpAddr>().is_ok() => {
                <Cidr as Unit>::parse(text).map(Self::Cidr)
            }
            Lit::Str(_) => NameOf::parse(lit).map(Self::External),
            _ => Err(ty::mismatch(
                "a range or the name of an `external`",
                lit,
                format!("write a range like {}", Self::ty().example),
            )),
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
