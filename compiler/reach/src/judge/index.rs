//! Finding pods and namespaces by what selectors ask, without looking at all of them.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    sync::OnceLock,
};

use crate::{
    Addresses, Cluster, PodId,
    cluster::Pod,
    labels::{Labels, Selector},
    policy::Peer,
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
        let of = |id: &PodId| {
            let pod = self.cluster.pod(*id);
            (pod.namespace.as_str(), pod.name.as_str())
        };
        let all = self.by_name.get_or_init(|| {
            let mut all: Vec<PodId> = self.cluster.pod_ids().collect();
            all.sort_by(|a, b| of(a).cmp(&of(b)));
            all
        });
        let first = all.partition_point(|id| of(id) < (namespace, name));
        let same = all[first..].iter();
        same.take_while(|id| of(id) == (namespace, name))
            .copied()
            .collect()
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
