//! Ports that a workload listens on.

use super::super::prelude::*;

choices! {
    /// A transport protocol.
    pub enum PortProtocol {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
        /// SCTP.
        Sctp = "sctp",
    }
}

choices! {
    /// What is spoken on a port.
    pub enum AppProtocol {
        /// HTTP.
        Http = "http",
        /// gRPC.
        Grpc = "grpc",
        /// TLS.
        Tls = "tls",
    }
}

kind! {
    /// A port that it listens on. Opens nothing.
    pub struct Port = "port", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its number, or a range: "8000-8010".
        arg number: V<Ports>;
        /// Its protocol.
        prop protocol: V<PortProtocol> = "tcp";
        /// What is spoken on it.
        prop app: Option<V<AppProtocol>>;
    }
}

/// A port by its name or its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortRef {
    /// A declared port.
    Name(Name),
    /// A number, or a range.
    Number(Ports),
}

impl Unit for PortRef {
    const NAME: &'static str = "port";
    const EXAMPLE: &'static str = "http";
    const DOC: &'static str = "A declared port's name, or a number.";

    fn parse(text: &str) -> Result<Self, UnitError> {
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return <Ports as Unit>::parse(text).map(Self::Number);
        }
        <Name as Unit>::parse(text).map(Self::Name)
    }

    fn from_int(n: i128) -> Result<Self, UnitError> {
        <Ports as Unit>::from_int(n).map(Self::Number)
    }
}

impl std::fmt::Display for PortRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Number(ports) => ports.fmt(f),
        }
    }
}
