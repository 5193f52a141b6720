//! A question about an estate: what the spec says of it, what it would have to say, and what the
//! emitted policies do.

use std::net::IpAddr;

use serde::Serialize;
use tenantry_core::{
    diag::{Level, nearest::nearest},
    prove::flows::{Beyond, Whose},
};
use tenantry_reach::{Addresses, End, Judge, PodId, PortSet, Protocol};

use super::{
    document,
    estate::Ground,
    question::{self, Asked},
    sheet::{self, Class, Flow, Node, Reason},
};
use crate::{
    exit::Failure,
    render::{style::Look, visible},
};

/// An end as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sought {
    name: String,
    /// Its place among the nodes, where anything is said of it.
    pub(super) node: Option<usize>,
    /// The address, where it is one.
    pub(super) address: Option<IpAddr>,
}

impl From<Sought> for sheet::Sought {
    fn from(sought: Sought) -> Self {
        match (sought.node, sought.address) {
            (Some(node), _) => Self::Node(node),
            (None, Some(address)) => Self::Address(address),
            (None, None) => Self::Nobody,
        }
    }
}

/// Parts of the platform and the world of which a spec need not say anything.
const KNOWN: [&str; 6] = [
    "internet",
    "platform.dns",
    "platform.ingress",
    "platform.kube-api",
    "platform.metadata",
    "platform.metrics",
];

/// Whom a text calls; none of this cluster's.
///
/// # Errors
/// An address is asked of, and it is not known who is where.
pub(super) fn sought(ground: &Ground<'_>, text: &str) -> Result<Option<Sought>, Failure> {
    if let Ok(address) = text.parse::<IpAddr>() {
        // An address of IPv4 that is written as one of IPv6 is the same one.
        let address = address.to_canonical();
        if ground.cluster.proof.is_none() {
            let why = format!(
                "{}: addresses are known only where policies are emitted",
                ground.sheet.title
            );
            return Err(
                Failure::new(why).help("ask by name: tenant.workload, internet, platform.dns")
            );
        }
        return Ok(Some(Sought {
            name: text.to_owned(),
            node: None,
            address: Some(address),
        }));
    }
    let node = ground.sheet.nodes.iter().position(|node| node.name == text);
    let known = node.is_some() || KNOWN.contains(&text);
    Ok(known.then(|| Sought {
        name: text.to_owned(),
        node,
        address: None,
    }))
}

/// Nobody of any cluster is called so.
pub(super) fn unknown(grounds: &[Ground<'_>], option: &str, text: &str) -> Failure {
    let nodes = grounds.iter().flat_map(|ground| &ground.sheet.nodes);
    let names = nodes.map(|node| node.name.as_str()).chain(KNOWN);
    let failure = Failure::new(format!("{option}: nobody is called `{text}`"));
    match nearest(text, names) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(
            "an end is tenant.workload, internet, platform.dns, an external system or an address",
        ),
    }
}

/// What is told of a question.
pub(super) struct Told<'g> {
    ground: &'g Ground<'g>,
    from: Sought,
    to: Sought,
    asked: PortSet,
    open: PortSet,
    /// The flows that say so.
    flows: Vec<&'g Flow>,
    /// What the spec would have to say; empty where it says enough or nothing could be said.
    missing: Vec<String>,
    /// What the emitted policies do.
    emitted: Option<question::Told>,
    /// The same on each network beside the pod network that both ends are on.
    beyond: Vec<(&'g Beyond, question::Told)>,
}

/// Looks for the answer.
pub(super) fn tell<'g>(
    ground: &'g Ground<'g>,
    (from, to): (Sought, Sought),
    protocol: Option<Protocol>,
    port: Option<u16>,
) -> Told<'g> {
    let asked = question::ports(protocol, port);
    let mut open = PortSet::none();
    let mut flows = Vec::new();
    for flow in &ground.sheet.flows {
        let ports = flow.ports.and(&asked);
        if any(ground, &flow.from, &from) && any(ground, &flow.to, &to) && !ports.is_empty() {
            open.extend(&ports);
            flows.push(flow);
        }
    }
    let missing = if open.is_empty() {
        missing(ground, &from, &to, protocol, port)
    } else {
        Vec::new()
    };
    let first = open.first();
    let (protocol, port) = match (first, port) {
        (Some((protocol, port)), _) => (Some(protocol), Some(port)),
        (None, port) => (protocol, port),
    };
    let emitted = emitted(ground, &from, &to, protocol, port);
    let beyond = beyond(ground, (&from, &to), protocol, port);
    Told {
        ground,
        from,
        to,
        asked,
        open,
        flows,
        missing,
        emitted,
        beyond,
    }
}

/// Whether one of these nodes is the one that is sought, or speaks for it.
fn any(ground: &Ground<'_>, nodes: &[usize], sought: &Sought) -> bool {
    let own = sought.node.and_then(|at| ground.sheet.nodes.get(at));
    let speaks = |node: &Node| match own {
        Some(own) => {
            node.class == Class::Everybody
                && own.class == Class::Workload
                && node.group == own.group
        }
        None => sought
            .address
            .is_some_and(|address| node.addresses.contains(address)),
    };
    nodes
        .iter()
        .any(|at| sought.node == Some(*at) || ground.sheet.nodes.get(*at).is_some_and(speaks))
}

/// What the spec would have to say.
fn missing(
    ground: &Ground<'_>,
    from: &Sought,
    to: &Sought,
    protocol: Option<Protocol>,
    port: Option<u16>,
) -> Vec<String> {
    let number = port.map_or_else(|| "PORT".to_owned(), |port| port.to_string());
    let beside = match protocol {
        None | Some(Protocol::Tcp) => String::new(),
        Some(other) => format!(" (over {other})"),
    };
    let workload = |sought: &Sought| {
        let node = ground.sheet.nodes.get(sought.node?)?;
        (node.class == Class::Workload).then_some(node)
    };
    let connect = |whom: &str, caller: &Node| {
        format!(
            "`connect {whom} port={number}` in `{}`{beside}",
            caller.name
        )
    };
    match (workload(from), workload(to)) {
        (Some(caller), Some(called)) if caller.group == called.group => {
            let short = called
                .name
                .split_once('.')
                .map_or(called.name.as_str(), |it| it.1);
            vec![connect(short, caller)]
        }
        (Some(caller), Some(called)) => vec![
            connect(&called.name, caller),
            format!(
                "`offer {number} to={}` in `{}`{beside}",
                caller.group, called.name
            ),
        ],
        (Some(caller), None) if to.name.starts_with("platform.") => {
            vec![format!("`connect {}` in `{}`", to.name, caller.name)]
        }
        (Some(caller), None) if to.address.is_some() => {
            vec![format!(
                "a `connect` in `{}` to `internet` or to an `external` that holds {}",
                caller.name, to.name
            )]
        }
        (Some(caller), None) => vec![connect(&to.name, caller)],
        (None, Some(called)) if !from.name.starts_with("platform.") => {
            vec![format!("`expose {number}` in `{}`{beside}", called.name)]
        }
        _ => Vec::new(),
    }
}

/// What the emitted policies do with the first packet.
fn emitted(
    ground: &Ground<'_>,
    from: &Sought,
    to: &Sought,
    protocol: Option<Protocol>,
    port: Option<u16>,
) -> Option<question::Told> {
    let proof = ground.cluster.proof.as_ref()?;
    let judge = Judge::new(&proof.cluster);
    let end = |sought: &Sought| -> Option<End> {
        if let Some(address) = sought.address {
            return Some(match judge.at(address).as_slice() {
                [pod] => End::Pod(*pod),
                _ => End::Address(address),
            });
        }
        let node = ground.sheet.nodes.get(sought.node?)?;
        let pod = proof.pods.iter().position(|whose| match whose {
            Whose::Workload(path) => **path == *node.name,
            _ => false,
        });
        let pod = pod.and_then(|at| u32::try_from(at).ok());
        let address = |addresses: &Addresses| addresses.first().map(End::Address);
        pod.map(|at| End::Pod(PodId(at)))
            .or_else(|| address(&node.addresses))
    };
    let asked = Asked {
        from: end(from)?,
        to: end(to)?,
        protocol,
        port,
    };
    Some(question::tell(&judge, asked))
}

/// What the policies of further networks do with it, where both ends are on one.
fn beyond<'g>(
    ground: &Ground<'g>,
    (from, to): (&Sought, &Sought),
    protocol: Option<Protocol>,
    port: Option<u16>,
) -> Vec<(&'g Beyond, question::Told)> {
    let Some(proof) = ground.cluster.proof.as_ref() else {
        return Vec::new();
    };
    let told = proof.networks.iter().filter_map(|network| {
        let judge = Judge::new(&network.cluster);
        let end = |sought: &Sought| {
            if let Some(address) = sought.address {
                return judge.at(address).first().map(|pod| End::Pod(*pod));
            }
            let node = ground.sheet.nodes.get(sought.node?)?;
            let own = |pod: &Option<PodId>| {
                let whose = pod.and_then(|pod| proof.pods.get(pod.0 as usize));
                matches!(whose, Some(Whose::Workload(path)) if **path == *node.name)
            };
            let at = network.pods.iter().position(own)?;
            Some(End::Pod(PodId(u32::try_from(at).ok()?)))
        };
        let asked = Asked {
            from: end(from)?,
            to: end(to)?,
            protocol,
            port,
        };
        Some((network, question::tell(&judge, asked)))
    });
    told.collect()
}

/// Text in which no line breaks within backticks: what is to be written is written in one line.
fn whole(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| match at % 2 {
        1 => part.replace(' ', "\u{a0}"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

/// For people.
pub(super) fn human(told: &Told<'_>, look: Look) -> String {
    let (from, to) = (visible(&told.from.name), visible(&told.to.name));
    let (sign, ports) = match (told.open.is_empty(), told.open == told.asked) {
        (true, _) => (look.level("refused", Level::Error), told.asked.to_string()),
        (_, true) => (look.good("allowed"), told.asked.to_string()),
        _ => (look.good("allowed"), format!("{} only", told.open)),
    };
    let mut out = format!(
        "{}: {sign}: {from} → {to}, {ports}\n",
        look.strong(&visible(&told.ground.sheet.title))
    );
    let mut line = |text: &str| {
        out += &look
            .wrap(&whole(&visible(text)), "  ", "    ")
            .replace('\u{a0}', " ");
        out.push('\n');
    };
    for flow in &told.flows {
        let place = flow.place.as_deref().map(|it| format!(" at {it}"));
        let place = place.unwrap_or_default();
        line(&match flow.reason {
            Reason::Derived => format!("{}: derived: {}{place}", flow.ports, flow.why),
            _ => format!("{}: declared{place}", flow.ports),
        });
    }
    if !told.missing.is_empty() {
        line(&format!(
            "Nothing in the spec says so. It needs {}.",
            told.missing.join(", and ")
        ));
    }
    if let Some(emitted) = &told.emitted {
        line(&format!("As emitted: {}", emitted.sentence()));
    }
    for (network, told) in &told.beyond {
        line(&format!(
            "Over network {}: {}",
            network.name,
            told.sentence()
        ));
    }
    out
}

/// For tools.
#[derive(Serialize)]
pub(super) struct Document<'t> {
    version: u32,
    answers: Vec<One<'t>>,
}

/// The answer in one cluster.
#[derive(Serialize)]
struct One<'t> {
    title: &'t str,
    from: &'t str,
    to: &'t str,
    allowed: bool,
    /// Which ports of those that were asked of.
    open: Vec<document::Ports>,
    flows: Vec<Said<'t>>,
    /// What the spec would have to say.
    missing: &'t [String],
    /// What the emitted policies do; null where there are none, or none that could be asked.
    emitted: Option<question::Document<'t>>,
    /// What those of each network beside the pod network do that both ends are on.
    networks: Vec<OnNetwork<'t>>,
}

/// What the emitted policies of a network beside the pod network do.
#[derive(Serialize)]
struct OnNetwork<'t> {
    network: &'t str,
    emitted: question::Document<'t>,
}

/// A flow that says so.
#[derive(Serialize)]
struct Said<'t> {
    ports: Vec<document::Ports>,
    reason: &'static str,
    why: &'t str,
    place: Option<&'t str>,
}

impl<'t> Document<'t> {
    /// All answers.
    pub(super) fn all(told: &'t [Told<'_>]) -> Self {
        Self {
            version: 1,
            answers: told.iter().map(One::of).collect(),
        }
    }
}

impl<'t> One<'t> {
    fn of(told: &'t Told<'_>) -> Self {
        let proof = told.ground.cluster.proof.as_ref();
        let emitted = proof.zip(told.emitted.as_ref());
        Self {
            title: &told.ground.sheet.title,
            from: &told.from.name,
            to: &told.to.name,
            allowed: !told.open.is_empty(),
            open: document::ports(&told.open),
            flows: told
                .flows
                .iter()
                .map(|flow| Said {
                    ports: document::ports(&flow.ports),
                    reason: flow.reason.name(),
                    why: &flow.why,
                    place: flow.place.as_deref(),
                })
                .collect(),
            missing: &told.missing,
            emitted: emitted.map(|(proof, told)| question::Document::of(told, &proof.cluster)),
            networks: told
                .beyond
                .iter()
                .map(|(network, told)| OnNetwork {
                    network: &network.name,
                    emitted: question::Document::of(told, &network.cluster),
                })
                .collect(),
        }
    }
}
