//! Networks beside the pod network, and the policies of their own (MultiNetworkPolicies of
//! `k8s.cni.cncf.io`).
//!
//! NetworkPolicies speak of the pod network alone, and these policies of any other. So each such
//! network is judged as a cluster by itself: the pods that are attached to it, with the addresses
//! that they have there, and the policies that are for it. What goes through on one network says
//! nothing about another, and is never merged with it.

use std::collections::BTreeMap;

use crate::{Cluster, PodId, Policy, cluster::Pod};

/// What attaches pods to a network: a NetworkAttachmentDefinition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// The CNI plugin that it configures, the first of several; empty where that cannot be read.
    pub plugin: String,
    /// What the configuration calls the network. Definitions of several namespaces may be of one.
    pub network: String,
}

impl Attachment {
    /// Whether a controller is known that holds policies on networks of the plugin: the daemon of
    /// the multi-networkpolicy project for macvlan, ipvlan, virtual functions with a driver of the
    /// kernel and bonds of those; OVN-Kubernetes for its own. A plain bridge has none.
    pub fn is_held(&self) -> bool {
        let held = ["macvlan", "ipvlan", "sriov", "bond", OVN];
        held.contains(&self.plugin.as_str())
    }
}

/// The plugin of OVN-Kubernetes. Its networks go by the name in the configuration, whatever
/// definition leads to them.
const OVN: &str = "ovn-k8s-cni-overlay";

/// A policy of networks beside the pod network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    /// What it says.
    pub policy: Policy,
    /// The definitions of the networks that it is for: `namespace/name`, sorted, each once.
    pub networks: Vec<String>,
}

/// One network beside the pod network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// What it is called: as the only definition of it is, or as the configuration calls it.
    pub name: String,
    /// By which definitions pods are attached to it: `namespace/name`, sorted.
    pub definitions: Vec<String>,
    /// The pods on it and the policies for it, to be judged like a cluster of their own. Where no
    /// controller holds policies it has none, and says so.
    pub cluster: Cluster,
    /// The place of each of those pods among all.
    pub pods: Vec<PodId>,
    /// How many policies are for it, whether anything holds them or not.
    pub policies: usize,
}

impl Network {
    /// Whether it is called so, by its own name or by that of a definition.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.definitions.iter().any(|own| own == name)
    }
}

/// The networks beside the pod network on which there are pods or for which there are policies,
/// by name; each with all namespaces, from any of which somebody may come to be attached.
pub fn networks(cluster: &Cluster) -> Vec<Network> {
    let mut networks = networks_of(cluster);
    for network in &mut networks {
        network.cluster.namespaces.clone_from(&cluster.namespaces);
    }
    networks
}

/// The same, each with the namespaces alone in which somebody is attached to it or has policies for
/// it: what that costs does not grow with the number of networks times that of namespaces.
pub fn networks_of(cluster: &Cluster) -> Vec<Network> {
    let mut networks: BTreeMap<&str, Network> = BTreeMap::new();
    let pods = cluster.pods.iter().filter(|pod| !pod.host_network);
    let attached = pods.flat_map(|pod| pod.networks.keys());
    let policed = cluster.beyond.iter().flat_map(|beyond| &beyond.networks);
    for definition in attached.chain(policed) {
        let name = name(cluster, definition);
        let network = networks
            .entry(name)
            .or_insert_with(|| empty(cluster, name, definition));
        if let Err(at) = network.definitions.binary_search(definition) {
            network.definitions.insert(at, definition.clone());
        }
    }
    for (at, pod) in cluster.pods.iter().enumerate() {
        attach(cluster, &mut networks, (at, pod));
    }
    for beyond in &cluster.beyond {
        let mut names: Vec<&str> = beyond.networks.iter().map(|it| name(cluster, it)).collect();
        names.sort_unstable();
        names.dedup();
        for network in names {
            if let Some(network) = networks.get_mut(network) {
                network.take(&beyond.policy);
            }
        }
    }
    let mut networks: Vec<Network> = networks.into_values().collect();
    for network in &mut networks {
        for (name, namespace) in &mut network.cluster.namespaces {
            if let Some(known) = cluster.namespaces.get(name) {
                namespace.clone_from(known);
            }
        }
    }
    networks
}

/// What the network of a definition is called.
fn name<'c>(cluster: &'c Cluster, definition: &'c str) -> &'c str {
    let attachment = cluster.attachments.get(definition);
    let own = attachment.filter(|it| it.plugin == OVN && !it.network.is_empty());
    own.map_or(definition, |it| &it.network)
}

/// A network of which nothing but a definition is known yet.
fn empty(cluster: &Cluster, name: &str, definition: &str) -> Network {
    Network {
        name: name.to_owned(),
        definitions: Vec::new(),
        cluster: Cluster {
            unheld: unheld(cluster.attachments.get(definition)),
            ..Cluster::default()
        },
        pods: Vec::new(),
        policies: 0,
    }
}

/// Why nothing holds policies on a network, or nobody can know.
fn unheld(attachment: Option<&Attachment>) -> Option<String> {
    match attachment {
        Some(attachment) if attachment.is_held() => None,
        Some(attachment) if attachment.plugin.is_empty() => Some(
            "its definition does not say which plugin makes it, so that nobody knows whether \
             anything holds policies there"
                .to_owned(),
        ),
        Some(attachment) => Some(format!(
            "it is made by the plugin {}, on whose networks no controller is known to hold \
             policies",
            attachment.plugin
        )),
        None => Some(
            "its definition is not among the manifests, so that nobody knows whether anything \
             holds policies there"
                .to_owned(),
        ),
    }
}

/// Puts a pod on its networks, with the addresses that it has on each.
fn attach(cluster: &Cluster, networks: &mut BTreeMap<&str, Network>, (at, pod): (usize, &Pod)) {
    if pod.host_network {
        return;
    }
    let id = PodId(u32::try_from(at).unwrap_or(u32::MAX));
    for (definition, addresses) in &pod.networks {
        let Some(network) = networks.get_mut(name(cluster, definition)) else {
            continue;
        };
        // Two interfaces on one network are one pod there.
        let there = match network.pods.last() {
            Some(last) if *last == id => network.cluster.pods.last_mut(),
            _ => {
                network.pods.push(id);
                network.cluster.add_pod(Pod {
                    addresses: Vec::new(),
                    detached: false,
                    networks: BTreeMap::new(),
                    // What is between a pod and its node is not on this network.
                    node: None,
                    host_addresses: Vec::new(),
                    ..pod.clone()
                });
                network.cluster.pods.last_mut()
            }
        };
        if let Some(there) = there {
            there.addresses.extend(addresses);
            there.addresses.sort_unstable();
            there.addresses.dedup();
        }
    }
}

impl Network {
    /// Takes a policy in. One that nothing holds is counted and not believed.
    fn take(&mut self, policy: &Policy) {
        self.policies += 1;
        if self.cluster.unheld.is_none() {
            self.cluster.add_policy(policy.clone());
        }
    }
}
