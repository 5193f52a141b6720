//! Pods of one workload that have labels of their own. As long as no selector asks for those, one
//! template stands for all of them.

use super::{
    Object,
    at::whole,
    pods::{MACHINE, host_name},
};
use crate::{Cluster, PodId, cluster::Pod, node::Node};

/// On each pod of a StatefulSet: the pod's name.
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
/// On each pod of a StatefulSet: its number (Kubernetes 1.28).
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";
/// So many pods are told apart in all. Of a cluster with more nothing is answered: a selector that
/// asks for the labels of one would find nobody.
pub(super) const MOST: usize = 10_000;

/// What makes numbered pods.
pub(crate) const KINDS: [&str; 2] = ["StatefulSet", "VirtualMachinePool"];

/// A workload whose pods are numbered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Replicated {
    first: u64,
    /// How many there are.
    pub(super) count: u64,
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
/// Those for which there is no room are left out, and returned by their place among the replicated.
pub(super) fn tell_apart(cluster: &mut Cluster, replicated: &[(PodId, Replicated)]) -> Vec<usize> {
    let mut refused = Vec::new();
    if replicated.is_empty() {
        return refused;
    }
    let mut asked = [POD_NAME, POD_INDEX, MACHINE].map(|label| (label, false));
    for requirement in cluster
        .pod_selectors()
        .flat_map(|it| it.requirements.iter())
    {
        for (label, asked) in &mut asked {
            *asked |= requirement.key == *label;
        }
    }
    let is_wanted = |(_, (_, it)): &(usize, (PodId, Replicated))| {
        let mut labels = asked.iter().filter(|(label, _)| it.labels.contains(label));
        labels.any(|(_, asked)| *asked)
    };
    let all = replicated.iter().copied().enumerate();
    let mut apart = all.filter(is_wanted).peekable();
    if apart.peek().is_none() {
        return refused;
    }
    let (mut pods, mut room) = (Vec::new(), MOST);
    for (at, pod) in std::mem::take(&mut cluster.pods).into_iter().enumerate() {
        let Some((place, (_, it))) = apart.next_if(|(_, (pod, _))| pod.0 as usize == at) else {
            pods.push(pod);
            continue;
        };
        match usize::try_from(it.count).ok().filter(|it| *it <= room) {
            Some(0) => pods.push(pod),
            Some(count) => {
                room -= count;
                let numbers = (0..it.count).map(|number| it.first.saturating_add(number));
                pods.extend(numbers.map(|number| one(&pod, number, it.labels)));
            }
            None => refused.push(place),
        }
    }
    cluster.pods = pods;
    refused
}

/// The name of the workload of a pod that is told apart.
pub(crate) fn workload(pod: &Pod) -> Option<&str> {
    let (workload, number) = pod.name.rsplit_once('-')?;
    let numbered = KINDS.contains(&pod.kind.as_str()) && pod.alone;
    (numbered && !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()))
        .then_some(workload)
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
