//! What a spec would have to say so that something goes through, and what is told beside it.

use std::sync::Arc;

use tenantry_core::{
    compile::KnownWorkload,
    flows::{Port, Protocol as Spoken},
};
use tenantry_reach::Protocol;

use super::{
    estate::{Ground, ports},
    question,
    sheet::{Class, Flow, Node},
    whom::{self, Place, Sought},
    words,
};

/// What is told of something that does not go through.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// What the spec would have to say.
    pub(super) lines: Vec<String>,
    /// What to know before that, in sentences.
    pub(super) notes: Vec<String>,
}

/// A question of which no flow speaks.
pub(super) struct Asked<'g> {
    pub(super) ground: &'g Ground<'g>,
    pub(super) from: &'g Sought,
    pub(super) to: &'g Sought,
    pub(super) protocol: Option<Protocol>,
    pub(super) port: Option<u16>,
}

/// How a port is written in the spec.
struct Written {
    /// Its name, or the word for one.
    port: String,
    /// The ports that are meant, where they are known.
    means: Option<Port>,
    /// Whether who is called does not have it yet.
    is_new: bool,
}

impl Written {
    fn declared((name, port): &(Arc<str>, Port)) -> Self {
        Self {
            port: name.to_string(),
            means: Some(*port),
            is_new: false,
        }
    }
}

impl<'g> Asked<'g> {
    /// What is missing.
    pub(super) fn missing(&self) -> Missing {
        let mut missing = Missing::default();
        if let Some(note) = self.apart() {
            missing.notes.push(note);
            return missing;
        }
        match (self.workload(self.from), self.workload(self.to)) {
            (Some(caller), Some(called)) => self.between(caller, called, &mut missing),
            (Some(caller), None) => self.going_out(caller, &mut missing),
            (None, Some(called)) => self.coming_in(called, &mut missing),
            (None, None) => {}
        }
        missing
    }

    /// What is told beside something that goes through: who comes in from outside may come by the
    /// gateway too.
    pub(super) fn beside(&self) -> Missing {
        let mut missing = Missing::default();
        if let Some(called) = self.workload(self.to).filter(|_| self.is_client()) {
            let nodes = &self.ground.sheet.nodes;
            let is_inside = |at: &usize| {
                let node = nodes.get(*at);
                node.is_some_and(|node| node.class == Class::Platform)
            };
            let exposed = self.exposed(called);
            let ways = exposed.filter(|flow| flow.from.iter().any(is_inside));
            missing.notes.extend(ways.map(|flow| self.way_in(flow)));
        }
        missing
    }

    /// That an address is on a network on which the other end is not.
    fn apart(&self) -> Option<String> {
        let proof = self.ground.cluster.proof.as_ref()?;
        let ends = [(self.from, self.to), (self.to, self.from)];
        ends.into_iter().find_map(|(own, other)| {
            let Some(Place::On(name)) = &own.place else {
                return None;
            };
            let network = proof.networks.iter().find(|it| it.name == *name)?;
            let there = whom::end_on(self.ground, network, other).is_some();
            (!there).then(|| format!("{} is not on network {name}.", other.name))
        })
    }

    /// Whether who calls is a client from outside of the cluster.
    fn is_client(&self) -> bool {
        self.from.place.is_none() && self.from.is_outside(self.ground)
    }

    fn workload(&self, sought: &Sought) -> Option<&'g Node> {
        let [node] = sought.nodes.as_slice() else {
            return None;
        };
        let node = self.ground.sheet.nodes.get(*node)?;
        (node.class == Class::Workload).then_some(node)
    }

    fn known(&self, node: &Node) -> Option<&'g KnownWorkload> {
        let mut all = self.ground.cluster.known.workloads.iter();
        all.find(|workload| *workload.path == *node.name)
    }

    /// Between two workloads: each side has a half, and only what is not there is missing.
    fn between(&self, caller: &Node, called: &Node, missing: &mut Missing) {
        let Some(written) = self.written(called, missing) else {
            return;
        };
        let is_meant =
            |port: &Port| !written.is_new && written.means.is_none_or(|means| port.holds(means));
        let connected = self.known(caller).is_some_and(|caller| {
            let mut connects = caller.connects.iter();
            connects.any(|(to, ports)| **to == *called.name && ports.iter().any(is_meant))
        });
        let offered = self.known(called).is_some_and(|called| {
            let mut offers = called.offers.iter();
            offers.any(|(port, to)| {
                is_meant(port) && [&caller.group, &caller.name].contains(&&to.to_string())
            })
        });
        let same = caller.group == called.group;
        let short = called.name.split_once('.').filter(|_| same);
        let whom = short.map_or(called.name.as_str(), |(_, short)| short);
        let port = &written.port;
        if !connected {
            let line = format!("`connect {whom} port={port}` in `{}`", caller.name);
            missing.lines.push(line);
        }
        if !same && !offered {
            let line = format!("`offer {port} to={}` in `{}`", caller.group, called.name);
            missing.lines.push(line);
        }
    }

    /// From a workload to what is none.
    fn going_out(&self, caller: &Node, missing: &mut Missing) {
        let to = self.to;
        let line = match &to.place {
            _ if to.name.starts_with("platform.") => {
                format!("`connect {}` in `{}`", to.name, caller.name)
            }
            Some(Place::Node(_, true)) => {
                format!("`connect platform.kube-api` in `{}`", caller.name)
            }
            Some(Place::Node(_, false) | Place::Range("nodes")) => {
                missing
                    .notes
                    .push("No `connect` leads to a node.".to_owned());
                return;
            }
            Some(Place::Range(_) | Place::On(_)) => return,
            _ if to.address.is_some() => format!(
                "a `connect` in `{}` to `internet` or to an `external` that holds {}",
                caller.name, to.name
            ),
            _ => {
                let whom = self.system(to);
                let Some(port) = self.port_of_system(whom, missing) else {
                    return;
                };
                format!("`connect {whom} port={port}` in `{}`", caller.name)
            }
        };
        missing.lines.push(line);
    }

    /// What the spec calls a system outside.
    fn system(&self, sought: &'g Sought) -> &'g str {
        let node = sought.nodes.first();
        let node = node.and_then(|at| self.ground.sheet.nodes.get(*at));
        let system = node.and_then(whom::system);
        system.filter(|it| *it != "clients").unwrap_or(&sought.name)
    }

    /// How the port of a system outside is written that is asked for: a system that declares ports
    /// is called on those alone. None, with a note, where it has it of another protocol.
    fn port_of_system(&self, name: &str, missing: &mut Missing) -> Option<String> {
        let mut externals = self.ground.cluster.known.externals.iter();
        let system = externals.find(|it| *it.name == *name);
        let ports = system.map_or(&[][..], |it| &it.ports);
        if !ports.is_empty() {
            return self.written_of(name, ports, missing).map(|it| it.port);
        }
        let number = self.port.map(|it| it.to_string());
        let number = number.unwrap_or_else(|| "PORT".to_owned());
        Some(format!("{number}{}", spoken(self.protocol)))
    }

    /// From what is no workload to one.
    fn coming_in(&self, called: &Node, missing: &mut Missing) {
        if !self.is_client() {
            return;
        }
        let exposed: Vec<&Flow> = self.exposed(called).collect();
        for flow in &exposed {
            missing.notes.push(self.way_in(flow));
        }
        if !exposed.is_empty() {
            return;
        }
        let only_on = self.known(called).map_or(&[][..], |it| &it.only_on);
        if !only_on.is_empty() {
            let names = only_on.iter().map(|name| format!("`{name}`"));
            missing.notes.push(format!(
                "`{}` is on {} alone, and clients come over the pod network.",
                called.name,
                words::listed(&names.collect::<Vec<_>>())
            ));
            return;
        }
        let Some(written) = self.written(called, missing) else {
            return;
        };
        // A gateway speaks what the web speaks.
        let spoken = written
            .means
            .map_or(self.protocol, |port| Some(protocol(port)));
        let via = match spoken {
            None | Some(Protocol::Tcp) => "",
            Some(_) => " via=load-balancer",
        };
        let line = format!("`expose {}{via}` in `{}`", written.port, called.name);
        missing.lines.push(line);
    }

    /// The flows by which others come in from outside on what is asked.
    fn exposed(&self, called: &Node) -> impl Iterator<Item = &'g Flow> {
        let asked = question::ports(self.protocol, self.port);
        let sheet = &self.ground.sheet;
        let name = called.name.clone();
        sheet.flows.iter().filter(move |flow| {
            let is = |ends: &[usize], wanted: &dyn Fn(&Node) -> bool| {
                let mut nodes = ends.iter().filter_map(|at| sheet.nodes.get(*at));
                nodes.any(wanted)
            };
            let edge = |node: &Node| {
                let client = whom::system(node) == Some("clients");
                client || node.name == "platform.ingress"
            };
            flow.why == "expose"
                && is(&flow.to, &|node| node.name == name)
                && is(&flow.from, &edge)
                && !flow.ports.and(&asked).is_empty()
        })
    }

    /// How others come in.
    fn way_in(&self, flow: &Flow) -> String {
        let nodes = &self.ground.sheet.nodes;
        let from = flow.from.iter().filter_map(|at| nodes.get(*at)).next();
        let place = flow.place.as_deref().map(|it| format!(" at {it}"));
        let place = place.unwrap_or_default();
        match from.filter(|node| node.class == Class::Outside) {
            Some(clients) => format!(
                "It is exposed to {} only{place}, on {}.",
                clients.name, flow.ports
            ),
            None => format!(
                "Not directly: clients reach it through platform.ingress, exposed{place}, on {}.",
                flow.ports
            ),
        }
    }

    fn written(&self, called: &Node, missing: &mut Missing) -> Option<Written> {
        let ports = self.known(called).map_or(&[][..], |known| &known.ports);
        self.written_of(&called.name, ports, missing)
    }

    /// How the port is written that is asked for. None, with a note, where who is called has it of
    /// another protocol.
    fn written_of(
        &self,
        called: &str,
        ports: &[(Arc<str>, Port)],
        missing: &mut Missing,
    ) -> Option<Written> {
        let Some(number) = self.port else {
            let is_asked = |port: Port| self.protocol.is_none_or(|it| it == protocol(port));
            let mut meant = ports.iter().filter(|(_, port)| is_asked(*port));
            return Some(match (meant.next(), meant.next()) {
                (Some(only), None) => Written::declared(only),
                _ => Written {
                    port: "PORT".to_owned(),
                    means: None,
                    is_new: false,
                },
            });
        };
        let asked = question::ports(self.protocol, self.port);
        let is_asked = |port: Port| !self::ports(&[port]).and(&asked).is_empty();
        if let Some(listens) = ports.iter().find(|(_, port)| is_asked(*port)) {
            return Some(Written::declared(listens));
        }
        let nothing = format!("Nothing of `{called}` listens on {asked}");
        let is_other = |port: Port| (port.from..=port.to).contains(&number);
        if let Some((name, port)) = ports.iter().find(|(_, port)| is_other(*port)) {
            let (has, option) = (self::ports(&[*port]), protocol(*port).name().to_lowercase());
            missing.notes.push(format!(
                "{nothing}: its port `{name}` is {has} (`--protocol {option}`)."
            ));
            return None;
        }
        missing.notes.push(format!("{nothing}: {}.", has(ports)));
        let of = spoken(self.protocol);
        missing
            .lines
            .push(format!("`port NAME {number}{of}` in `{called}`"));
        Some(Written {
            port: "NAME".to_owned(),
            means: None,
            is_new: true,
        })
    }
}

/// Which ports there are.
fn has(all: &[(Arc<str>, Port)]) -> String {
    let each = all.iter();
    let each = each.map(|(name, port)| format!("`{name}` ({})", ports(&[*port])));
    match words::listed(&each.collect::<Vec<_>>()).as_str() {
        "" => "it declares no port".to_owned(),
        some => format!("it has {some}"),
    }
}

/// What the spec writes behind a port of another protocol than TCP.
fn spoken(protocol: Option<Protocol>) -> &'static str {
    match protocol {
        None | Some(Protocol::Tcp) => "",
        Some(Protocol::Udp) => " protocol=udp",
        Some(Protocol::Sctp) => " protocol=sctp",
    }
}

fn protocol(port: Port) -> Protocol {
    match port.protocol {
        Spoken::Tcp => Protocol::Tcp,
        Spoken::Udp => Protocol::Udp,
        Spoken::Sctp => Protocol::Sctp,
    }
}
