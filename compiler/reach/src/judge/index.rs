//! Finding pods and namespaces by what selectors ask, without looking at all of them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
    sync::OnceLock,
};

use crate::{
    Addresses, Cluster, PodId,
    cluster::Pod,
    labels::{Condition, Labels, Selector},
    policy::Peer,
    read::replicas,
};

/// By key and value: who bears them, in order.
type Bearers<'c, T> = HashMap<(&'c str, &'c str), Vec<T>, foldhash::fast::FixedState>;

/// The pods of one namespace.
#[derive(Debug, Default)]
struct Inside<'c> {
    pods: Vec<PodId>,
    bearers: Bearers<'c, PodId>,
}

/// Everything that can be looked up.
#[derive(Debug)]
pub(crate) struct Index<'c> {
    cluster: &'c Cluster,
    /// By name; the same order as the cluster's namespaces.
    inside: BTreeMap<&'c str, Inside<'c>>,
    bearers: Bearers<'c, &'c str>,
    addresses: Vec<(IpAddr, PodId)>,
    /// The pods by namespace and name; sorted once somebody asks for a name.
    by_name: OnceLock<Vec<PodId>>,
    /// What selectors of pods name, by key and value; looked for once somebody asks.
    named_values: OnceLock<BTreeMap<String, BTreeSet<String>>>,
}

impl<'c> Index<'c> {
    pub(crate) fn of(cluster: &'c Cluster) -> Self {
        let mut bearers: Bearers<'c, &'c str> = Bearers::default();
        let mut inside: BTreeMap<&str, Inside<'_>> = BTreeMap::new();
        for (name, namespace) in &cluster.namespaces {
            inside.insert(name, Inside::default());
            for (key, value) in &namespace.labels {
                bearers.entry((key, value)).or_default().push(name);
            }
        }
        let mut addresses = Vec::new();
        for id in cluster.pod_ids() {
            let pod = cluster.pod(id);
            addresses.extend(pod.addresses.iter().map(|address| (*address, id)));
            inside
                .entry(pod.namespace.as_str())
                .or_default()
                .add(id, pod);
        }
        addresses.sort_unstable();
        Self {
            cluster,
            inside,
            bearers,
            addresses,
            by_name: OnceLock::new(),
            named_values: OnceLock::new(),
        }
    }

    /// The pods that the selectors of a peer select, in a policy of namespace `own`; in order.
    pub(crate) fn selected(&self, own: &str, peer: &Peer) -> Vec<PodId> {
        let mut found = match peer {
            Peer::Pods { namespaces, pods } => match namespaces {
                None => self.pods_in(own, pods),
                Some(namespaces) => self.pods(namespaces, pods),
            },
            Peer::Addresses(_) => Vec::new(),
        };
        found.retain(|pod| !self.cluster.pod(*pod).host_network);
        found
    }

    /// The pods of one namespace that a selector selects, in order.
    pub(crate) fn pods_in(&self, namespace: &str, selector: &Selector) -> Vec<PodId> {
        let Some(inside) = self.inside.get(namespace) else {
            return Vec::new();
        };
        let matches = |id: &PodId| selector.matches(&self.cluster.pod(*id).labels);
        match fewest(&inside.bearers, selector) {
            Some(bearers) => bearers.into_iter().filter(matches).collect(),
            None => inside.pods.iter().copied().filter(matches).collect(),
        }
    }

    /// The pods that two selectors select, in order.
    pub(crate) fn pods(&self, namespaces: &Selector, pods: &Selector) -> Vec<PodId> {
        let matches = |name: &&str| {
            let labels = |name: &str| Some(&self.cluster.namespaces.get(name)?.labels);
            labels(name).is_some_and(|labels: &Labels| namespaces.matches(labels))
        };
        let names: Vec<&str> = match fewest(&self.bearers, namespaces) {
            Some(bearers) => bearers.into_iter().filter(|name| matches(name)).collect(),
            None => self.inside.keys().copied().filter(matches).collect(),
        };
        let mut found: Vec<PodId> = Vec::new();
        for name in names {
            found.extend(self.pods_in(name, pods));
        }
        found.sort_unstable();
        found
    }

    /// The pods of a name.
    pub(crate) fn named(&self, namespace: &str, name: &str) -> Vec<PodId> {
        let from = self.from(namespace, name);
        from.take_while(|id| self.name(*id) == (namespace, name))
            .collect()
    }

    /// The single pods that stand for a workload whose pods are told apart; in order.
    pub(crate) fn replicas(&self, namespace: &str, workload: &str) -> Vec<PodId> {
        let prefix = format!("{workload}-");
        let from = self.from(namespace, &prefix);
        let all = from.take_while(|id| {
            let (space, name) = self.name(*id);
            space == namespace && name.starts_with(&prefix)
        });
        let is_own = |id: &PodId| replicas::workload(self.cluster.pod(*id)) == Some(workload);
        let mut all: Vec<PodId> = all.filter(is_own).collect();
        all.sort_unstable();
        all
    }

    /// Whether a selector of pods names this value of a label. What else the label says, all of them
    /// see alike.
    pub(crate) fn is_named(&self, key: &str, value: &str) -> bool {
        let named = self.named_values.get_or_init(|| {
            let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            let selectors = self.cluster.pod_selectors();
            for requirement in selectors.flat_map(|it| it.requirements.iter()) {
                let (Condition::In(values) | Condition::NotIn(values)) = &requirement.condition
                else {
                    continue;
                };
                let known = named.entry(requirement.key.clone()).or_default();
                known.extend(values.iter().cloned());
            }
            named
        });
        named.get(key).is_some_and(|values| values.contains(value))
    }

    /// The pods by namespace and name, from this one on.
    fn from(&self, namespace: &str, name: &str) -> impl Iterator<Item = PodId> {
        let all = self.by_name.get_or_init(|| {
            let mut all: Vec<PodId> = self.cluster.pod_ids().collect();
            all.sort_by(|a, b| self.name(*a).cmp(&self.name(*b)));
            all
        });
        let first = all.partition_point(|id| self.name(*id) < (namespace, name));
        all[first..].iter().copied()
    }

    fn name(&self, id: PodId) -> (&'c str, &'c str) {
        let pod = self.cluster.pod(id);
        (pod.namespace.as_str(), pod.name.as_str())
    }

    /// The pods with an address in a set, in order.
    pub(crate) fn addressed(&self, set: &Addresses) -> Vec<PodId> {
        let within = self.addresses.iter().filter(|(ip, _)| set.contains(*ip));
        let mut pods: Vec<PodId> = within.map(|(_, pod)| *pod).collect();
        pods.sort_unstable();
        pods.dedup();
        pods
    }
}

impl<'c> Inside<'c> {
    fn add(&mut self, id: PodId, pod: &'c Pod) {
        self.pods.push(id);
        for (key, value) in &pod.labels {
            self.bearers.entry((key, value)).or_default().push(id);
        }
    }
}

/// The shortest list that holds all whom a selector can select: none where it names no values.
fn fewest<T: Copy + Ord>(bearers: &Bearers<'_, T>, selector: &Selector) -> Option<Vec<T>> {
    let named = selector.requirements.iter().filter_map(|requirement| {
        let values = selector.values(&requirement.key)?;
        let lists = values
            .iter()
            .filter_map(|value| bearers.get(&(requirement.key.as_str(), value.as_str())));
        Some(lists.collect::<Vec<_>>())
    });
    let shortest = named.min_by_key(|lists| lists.iter().map(|list| list.len()).sum::<usize>())?;
    let mut all: Vec<T> = shortest.into_iter().flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    Some(all)
}
