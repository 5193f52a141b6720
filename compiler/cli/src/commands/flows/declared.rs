//! A question about an estate: what the spec says of it, what it would have to say, and what the
//! emitted policies do.

use serde::Serialize;
use tenantry_core::{
    diag::Level,
    prove::flows::{Beyond, Whose},
};
use tenantry_reach::{Addresses, End, Judge, PodId, PortSet, Protocol};

use super::{
    document,
    estate::Ground,
    missing::{Asked, Missing},
    port::Meant,
    question,
    sheet::{Class, Flow, Node, Reason},
    whom::{Place, Sought, end_on},
};
use crate::render::{style::Look, visible};

/// What is told of a question.
pub(super) struct Told<'g> {
    ground: &'g Ground<'g>,
    from: Sought,
    to: Sought,
    /// Whether no end is one for which policies are.
    is_outside: bool,
    asked: PortSet,
    open: PortSet,
    /// The flows that say so.
    flows: Vec<&'g Flow>,
    /// What the spec would have to say; empty where it says enough or nothing could be said.
    missing: Vec<String>,
    /// What to know of the ends, in sentences.
    notes: Vec<String>,
    /// What the emitted policies do.
    emitted: Option<question::Told>,
    /// The same on each network beside the pod network that both ends are on.
    beyond: Vec<(&'g Beyond, question::Told)>,
}

/// Of two ends that are no pods of anybody's.
const OUTSIDE: &str = "Both ends are outside of what runs in the cluster, where neither the spec nor \
                       a policy decides.";

/// Looks for the answer.
pub(super) fn tell<'g>(
    ground: &'g Ground<'g>,
    (from, to): (Sought, Sought),
    (protocol, port): Meant,
) -> Told<'g> {
    let asked = question::ports(protocol, port);
    let is_outside = from.is_outside(ground) && to.is_outside(ground);
    let mut flows = Vec::new();
    for flow in &ground.sheet.flows {
        let ports = flow.ports.and(&asked);
        if any(ground, &flow.from, &from) && any(ground, &flow.to, &to) && !ports.is_empty() {
            flows.push(flow);
        }
    }
    let mut open = match is_outside {
        true => asked.clone(),
        false => PortSet::none(),
    };
    flows
        .iter()
        .for_each(|flow| open.extend(&flow.ports.and(&asked)));
    let sides = Asked {
        ground,
        from: &from,
        to: &to,
        protocol,
        port,
    };
    let Missing { lines, notes } = match open.is_empty() {
        true => sides.missing(),
        false => sides.beside(),
    };
    let outside = is_outside.then(|| OUTSIDE.to_owned());
    let known = [&from, &to].into_iter().filter_map(Sought::told);
    let notes = known.chain(notes).chain(outside).collect();
    let (protocol, port) = match open.first().filter(|_| !is_outside) {
        Some((protocol, port)) => (Some(protocol), Some(port)),
        None => (protocol, port),
    };
    let emitted = emitted(ground, (&from, &to), flows.first().copied(), protocol, port);
    let beyond = beyond(ground, (&from, &to), protocol, port);
    Told {
        ground,
        from,
        to,
        is_outside,
        asked,
        open,
        flows,
        missing: lines,
        notes,
        emitted,
        beyond,
    }
}

/// Whether one of these nodes is one that is sought, or speaks for it.
fn any(ground: &Ground<'_>, nodes: &[usize], sought: &Sought) -> bool {
    let all = &ground.sheet.nodes;
    let mut own = sought.nodes.iter().filter_map(|at| all.get(*at)).peekable();
    let mut speaks = |node: &Node| match own.peek() {
        Some(_) => own.clone().any(|own| {
            node.class == Class::Everybody
                && own.class == Class::Workload
                && node.group == own.group
        }),
        None => sought
            .address
            .is_some_and(|address| node.addresses.contains(address)),
    };
    nodes
        .iter()
        .any(|at| sought.nodes.contains(at) || all.get(*at).is_some_and(&mut speaks))
}

/// What the emitted policies do with the first packet: of the first flow that says so, where an end
/// has several places.
fn emitted(
    ground: &Ground<'_>,
    (from, to): (&Sought, &Sought),
    flow: Option<&Flow>,
    protocol: Option<Protocol>,
    port: Option<u16>,
) -> Option<question::Told> {
    let proof = ground.cluster.proof.as_ref()?;
    if from.is_elsewhere() || to.is_elsewhere() {
        return None;
    }
    let judge = Judge::new(&proof.cluster);
    let of_node = |node: &Node| -> Option<End> {
        let pod = proof.pods.iter().position(|whose| match whose {
            Whose::Workload(path) => **path == *node.name,
            _ => false,
        });
        let pod = pod.and_then(|at| u32::try_from(at).ok());
        let address = |addresses: &Addresses| addresses.first().map(End::Address);
        pod.map(|at| End::Pod(PodId(at)))
            .or_else(|| address(&node.addresses))
    };
    let end = |sought: &Sought, said: Option<&Vec<usize>>| -> Option<End> {
        if let Some(address) = sought.address {
            return Some(match judge.at(address).as_slice() {
                [pod] => End::Pod(*pod),
                _ => End::Address(address),
            });
        }
        let is_said = |at: &&usize| said.is_none_or(|said| said.contains(at));
        let mut own = sought.nodes.iter().filter(is_said);
        own.find_map(|at| of_node(ground.sheet.nodes.get(*at)?))
            .or_else(|| {
                let mut all = sought.nodes.iter();
                all.find_map(|at| of_node(ground.sheet.nodes.get(*at)?))
            })
    };
    let asked = question::Asked {
        from: end(from, flow.map(|flow| &flow.from))?,
        to: end(to, flow.map(|flow| &flow.to))?,
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
        let own = Place::On(network.name.clone());
        let is_other =
            |sought: &&Sought| matches!(&sought.place, Some(place @ Place::On(_)) if *place != own);
        if [from, to].iter().any(is_other) {
            return None;
        }
        let end = |sought: &Sought| end_on(ground, network, sought);
        let asked = question::Asked {
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
    let [from, to] = [&told.from, &told.to].map(|end| visible(&end.to_string()));
    let (sign, ports) = match (told.open.is_empty(), told.open == told.asked) {
        _ if !told.is_decided() => ("not decided".to_owned(), told.asked.to_string()),
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
    for note in &told.notes {
        line(note);
    }
    for flow in &told.flows {
        let ports = told.ports(flow);
        let place = flow.place.as_deref().map(|it| format!(" at {it}"));
        let place = place.unwrap_or_default();
        line(&match flow.reason {
            Reason::Derived => format!("{ports}: derived: {}{place}", flow.why),
            _ => format!("{ports}: declared{place}"),
        });
    }
    if !told.missing.is_empty() {
        line(&format!(
            "Nothing in the spec says so. It needs {}.",
            told.missing.join(", and ")
        ));
    }
    if let Some(emitted) = told.emitted.as_ref().filter(|_| !told.is_outside) {
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

impl Told<'_> {
    /// Whether the spec and its policies have the say: not where both ends are outside, where
    /// nobody can tell who one is, and of a node with a workload, which may run there.
    fn is_decided(&self) -> bool {
        let is_anybody = [&self.from, &self.to].into_iter().any(Sought::is_anybody);
        let ends = [(&self.from, &self.to), (&self.to, &self.from)];
        let mut ends = ends.into_iter();
        let is_local = ends.any(|(own, other)| own.is_node() && !other.is_outside(self.ground));
        let may_be_local = is_local && self.open.is_empty();
        !(self.is_outside || is_anybody || may_be_local)
    }

    /// The ports of a flow; where an end has several places, with the place.
    fn ports(&self, flow: &Flow) -> String {
        let nodes = &self.ground.sheet.nodes;
        let name = |ends: &[usize], sought: &Sought| {
            let own = ends.iter().find(|at| sought.nodes.contains(at));
            let own = own.filter(|_| sought.nodes.len() > 1);
            own.and_then(|at| Some(nodes.get(*at)?.name.clone()))
        };
        let from = name(&flow.from, &self.from).map(|it| format!(" from {it}"));
        let to = name(&flow.to, &self.to).map(|it| format!(" to {it}"));
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
        format!("{}{from}{to}", flow.ports)
    }
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
    /// Whether that is for the spec and policies to decide.
    decided: bool,
    /// Which ports of those that were asked of.
    open: Vec<document::Ports>,
    flows: Vec<Said<'t>>,
    /// What the spec would have to say.
    missing: &'t [String],
    /// What to know of the ends.
    notes: &'t [String],
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
            decided: told.is_decided(),
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
            notes: &told.notes,
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
