//! The policies of the whole cluster, as they speak of one pod.

use super::{Judge, called, index::Index};
use crate::{
    Cluster, End, PodId, Protocol,
    policy::{By, Direction},
    tiers::{Action, Sorted, Spoken, Tier, TierId, sort},
};

/// Two policies with the same number in one tier, of which one does something else with a
/// connection than the other: which of them decides is not specified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clash {
    /// The one that stands first in the manifests, which is taken to decide.
    pub one: TierId,
    /// The other.
    pub other: TierId,
}

/// By direction and pod, the policies that speak of it and have rules for that.
pub(super) fn by_pod(cluster: &Cluster, index: &Index<'_>) -> [Vec<Vec<TierId>>; 2] {
    if cluster.tiers.is_empty() {
        return [Vec::new(), Vec::new()];
    }
    let none = || vec![Vec::new(); cluster.pods.len()];
    let mut by_pod = [none(), none()];
    let mut ordered: Vec<TierId> = cluster.tier_ids().collect();
    ordered.sort_by_key(|id| (cluster.tier(*id).rank(), *id));
    for id in ordered {
        let policy = cluster.tier(id);
        for pod in index.pods(&policy.namespaces, &policy.pods) {
            // Pods in their node's network are none of which it could speak.
            if cluster.pod(pod).host_network {
                continue;
            }
            for direction in Direction::BOTH {
                if !policy.rules(direction).is_empty() {
                    by_pod[direction as usize][pod.0 as usize].push(id);
                }
            }
        }
    }
    by_pod
}

impl Judge<'_> {
    /// The policies of the cluster that have rules for a pod, in the order in which they decide.
    pub fn tiers(&self, pod: PodId, direction: Direction) -> &[TierId] {
        let all = self.tiers[direction as usize].get(pod.0 as usize);
        all.map_or(&[], Vec::as_slice)
    }

    /// Whether policies hold anything back from a pod, or could.
    pub fn is_held(&self, pod: PodId, direction: Direction) -> bool {
        let refuses = |id: &TierId| {
            let mut rules = self.cluster.tier(*id).rules(direction).iter();
            rules.any(|rule| rule.action == Action::Deny)
        };
        !self.isolating(pod, direction).is_empty() || self.tiers(pod, direction).iter().any(refuses)
    }

    /// What the policies of the cluster do with the connections of a pod and a peer.
    pub(crate) fn sorted(&self, pod: PodId, direction: Direction, peer: End) -> Sorted {
        let to = called(pod, direction, peer);
        let mut spoken = Vec::new();
        for id in self.tiers(pod, direction) {
            let policy = self.cluster.tier(*id);
            for (rule, at) in policy.rules(direction).iter().zip(0..) {
                if self.meets("", &rule.rule, peer) {
                    spoken.push(Spoken {
                        by: By::Tier(*id, at),
                        tier: policy.tier,
                        action: rule.action,
                        ports: self.ports(&rule.rule, to).0,
                    });
                }
            }
        }
        sort(&spoken, !self.isolating(pod, direction).is_empty())
    }

    /// The first two policies that leave open what becomes of a connection, because they have the
    /// same number and do not agree.
    pub fn clash(
        &self,
        pod: PodId,
        direction: Direction,
        peer: End,
        (protocol, port): (Protocol, u16),
    ) -> Option<Clash> {
        let to = called(pod, direction, peer);
        let isolated = !self.isolating(pod, direction).is_empty();
        // What each policy does: its first rule that speaks of the connection.
        let does = self.tiers(pod, direction).iter().filter_map(|id| {
            let policy = self.cluster.tier(*id);
            let mut rules = policy.rules(direction).iter();
            let rule = rules.find(|rule| {
                self.meets("", &rule.rule, peer)
                    && self.ports(&rule.rule, to).0.contains(protocol, port)
            })?;
            Some((policy.rank(), *id, rule.action))
        });
        let does: Vec<_> = does.collect();
        for tier in [Tier::Admin, Tier::Baseline] {
            if tier == Tier::Baseline && isolated {
                break;
            }
            let mut own = does.iter().filter(|((of, _), _, _)| *of == tier);
            let Some((rank, one, action)) = own.next() else {
                continue;
            };
            let mut same = own.take_while(|(other, _, _)| other == rank);
            if let Some((_, other, _)) = same.find(|(_, _, other)| other != action) {
                let (one, other) = (*one, *other);
                return Some(Clash { one, other });
            }
            if *action != Action::Pass {
                break;
            }
        }
        None
    }
}
