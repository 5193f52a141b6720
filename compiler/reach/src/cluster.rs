//! What manifests say there is: namespaces, pods, policies.

use std::{collections::BTreeMap, net::IpAddr};

use crate::{
    Protocol,
    labels::{Labels, NAMESPACE_NAME, Selector},
    networks::{Attachment, Beyond},
    policy::{Direction, Peer, Policy, PolicyId, Port},
    tiers::{TierId, TierPolicy},
};

/// A pod's place among those of a [`Cluster`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodId(pub u32);

/// A namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Its labels, its name's among them.
    pub labels: Labels,
}

impl Namespace {
    /// A namespace of this name: the API server sets the label of the name, whatever was written.
    pub fn new(name: &str, mut labels: Labels) -> Self {
        labels.insert(NAMESPACE_NAME.to_owned(), name.to_owned());
        Self { labels }
    }
}

/// A pod, or the template of a workload: all its pods are alike.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pod {
    /// Its namespace.
    pub namespace: String,
    /// Its name, or that of the workload.
    pub name: String,
    /// What declares it: `Pod`, `Deployment`, `VirtualMachine`.
    pub kind: String,
    /// Its labels.
    pub labels: Labels,
    /// The ports that its containers declare; only names are looked up in them.
    pub ports: Vec<ContainerPort>,
    /// Whether it is in its node's network, where policies are undefined.
    pub host_network: bool,
    /// Whether it is one pod, and not a template of any number.
    pub alone: bool,
    /// Its own addresses, where they are known.
    pub addresses: Vec<IpAddr>,
    /// The node that it is on, where that is known.
    pub node: Option<String>,
    /// The addresses of that node, where they are known.
    pub host_addresses: Vec<IpAddr>,
    /// Networks beside the pod network, of which NetworkPolicies do not speak, by definition
    /// (`namespace/name`), with its addresses there where they are known.
    pub networks: BTreeMap<String, Vec<IpAddr>>,
    /// Whether it has no part in the pod network: its addresses and ports are elsewhere.
    pub detached: bool,
    /// Whether something of another kind makes pods of the same name.
    pub namesake: bool,
}

impl Pod {
    /// `namespace/name`, as it is asked for; `namespace/Kind/name` where the name alone would not do.
    pub fn path(&self) -> String {
        match self.namesake {
            true => format!("{}/{}/{}", self.namespace, self.kind, self.name),
            false => format!("{}/{}", self.namespace, self.name),
        }
    }
}

/// A port that a container declares.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerPort {
    /// What it is called; none where it has no name.
    pub name: Option<String>,
    /// Its protocol.
    pub protocol: Protocol,
    /// Its number.
    pub number: u16,
}

/// A Service with an address of its own, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its namespace, which is that of its pods.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its own addresses.
    pub addresses: Vec<IpAddr>,
    /// The pods behind it.
    pub pods: Selector,
    /// Its ports.
    pub ports: Vec<ServicePort>,
}

impl Service {
    /// `namespace/name`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePort {
    /// Its protocol.
    pub protocol: Protocol,
    /// Its number.
    pub port: u16,
    /// The port of the pods to which it leads.
    pub target: Port,
}

/// Something by which traffic reaches pods with another address than the client's own, or that
/// decides beside NetworkPolicies: what makes a verdict less than certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// What kind of object: `Service`, `CiliumNetworkPolicy`.
    pub kind: String,
    /// Its namespace; none where it speaks of all.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// What it does to verdicts.
    pub effect: Effect,
    /// The namespaces of which it speaks.
    pub namespaces: Selector,
    /// The pods of those of which it speaks.
    pub pods: Selector,
    /// The ports of those pods of which it speaks; none for all.
    pub ports: Option<Vec<Port>>,
}

impl Beside {
    /// Whether it speaks of a pod.
    pub fn speaks_of(&self, cluster: &Cluster, pod: &Pod) -> bool {
        let namespace = cluster.namespaces.get(&pod.namespace);
        let there = namespace.is_some_and(|it| self.namespaces.matches(&it.labels));
        there && self.pods.matches(&pod.labels)
    }
}

/// What something beside NetworkPolicies does to verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Clients from outside may arrive with the address of a node (a Service of type `NodePort`
    /// or `LoadBalancer` with `externalTrafficPolicy: Cluster`).
    Translated,
    /// The pod network's own policies decide as well.
    OtherPolicies,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cluster {
    /// The namespaces by name: those that have an object, and those in which something is.
    pub namespaces: BTreeMap<String, Namespace>,
    /// The pods, in the order of the manifests.
    pub pods: Vec<Pod>,
    /// The policies, in the order of the manifests.
    pub policies: Vec<Policy>,
    /// The policies of the whole cluster, in the order of the manifests.
    pub tiers: Vec<TierPolicy>,
    /// What else decides.
    pub beside: Vec<Beside>,
    /// The Services that have addresses of their own and pods behind them.
    pub services: Vec<Service>,
    /// What attaches pods to networks beside the pod network, by `namespace/name`.
    pub attachments: BTreeMap<String, Attachment>,
    /// The policies of those networks, in the order of the manifests.
    pub beyond: Vec<Beyond>,
    /// Why nothing holds policies here, where that is so: of a network beside the pod network.
    pub unheld: Option<String>,
}

impl Cluster {
    /// Takes a pod in, and its namespace where that has no object.
    pub fn add_pod(&mut self, pod: Pod) -> PodId {
        self.mention(&pod.namespace);
        let id = PodId(u32::try_from(self.pods.len()).unwrap_or(u32::MAX));
        self.pods.push(pod);
        id
    }

    /// Takes a policy in, and its namespace where that has no object.
    pub fn add_policy(&mut self, policy: Policy) -> PolicyId {
        self.mention(&policy.namespace);
        let id = PolicyId(u32::try_from(self.policies.len()).unwrap_or(u32::MAX));
        self.policies.push(policy);
        id
    }

    /// A namespace that is only spoken of has the label that the API server sets.
    pub fn mention(&mut self, namespace: &str) {
        if !self.namespaces.contains_key(namespace) {
            let known = Namespace::new(namespace, Labels::new());
            self.namespaces.insert(namespace.to_owned(), known);
        }
    }

    /// Every selector of pods: of policies of namespaces, of the whole cluster and of networks beside
    /// the pod network, and of what else decides.
    pub(crate) fn pod_selectors(&self) -> impl Iterator<Item = &Selector> {
        let beyond = self.beyond.iter().map(|it| &it.policy);
        let policies = self.policies.iter().chain(beyond);
        let namespaced = policies.clone().map(|it| &it.pods);
        let rules = policies.flat_map(|policy| {
            let both = Direction::BOTH.into_iter();
            both.filter_map(|it| policy.rules(it)).flatten()
        });
        let tiers = self.tiers.iter().map(|it| &it.pods);
        let of_tiers = self.tiers.iter().flat_map(|tier| {
            let both = Direction::BOTH.into_iter();
            both.flat_map(|it| tier.rules(it)).map(|it| &it.rule)
        });
        let rules = rules.chain(of_tiers);
        let peers = rules.filter_map(|rule| rule.peers.as_deref()).flatten();
        let peers = peers.filter_map(|peer| match peer {
            Peer::Pods { pods, .. } => Some(pods),
            Peer::Addresses(_) => None,
        });
        let beside = self.beside.iter().map(|it| &it.pods);
        namespaced.chain(tiers).chain(beside).chain(peers)
    }

    /// A pod.
    pub fn pod(&self, id: PodId) -> &Pod {
        &self.pods[id.0 as usize]
    }

    /// A policy.
    pub fn policy(&self, id: PolicyId) -> &Policy {
        &self.policies[id.0 as usize]
    }

    /// A policy of the whole cluster.
    pub fn tier(&self, id: TierId) -> &TierPolicy {
        &self.tiers[id.0 as usize]
    }

    /// All policies of the whole cluster.
    pub fn tier_ids(&self) -> impl Iterator<Item = TierId> + use<> {
        (0..u32::try_from(self.tiers.len()).unwrap_or(u32::MAX)).map(TierId)
    }

    /// All pods.
    pub fn pod_ids(&self) -> impl Iterator<Item = PodId> + use<> {
        (0..u32::try_from(self.pods.len()).unwrap_or(u32::MAX)).map(PodId)
    }

    /// All policies.
    pub fn policy_ids(&self) -> impl Iterator<Item = PolicyId> + use<> {
        (0..u32::try_from(self.policies.len()).unwrap_or(u32::MAX)).map(PolicyId)
    }
}
