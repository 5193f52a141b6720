//! Outside systems.

use super::{prelude::*, *};

kind! {
    /// A named outside system. `internet` is known without being declared.
    pub struct External = "external", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Names that it answers under.
        child host: Option<ExternalHosts>;
        /// Addresses that it has.
        child cidr: Option<ExternalCidrs>;
        /// A port that it listens on. Of one that declares any, no other is called.
        child port: Vec<ExternalPort>;
        /// The site that it stands on.
        child site: Option<ExternalSite>;
    }
}

named!(External = "external");

impl External {
    /// Its addresses.
    pub fn cidrs(&self) -> Vec<Cidr> {
        self.cidr
            .iter()
            .flat_map(|cidr| &cidr.cidrs)
            .map(|cidr| cidr.value)
            .collect()
    }

    /// Its names.
    pub fn hosts(&self) -> Vec<Host> {
        self.host
            .iter()
            .flat_map(|host| &host.hosts)
            .map(|host| host.value.clone())
            .collect()
    }
}

kind! {
    /// Names.
    pub struct ExternalHosts = "host" {
        /// The names; may start with `*.`.
        arg hosts: Vec<V<Host>>;
    }
}

kind! {
    /// Addresses.
    pub struct ExternalCidrs = "cidr" {
        /// The ranges.
        arg cidrs: Vec<V<Cidr>>;
    }
}

kind! {
    /// A port that it listens on.
    pub struct ExternalPort = "port", key("name") {
        /// The port's name.
        arg name: V<Name>;
        /// Its number.
        arg number: V<Ports>;
        /// Its protocol.
        prop protocol: V<PortProtocol> = "tcp";
    }
}

kind! {
    /// The site that it stands on.
    pub struct ExternalSite = "site" {
        /// The site.
        arg site: V<NameOf<Site>>;
    }
}
