//! The port that a question is about: a number, or the name that whoever is called has for it.

use std::{collections::BTreeSet, str::FromStr};

use tenantry_core::{diag::nearest::nearest, flows};
use tenantry_reach::{End, Judge, PortSet, Protocol};

use super::{ends::Unknown, estate::Ground, question, whom::Sought, words};

/// As it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Port {
    /// From 1 to 65535.
    Number(u16),
    Name(String),
}

impl FromStr for Port {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(number) = text.parse::<u16>()
            && number > 0
        {
            return Ok(Self::Number(number));
        }
        let is_part = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
        let is_name = text.chars().all(is_part) && text.contains(|it: char| it.is_alphabetic());
        match is_name {
            true => Ok(Self::Name(text.to_owned())),
            false => Err(
                "a port is a number from 1 to 65535, or what the called end calls it".to_owned(),
            ),
        }
    }
}

/// Names for ports; one may name several.
struct Names<'n> {
    /// Whose they are.
    of: &'n str,
    all: Vec<(&'n str, Protocol, (u16, u16))>,
}

/// The protocol and the number that are meant.
pub(super) type Meant = (Option<Protocol>, Option<u16>);

/// What is meant in an estate.
///
/// # Errors
/// Who is called has no such port, or it is not a single one.
pub(super) fn of_estate(
    ground: &Ground<'_>,
    to: &Sought,
    protocol: Option<Protocol>,
    port: Option<&Port>,
) -> Result<Meant, Unknown> {
    let name = match port {
        None => return Ok((protocol, None)),
        Some(Port::Number(number)) => return Ok((protocol, Some(*number))),
        Some(Port::Name(name)) => name,
    };
    let known = &ground.cluster.known;
    let workload = known.workloads.iter().find(|it| *it.path == *to.name);
    let external = known.externals.iter().find(|it| *it.name == *to.name);
    let ports = match (workload, external) {
        (Some(workload), _) => &workload.ports[..],
        (None, Some(external)) => &external.ports,
        (None, None) => &[],
    };
    let all = ports.iter().map(|(name, port)| {
        let protocol = match port.protocol {
            flows::Protocol::Tcp => Protocol::Tcp,
            flows::Protocol::Udp => Protocol::Udp,
            flows::Protocol::Sctp => Protocol::Sctp,
        };
        (&**name, protocol, (port.from, port.to))
    });
    let names = Names {
        of: &to.name,
        all: all.collect(),
    };
    names.meant(name, protocol)
}

/// What is meant of manifests, where a name is that of a container's port.
///
/// # Errors
/// Who is called has no such port, or it is not a single one.
pub(super) fn of_manifests(
    judge: &Judge<'_>,
    to: &[End],
    protocol: Option<Protocol>,
    port: Option<&Port>,
) -> Result<Meant, Unknown> {
    let name = match port {
        None => return Ok((protocol, None)),
        Some(Port::Number(number)) => return Ok((protocol, Some(*number))),
        Some(Port::Name(name)) => name,
    };
    let pods = to.iter().filter_map(|end| match end {
        End::Pod(pod) => Some(judge.cluster().pod(*pod)),
        End::Address(_) => None,
    });
    let ports = pods.flat_map(|pod| &pod.ports);
    let all = ports.filter_map(|port| {
        let name = port.name.as_deref()?;
        Some((name, port.protocol, (port.number, port.number)))
    });
    let of = to.first().map(|end| words::end(judge, *end));
    let names = Names {
        of: of.as_deref().unwrap_or_default(),
        all: all.collect(),
    };
    names.meant(name, protocol)
}

impl Names<'_> {
    fn meant(&self, name: &str, protocol: Option<Protocol>) -> Result<Meant, Unknown> {
        let of = self.of;
        let called: BTreeSet<_> = self.all.iter().filter(|it| it.0 == name).collect();
        let is_asked = |it: &&&(&str, Protocol, _)| protocol.is_none_or(|asked| asked == it.1);
        let mut asked = called.iter().filter(is_asked);
        match (asked.next(), asked.next()) {
            (Some((_, protocol, (from, to))), None) if from == to => {
                Ok((Some(*protocol), Some(*from)))
            }
            (Some(_), _) => Err(Unknown {
                message: format!("`{name}` of {of} is {}", set(called.iter().copied())),
                help: Some("ask about one of them, by its number".to_owned()),
            }),
            (None, _) if called.is_empty() => Err(self.unknown(name)),
            (None, _) => Err(Unknown {
                message: format!("`{name}` of {of} is {}", set(called.iter().copied())),
                help: Some("leave out `--protocol`: a name says it".to_owned()),
            }),
        }
    }

    fn unknown(&self, name: &str) -> Unknown {
        let names: BTreeSet<&str> = self.all.iter().map(|it| it.0).collect();
        let help = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "ask by number: it has no port with a name".to_owned(),
            None => {
                let names = names.iter().map(|it| format!("`{it}`"));
                format!("it has {}", words::listed(&names.collect::<Vec<_>>()))
            }
        };
        Unknown {
            message: format!("no port of {} is called `{name}`", self.of),
            help: Some(help),
        }
    }
}

fn set<'s>(ports: impl Iterator<Item = &'s (&'s str, Protocol, (u16, u16))>) -> PortSet {
    let mut set = PortSet::none();
    for (_, protocol, (from, to)) in ports {
        set.add(*protocol, *from, *to);
    }
    set
}

/// The ports that a list is about; none where it is of all. What a name means `meant` tells, of whom
/// is called.
///
/// # Errors
/// A name is asked of, and nobody is called, or nobody who has it.
pub(super) fn listed<T>(
    protocol: Option<Protocol>,
    port: Option<&Port>,
    to: Option<T>,
    meant: impl Fn(T) -> Result<Meant, Unknown>,
) -> Result<Option<PortSet>, Unknown> {
    let (protocol, number) = match (port, to) {
        (None, _) => (protocol, None),
        (Some(Port::Number(number)), _) => (protocol, Some(*number)),
        (Some(Port::Name(_)), Some(to)) => meant(to)?,
        (Some(Port::Name(name)), None) => {
            return Err(Unknown {
                message: format!("nobody says whose port `{name}` is"),
                help: Some("ask by number, or say by `--to` who is called".to_owned()),
            });
        }
    };
    let is_asked = protocol.is_some() || number.is_some();
    Ok(is_asked.then(|| question::ports(protocol, number)))
}
