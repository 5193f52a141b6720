//! Pods of one workload that have labels of their own. As long as no selector asks for those, one
//! template stands for all of them.

use super::{
    Object,
    at::whole,
    pods::{MACHINE, host_name},
};
use crate::{
    Cluster, PodId,
    cluster::Pod,
    labels::Selector,
    node::Node,
    policy::{Direction, Peer},
};

/// On each pod of a StatefulSet: the pod's name.
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
/// On each pod of a StatefulSet: its number (Kubernetes 1.28).
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";
/// So many pods are told apart in all; what is beyond stays a template.
const MOST: usize = 10_000;

/// A workload whose pods are numbered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Replicated {
    first: u64,
    count: u64,
    labels: &'static [&'static str],
}

impl Replicated {
    /// How the pods of an object are numbered, if they are.
    pub(super) fn of(object: &Object<'_>) -> Option<Self> {
        let labels: &[&str] = match (object.group, object.kind) {
            ("apps", "StatefulSet") => &[POD_NAME, POD_INDEX],
            ("pool.kubevirt.io", "VirtualMachinePool") => &[MACHINE],
            _ => return None,
        };
        let spec = object.body.value().get("spec");
        let count = |value: Node<'_>| u64::try_from(whole(value)?).ok();
        let first = spec.and_then(|spec| count(spec.get("ordinals")?.get("start")?));
        Some(Self {
            first: first.unwrap_or(0),
            count: spec.and_then(|it| count(it.get("replicas")?)).unwrap_or(1),
            labels,
        })
    }
}

/// Puts single pods in the place of the templates, where a selector asks for what tells them apart.
pub(super) fn tell_apart(cluster: &mut Cluster, replicated: &[(PodId, Replicated)]) {
    if replicated.is_empty() {
        return;
    }
    let mut asked = [POD_NAME, POD_INDEX, MACHINE].map(|label| (label, false));
    for requirement in selectors(cluster).flat_map(|it| it.requirements.iter()) {
        for (label, asked) in &mut asked {
            *asked |= requirement.key == *label;
        }
    }
    let is_wanted = |(_, it): &(PodId, Replicated)| {
        let mut labels = asked.iter().filter(|(label, _)| it.labels.contains(label));
        labels.any(|(_, asked)| *asked)
    };
    let mut apart = replicated.iter().copied().filter(is_wanted).peekable();
    if apart.peek().is_none() {
        return;
    }
    let (mut pods, mut room) = (Vec::new(), MOST);
    for (at, pod) in std::mem::take(&mut cluster.pods).into_iter().enumerate() {
        let numbered = apart.next_if(|(pod, _)| pod.0 as usize == at);
        let numbered = numbered.map(|(_, numbered)| numbered);
        let count = numbered.and_then(|it| usize::try_from(it.count).ok());
        match (numbered, count) {
            (Some(numbered), Some(count)) if (1..=room).contains(&count) => {
                room -= count;
                let numbers = (0..numbered.count).map(|it| numbered.first.saturating_add(it));
                pods.extend(numbers.map(|number| one(&pod, number, numbered.labels)));
            }
            _ => pods.push(pod),
        }
    }
    cluster.pods = pods;
}

/// One of the pods.
fn one(template: &Pod, number: u64, labels: &[&str]) -> Pod {
    let mut pod = template.clone();
    pod.name = format!("{}-{number}", template.name);
    pod.alone = true;
    for label in labels {
        let value = match *label {
            POD_INDEX => number.to_string(),
            MACHINE => host_name(&pod.name).to_owned(),
            _ => pod.name.clone(),
        };
        pod.labels.insert((*label).to_owned(), value);
    }
    pod
}

/// Every selector of pods.
fn selectors(cluster: &Cluster) -> impl Iterator<Item = &Selector> {
    let beside = cluster.beside.iter().map(|it| &it.pods);
    let policies = cluster.policies.iter().flat_map(|policy| {
        let rules = Direction::BOTH
            .into_iter()
            .filter_map(|it| policy.rules(it));
        let peers = rules.flatten().filter_map(|rule| rule.peers.as_deref());
        let pods = peers.flatten().filter_map(|peer| match peer {
            Peer::Pods { pods, .. } => Some(pods),
            Peer::Addresses(_) => None,
        });
        pods.chain([&policy.pods])
    });
    policies.chain(beside)
}
