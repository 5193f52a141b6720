//! What was read of each object, put together in the order of the documents.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    iter,
    net::IpAddr,
};

use foldhash::fast::FixedState;

use super::{
    Complaint, Document, path_of,
    replicas::{self, Replicated},
};
use crate::{
    Cluster, Namespace, PodId,
    cluster::{Beside, Pod, Service},
    networks::{Attachment, Beyond},
    policy::Policy,
    tiers::TierPolicy,
};

/// What an object says, as far as it was read.
#[derive(Debug)]
pub(super) struct Found {
    /// The place of its document among all.
    pub(super) document: usize,
    /// What tells it apart; none where that is not known.
    pub(super) key: Option<Key>,
    /// Where it stands in its document: empty, but for an item of a list.
    pub(super) path: String,
    /// What is wrong with it.
    pub(super) complaints: Vec<Complaint>,
    /// What it says; none where something is wrong.
    pub(super) says: Option<Says>,
}

/// What tells an object apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) group: String,
    pub(super) kind: String,
    /// Empty for what is in no namespace.
    pub(super) namespace: String,
    pub(super) name: String,
}

/// What an object says there is.
#[derive(Debug)]
pub(super) enum Says {
    Namespace(Namespace),
    /// A node, by its addresses.
    Node(Vec<IpAddr>),
    Policy(Policy),
    Attachment(String, Attachment),
    Beyond(Beyond),
    /// A policy of the whole cluster.
    Tier(TierPolicy),
    Beside(Vec<Beside>),
    Service(Option<Beside>, Option<Service>),
    Pods(Box<Pod>, Option<Replicated>),
}

/// All that was read so far.
#[derive(Debug)]
pub(super) struct Merged<'d> {
    documents: &'d [Document<'d>],
    cluster: Cluster,
    complaints: Vec<Complaint>,
    /// In which document each object stood first.
    seen: HashMap<Key, usize, FixedState>,
    /// Workloads of which each pod has labels of its own.
    replicated: Vec<(PodId, Replicated)>,
    /// Of each of those its document, what tells it apart, and where it stands.
    whence: Vec<(usize, Key, String)>,
    /// The addresses of nodes, by name.
    nodes: BTreeMap<String, Vec<IpAddr>>,
}

impl<'d> Merged<'d> {
    pub(super) fn of(documents: &'d [Document<'d>]) -> Self {
        Self {
            documents,
            cluster: Cluster::default(),
            complaints: Vec::new(),
            seen: HashMap::with_capacity_and_hasher(documents.len(), FixedState::default()),
            replicated: Vec::new(),
            whence: Vec::new(),
            nodes: BTreeMap::new(),
        }
    }

    /// Takes an object in. A second of the same name would replace the first, and which is which
    /// depends on the order of files.
    pub(super) fn take(&mut self, found: Found) {
        let Found {
            document,
            key,
            path,
            complaints,
            says,
        } = found;
        let Some(key) = key else {
            self.complaints.extend(complaints);
            return;
        };
        if let Some(first) = self.seen.get(&key) {
            self.twice(&key, document, path, *first);
            return;
        }
        self.complaints.extend(complaints);
        if let Some(says) = says {
            if matches!(says, Says::Pods(_, Some(_))) {
                self.whence.push((document, key.clone(), path));
            }
            self.add(&key.name, says);
        }
        self.seen.insert(key, document);
    }

    fn twice(&mut self, key: &Key, document: usize, path: String, first: usize) {
        let (Some(here), Some(first)) = (self.documents.get(document), self.documents.get(first))
        else {
            return;
        };
        self.complaints.push(Complaint {
            source: here.source.to_owned(),
            at: here.at,
            object: path_of(&key.kind, &key.namespace, &key.name),
            path,
            message: format!(
                "stands twice: the first is in {}, document {}",
                first.source,
                first.at + 1
            ),
        });
    }

    /// A selector asks for what single pods of a workload have, and there are too many to tell apart.
    fn too_many(&mut self, place: usize) {
        let (Some((_, it)), Some((document, key, path))) =
            (self.replicated.get(place), self.whence.get(place))
        else {
            return;
        };
        let Some(here) = self.documents.get(*document) else {
            return;
        };
        self.complaints.push(Complaint {
            source: here.source.to_owned(),
            at: here.at,
            object: path_of(&key.kind, &key.namespace, &key.name),
            path: match path.as_str() {
                "" => "spec.replicas".to_owned(),
                path => format!("{path}.spec.replicas"),
            },
            message: format!(
                "a selector asks for labels that each of its {} pods has of its own, and at most \
                 {} pods are told apart in all",
                it.count,
                replicas::MOST
            ),
        });
    }

    fn add(&mut self, name: &str, says: Says) {
        let cluster = &mut self.cluster;
        match says {
            Says::Namespace(namespace) => {
                cluster.namespaces.insert(name.to_owned(), namespace);
            }
            Says::Node(addresses) => {
                self.nodes.insert(name.to_owned(), addresses);
            }
            Says::Policy(policy) => {
                cluster.add_policy(policy);
            }
            Says::Attachment(name, attachment) => {
                cluster.attachments.insert(name, attachment);
            }
            Says::Beyond(policy) => {
                cluster.mention(&policy.policy.namespace);
                cluster.beyond.push(policy);
            }
            Says::Tier(policy) => cluster.tiers.push(policy),
            Says::Beside(beside) => cluster.beside.extend(beside),
            Says::Service(beside, service) => {
                cluster.beside.extend(beside);
                cluster.services.extend(service);
            }
            Says::Pods(pod, replicated) => {
                let id = cluster.add_pod(*pod);
                self.replicated.extend(replicated.map(|it| (id, it)));
            }
        }
    }

    /// All of it, with what only the whole tells.
    pub(super) fn finish(mut self) -> (Cluster, Vec<Complaint>) {
        for place in replicas::tell_apart(&mut self.cluster, &self.replicated) {
            self.too_many(place);
        }
        for pod in &mut self.cluster.pods {
            let node = pod.node.as_ref().and_then(|node| self.nodes.get(node));
            pod.host_addresses.extend(node.into_iter().flatten());
            if pod.host_network {
                pod.host_addresses.extend(&pod.addresses);
            }
            pod.host_addresses.sort_unstable();
            pod.host_addresses.dedup();
            if pod.host_network {
                pod.addresses.extend(&pod.host_addresses);
            }
            pod.addresses.sort_unstable();
            pod.addresses.dedup();
        }
        name_apart(&mut self.cluster.pods);
        (self.cluster, self.complaints)
    }
}

/// Marks pods of which something of another kind has the name as well: also the workload of pods
/// that are told apart, which is asked for by its own name.
fn name_apart(pods: &mut [Pod]) {
    let mut kinds: HashMap<(&str, &str), &str, FixedState> = HashMap::default();
    let mut shared: BTreeSet<(String, String)> = BTreeSet::new();
    for pod in pods.iter() {
        for name in iter::once(pod.name.as_str()).chain(replicas::workload(pod)) {
            let first = *kinds.entry((&pod.namespace, name)).or_insert(&pod.kind);
            if first != pod.kind {
                shared.insert((pod.namespace.clone(), name.to_owned()));
            }
        }
    }
    if shared.is_empty() {
        return;
    }
    for pod in pods {
        pod.namesake = shared.contains(&(pod.namespace.clone(), pod.name.clone()));
    }
}
