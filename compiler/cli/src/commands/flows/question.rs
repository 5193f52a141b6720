//! One question, answered in words: whether it goes through, and what each side says.

use serde::Serialize;
use tenantry_reach::{
    Account, Answer, Basis, Cluster, Direction, End, Judge, PortSet, Protocol, Question, TierId,
    ask::{ask, because, service_ports, settled},
};

use super::{document, words};
use crate::render::{style::Look, visible};

/// What is asked: two ends, and a port of the second; without one, which ports go through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) from: End,
    pub(super) to: End,
    pub(super) protocol: Option<Protocol>,
    pub(super) port: Option<u16>,
}

/// What is told of it.
pub(super) struct Told {
    from: String,
    to: String,
    /// What was asked of: the ports of the question, and those of them that go through.
    asked: PortSet,
    open: PortSet,
    /// The packet that the rest is about, and its answer.
    question: Question,
    answer: Answer,
    because: String,
    /// What each side says of it.
    sides: [String; 2],
}

/// Looks for the answer.
pub(super) fn tell(judge: &Judge<'_>, asked: Asked) -> Told {
    let ports = ports(asked.protocol, asked.port);
    let open = open(judge, asked.from, asked.to).and(&ports);
    // The first packet that goes through; else the first that does not.
    let served = || served(judge, asked.from, asked.to).and(&ports).first();
    let first = open.first().or_else(served).or_else(|| ports.first());
    let (protocol, port) = first.unwrap_or((Protocol::Tcp, 1));
    let question = Question {
        from: asked.from,
        to: asked.to,
        protocol,
        port,
    };
    let answer = ask(judge, &question);
    let because = because(judge, &question, &answer);
    let about = settled(judge, &question);
    let side = |direction, account| words::account(judge, &about, direction, account);
    Told {
        from: words::end(judge, asked.from),
        to: words::end(judge, asked.to),
        asked: ports,
        open,
        because,
        sides: [
            side(Direction::Egress, &answer.egress),
            side(Direction::Ingress, &answer.ingress),
        ],
        question,
        answer,
    }
}

/// The ports that are asked of.
pub(super) fn ports(protocol: Option<Protocol>, port: Option<u16>) -> PortSet {
    match (protocol, port) {
        (protocol, Some(port)) => PortSet::port(protocol.unwrap_or(Protocol::Tcp), port),
        (Some(protocol), None) => PortSet::of(protocol),
        (None, None) => PortSet::all(),
    }
}

/// The ports of the Service of which the called end is the own address; none of any other.
fn served(judge: &Judge<'_>, from: End, to: End) -> PortSet {
    let any = Question {
        from,
        to,
        protocol: Protocol::Tcp,
        port: 1,
    };
    let mut served = PortSet::none();
    for (protocol, port) in service_ports(judge, &any).unwrap_or_default() {
        served.add(protocol, port, port);
    }
    served
}

/// The ports on which connections go through.
fn open(judge: &Judge<'_>, from: End, to: End) -> PortSet {
    let any = Question {
        from,
        to,
        protocol: Protocol::Tcp,
        port: 1,
    };
    if let Some(ports) = service_ports(judge, &any) {
        let mut open = PortSet::none();
        for (protocol, port) in ports {
            let question = Question {
                protocol,
                port,
                ..any
            };
            if ask(judge, &question).allowed {
                open.add(protocol, port, port);
            }
        }
        return open;
    }
    // This holds of all ports alike.
    if ask(judge, &any).basis == Basis::SpecException {
        return PortSet::all();
    }
    let side = |own, direction, peer| match (own, peer) {
        (End::Address(_), _) => PortSet::all(),
        (End::Pod(own), End::Pod(peer)) => judge.with_pod(own, direction, peer).ports,
        (End::Pod(own), End::Address(peer)) => judge.with_address(own, direction, peer).ports,
    };
    side(from, Direction::Egress, to).and(&side(to, Direction::Ingress, from))
}

/// For people.
pub(super) fn human(told: &Told, look: Look) -> String {
    let all = told.open == told.asked;
    let (sign, ports) = match (all, told.open.is_empty()) {
        (true, _) => (look.good("allowed"), told.asked.to_string()),
        (_, true) => {
            let refused = look.level("refused", tenantry_core::diag::Level::Error);
            (refused, told.asked.to_string())
        }
        _ => (look.good("allowed"), format!("{} only", told.open)),
    };
    let (from, to) = (visible(&told.from), visible(&told.to));
    let mut out = format!("{sign}: {from} → {to}, {ports}\n");
    let mut line = |first: &str, text: &str| {
        out += &look.wrap(&visible(text), first, "    ");
        out.push('\n');
    };
    let packet = format!("{} {}", told.question.protocol, told.question.port);
    // What holds of all ports alike is told of none.
    let about = match told.open.is_empty() || told.asked.to_string() == packet {
        true => String::new(),
        false => format!("{packet}: "),
    };
    line("  ", &format!("{about}{}", told.sentence()));
    line(&format!("  {from}, going out: "), &told.sides[0]);
    line(&format!("  {to}, coming in: "), &told.sides[1]);
    match told.answer.basis {
        Basis::Policy | Basis::NoPolicy => {}
        other => line(
            "  ",
            &format!("This rests on more than policies: {}.", other.name()),
        ),
    }
    out
}

impl Told {
    /// The ports that go through, of those that were asked of.
    pub(super) fn open(self) -> PortSet {
        self.open
    }

    /// Why, without the verdict.
    pub(super) fn sentence(&self) -> String {
        let mut verdicts = ["allowed: ", "refused: "].into_iter();
        let words = verdicts.find_map(|it| self.because.strip_prefix(it));
        let words = words.unwrap_or(&self.because);
        let end = if words.ends_with(['.', '!', '?']) {
            ""
        } else {
            "."
        };
        format!("{words}{end}")
    }
}

/// For tools.
#[derive(Serialize)]
pub(super) struct Document<'t> {
    version: u32,
    from: &'t str,
    to: &'t str,
    /// Which ports of those that were asked of go through.
    open: Vec<document::Ports>,
    /// The packet that the rest is about: the first that goes through, or the first of all.
    protocol: &'static str,
    port: u16,
    allowed: bool,
    basis: &'static str,
    because: &'t str,
    egress: Side,
    ingress: Side,
}

/// What one side says.
#[derive(Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
enum Side {
    /// No policy isolates it, or it is outside.
    Open,
    /// A rule admits the other end.
    Admitted { by: Rule },
    /// A policy of the whole cluster accepts it, whatever those of the namespace say.
    Accepted { by: Rule },
    /// A policy of the whole cluster refuses it.
    Denied { by: Rule },
    /// None does.
    Refused {
        isolated_by: Vec<String>,
        other_ports: Vec<Rule>,
    },
}

/// A rule, by its policy and its place.
#[derive(Serialize)]
struct Rule {
    policy: String,
    rule: usize,
}

impl Rule {
    fn of_tier(cluster: &Cluster, tier: TierId, rule: usize) -> Self {
        let policy = cluster.tier(tier).path();
        Self { policy, rule }
    }
}

impl<'t> Document<'t> {
    /// The answer.
    pub(super) fn of(told: &'t Told, cluster: &Cluster) -> Self {
        let path = |policy| cluster.policy(policy).path();
        let rule = |(policy, rule)| Rule {
            policy: path(policy),
            rule,
        };
        let side = |account: &Account| match account {
            Account::Open => Side::Open,
            Account::Admitted { policy, rule: at } => Side::Admitted {
                by: rule((*policy, *at)),
            },
            Account::Accepted { tier, rule } => Side::Accepted {
                by: Rule::of_tier(cluster, *tier, *rule),
            },
            Account::Denied { tier, rule } => Side::Denied {
                by: Rule::of_tier(cluster, *tier, *rule),
            },
            Account::Refused {
                isolated_by,
                other_ports,
            } => Side::Refused {
                isolated_by: isolated_by.iter().map(|it| path(*it)).collect(),
                other_ports: other_ports.iter().map(|it| rule(*it)).collect(),
            },
        };
        Self {
            version: 1,
            from: &told.from,
            to: &told.to,
            open: document::ports(&told.open),
            protocol: told.question.protocol.name(),
            port: told.question.port,
            allowed: told.answer.allowed,
            basis: told.answer.basis.name(),
            because: &told.because,
            egress: side(&told.answer.egress),
            ingress: side(&told.answer.ingress),
        }
    }
}
