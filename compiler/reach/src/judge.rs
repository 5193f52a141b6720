//! The one evaluator: what each side of a connection lets through.
//!
//! A pod is isolated in a direction as soon as one policy of its own namespace selects it and
//! speaks of that direction; then only what some rule of some such policy admits goes through.
//! There is no order and no denial. Policies of the whole cluster have both, and stand before and
//! behind those ([`crate::tiers`]). A connection needs both of its sides, for the same port.

pub(crate) mod index;
mod tiers;

use std::{collections::BTreeMap, net::IpAddr};

use index::Index;

use crate::{
    Addresses, Cluster, End, PodId, PortSet, Protocol,
    cluster::Pod,
    policy::{Direction, Peer, PolicyId, Port, Rule},
    read::replicas,
    tiers::TierId,
};

pub use tiers::Clash;

/// A cluster whose policies are laid out for questions.
#[derive(Debug)]
pub struct Judge<'c> {
    cluster: &'c Cluster,
    index: Index<'c>,
    /// By direction and pod: the policies that isolate it, in the order of the manifests.
    isolating: [Vec<Vec<PolicyId>>; 2],
    /// By direction and pod: the policies of the cluster that speak of it, in their order; empty
    /// where there are none of these at all.
    tiers: [Vec<Vec<TierId>>; 2],
}

/// A rule of a policy that isolates a pod: one reason why something may go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant<'c> {
    /// The policy.
    pub policy: PolicyId,
    /// In which of its sections.
    pub direction: Direction,
    /// The rule's place in that section.
    pub at: usize,
    /// The rule.
    pub rule: &'c Rule,
}

/// What one side lets through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// Whether any policy speaks of the pod; if none does, everything goes through.
    pub isolated: bool,
    /// The ports of the destination.
    pub ports: PortSet,
    /// Whether a rule that admits the peer names a port that the destination does not have.
    pub unresolved: bool,
}

/// Whom a rule admits, as sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admitted {
    /// Whether it is everybody, inside and outside.
    pub everybody: bool,
    /// Pods, sorted, each once.
    pub pods: Vec<PodId>,
    /// Addresses outside the cluster. Those of pods, where they are known, are among `pods`.
    pub addresses: Addresses,
}

impl<'c> Judge<'c> {
    /// Finds the policies of each pod.
    pub fn new(cluster: &'c Cluster) -> Self {
        let index = Index::of(cluster);
        let none = || vec![Vec::new(); cluster.pods.len()];
        let mut isolating = [none(), none()];
        for id in cluster.policy_ids() {
            let policy = cluster.policy(id);
            for pod in index.pods_in(&policy.namespace, &policy.pods) {
                // Of pods in the host's network nothing is defined; most pod networks let them be.
                if cluster.pod(pod).host_network {
                    continue;
                }
                for direction in Direction::BOTH {
                    if policy.rules(direction).is_some() {
                        isolating[direction as usize][pod.0 as usize].push(id);
                    }
                }
            }
        }
        let tiers = tiers::by_pod(cluster, &index);
        Self {
            cluster,
            index,
            isolating,
            tiers,
        }
    }

    /// What is judged.
    pub fn cluster(&self) -> &'c Cluster {
        self.cluster
    }

    /// The policies that isolate a pod; none where everything goes through.
    pub fn isolating(&self, pod: PodId, direction: Direction) -> &[PolicyId] {
        &self.isolating[direction as usize][pod.0 as usize]
    }

    /// Whether a policy's selector would isolate a pod, were it not in its node's network.
    pub fn would_isolate(&self, pod: PodId, direction: Direction) -> bool {
        let pod = self.cluster.pod(pod);
        let mut policies = self.cluster.policies.iter();
        policies.any(|policy| {
            policy.namespace == pod.namespace
                && policy.rules(direction).is_some()
                && policy.pods.matches(&pod.labels)
        })
    }

    /// Every rule that may let something through to or from a pod.
    pub fn grants(&self, pod: PodId, direction: Direction) -> impl Iterator<Item = Grant<'c>> {
        let cluster = self.cluster;
        self.isolating(pod, direction).iter().flat_map(move |&id| {
            let rules = cluster.policy(id).rules(direction).unwrap_or_default();
            rules.iter().enumerate().map(move |(at, rule)| Grant {
                policy: id,
                direction,
                at,
                rule,
            })
        })
    }

    /// What a pod's side lets through of connections with another pod.
    pub fn with_pod(&self, pod: PodId, direction: Direction, peer: PodId) -> Side {
        self.side(pod, direction, End::Pod(peer))
    }

    /// What a pod's side lets through of connections with one address outside.
    pub fn with_address(&self, pod: PodId, direction: Direction, peer: IpAddr) -> Side {
        self.side(pod, direction, End::Address(peer))
    }

    fn side(&self, pod: PodId, direction: Direction, peer: End) -> Side {
        let to = called(pod, direction, peer);
        let isolated = !self.isolating(pod, direction).is_empty();
        let mut side = Side {
            isolated,
            ..Side::default()
        };
        for grant in self.grants(pod, direction) {
            if self.admits(&grant, peer) {
                let (ports, unresolved) = self.ports(grant.rule, to);
                side.ports.extend(&ports);
                side.unresolved |= unresolved;
            }
        }
        if !isolated {
            side.ports = PortSet::all();
        }
        if !self.tiers(pod, direction).is_empty() {
            let sorted = self.sorted(pod, direction, peer);
            side.isolated = true;
            side.ports = side.ports.and(&sorted.left);
            for (_, ports) in &sorted.accepted {
                side.ports.extend(ports);
            }
        }
        side
    }

    /// Whether a rule admits a pod as the other end.
    pub fn admits_pod(&self, grant: &Grant<'_>, peer: PodId) -> bool {
        self.admits(grant, End::Pod(peer))
    }

    /// Whether a rule admits an end as the other one.
    pub fn admits(&self, grant: &Grant<'_>, peer: End) -> bool {
        let own = &self.cluster.policy(grant.policy).namespace;
        self.meets(own, grant.rule, peer)
    }

    /// Whether a rule speaks of an end, in a policy of namespace `own`.
    fn meets(&self, own: &str, rule: &Rule, peer: End) -> bool {
        let id = match peer {
            End::Pod(id) => id,
            End::Address(address) => return admits_address(rule, address),
        };
        let pod = self.cluster.pod(id);
        rule.peers.as_ref().is_none_or(|peers| {
            let mut peers = peers.iter();
            peers.any(|peer| admits_pod(self.cluster, own, peer, pod))
        })
    }

    /// The ports of a destination that a rule admits, and whether it names one that the
    /// destination does not have. Without a destination in the cluster a name stands for nothing.
    pub fn ports(&self, rule: &Rule, to: Option<PodId>) -> (PortSet, bool) {
        self.resolved(rule.ports.as_deref(), to)
    }

    /// The same of the ports alone; where none are said, those are all.
    pub fn resolved(&self, ports: Option<&[Port]>, to: Option<PodId>) -> (PortSet, bool) {
        let Some(ports) = ports else {
            return (PortSet::all(), false);
        };
        let (mut set, mut unresolved) = (PortSet::none(), false);
        for port in ports {
            match port {
                Port::Every(protocol) => set.extend(&PortSet::of(*protocol)),
                Port::Range(protocol, from, to) => set.add(*protocol, *from, *to),
                Port::Named(protocol, name) => {
                    let numbers = to.map(|to| named(self.cluster.pod(to), *protocol, name));
                    let numbers = numbers.unwrap_or_default();
                    unresolved |= numbers.is_empty();
                    for number in numbers {
                        set.add(*protocol, number, number);
                    }
                }
            }
        }
        (set, unresolved)
    }

    /// Whom a rule admits, all at once.
    pub fn admitted(&self, grant: &Grant<'_>) -> Admitted {
        let mut admitted = Admitted::default();
        let Some(peers) = &grant.rule.peers else {
            admitted.everybody = true;
            return admitted;
        };
        let own = self.cluster.policy(grant.policy).namespace.as_str();
        for peer in peers {
            admitted.pods.extend(self.selected(own, peer));
            if let Peer::Addresses(block) = peer {
                admitted.addresses.extend(block);
                admitted.pods.extend(self.index.addressed(block));
            }
        }
        admitted.pods.sort_unstable();
        admitted.pods.dedup();
        admitted
    }

    /// The pods that the selectors of a peer select, in a policy of namespace `own`; in order.
    pub(crate) fn selected(&self, own: &str, peer: &Peer) -> Vec<PodId> {
        self.index.selected(own, peer)
    }

    /// The pods of this name: `namespace/name`. By its own name is found, too, what stands for a
    /// numbered pod: `db-0` is a pod of the StatefulSet `db`.
    pub fn named(&self, namespace: &str, name: &str) -> Vec<PodId> {
        let found = self.index.named(namespace, name);
        match name.rsplit_once('-') {
            Some((workload, number)) if found.is_empty() && number.parse::<u32>().is_ok() => {
                let mut pods = self.index.named(namespace, workload);
                pods.retain(|pod| replicas::KINDS.contains(&self.cluster.pod(*pod).kind.as_str()));
                pods
            }
            _ => found,
        }
    }

    /// The pods of a workload that selectors tell apart, in order: `db-0` and `db-1` of the
    /// StatefulSet `db`. None of a workload whose template stands for all of its pods.
    pub fn replicas(&self, namespace: &str, workload: &str) -> Vec<PodId> {
        self.index.replicas(namespace, workload)
    }

    /// Of pods of one workload, those whose answers may differ: of all that no selector tells apart
    /// two, which may call each other.
    pub fn unlike(&self, replicas: &[PodId]) -> Vec<PodId> {
        let mut seen: BTreeMap<_, usize> = BTreeMap::new();
        let mut unlike = replicas.to_vec();
        unlike.retain(|id| {
            let pod = self.cluster.pod(*id);
            let labels = pod.labels.iter();
            let seen_labels: Vec<_> = labels
                .filter(|(key, value)| self.index.is_named(key, value))
                .collect();
            let count = seen.entry((&pod.kind, seen_labels)).or_default();
            *count += 1;
            *count <= 2
        });
        unlike
    }

    /// The pods that have an address.
    pub fn at(&self, address: IpAddr) -> Vec<PodId> {
        self.index.addressed(&Addresses::one(address))
    }
}

/// Who is called, if it is a pod: ports are always its.
fn called(pod: PodId, direction: Direction, peer: End) -> Option<PodId> {
    match (direction, peer) {
        (Direction::Ingress, _) => Some(pod),
        (Direction::Egress, End::Pod(peer)) => Some(peer),
        (Direction::Egress, End::Address(_)) => None,
    }
}

/// Whether a peer admits a pod. Selectors do not see pods in the host's network; a block of
/// addresses sees every pod whose address is known and lies in it.
fn admits_pod(cluster: &Cluster, own: &str, peer: &Peer, pod: &Pod) -> bool {
    match peer {
        Peer::Addresses(block) => pod.addresses.iter().any(|own| block.contains(*own)),
        Peer::Pods { .. } if pod.host_network => false,
        Peer::Pods { namespaces, pods } => {
            let there = match namespaces {
                None => pod.namespace == own,
                Some(selector) => {
                    let namespace = cluster.namespaces.get(&pod.namespace);
                    namespace.is_some_and(|namespace| selector.matches(&namespace.labels))
                }
            };
            there && pods.matches(&pod.labels)
        }
    }
}

/// Whether a rule admits an address outside: by a block, or as everybody. A selector never does.
pub(crate) fn admits_address(rule: &Rule, address: IpAddr) -> bool {
    rule.peers.as_ref().is_none_or(|peers| {
        peers
            .iter()
            .any(|peer| matches!(peer, Peer::Addresses(block) if block.contains(address)))
    })
}

/// The numbers that a pod's containers give a name; two may give it two.
fn named(pod: &Pod, protocol: Protocol, name: &str) -> Vec<u16> {
    let ports = pod.ports.iter();
    let same = ports.filter(|port| port.protocol == protocol && port.name.as_deref() == Some(name));
    same.map(|port| port.number).collect()
}

#[cfg(test)]
mod tests;
