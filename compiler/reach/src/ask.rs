//! Questions about single packets, with the reason of the answer.

mod basis;
mod near;
mod rules;
mod service;
mod words;

use std::net::IpAddr;

pub use rules::rule_in_words;
pub use service::{ports as service_ports, settled};
pub use words::because;

use crate::{
    Judge, PodId, Protocol,
    policy::{By, Direction, PolicyId},
    tiers::TierId,
};

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// A pod, or any pod of a template.
    Pod(PodId),
    /// An address outside the cluster.
    Address(IpAddr),
}

/// Whether a new connection goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// Who opens it.
    pub from: End,
    /// Who is called.
    pub to: End,
    /// The protocol.
    pub protocol: Protocol,
    /// The port of the one that is called.
    pub port: u16,
}

/// What a verdict rests on. Only what policies decide can be proved from manifests; the other
/// grounds are named, so that nobody takes them for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// Policies isolate an end that the verdict hangs on, and decide.
    Policy,
    /// No policy isolates either end.
    NoPolicy,
    /// The API lets it through whatever policies say: a pod and itself, a pod and its own node.
    SpecException,
    /// An end is in its node's network, where the effect of policies is undefined. The verdict is
    /// that of most pod networks: policies neither select such a pod nor see it as a peer.
    UndefinedHostNetwork,
    /// The client's address may have been replaced on the way, and the verdict hangs on it.
    UndefinedSnat,
    /// It runs over a network of which NetworkPolicies do not speak.
    SecondaryNetwork,
    /// The pod network's own policies speak of an end too.
    L7OrFqdn,
    /// A rule would let it through if the destination had a port of the name that it says.
    NamedPortUnresolved,
    /// Two policies of the whole cluster have the same number and do not agree: which decides is
    /// not specified. The verdict is that of the one that stands first in the manifests.
    UndefinedPriority,
}

impl Basis {
    /// As outputs call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::NoPolicy => "no-policy",
            Self::SpecException => "spec-exception",
            Self::UndefinedHostNetwork => "undefined-hostnetwork",
            Self::UndefinedSnat => "undefined-snat",
            Self::SecondaryNetwork => "secondary-network",
            Self::L7OrFqdn => "l7-or-fqdn",
            Self::NamedPortUnresolved => "named-port-unresolved",
            Self::UndefinedPriority => "undefined-priority",
        }
    }
}

/// What one side of a connection does, and which policy makes it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// No policy isolates the pod in this direction, or the end is no pod.
    Open,
    /// The first rule that lets it through: its policy, and its place in the section.
    Admitted {
        /// The policy.
        policy: PolicyId,
        /// The rule's place.
        rule: usize,
    },
    /// A rule of a policy of the whole cluster lets it through, past those of the namespace.
    Accepted {
        /// The policy.
        tier: TierId,
        /// The rule's place.
        rule: usize,
    },
    /// A rule of a policy of the whole cluster refuses it.
    Denied {
        /// The policy.
        tier: TierId,
        /// The rule's place.
        rule: usize,
    },
    /// These policies isolate the pod, and none has a rule for it.
    Refused {
        /// Who isolates it.
        isolated_by: Vec<PolicyId>,
        /// The rules that admit the peer, but on other ports: by policy and place.
        other_ports: Vec<(PolicyId, usize)>,
    },
}

impl Account {
    /// Whether the side does not let it through.
    pub fn refuses(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Denied { .. })
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether it goes through.
    pub allowed: bool,
    /// What that rests on.
    pub basis: Basis,
    /// What the caller's side says; the side whose direction is [`Direction::Egress`].
    pub egress: Account,
    /// What the called side says.
    pub ingress: Account,
}

impl Answer {
    /// The side that refuses; the caller's where both do.
    pub fn refused(&self) -> Option<Direction> {
        match (self.egress.refuses(), self.ingress.refuses()) {
            (true, _) => Some(Direction::Egress),
            (_, true) => Some(Direction::Ingress),
            _ => None,
        }
    }
}

/// The answer to a question. About the own address of a Service it is that for a pod behind it.
pub fn ask(judge: &Judge<'_>, question: &Question) -> Answer {
    let asked = question;
    let question = &settled(judge, asked);
    if service::leads_nowhere(judge, asked, question) {
        return Answer {
            allowed: false,
            basis: Basis::NoPolicy,
            egress: Account::Open,
            ingress: Account::Open,
        };
    }
    if basis::is_excepted(judge.cluster(), question) {
        return Answer {
            allowed: true,
            basis: Basis::SpecException,
            egress: Account::Open,
            ingress: Account::Open,
        };
    }
    let side = |end, direction| match end {
        End::Pod(pod) => account(judge, question, pod, direction),
        End::Address(_) => Account::Open,
    };
    let egress = side(question.from, Direction::Egress);
    let ingress = side(question.to, Direction::Ingress);
    let answer = Answer {
        allowed: !egress.refuses() && !ingress.refuses(),
        basis: Basis::Policy,
        egress,
        ingress,
    };
    Answer {
        basis: basis::of(judge, question, &answer),
        ..answer
    }
}

impl Question {
    /// The other end, as the side of one direction sees it.
    pub fn peer(&self, direction: Direction) -> End {
        match direction {
            Direction::Ingress => self.from,
            Direction::Egress => self.to,
        }
    }

    /// The destination, if it is a pod: whose names of ports count.
    pub fn called(&self) -> Option<PodId> {
        match self.to {
            End::Pod(pod) => Some(pod),
            End::Address(_) => None,
        }
    }
}

/// What the side of a pod says.
fn account(judge: &Judge<'_>, question: &Question, pod: PodId, direction: Direction) -> Account {
    let peer = question.peer(direction);
    if let Some(decided) = tiered(judge, question, pod, direction) {
        return decided;
    }
    let isolated_by = judge.isolating(pod, direction);
    if isolated_by.is_empty() {
        return Account::Open;
    }
    let mut other_ports = Vec::new();
    for grant in judge.grants(pod, direction) {
        if !judge.admits(&grant, peer) {
            continue;
        }
        let (ports, _) = judge.ports(grant.rule, question.called());
        if ports.contains(question.protocol, question.port) {
            return Account::Admitted {
                policy: grant.policy,
                rule: grant.at,
            };
        }
        other_ports.push((grant.policy, grant.at));
    }
    Account::Refused {
        isolated_by: isolated_by.to_vec(),
        other_ports,
    }
}

/// What the policies of the whole cluster decide of a pod's side; none where it is left to others.
fn tiered(
    judge: &Judge<'_>,
    question: &Question,
    pod: PodId,
    direction: Direction,
) -> Option<Account> {
    if judge.tiers(pod, direction).is_empty() {
        return None;
    }
    let sorted = judge.sorted(pod, direction, question.peer(direction));
    let deciding = |all: &[(By, crate::PortSet)]| {
        let mut all = all.iter();
        let found = all.find(|(_, ports)| ports.contains(question.protocol, question.port))?;
        match found.0 {
            By::Tier(tier, rule) => Some((tier, rule as usize)),
            By::Policy(..) => None,
        }
    };
    let accepted = deciding(&sorted.accepted);
    let accepted = accepted.map(|(tier, rule)| Account::Accepted { tier, rule });
    accepted.or_else(|| {
        let (tier, rule) = deciding(&sorted.denied)?;
        Some(Account::Denied { tier, rule })
    })
}
