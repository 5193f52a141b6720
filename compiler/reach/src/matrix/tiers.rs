//! What the policies of the whole cluster leave of the rules of namespaces.
//!
//! Their order is worked out here, once for all pods of which the same policies speak: what comes
//! out are grants as NetworkPolicies make them, which add up. So nothing that walks grants needs to
//! know of tiers.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;

use super::{
    TooMuch,
    ground::{EVERYBODY, Element, Grant, Ground, SetId, Telling, narrow},
};
use crate::{
    PodId, PortSet,
    cluster::ContainerPort,
    policy::{By, Direction, PolicyId, Port},
    tiers::{Sorted, Spoken, TierId, TierRule, sort},
};

/// By policy and direction, the peers of each rule.
type Sets = Vec<[Vec<SetId>; 2]>;

/// What tells pods apart of which tiers speak: the policies of both kinds, and, where rules name
/// ports, the ports that they declare.
type Key<'j> = (&'j [PolicyId], &'j [TierId], &'j [ContainerPort]);

/// Peers that the tiers treat alike.
#[derive(Debug)]
struct Part {
    /// The rules that speak of them, by their place among those that speak of the pod.
    spoken: Vec<usize>,
    members: Vec<Element>,
}

/// The rules that speak of a pod in one direction, in order.
struct Lens<'g, 'j> {
    ground: &'g Ground<'j>,
    pod: PodId,
    direction: Direction,
    rules: Vec<(TierId, u32, &'j TierRule, SetId)>,
    /// Whether policies of the namespace isolate the pod.
    isolated: bool,
    /// Whether some rule names ports.
    naming: bool,
}

/// What is needed for every stance.
struct Laid {
    sets: Sets,
    /// Whether some rule names ports, of whichever kind of policy.
    naming: bool,
    /// Ports that are the same everywhere, by number.
    fixed: HashMap<PortSet, u32, FixedState>,
}

impl<'j> Ground<'j> {
    /// Gives every pod of which tiers speak its stance; `grants` are those of the policies of
    /// namespaces.
    pub(super) fn take_tiers(
        &mut self,
        looked_at: [bool; 2],
        telling: Telling,
        grants: &[Vec<Vec<Grant>>; 2],
    ) -> Result<(), TooMuch> {
        let cluster = self.judge.cluster();
        if cluster.tiers.is_empty() {
            return Ok(());
        }
        let mut laid = Laid {
            sets: self.tier_sets()?,
            naming: !self.names().is_empty() || tiers_name(cluster),
            fixed: HashMap::default(),
        };
        for direction in Direction::BOTH {
            if looked_at[direction as usize] {
                let grants = &grants[direction as usize];
                self.take_tiers_of(direction, telling, grants, &mut laid)?;
            }
        }
        Ok(())
    }

    fn take_tiers_of(
        &mut self,
        direction: Direction,
        telling: Telling,
        grants: &[Vec<Grant>],
        laid: &mut Laid,
    ) -> Result<(), TooMuch> {
        let judge = self.judge;
        let mut known: HashMap<Key<'j>, u32, FixedState> = HashMap::default();
        let mut alike: HashMap<Vec<(SetId, u32)>, u32, FixedState> = HashMap::default();
        for pod in judge.cluster().pod_ids() {
            let tiers = judge.tiers(pod, direction);
            if tiers.is_empty() {
                continue;
            }
            let isolating = judge.isolating(pod, direction);
            let named: &[ContainerPort] = match (direction, laid.naming) {
                (Direction::Ingress, true) => &judge.cluster().pod(pod).ports,
                _ => &[],
            };
            let key = (isolating, tiers, named);
            let stance = match known.get(&key) {
                Some(stance) => *stance,
                None => {
                    let own = isolating.iter().flat_map(|id| &grants[id.0 as usize]);
                    let own: Vec<Grant> = own.copied().collect();
                    let found = Lens::of(self, pod, direction, laid).grants(own);
                    let all = self.intern(found, &mut laid.fixed)?;
                    let content = all.iter().map(|it| (it.set, it.ports)).collect();
                    let stances = &mut self.stances[direction as usize];
                    let push = || {
                        stances.push(all);
                        narrow(stances.len() - 1)
                    };
                    match telling {
                        Telling::Policies => push(),
                        Telling::Content => *alike.entry(content).or_insert_with(push),
                    }
                }
            };
            known.insert(key, stance);
            self.stance[direction as usize][pod.0 as usize] = stance;
        }
        Ok(())
    }

    /// The peers of every rule of the tiers.
    fn tier_sets(&mut self) -> Result<Sets, TooMuch> {
        let mut known = HashMap::default();
        let mut all = Sets::new();
        for policy in &self.judge.cluster().tiers {
            let mut both = [Vec::new(), Vec::new()];
            for direction in Direction::BOTH {
                for rule in policy.rules(direction) {
                    let members = self.spoken_of(rule, &mut known);
                    both[direction as usize].push(self.set(members)?);
                }
            }
            all.push(both);
        }
        Ok(all)
    }

    /// Of whom a rule speaks; many have the same peers.
    fn spoken_of(
        &self,
        rule: &TierRule,
        known: &mut HashMap<(usize, usize), Vec<Element>, FixedState>,
    ) -> Vec<Element> {
        let mut members = Vec::new();
        for peer in rule.rule.peers.iter().flatten() {
            match peer.identity() {
                None => members.extend(self.members("", peer)),
                Some(key) => {
                    let found = known.entry(key);
                    members.extend(&*found.or_insert_with(|| self.members("", peer)));
                }
            }
        }
        members.sort_unstable();
        members.dedup();
        members
    }

    /// Grants of what was found, sorted.
    fn intern(
        &mut self,
        found: Found,
        fixed: &mut HashMap<PortSet, u32, FixedState>,
    ) -> Result<Vec<Grant>, TooMuch> {
        let mut all = found.untouched;
        for ((by, ports), mut members) in found.parts {
            members.sort_unstable();
            members.dedup();
            let set = self.some(members)?;
            let ports = *fixed
                .entry(ports.clone())
                .or_insert_with(|| self.fixed_ports(ports));
            all.push(Grant { set, ports, by });
        }
        for (grant, members) in found.narrowed {
            let set = self.some(members)?;
            all.push(Grant { set, ..grant });
        }
        all.sort_unstable();
        Ok(all)
    }

    /// A set that may be everybody.
    fn some(&mut self, members: Vec<Element>) -> Result<SetId, TooMuch> {
        match members.len() == self.elements() as usize {
            true => Ok(EVERYBODY),
            false => self.set(members),
        }
    }
}

/// What is let through to a pod or from it.
#[derive(Debug, Default)]
struct Found {
    /// Grants of which the tiers take nothing.
    untouched: Vec<Grant>,
    /// Grants of which they take some peers.
    narrowed: Vec<(Grant, Vec<Element>)>,
    /// By rule and ports, the peers.
    parts: BTreeMap<(Option<By>, PortSet), Vec<Element>>,
}

impl<'g, 'j> Lens<'g, 'j> {
    fn of(ground: &'g Ground<'j>, pod: PodId, direction: Direction, laid: &Laid) -> Self {
        let judge = ground.judge;
        let mut rules = Vec::new();
        for id in judge.tiers(pod, direction) {
            let sets = &laid.sets[id.0 as usize][direction as usize];
            let said = judge.cluster().tier(*id).rules(direction);
            let said = said.iter().zip(sets).zip(0..);
            rules.extend(said.map(|((rule, set), at)| (*id, at, rule, *set)));
        }
        Self {
            ground,
            pod,
            direction,
            rules,
            isolated: !judge.isolating(pod, direction).is_empty(),
            naming: laid.naming,
        }
    }

    /// What goes through: of the rules of the namespace (`own`) what is left of them, and what
    /// tiers accept.
    fn grants(&self, own: Vec<Grant>) -> Found {
        let mut found = Found::default();
        let mut touched = Vec::new();
        for part in self.parts(&own) {
            let sorted = self.sort(&part);
            for (by, ports) in &sorted.accepted {
                let key = (Some(*by), ports.clone());
                found.parts.entry(key).or_default().extend(&part.members);
            }
            if !self.isolated {
                if !sorted.left.is_empty() {
                    let key = (None, sorted.left);
                    found.parts.entry(key).or_default().extend(&part.members);
                }
            } else if !sorted.left.is_all() {
                touched.push((part, sorted));
            }
        }
        for grant in own {
            self.narrow(grant, &touched, &mut found);
        }
        found
    }

    /// What is left of a grant.
    fn narrow(&self, grant: Grant, touched: &[(Part, Sorted)], found: &mut Found) {
        let mut members = self.members(grant.set);
        let before = members.len();
        for (part, sorted) in touched {
            let (within, rest) = split(&members, &part.members);
            let Some(first) = within.first() else {
                continue;
            };
            let mut ports = PortSet::none();
            self.ground
                .admit(grant.ports, self.called(*first), &mut ports);
            let ports = ports.and(&sorted.left);
            if !ports.is_empty() {
                let own = found.parts.entry((grant.by, ports)).or_default();
                own.extend(&within);
            }
            members = rest;
        }
        if members.len() == before {
            found.untouched.push(grant);
        } else if !members.is_empty() {
            found.narrowed.push((grant, members));
        }
    }

    fn members(&self, set: SetId) -> Vec<Element> {
        match set {
            EVERYBODY => (0..self.ground.elements()).collect(),
            set => self.ground.set_members(set).to_vec(),
        }
    }

    /// Who is called, if this is the peer.
    fn called(&self, peer: Element) -> Element {
        match self.direction {
            Direction::Ingress => self.pod.0,
            Direction::Egress => peer,
        }
    }

    /// All peers for whom anything may go through, by the rules that speak of them.
    fn parts(&self, own: &[Grant]) -> Vec<Part> {
        let mut members: Vec<Element> = match self.isolated {
            false => self.members(EVERYBODY),
            true => {
                let accepting = self.rules.iter().filter(|(_, _, rule, _)| rule.accepts());
                let sets = own.iter().map(|grant| grant.set);
                let mut sets: Vec<SetId> = sets.chain(accepting.map(|it| it.3)).collect();
                sets.sort_unstable();
                sets.dedup();
                sets.iter().flat_map(|set| self.members(*set)).collect()
            }
        };
        members.sort_unstable();
        members.dedup();
        let mut parts = match self.naming && self.direction == Direction::Egress {
            true => self.by_ports(&members),
            false => vec![members],
        };
        parts.retain(|members| !members.is_empty());
        let parts = parts.into_iter();
        let mut parts: Vec<Part> = parts
            .map(|members| Part {
                spoken: Vec::new(),
                members,
            })
            .collect();
        for (at, (_, _, _, set)) in self.rules.iter().enumerate() {
            let set = self.ground.set_members(*set);
            let mut refined = Vec::with_capacity(parts.len() + 1);
            for part in parts {
                let (within, rest) = split(&part.members, set);
                if !within.is_empty() {
                    let mut spoken = part.spoken.clone();
                    spoken.push(at);
                    let members = within;
                    refined.push(Part { spoken, members });
                }
                if !rest.is_empty() {
                    let (spoken, members) = (part.spoken, rest);
                    refined.push(Part { spoken, members });
                }
            }
            parts = refined;
        }
        parts
    }

    /// Those that declare the same ports together: a name means the same for them.
    fn by_ports(&self, members: &[Element]) -> Vec<Vec<Element>> {
        let mut by: BTreeMap<&[ContainerPort], Vec<Element>> = BTreeMap::new();
        for member in members {
            let pod = self.ground.pod(*member);
            let ports = pod.map_or(&[][..], |pod| &pod.ports);
            by.entry(ports).or_default().push(*member);
        }
        by.into_values().collect()
    }

    /// What the tiers do with the connections of a part.
    fn sort(&self, part: &Part) -> Sorted {
        let judge = self.ground.judge;
        let first = part.members.first().copied().unwrap_or_default();
        let called = self.called(first);
        let called = (called < self.ground.pods()).then_some(PodId(called));
        let spoken = part.spoken.iter().filter_map(|at| {
            let (id, at, rule, _) = self.rules.get(*at)?;
            Some(Spoken {
                by: By::Tier(*id, *at),
                tier: judge.cluster().tier(*id).tier,
                action: rule.action,
                ports: judge.ports(&rule.rule, called).0,
            })
        });
        sort(&spoken.collect::<Vec<_>>(), self.isolated)
    }
}

/// The members of a sorted list that are in a sorted set, and those that are not.
fn split(list: &[Element], set: &[Element]) -> (Vec<Element>, Vec<Element>) {
    // Of a long set only what may be in the list is walked.
    let last = list.last().copied().unwrap_or_default();
    let first = list.first().copied().unwrap_or_default();
    let from = set.partition_point(|it| *it < first);
    let to = set.partition_point(|it| *it <= last);
    let mut set = &set[from..to];
    let (mut within, mut rest) = (Vec::new(), Vec::new());
    for &it in list {
        while let [head, tail @ ..] = set
            && *head < it
        {
            set = tail;
        }
        match set.first() == Some(&it) {
            true => within.push(it),
            false => rest.push(it),
        }
    }
    (within, rest)
}

fn tiers_name(cluster: &crate::Cluster) -> bool {
    let policies = cluster.tiers.iter();
    let rules = policies.flat_map(|policy| policy.ingress.iter().chain(&policy.egress));
    let mut ports = rules.flat_map(|rule| rule.rule.ports.iter().flatten());
    ports.any(|port| matches!(port, Port::Named(..)))
}
