//! What a verdict rests on.

use super::{Account, Answer, Basis, End, Question};
use crate::{
    Cluster, Judge, PodId,
    cluster::{Beside, Effect, Pod},
    judge::Clash,
    policy::{Direction, Peer, Port},
};

/// The two ends of a question, each with the direction that its side decides.
fn sides(question: &Question) -> [(End, Direction); 2] {
    let (caller, called) = (question.from, question.to);
    [(caller, Direction::Egress), (called, Direction::Ingress)]
}

/// Whether the API lets it through whatever policies say: a pod and itself, a pod and its node.
pub(super) fn is_excepted(cluster: &Cluster, question: &Question) -> bool {
    let is_node = |pod: &Pod, address| pod.host_addresses.contains(&address);
    match (question.from, question.to) {
        (End::Pod(from), End::Pod(to)) if from == to => cluster.pod(from).alone,
        (End::Pod(from), End::Pod(to)) => {
            let (from, to) = (cluster.pod(from), cluster.pod(to));
            // A pod in its node's network has the node's addresses, and is the node to policies.
            let one = from.host_network || to.host_network;
            let mut addresses = from.host_addresses.iter();
            let same = from.node.is_some() && from.node == to.node;
            one && (same || addresses.any(|address| is_node(to, *address)))
        }
        (End::Pod(pod), End::Address(address)) | (End::Address(address), End::Pod(pod)) => {
            is_node(cluster.pod(pod), address)
        }
        (End::Address(_), End::Address(_)) => false,
    }
}

/// On what an answer rests that is no exception.
pub(super) fn of(judge: &Judge<'_>, question: &Question, answer: &Answer) -> Basis {
    let cluster = judge.cluster();
    let decided = [&answer.egress, &answer.ingress]
        .into_iter()
        .any(|account| *account != Account::Open);
    // That pods in their node's network are none to policies of the cluster is defined.
    let isolated = [&answer.egress, &answer.ingress]
        .into_iter()
        .any(|it| matches!(it, Account::Admitted { .. } | Account::Refused { .. }));
    if is_in_doubt(judge, question, isolated) {
        Basis::UndefinedHostNetwork
    } else if cluster.unheld.is_some() || pods(cluster, question).any(|pod| pod.detached) {
        Basis::SecondaryNetwork
    } else if other(cluster, question).is_some() {
        Basis::L7OrFqdn
    } else if clash(judge, question).is_some() {
        Basis::UndefinedPriority
    } else if !decided {
        Basis::NoPolicy
    } else if hangs_on_the_address(judge, question) {
        Basis::UndefinedSnat
    } else if hangs_on_a_name(judge, question, answer) {
        Basis::NamedPortUnresolved
    } else {
        Basis::Policy
    }
}

/// Whether an end is in its node's network and any policy would matter: one that decides about the
/// other end, or one that selects this one by its labels.
fn is_in_doubt(judge: &Judge<'_>, question: &Question, decided: bool) -> bool {
    let cluster = judge.cluster();
    sides(question).into_iter().any(|(end, direction)| {
        let End::Pod(id) = end else { return false };
        cluster.pod(id).host_network && (decided || judge.would_isolate(id, direction))
    })
}

/// The first two policies of the cluster that leave open what becomes of it.
pub(super) fn clash(judge: &Judge<'_>, question: &Question) -> Option<Clash> {
    sides(question).into_iter().find_map(|(end, direction)| {
        let End::Pod(pod) = end else { return None };
        let port = (question.protocol, question.port);
        judge.clash(pod, direction, question.peer(direction), port)
    })
}

/// The ends that are pods.
pub(super) fn pods<'c>(
    cluster: &'c Cluster,
    question: &Question,
) -> impl Iterator<Item = &'c Pod> + use<'c> {
    let ends = [question.from, question.to].into_iter();
    ends.filter_map(move |end| match end {
        End::Pod(pod) => Some(cluster.pod(pod)),
        End::Address(_) => None,
    })
}

/// The first policy of another kind that speaks of an end.
pub(super) fn other<'c>(cluster: &'c Cluster, question: &Question) -> Option<&'c Beside> {
    let speaks = |it: &&Beside| pods(cluster, question).any(|pod| it.speaks_of(cluster, pod));
    beside(cluster, Effect::OtherPolicies).find(speaks)
}

fn beside(cluster: &Cluster, effect: Effect) -> impl Iterator<Item = &Beside> {
    cluster.beside.iter().filter(move |it| it.effect == effect)
}

/// The first Service by which somebody outside may come to the port that is called.
pub(super) fn translated<'c>(judge: &Judge<'c>, question: &Question) -> Option<&'c Beside> {
    let cluster = judge.cluster();
    let to = question.called()?;
    beside(cluster, Effect::Translated).find(|it| {
        let (ports, _) = judge.resolved(it.ports.as_deref(), Some(to));
        ports.contains(question.protocol, question.port) && it.speaks_of(cluster, cluster.pod(to))
    })
}

/// Whether a client outside may come in with another address, by a Service, and whether it goes
/// through is decided by addresses.
fn hangs_on_the_address(judge: &Judge<'_>, question: &Question) -> bool {
    let (End::Address(_), End::Pod(to)) = (question.from, question.to) else {
        return false;
    };
    if translated(judge, question).is_none() {
        return false;
    }
    let mut by_address = false;
    for grant in judge.grants(to, Direction::Ingress) {
        let (ports, _) = judge.ports(grant.rule, Some(to));
        if !ports.contains(question.protocol, question.port) {
            continue;
        }
        match &grant.rule.peers {
            // Everybody may come in, from whatever address.
            None => return false,
            Some(peers) => by_address |= peers.iter().any(|it| matches!(it, Peer::Addresses(_))),
        }
    }
    by_address
}

/// Whether it is refused only because the destination has no port of a name: every side that
/// refuses has a rule that admits the peer on such a port.
fn hangs_on_a_name(judge: &Judge<'_>, question: &Question, answer: &Answer) -> bool {
    let accounts = [&answer.egress, &answer.ingress];
    let refused = accounts.into_iter().zip(sides(question));
    let mut names = refused.filter_map(|(account, (end, direction))| match (account, end) {
        (Account::Refused { other_ports, .. }, End::Pod(_)) => {
            let cluster = judge.cluster();
            Some(other_ports.iter().any(|(policy, rule)| {
                let rules = cluster.policy(*policy).rules(direction).unwrap_or_default();
                let ports = rules.get(*rule).and_then(|rule| rule.ports.as_deref());
                unresolved(cluster, question, ports.unwrap_or_default()).is_some()
            }))
        }
        (Account::Denied { .. }, _) => Some(false),
        _ => None,
    });
    !answer.allowed && names.all(|named| named)
}

/// The first name among ports that the destination does not have, for the protocol of a question.
pub(super) fn unresolved<'p>(
    cluster: &Cluster,
    question: &Question,
    ports: &'p [Port],
) -> Option<&'p str> {
    let has = |pod: PodId, name: &str| {
        let mut ports = cluster.pod(pod).ports.iter();
        ports.any(|it| it.protocol == question.protocol && it.name.as_deref() == Some(name))
    };
    ports.iter().find_map(|port| match port {
        Port::Named(protocol, name) if *protocol == question.protocol => {
            let resolved = question.called().is_some_and(|pod| has(pod, name));
            (!resolved).then_some(name.as_str())
        }
        _ => None,
    })
}
