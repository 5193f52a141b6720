//! What is outside: whom of it a connection is narrowed to, and who of it comes in.

use std::sync::Arc;

use super::{Builder, Parts};
use crate::{
    flows::blocks,
    model::{
        rules::{self, Beyond},
        workload::Expose,
    },
    origin::V,
    schema::kinds::{self, ClientRange, External},
    units::{Cidr, Host},
};

/// Whom a connection names that is narrowed.
#[derive(Clone, Copy)]
pub(super) enum Narrowed<'a> {
    /// What has no addresses of its own to choose from: a workload, a part of the platform.
    Inside,
    Internet,
    System(&'a External),
}

impl Narrowed<'_> {
    /// Of what a range should be a part, where it is none.
    fn lacks_range(self, cidr: Cidr) -> Option<Beyond> {
        match self {
            Self::Inside => Some(Beyond::Inside),
            Self::Internet => (!blocks::is_public(cidr)).then_some(Beyond::Internet),
            Self::System(system) => {
                let own = system.cidrs();
                let within = is_nowhere(system) || own.iter().any(|own| own.contains_net(cidr));
                (!within).then(|| Beyond::system(system, &own))
            }
        }
    }

    /// The same of a name.
    fn lacks_name(self, host: &Host) -> Option<Beyond> {
        match self {
            Self::Inside => Some(Beyond::Inside),
            Self::Internet => None,
            Self::System(system) => {
                let own = system.hosts();
                let within = is_nowhere(system) || own.iter().any(|own| own.covers(host));
                (!within).then(|| Beyond::system(system, &own))
            }
        }
    }
}

/// Whether nobody said where a system is, which is told of the system.
fn is_nowhere(system: &External) -> bool {
    system.cidrs().is_empty() && system.hosts().is_empty()
}

impl Builder<'_> {
    /// Whether what a connection is narrowed to is a part of whom it names.
    pub(super) fn narrows(&mut self, connect: &kinds::Connect, whom: Narrowed<'_>) -> Option<()> {
        let target = &*connect.target.value.text;
        let before = self.lookup.findings.len();
        if let Some(cidr) = &connect.cidr
            && let Some(of) = whom.lacks_range(cidr.value)
        {
            let value = cidr.value.to_string();
            let finding = rules::not_narrower("cidr", &value, target, self.lookup.span(cidr), of);
            self.lookup.findings.push(finding);
        }
        if let Some(host) = &connect.host
            && let Some(of) = whom.lacks_name(&host.value)
        {
            let value = host.value.as_str();
            let finding = rules::not_narrower("host", value, target, self.lookup.span(host), of);
            self.lookup.findings.push(finding);
        }
        (self.lookup.findings.len() == before).then_some(())
    }

    /// A port that outside clients reach, and who they are.
    pub(super) fn expose(
        &mut self,
        model: &Parts,
        spec: &kinds::Workload,
        path: &str,
        expose: &Arc<kinds::Expose>,
    ) -> Option<Expose> {
        let port = self.own_port(spec, path, &expose.port);
        let clients = self.clients(model, expose);
        let (port, name) = port?;
        Some(Expose {
            port,
            name,
            clients: clients?,
            spec: expose.clone(),
        })
    }

    /// The addresses of who may come; none is everybody, and nothing that is written means that.
    fn clients(&mut self, model: &Parts, expose: &kinds::Expose) -> Option<Vec<Cidr>> {
        let Some(from) = &expose.from else {
            return Some(Vec::new());
        };
        if from.clients.is_empty() {
            self.lookup
                .findings
                .push(rules::nobody_named(from.meta.span));
        }
        let mut sound = !from.clients.is_empty();
        let mut clients = Vec::new();
        for client in &from.clients {
            let name = match &client.value {
                ClientRange::Cidr(cidr) => {
                    clients.push(*cidr);
                    continue;
                }
                ClientRange::External(name) if &*name.text == "internet" => {
                    let span = self.lookup.span(client);
                    self.lookup.findings.push(rules::internet_named(span));
                    sound = false;
                    continue;
                }
                ClientRange::External(name) => V::new(name.clone(), client.origin),
            };
            let Some(found) = self.lookup.get(&self.tables.externals, &name, &[]) else {
                sound = false;
                continue;
            };
            let system = &model.externals[found.to];
            let cidrs = system.cidrs();
            // One that has neither was reported where it stands.
            if cidrs.is_empty() && !is_nowhere(system) {
                let span = self.lookup.span(client);
                self.lookup
                    .findings
                    .push(rules::client_without_address(system, span));
            }
            sound &= !cidrs.is_empty();
            clients.extend(cidrs);
        }
        clients.sort_unstable();
        clients.dedup();
        sound.then_some(clients)
    }
}
