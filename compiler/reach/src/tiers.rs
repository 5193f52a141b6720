//! Policies of the whole cluster, before and behind those of namespaces: AdminNetworkPolicy,
//! BaselineAdminNetworkPolicy, and ClusterNetworkPolicy, which is both (`policy.networking.k8s.io`).
//!
//! Unlike NetworkPolicies they have an order. In the tier of admins the policy with the lowest
//! number goes first, and in it the first rule: the first that speaks of a connection accepts it,
//! refuses it, or passes it on. What none decides is for the NetworkPolicies of the namespace; if
//! none of these isolates the pod, the baseline tier decides the same way; and what nobody refuses
//! goes through. To speak of a pod does not isolate it.

use crate::{
    PortSet,
    labels::Selector,
    policy::{By, Direction, Rule},
};

/// Before or behind the policies of namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Before them.
    Admin,
    /// Behind them, for pods that none of them isolates.
    Baseline,
}

/// What a rule does with what it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Lets it through, past everything that would decide later.
    Accept,
    /// Refuses it.
    Deny,
    /// Leaves it to what comes after the tier.
    Pass,
}

/// A policy's place among those of a [`crate::Cluster`] that speak of all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TierId(pub u32);

/// A policy of the whole cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierPolicy {
    /// What kind of object it is.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub tier: Tier,
    /// Its place in the tier: from 0 to 1000, and lower goes first. Which of two with the same
    /// number goes first is not specified.
    pub priority: u16,
    /// The namespaces of whose pods it speaks.
    pub namespaces: Selector,
    /// Which pods of those.
    pub pods: Selector,
    /// What may come in, in order.
    pub ingress: Vec<TierRule>,
    /// What may go out, in order.
    pub egress: Vec<TierRule>,
}

/// A rule of such a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierRule {
    /// What it is called, which is for people alone.
    pub name: Option<String>,
    /// What it does.
    pub action: Action,
    /// Of what it speaks. Its peers always name their namespaces.
    pub rule: Rule,
}

impl TierPolicy {
    /// The rules of one direction.
    pub fn rules(&self, direction: Direction) -> &[TierRule] {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }

    /// `AdminNetworkPolicy tenants`, as it is cited.
    pub fn path(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    /// What it goes by among the others.
    pub(crate) fn rank(&self) -> (Tier, u16) {
        (self.tier, self.priority)
    }
}

impl TierRule {
    /// Whether it lets something through, past everything that would decide later.
    pub(crate) fn accepts(&self) -> bool {
        self.action == Action::Accept
    }
}

/// A rule that speaks of a peer, and the ports of the destination of which it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spoken {
    pub(crate) by: By,
    pub(crate) tier: Tier,
    pub(crate) action: Action,
    pub(crate) ports: PortSet,
}

/// What the tiers do with the connections of a pod and one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sorted {
    /// What goes through, whatever the namespace's policies say.
    pub(crate) accepted: Vec<(By, PortSet)>,
    /// What does not, whatever they say.
    pub(crate) denied: Vec<(By, PortSet)>,
    /// What is theirs; where none of them isolates the pod it goes through.
    pub(crate) left: PortSet,
}

/// Sorts all ports by the rules that speak of a peer, which are in their order.
pub(crate) fn sort(rules: &[Spoken], isolated: bool) -> Sorted {
    let mut sorted = Sorted {
        accepted: Vec::new(),
        denied: Vec::new(),
        left: PortSet::all(),
    };
    for tier in [Tier::Admin, Tier::Baseline] {
        // The baseline speaks of pods that no policy of a namespace isolates.
        if tier == Tier::Baseline && isolated {
            break;
        }
        let mut undecided = sorted.left.clone();
        for rule in rules.iter().filter(|rule| rule.tier == tier) {
            let hit = rule.ports.and(&undecided);
            if hit.is_empty() {
                continue;
            }
            undecided = undecided.without(&hit);
            let decided = match rule.action {
                Action::Pass => continue,
                Action::Accept => &mut sorted.accepted,
                Action::Deny => &mut sorted.denied,
            };
            sorted.left = sorted.left.without(&hit);
            decided.push((rule.by, hit));
        }
    }
    sorted
}
