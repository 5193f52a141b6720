//! What one thing keeps a pod from being let through: a label, or its namespace.

use super::{End, Question};
use crate::{
    Cluster, Judge,
    cluster::Pod,
    labels::{Labels, NAMESPACE_NAME, Requirement, Selector},
    policy::{Direction, Peer, Policy, PolicyId},
};

/// The one thing by which the peer misses a rule that would do: `its label app is api`. Nothing
/// where it misses every rule by more.
pub(super) fn miss(
    judge: &Judge<'_>,
    question: &Question,
    direction: Direction,
    isolated_by: &[PolicyId],
) -> Option<String> {
    let cluster = judge.cluster();
    let End::Pod(pod) = question.peer(direction) else {
        return None;
    };
    // Selectors do not see it, whatever it bears.
    let pod = Some(cluster.pod(pod)).filter(|pod| !pod.host_network)?;
    isolated_by.iter().find_map(|id| {
        let policy = cluster.policy(*id);
        let rules = policy.rules(direction).unwrap_or_default();
        let mut rules = rules.iter().filter(|rule| {
            let (ports, _) = judge.ports(rule, question.called());
            ports.contains(question.protocol, question.port)
        });
        rules.find_map(|rule| {
            let mut peers = rule.peers.iter().flatten();
            peers.find_map(|peer| only_miss(cluster, policy, peer, pod))
        })
    })
}

/// What a pod misses of a peer, if that is one thing.
fn only_miss(cluster: &Cluster, policy: &Policy, peer: &Peer, pod: &Pod) -> Option<String> {
    let Peer::Pods { namespaces, pods } = peer else {
        return None;
    };
    let none = Labels::new();
    let namespace = cluster.namespaces.get(&pod.namespace);
    let namespace = namespace.map_or(&none, |namespace| &namespace.labels);
    let elsewhere = format!("it is in namespace {}", pod.namespace);
    let mut missed = Vec::new();
    match namespaces {
        None if pod.namespace != policy.namespace => missed.push(elsewhere),
        None => {}
        Some(selector) => missed.extend(misses(selector, namespace).map(|it| {
            match (it.key.as_str(), namespace.get(&it.key)) {
                (NAMESPACE_NAME, _) => elsewhere.clone(),
                (key, None) => format!("its namespace has no label {key}"),
                (key, Some(value)) => format!("its namespace's label {key} is {}", seen(value)),
            }
        })),
    }
    missed.extend(
        misses(pods, &pod.labels).map(|it| match pod.labels.get(&it.key) {
            None => format!("it has no label {}", it.key),
            Some(value) => format!("its label {} is {}", it.key, seen(value)),
        }),
    );
    missed.pop().filter(|_| missed.is_empty())
}

fn misses<'s>(selector: &'s Selector, labels: &'s Labels) -> impl Iterator<Item = &'s Requirement> {
    selector
        .requirements
        .iter()
        .filter(|it| !it.matches(labels))
}

fn seen(value: &str) -> &str {
    if value.is_empty() { "empty" } else { value }
}
