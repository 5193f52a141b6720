//! Pods that there are not, and that somebody could make.
//!
//! Who may create pods in a namespace chooses their labels, and who may create namespaces mostly
//! those of namespaces. What is let through with the pods that there are is therefore only half
//! of what policies let through. These stand for the other half.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use foldhash::fast::FixedState;

use crate::{
    Cluster, PodId,
    cluster::{ContainerPort, Namespace, Pod},
    judge::index::Index,
    labels::{Condition, Labels, NAMESPACE_NAME, Selector},
    policy::{Direction, Peer, Port, Rule},
};

/// What declares such a pod.
pub const HYPOTHETICAL: &str = "hypothetical";

/// The namespace of which nobody speaks. No name of a real one has a parenthesis.
const ELSEWHERE: &str = "(elsewhere)";

/// Whether a namespace is one that stands for others.
pub(crate) fn is_made_up(namespace: &str) -> bool {
    namespace.starts_with('(')
}

/// Pods by namespace and labels, and the labels of namespaces that are made up for them.
#[derive(Debug, Default)]
struct Strangers {
    pods: BTreeMap<(String, Labels), BTreeSet<ContainerPort>>,
    namespaces: BTreeMap<String, Namespace>,
}

/// Adds them to a cluster, and tells which they are:
///
/// - in every namespace, a pod without labels: any that the policies there do not speak of;
/// - the same in a namespace of which nothing speaks;
/// - for every peer that names no namespace by its name, a pod with just the labels that it asks
///   for, in a namespace with just those that it asks for;
/// - for every other peer, a pod that it would admit, in each namespace that it names and in which
///   it admits none so far.
///
/// They are any number of pods each, and declare ports of the names by which rules let others call
/// them.
pub fn add_strangers(cluster: &mut Cluster) -> Vec<PodId> {
    add(cluster, Beside::Nobody)
}

/// Adds as well, for every peer that pods bear the labels of already, one more that does so: whom
/// somebody could make to be taken for these.
pub(crate) fn add_strangers_and_joiners(cluster: &mut Cluster) -> Vec<PodId> {
    add(cluster, Beside::Everybody)
}

/// Beside whom pods are made up in a namespace that a peer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Nobody,
    Everybody,
}

fn add(cluster: &mut Cluster, beside: Beside) -> Vec<PodId> {
    let mut strangers = Strangers::default();
    let everywhere = cluster.namespaces.keys();
    for namespace in everywhere.map(String::as_str).chain([ELSEWHERE]) {
        strangers.add(namespace, &Labels::new(), &[]);
    }
    strangers.add_peers(cluster, beside);
    for (name, namespace) in strangers.namespaces {
        cluster.namespaces.entry(name).or_insert(namespace);
    }
    let pods = strangers.pods.into_iter();
    let pods = pods.map(|((namespace, labels), ports)| {
        cluster.add_pod(Pod {
            ports: ports.into_iter().collect(),
            ..stranger(namespace, labels)
        })
    });
    pods.collect()
}

/// Any pod of a namespace with these labels.
fn stranger(namespace: String, labels: Labels) -> Pod {
    let name = match labels.is_empty() {
        true => "any other pod".to_owned(),
        false => format!("any pod with {}", listed(&labels)),
    };
    Pod {
        namespace,
        name,
        kind: HYPOTHETICAL.to_owned(),
        labels,
        ..Pod::default()
    }
}

impl Strangers {
    fn add(&mut self, namespace: &str, labels: &Labels, ports: &[ContainerPort]) {
        let pod = (namespace.to_owned(), labels.clone());
        let declared = self.pods.entry(pod).or_default();
        declared.extend(ports.iter().cloned());
    }

    fn add_peers(&mut self, cluster: &Cluster, beside: Beside) {
        let index = Index::of(cluster);
        let mut seen: HashSet<(&str, &Peer), FixedState> = HashSet::default();
        let policies = cluster.policies.iter().map(|policy| {
            let rules = |direction| policy.rules(direction).unwrap_or_default().iter();
            let rules = Direction::BOTH.map(|it| rules(it).collect::<Vec<_>>());
            (policy.namespace.as_str(), rules)
        });
        let tiers = cluster.tiers.iter().map(|policy| {
            let rules = |direction| policy.rules(direction).iter().map(|it| &it.rule);
            ("", Direction::BOTH.map(|it| rules(it).collect::<Vec<_>>()))
        });
        for (own, rules) in policies.chain(tiers) {
            for (direction, rules) in Direction::BOTH.into_iter().zip(rules) {
                for rule in rules {
                    let ports = match direction {
                        Direction::Ingress => Vec::new(),
                        Direction::Egress => named(rule),
                    };
                    let Some(peers) = &rule.peers else {
                        self.add(ELSEWHERE, &Labels::new(), &ports);
                        continue;
                    };
                    for peer in peers {
                        // Without a selector of namespaces a peer means another in each.
                        if seen.insert((own, peer)) || !ports.is_empty() {
                            self.add_peer(cluster, &index, beside, own, peer, &ports);
                        }
                    }
                }
            }
        }
    }

    fn add_peer(
        &mut self,
        cluster: &Cluster,
        index: &Index<'_>,
        beside: Beside,
        own: &str,
        peer: &Peer,
        ports: &[ContainerPort],
    ) {
        let Peer::Pods { namespaces, pods } = peer else {
            return;
        };
        let Some(labels) = meeting(pods) else { return };
        let names: Vec<&str> = match namespaces {
            None => vec![own],
            Some(selector) => match selector.values(NAMESPACE_NAME) {
                Some(names) => matching(cluster, selector, names).collect(),
                None => return self.add_elsewhere(selector, &labels, ports),
            },
        };
        for name in names {
            let inside = Peer::Pods {
                namespaces: None,
                pods: pods.clone(),
            };
            // The one without labels is there anyway.
            let more = beside == Beside::Everybody || labels.is_empty();
            if more || index.selected(name, &inside).is_empty() {
                self.add(name, &labels, ports);
            }
        }
    }

    /// In a namespace that is made up for a selector.
    fn add_elsewhere(&mut self, selector: &Selector, labels: &Labels, ports: &[ContainerPort]) {
        let asked = selector.requirements.iter();
        let asked = asked.filter(|it| it.key != NAMESPACE_NAME).cloned();
        let Some(asked) = meeting(&Selector::new(asked.collect())) else {
            return;
        };
        let name = match asked.is_empty() {
            true => ELSEWHERE.to_owned(),
            false => format!("(elsewhere: {})", listed(&asked)),
        };
        let namespace = Namespace::new(&name, asked);
        if selector.matches(&namespace.labels) {
            self.add(&name, labels, ports);
            self.add(&name, &Labels::new(), &[]);
            self.namespaces.insert(name, namespace);
        }
    }
}

/// Of these names the namespaces that a selector selects, whether there are any or not.
fn matching<'s>(
    cluster: &'s Cluster,
    selector: &'s Selector,
    names: &'s [String],
) -> impl Iterator<Item = &'s str> {
    let selects = |name: &&String| match cluster.namespaces.get(*name) {
        Some(known) => selector.matches(&known.labels),
        None => selector.matches(&Namespace::new(name, Labels::new()).labels),
    };
    names.iter().filter(selects).map(String::as_str)
}

/// Ports of the names that a rule speaks of. Of what number they are is for whoever makes the pod.
fn named(rule: &Rule) -> Vec<ContainerPort> {
    let named = rule.ports.iter().flatten().filter_map(|port| match port {
        Port::Named(protocol, name) => Some(ContainerPort {
            name: Some(name.clone()),
            protocol: *protocol,
            number: 8080,
        }),
        Port::Every(_) | Port::Range(..) => None,
    });
    named.collect()
}

/// The fewest labels that meet a selector; none where no labels do.
fn meeting(selector: &Selector) -> Option<Labels> {
    let mut labels = Labels::new();
    for requirement in selector.requirements.iter() {
        let same = || {
            let all = selector.requirements.iter();
            all.filter(|it| it.key == requirement.key)
        };
        let candidates = match &requirement.condition {
            Condition::In(values) => values.clone(),
            // Any value does that is not among those that are refused.
            Condition::Exists => {
                let refused = same().map(|it| match &it.condition {
                    Condition::NotIn(values) => values.len(),
                    _ => 0,
                });
                let any = (0..=refused.sum()).map(|at| format!("any-{at}"));
                any.collect()
            }
            Condition::NotIn(_) | Condition::DoesNotExist => continue,
        };
        let mut candidates = candidates.into_iter().map(|value| {
            let own = Labels::from([(requirement.key.clone(), value)]);
            (same().all(|it| it.matches(&own)), own)
        });
        if let Some((_, own)) = candidates.find(|(meets, _)| *meets) {
            labels.extend(own);
        }
    }
    selector.matches(&labels).then_some(labels)
}

/// `app=web, tier=back`
fn listed(labels: &Labels) -> String {
    let all: Vec<String> = labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    all.join(", ")
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Judge, PortSet, Protocol, labels::Requirement, policy::Policy, random};

    pub(crate) fn has(key: &str, value: &str) -> Selector {
        Selector::new(vec![Requirement {
            key: key.to_owned(),
            condition: Condition::In(vec![value.to_owned()]),
        }])
    }

    /// A pod `shop/db` that takes calls from one peer.
    pub(crate) fn taking(namespaces: Option<Selector>, pods: Selector) -> Cluster {
        let mut cluster = Cluster::default();
        let db = stranger(
            "shop".to_owned(),
            Labels::from([("app".into(), "db".into())]),
        );
        cluster.add_pod(Pod {
            name: "db".into(),
            kind: "Pod".into(),
            ..db
        });
        let peers = Some(vec![Peer::Pods { namespaces, pods }]);
        cluster.add_policy(Policy {
            namespace: "shop".to_owned(),
            name: "db".to_owned(),
            pods: has("app", "db"),
            ingress: Some(vec![Rule { peers, ports: None }]),
            egress: None,
        });
        cluster
    }

    /// The strangers that may call `shop/db`.
    fn calling(mut cluster: Cluster) -> Vec<String> {
        let strangers = add_strangers(&mut cluster);
        let judge = Judge::new(&cluster);
        let calls = |pod: &PodId| {
            let side = judge.with_pod(PodId(0), Direction::Ingress, *pod);
            !side.ports.is_empty()
        };
        let calling = strangers.into_iter().filter(calls);
        calling.map(|pod| cluster.pod(pod).path()).collect()
    }

    #[test]
    fn labels_that_anybody_can_bear_let_anybody_in() {
        let cluster = taking(Some(has("team", "shop")), has("app", "web"));
        assert_eq!(
            calling(cluster),
            ["(elsewhere: team=shop)/any pod with app=web"]
        );
        let cluster = taking(Some(Selector::default()), Selector::default());
        assert_eq!(
            calling(cluster),
            ["(elsewhere)/any other pod", "shop/any other pod"]
        );
    }

    #[test]
    fn a_namespace_that_is_named_is_the_only_one() {
        let cluster = taking(Some(has(NAMESPACE_NAME, "shop")), has("app", "db"));
        assert_eq!(
            calling(cluster),
            [""; 0],
            "there is such a pod: it is no stranger"
        );
        let cluster = taking(Some(has(NAMESPACE_NAME, "gone")), has("app", "web"));
        assert_eq!(calling(cluster), ["gone/any pod with app=web"]);
        let cluster = taking(None, has("app", "web"));
        assert_eq!(calling(cluster), ["shop/any pod with app=web"]);
    }

    #[test]
    fn each_namespace_that_is_named_is_looked_at_by_itself() {
        let both = Selector::new(vec![Requirement {
            key: NAMESPACE_NAME.to_owned(),
            condition: Condition::In(vec!["gone".to_owned(), "shop".to_owned()]),
        }]);
        let calling = calling(taking(Some(both), has("app", "db")));
        assert_eq!(calling, ["gone/any pod with app=db"]);
    }

    #[test]
    fn who_makes_a_pod_names_its_ports() {
        let mut cluster = taking(None, has("app", "web"));
        cluster.policies[0].egress = Some(vec![Rule {
            peers: None,
            ports: Some(vec![Port::Named(Protocol::Tcp, "http".to_owned())]),
        }]);
        let strangers = add_strangers(&mut cluster);
        let judge = Judge::new(&cluster);
        let called = strangers
            .into_iter()
            .find(|pod| cluster.pod(*pod).namespace == ELSEWHERE);
        let side = judge.with_pod(PodId(0), Direction::Egress, called.expect("a stranger"));
        assert_eq!(side.ports, PortSet::port(Protocol::Tcp, 8080));
    }

    proptest! {
        #[test]
        fn labels_meet_what_they_were_made_for(
            selector in random::selector(&["app", "tier"]),
            labels in random::labels(&["app", "tier"]),
        ) {
            match meeting(&selector) {
                Some(made) => prop_assert!(selector.matches(&made)),
                None => prop_assert!(!selector.matches(&labels), "{selector}"),
            }
        }
    }
}
