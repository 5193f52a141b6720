//! What tells ends apart: the sets of peers that rules speak of, and which rules bind a pod.

use std::{collections::HashMap, hash::Hash, net::IpAddr};

use foldhash::fast::FixedState;

use super::TooMuch;
use crate::{
    Addresses, Cluster, Judge, PodId, PortSet, Protocol,
    addresses::Atoms,
    ask::End,
    cluster::Pod,
    matrix::lists::Lists,
    policy::{By, Direction, Peer, Policy, PolicyId, Port, Rule},
};

/// A set of ends, by number.
pub(crate) type SetId = u32;

/// The set of everybody; its members are not listed.
pub(crate) const EVERYBODY: SetId = 0;

/// An end, by number: first the pods, then the ranges of addresses.
pub(crate) type Element = u32;

/// The stance of who is not isolated.
pub(crate) const OPEN: u32 = 0;

/// How many memberships in sets are kept: 64 MB of them.
const MEMBERSHIPS: u64 = 16_000_000;

/// One peer of a rule: who it admits, and to which ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Grant {
    pub(crate) set: SetId,
    /// By number in [`Ground::ports`].
    pub(crate) ports: u32,
    /// Whose rule it is; none for what nothing refuses of who is not isolated.
    pub(crate) by: Option<By>,
}

/// The ports of a rule.
#[derive(Debug, Clone)]
struct Ports<'j> {
    fixed: PortSet,
    /// What is looked up in each destination.
    named: Vec<(Protocol, &'j str)>,
}

/// What is the same of two peers only if they admit the same.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key<'j> {
    /// Selectors of pods alone mean those of the policy's own namespace.
    Own(&'j str, usize),
    Pods(usize, usize),
    Addresses(&'j Addresses),
}

impl<'j> Key<'j> {
    fn of(policy: &'j Policy, peer: &'j Peer) -> Self {
        match peer {
            Peer::Pods { namespaces, pods } => match namespaces {
                None => Self::Own(&policy.namespace, pods.identity()),
                Some(namespaces) => Self::Pods(namespaces.identity(), pods.identity()),
            },
            Peer::Addresses(block) => Self::Addresses(block),
        }
    }
}

/// By what pods are told apart that the same rules bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Telling {
    /// By what the rules say.
    Content,
    /// By whose rules they are.
    Policies,
}

/// Everything that rules tell apart.
#[derive(Debug)]
pub(crate) struct Ground<'j> {
    pub(crate) judge: &'j Judge<'j>,
    pub(crate) atoms: Atoms,
    /// Pods' own addresses, sorted, each once.
    pub(crate) own: Vec<IpAddr>,
    /// Pods by the range of addresses that they are in.
    inside: Lists,
    /// The members of each set, sorted.
    sets: Vec<Vec<Element>>,
    memberships: u64,
    ports: Vec<Ports<'j>>,
    /// By direction, what binds pods: the grants by set; none for who is not isolated.
    pub(crate) stances: [Vec<Vec<Grant>>; 2],
    /// By direction and pod.
    pub(super) stance: [Vec<u32>; 2],
    lists: HashMap<Vec<Element>, SetId, FixedState>,
}

impl<'j> Ground<'j> {
    /// Lays out the rules of a cluster; `also` are further sets of addresses that are to be told
    /// apart. A side that is not `looked_at` isolates nobody.
    pub(crate) fn of<'a>(
        judge: &'j Judge<'j>,
        telling: Telling,
        looked_at: [bool; 2],
        also: impl Iterator<Item = &'a Addresses>,
    ) -> Result<Self, TooMuch> {
        let cluster = judge.cluster();
        let mut apart: Vec<&Addresses> = also.collect();
        for block in blocks(cluster) {
            apart.push(block);
        }
        let atoms = Atoms::of(apart);
        let mut located: Vec<(IpAddr, PodId)> = Vec::new();
        for id in cluster.pod_ids() {
            located.extend(
                cluster
                    .pod(id)
                    .addresses
                    .iter()
                    .map(|address| (*address, id)),
            );
        }
        located.sort_unstable();
        located.dedup();
        let inside = Lists::of(atoms.len(), || {
            let located = located.iter();
            located.map(|(address, pod)| (narrow(atoms.holding(*address)), pod.0))
        });
        let mut own: Vec<IpAddr> = located.into_iter().map(|(address, _)| address).collect();
        own.dedup();
        let mut ground = Self {
            judge,
            atoms,
            own,
            inside,
            sets: vec![Vec::new()],
            memberships: 0,
            ports: Vec::new(),
            stances: [vec![Vec::new()], vec![Vec::new()]],
            stance: [
                vec![OPEN; cluster.pods.len()],
                vec![OPEN; cluster.pods.len()],
            ],
            lists: HashMap::default(),
        };
        let grants = ground.grants(looked_at)?;
        for direction in Direction::BOTH {
            if looked_at[direction as usize] {
                ground.take_stances(direction, telling, &grants[direction as usize]);
            }
        }
        ground.take_tiers(looked_at, telling, &grants)?;
        Ok(ground)
    }

    /// By direction and policy, what its rules grant.
    fn grants(&mut self, looked_at: [bool; 2]) -> Result<[Vec<Vec<Grant>>; 2], TooMuch> {
        let cluster = self.judge.cluster();
        let mut peers: HashMap<Key<'_>, SetId, FixedState> = HashMap::default();
        let mut ports: HashMap<Option<&[Port]>, u32, FixedState> = HashMap::default();
        let mut all = [Vec::new(), Vec::new()];
        for policy in cluster.policy_ids() {
            let said = cluster.policy(policy);
            for direction in Direction::BOTH {
                let mut grants = Vec::new();
                let rules = said.rules(direction).unwrap_or_default();
                for (at, rule) in rules.iter().enumerate() {
                    if !looked_at[direction as usize] {
                        break;
                    }
                    let known = ports.len();
                    let ports = *ports.entry(rule.ports.as_deref()).or_insert(narrow(known));
                    if ports as usize == self.ports.len() {
                        self.ports.push(told(rule));
                    }
                    let mut grant = |set| {
                        let by = Some(By::Policy(policy, narrow(at)));
                        grants.push(Grant { set, ports, by });
                    };
                    let Some(admitted) = &rule.peers else {
                        grant(EVERYBODY);
                        continue;
                    };
                    for peer in admitted {
                        let key = Key::of(said, peer);
                        let set = match peers.get(&key) {
                            Some(set) => *set,
                            None => {
                                let members = self.members(&said.namespace, peer);
                                let set = self.set(members)?;
                                peers.insert(key, set);
                                set
                            }
                        };
                        grant(set);
                    }
                }
                all[direction as usize].push(grants);
            }
        }
        Ok(all)
    }

    /// Whom a peer admits, in a policy of namespace `own`.
    pub(super) fn members(&self, own: &str, peer: &Peer) -> Vec<Element> {
        match peer {
            Peer::Pods { .. } => {
                let found = self.judge.selected(own, peer);
                found.into_iter().map(|pod| pod.0).collect()
            }
            Peer::Addresses(block) => self.within(block),
        }
    }

    /// The pods and the ranges of addresses in a set of addresses.
    fn within(&self, block: &Addresses) -> Vec<Element> {
        let mut members = Vec::new();
        for run in self.atoms.within(block) {
            for at in run {
                members.extend(self.inside.get(narrow(at)));
                members.push(self.pods() + narrow(at));
            }
        }
        members.sort_unstable();
        members.dedup();
        members
    }

    /// The ranges of addresses in a set of them, without the pods that have some of these.
    pub(crate) fn outside(&self, block: &Addresses) -> Vec<Element> {
        let runs = self.atoms.within(block).flatten();
        runs.map(|at| self.pods() + narrow(at)).collect()
    }

    /// A set by its members, which are sorted.
    pub(crate) fn set(&mut self, members: Vec<Element>) -> Result<SetId, TooMuch> {
        if let Some(set) = self.lists.get(&members) {
            return Ok(*set);
        }
        self.memberships += members.len() as u64;
        if self.memberships > MEMBERSHIPS {
            return Err(TooMuch {
                steps: self.memberships,
                limit: MEMBERSHIPS,
            });
        }
        let set = narrow(self.sets.len());
        self.lists.insert(members.clone(), set);
        self.sets.push(members);
        Ok(set)
    }

    /// Gives every pod its stance in a direction.
    fn take_stances(&mut self, direction: Direction, telling: Telling, grants: &[Vec<Grant>]) {
        let mut by_policies: HashMap<&[PolicyId], u32, FixedState> = HashMap::default();
        let mut by_content: HashMap<Vec<(SetId, u32)>, u32, FixedState> = HashMap::default();
        let judge = self.judge;
        let stances = &mut self.stances[direction as usize];
        for pod in judge.cluster().pod_ids() {
            let isolating = judge.isolating(pod, direction);
            if isolating.is_empty() || !judge.tiers(pod, direction).is_empty() {
                continue;
            }
            let stance = *by_policies.entry(isolating).or_insert_with(|| {
                let all = isolating.iter().flat_map(|id| &grants[id.0 as usize]);
                let mut all: Vec<Grant> = all.copied().collect();
                all.sort_unstable();
                let mut push = || {
                    stances.push(all.clone());
                    narrow(stances.len() - 1)
                };
                if telling == Telling::Policies {
                    return push();
                }
                let mut content: Vec<_> = all.iter().map(|it| (it.set, it.ports)).collect();
                content.dedup();
                *by_content.entry(content).or_insert_with(push)
            });
            self.stance[direction as usize][pod.0 as usize] = stance;
        }
    }

    /// How many pods there are.
    pub(crate) fn pods(&self) -> u32 {
        narrow(self.judge.cluster().pods.len())
    }

    /// How many ends there are.
    pub(crate) fn elements(&self) -> u32 {
        self.pods() + narrow(self.atoms.len())
    }

    /// How many sets there are.
    pub(crate) fn set_count(&self) -> usize {
        self.sets.len()
    }

    /// The members of a set; none for [`EVERYBODY`].
    pub(crate) fn set_members(&self, set: SetId) -> &[Element] {
        &self.sets[set as usize]
    }

    /// What binds an end in a direction.
    pub(crate) fn stance(&self, element: Element, direction: Direction) -> u32 {
        let stances = &self.stance[direction as usize];
        stances.get(element as usize).copied().unwrap_or(OPEN)
    }

    /// The pod that an end is; none for a range of addresses.
    pub(crate) fn pod(&self, element: Element) -> Option<&'j Pod> {
        self.judge.cluster().pods.get(element as usize)
    }

    /// One packet's end in a range, or the pod; none where all addresses there are pods'.
    pub(crate) fn end(&self, element: Element) -> Option<End> {
        match element.checked_sub(self.pods()) {
            None => Some(End::Pod(PodId(element))),
            Some(at) => self.atoms.example(at as usize, &self.own).map(End::Address),
        }
    }

    /// The range that an address lies in, as an end.
    pub(crate) fn range_of(&self, address: IpAddr) -> Element {
        self.pods() + narrow(self.atoms.holding(address))
    }

    /// The range of addresses that an end is.
    pub(crate) fn atom(&self, element: Element) -> usize {
        element.saturating_sub(self.pods()) as usize
    }

    /// Whether a range has an address that is no pod's.
    pub(crate) fn is_there(&self, element: Element) -> bool {
        self.end(element).is_some()
    }

    /// The names that rules look up in destinations, sorted, each once.
    pub(crate) fn names(&self) -> Vec<(Protocol, &'j str)> {
        let names = self.ports.iter().flat_map(|ports| &ports.named);
        let mut names: Vec<_> = names.copied().collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Ports that are the same at every destination.
    pub(super) fn fixed_ports(&mut self, fixed: PortSet) -> u32 {
        self.ports.push(Ports {
            fixed,
            named: Vec::new(),
        });
        narrow(self.ports.len() - 1)
    }

    /// Takes in the ports that a rule admits at a destination.
    pub(crate) fn admit(&self, ports: u32, to: Element, into: &mut PortSet) {
        let ports = &self.ports[ports as usize];
        into.extend(&ports.fixed);
        let Some(pod) = self.pod(to) else { return };
        for (protocol, name) in &ports.named {
            let own = pod.ports.iter();
            let same =
                own.filter(|it| it.protocol == *protocol && it.name.as_deref() == Some(name));
            for port in same {
                into.add(*protocol, port.number, port.number);
            }
        }
    }

    /// The ports of a rule where they are the same at every destination.
    pub(crate) fn fixed(&self, ports: u32) -> Option<&PortSet> {
        let ports = &self.ports[ports as usize];
        ports.named.is_empty().then_some(&ports.fixed)
    }
}

/// What tells addresses apart in policies.
pub(super) fn blocks(cluster: &Cluster) -> impl Iterator<Item = &Addresses> {
    let policies = cluster.policies.iter();
    let sections = policies.flat_map(|policy| [&policy.ingress, &policy.egress]);
    let rules = sections.flatten().flatten();
    let tiers = cluster.tiers.iter();
    let tiers = tiers.flat_map(|policy| policy.ingress.iter().chain(&policy.egress));
    let rules = rules.chain(tiers.map(|rule| &rule.rule));
    let peers = rules.filter_map(|rule| rule.peers.as_ref());
    peers.flatten().filter_map(|peer| match peer {
        Peer::Addresses(block) => Some(block),
        Peer::Pods { .. } => None,
    })
}

/// What a rule says of ports.
fn told(rule: &Rule) -> Ports<'_> {
    let Some(ports) = &rule.ports else {
        return Ports {
            fixed: PortSet::all(),
            named: Vec::new(),
        };
    };
    let (mut fixed, mut named) = (PortSet::none(), Vec::new());
    for port in ports {
        match port {
            Port::Every(protocol) => fixed.extend(&PortSet::of(*protocol)),
            Port::Range(protocol, from, to) => fixed.add(*protocol, *from, *to),
            Port::Named(protocol, name) => named.push((*protocol, name.as_str())),
        }
    }
    Ports { fixed, named }
}

/// Numbers of things of which there are never more than `u32` counts.
pub(crate) fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
