//! What a workload calls, offers and listens on.

use std::{net::IpAddr, sync::Arc};

use super::{Builder, Parts, outside::Narrowed, tenants::Kept};
use crate::{
    diag::{Diagnostic, nearest::nearest},
    flows::{Port, Protocol, Service, ports_of_system},
    model::{
        rules,
        workload::{Connect, Offer, OfferTo, Target},
    },
    origin::{How, V},
    schema::{
        construct::Meta,
        kinds::{self, PortRef},
        ty::NameOf,
    },
    units::{Cidr, Host, Name, Unit},
};

/// The prefix length of a single address.
fn bits(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The parts of the platform, as they are called behind `platform.`.
const SERVICES: [&str; 6] = [
    "dns", "ingress", "kube-api", "metadata", "metrics", "storage",
];

impl Builder<'_> {
    pub(super) fn connect(
        &mut self,
        model: &Parts,
        kept: &[Kept],
        scope: &str,
        connect: &Arc<kinds::Connect>,
    ) -> Option<Connect> {
        let text = connect.target.value.text.clone();
        let misnamed = self
            .with_port(model, kept, scope, &connect.target)
            .or_else(|| self.misnamed(scope, &connect.target));
        if let Some(finding) = misnamed {
            self.lookup.findings.push(finding);
            return None;
        }
        let narrowed = |to, ports| {
            Some(Connect {
                to,
                ports,
                cidr: connect.cidr,
                host: connect.host.clone(),
                spec: connect.clone(),
            })
        };
        if &*text == "internet" {
            let ports = self.ports(connect, "the internet", None, &[]);
            self.narrows(connect, Narrowed::Internet)?;
            return narrowed(Target::Internet, ports?);
        }
        if let Some(part) = text.strip_prefix("platform.") {
            let service = self.service(part, connect)?;
            let ports = connect
                .port
                .as_ref()
                .map_or(Some(Vec::new()), |_| self.ports(connect, &text, None, &[]));
            self.narrows(connect, Narrowed::Inside)?;
            return narrowed(Target::Platform(service), ports?);
        }
        let external: V<NameOf<kinds::External>> =
            V::new(NameOf::new(&text), connect.target.origin);
        if self.tables.externals.contains("", &text)
            && !self.tables.workloads.contains(scope, &text)
        {
            let found = self.lookup.get(&self.tables.externals, &external, &[])?;
            let system = &model.externals[found.to];
            let known: Vec<(&Name, Port)> = ports_of_system(system).collect();
            let ports = self.ports(connect, &format!("`{text}`"), Some(&system.meta), &known);
            self.narrows(connect, Narrowed::System(system))?;
            return narrowed(Target::External(found), ports?);
        }
        let mut others = self.tables.externals.names();
        others.push("internet".to_owned());
        others.extend(SERVICES.map(|part| format!("platform.{part}")));
        let found = self
            .lookup
            .get_own(&self.tables.workloads, &connect.target, scope, &others)?;
        // The other side is broken, and was reported; a flow to it is no further mistake.
        let other = kept.get(found.to.index())?;
        let known: Vec<(&Name, Port)> = other
            .spec
            .ports()
            .map(|port| {
                (
                    &port.name.value,
                    Port::of(port.number.value, port.protocol.value),
                )
            })
            .collect();
        let ports = self.ports(
            connect,
            &format!("`{}`", other.path),
            Some(&other.spec.meta),
            &known,
        );
        self.narrows(connect, Narrowed::Inside)?;
        narrowed(Target::Workload(found), ports?)
    }

    /// A name with a port of whom it calls behind it, as another tenant's workload is written.
    fn with_port(
        &self,
        model: &Parts,
        kept: &[Kept],
        scope: &str,
        target: &V<NameOf<kinds::Connectable>>,
    ) -> Option<Diagnostic> {
        let (whom, port) = target.value.text.split_once('.')?;
        if self.tables.tenants.contains("", whom) {
            return None;
        }
        let own = kept
            .iter()
            .find(|it| *it.path == *format!("{scope}.{whom}"));
        let listens = own.is_some_and(|own| {
            let mut ports = own.spec.ports();
            ports.any(|it| it.name.value.as_str() == port)
        });
        let mut externals = model.externals.values();
        let system = externals.find(|it| it.name.value.as_str() == whom);
        let is_declared = system.is_some_and(|system| {
            let mut ports = ports_of_system(system);
            ports.any(|(name, _)| name.as_str() == port)
        });
        let is_port = listens || own.is_none() && is_declared;
        is_port.then(|| rules::port_called(whom, port, self.lookup.span(target)))
    }

    /// What is written where the name of somebody called belongs, and is none.
    fn misnamed(&self, scope: &str, target: &V<NameOf<kinds::Connectable>>) -> Option<Diagnostic> {
        let text = &*target.value.text;
        let span = self.lookup.span(target);
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(rules::address_called(
                &format!("{address}/{}", bits(address)),
                span,
            ));
        }
        if <Cidr as Unit>::parse(text).is_ok() {
            return Some(rules::address_called(text, span));
        }
        let (workloads, externals) = (&self.tables.workloads, &self.tables.externals);
        if workloads.contains(scope, text) || externals.contains("", text) {
            return None;
        }
        if self.is_host(text) {
            return Some(rules::host_called(text, span));
        }
        if !self.tables.tenants.contains("", text) {
            return None;
        }
        let own = format!("{text}.");
        let mut named = workloads.names();
        named.retain(|name| name.starts_with(&own));
        Some(rules::tenant_called(text, &named, span))
    }

    /// Whether a name that nobody has is that of a host outside: with dots, behind none of the
    /// tenants, and like none that somebody has.
    fn is_host(&self, text: &str) -> bool {
        let Some((tenant, _)) = text.split_once('.') else {
            return false;
        };
        let mut names = self.tables.workloads.names();
        names.extend(SERVICES.map(|part| format!("platform.{part}")));
        <Host as Unit>::parse(text).is_ok()
            && tenant != "platform"
            && !self.tables.tenants.contains("", tenant)
            && nearest(text, names.iter().map(String::as_str)).is_none()
    }

    pub(super) fn service(&mut self, part: &str, connect: &kinds::Connect) -> Option<Service> {
        match part {
            "dns" => Some(Service::Dns),
            "kube-api" => Some(Service::KubeApi),
            "ingress" => Some(Service::Ingress),
            "metrics" => Some(Service::Monitoring),
            "storage" => Some(Service::Storage),
            "metadata" => Some(Service::Metadata),
            _ => {
                let known: Vec<String> = SERVICES
                    .iter()
                    .map(|part| format!("platform.{part}"))
                    .collect();
                let span = self.lookup.span(&connect.target);
                self.lookup.findings.push(rules::unknown_name(
                    &["part of the platform"],
                    &format!("platform.{part}"),
                    span,
                    &known,
                    &known,
                ));
                None
            }
        }
    }

    /// The ports of a connection: a declared one by its name, or numbers.
    pub(super) fn ports(
        &mut self,
        connect: &kinds::Connect,
        to: &str,
        owner: Option<&Meta>,
        known: &[(&Name, Port)],
    ) -> Option<Vec<Port>> {
        let Some(port) = &connect.port else {
            if connect.meta.broken {
                return None;
            }
            self.lookup
                .findings
                .push(rules::port_missing(to, connect.meta.span));
            return None;
        };
        match &port.value {
            PortRef::Number(number) => Some(vec![Port::of(*number, connect.protocol.value)]),
            PortRef::Name(name) => {
                if let Some((_, port)) = known.iter().find(|(known, _)| *known == name) {
                    self.same_protocol(connect, name, *port)?;
                    return Some(vec![*port]);
                }
                let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
                let span = self.lookup.span(port);
                let finding = match owner {
                    // It may be among what could not be read there, which was told.
                    Some(owner) if owner.broken => return None,
                    Some(owner) => {
                        rules::unknown_port(name.as_str(), span, to, owner.name_span, &names)
                    }
                    None => rules::port_by_number(name.as_str(), span, to),
                };
                self.lookup.findings.push(finding);
                None
            }
        }
    }

    /// A port that is called by its name has the protocol that it was declared with: another one
    /// beside it is a mistake in one of them.
    fn same_protocol(&mut self, connect: &kinds::Connect, name: &Name, port: Port) -> Option<()> {
        let said = &connect.protocol;
        let is_said = !matches!(self.lookup.origins.get(said.origin).how, How::Default(_));
        if !is_said || Protocol::from(said.value) == port.protocol {
            return Some(());
        }
        let span = self.lookup.span(said);
        self.lookup.findings.push(rules::other_protocol(
            name.as_str(),
            port.protocol.name(),
            said.value.word(),
            span,
        ));
        None
    }

    /// A port of the workload's own, by name or number.
    pub(super) fn own_port(
        &mut self,
        spec: &kinds::Workload,
        path: &str,
        port: &V<PortRef>,
    ) -> Option<(Port, Option<Name>)> {
        match &port.value {
            PortRef::Number(number) => Some((Port::of(*number, kinds::PortProtocol::Tcp), None)),
            PortRef::Name(name) => {
                if let Some(found) = spec.ports().find(|port| port.name.value == *name) {
                    return Some((
                        Port::of(found.number.value, found.protocol.value),
                        Some(name.clone()),
                    ));
                }
                if spec.meta.broken {
                    return None;
                }
                let names: Vec<&str> = spec.ports().map(|port| port.name.value.as_str()).collect();
                let span = self.lookup.span(port);
                self.lookup.findings.push(rules::unknown_port(
                    name.as_str(),
                    span,
                    &format!("`{path}`"),
                    spec.meta.name_span,
                    &names,
                ));
                None
            }
        }
    }

    pub(super) fn offer(
        &mut self,
        kept: &[Kept],
        spec: &kinds::Workload,
        path: &str,
        offer: &Arc<kinds::Offer>,
    ) -> Option<Offer> {
        let port = self.own_port(spec, path, &offer.port);
        let to = self.offered_to(kept, offer);
        let (port, _) = port?;
        Some(Offer {
            port,
            to: to?,
            spec: offer.clone(),
        })
    }

    fn offered_to(&mut self, kept: &[Kept], offer: &kinds::Offer) -> Option<OfferTo> {
        let text = &*offer.to.value.text;
        if text.contains('.') {
            let found = self.lookup.get(&self.tables.workloads, &offer.to, &[])?;
            // The other side is broken, and was reported.
            kept.get(found.to.index())?;
            return Some(OfferTo::Workload(found));
        }
        if text == "internet" {
            let span = self.lookup.span(&offer.to);
            self.lookup.findings.push(rules::offered_outside(span));
            return None;
        }
        let found = self.lookup.get(&self.tables.tenants, &offer.to, &[])?;
        Some(OfferTo::Tenant(found))
    }
}
