//! What pods could reach that somebody makes for the purpose.
//!
//! A selector of pods says what labels a peer bears, and not who gave it them. Whoever may create
//! pods in a namespace can have one that bears any labels; only the namespace itself, selected by
//! the name that the API server gives it, is nobody's to choose.

use std::collections::BTreeMap;

use crate::{
    Cluster, Ends, Judge, Pod, PodId, PortSet,
    labels::{Labels, NAMESPACE_NAME},
    matrix::{TooMuch, matrix, within_steps},
    policy::Direction,
    strangers::{add_strangers_and_joiners, is_made_up},
};

/// A pod that somebody could make, and whom it would reach of those that policies protect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// The pod: its namespace, and the labels that it must bear.
    pub pod: Pod,
    /// The labels that its namespace must bear, for one that somebody would make as well, or would
    /// give these; none for a namespace that is named.
    pub namespace: Option<Labels>,
    /// The pods that take calls only of some, and would of it; with the ports.
    pub calls: Vec<(Vec<PodId>, PortSet)>,
    /// The pods that call only some, and could call it; with the ports.
    pub called_by: Vec<(Vec<PodId>, PortSet)>,
}

/// What pods of each namespace, and of others, would reach by choosing their labels; sorted by
/// namespace and labels, without those that would reach nobody. The pods are those of `cluster`.
/// What nothing isolates can be reached by anybody, and is not told.
///
/// # Errors
/// Where that would be millions of pairs that are not alike.
pub fn exposures(cluster: &Cluster) -> Result<Vec<Exposure>, TooMuch> {
    let mut all = cluster.clone();
    add_strangers_and_joiners(&mut all);
    let judge = Judge::new(&all);
    let mut found: BTreeMap<PodId, Exposure> = BTreeMap::new();
    let mut steps = 0;
    for flow in matrix(&judge)? {
        let (Ends::Pods(from), Ends::Pods(to)) = (&flow.from, &flow.to) else {
            continue;
        };
        let ways = [
            (from, to, Direction::Ingress),
            (to, from, Direction::Egress),
        ];
        for (own, others, direction) in ways {
            let made = &own[real(cluster, own)..];
            let others = others[..real(cluster, others)].iter().copied();
            let reached = others.filter(|pod| judge.is_held(*pod, direction));
            let reached: Vec<PodId> = reached.collect();
            steps += made.len() as u64 * reached.len() as u64;
            within_steps(steps)?;
            for &pod in made.iter().filter(|_| !reached.is_empty()) {
                let exposure = found
                    .entry(pod)
                    .or_insert_with(|| Exposure::of(cluster, &all, pod));
                let told = match direction {
                    Direction::Ingress => &mut exposure.calls,
                    Direction::Egress => &mut exposure.called_by,
                };
                told.push((reached.clone(), flow.ports.clone()));
            }
        }
    }
    Ok(found.into_values().collect())
}

/// How many of some pods there are: those that were made come after all of these.
fn real(cluster: &Cluster, pods: &[PodId]) -> usize {
    pods.partition_point(|pod| (pod.0 as usize) < cluster.pods.len())
}

impl Exposure {
    /// Of a pod of `all`, which is `cluster` and those that were made.
    fn of(cluster: &Cluster, all: &Cluster, pod: PodId) -> Self {
        let pod = all.pod(pod).clone();
        let made_up =
            is_made_up(&pod.namespace) && !cluster.namespaces.contains_key(&pod.namespace);
        let namespace = all.namespaces.get(&pod.namespace).filter(|_| made_up);
        let namespace = namespace.map(|namespace| {
            let mut labels = namespace.labels.clone();
            labels.remove(NAMESPACE_NAME);
            labels
        });
        Self {
            pod,
            namespace,
            calls: Vec::new(),
            called_by: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        labels::Selector,
        strangers::tests::{has, taking},
    };

    /// Who could reach `shop/db`, the only pod, which takes calls of one peer.
    fn reaching(namespaces: Option<Selector>, pods: Selector) -> Vec<(String, Option<Labels>)> {
        let cluster = taking(namespaces, pods);
        let found = exposures(&cluster).expect("a small cluster");
        for exposure in &found {
            assert_eq!(exposure.calls, [(vec![PodId(0)], PortSet::all())]);
            assert!(exposure.called_by.is_empty());
        }
        let each = found.into_iter();
        each.map(|exposure| (exposure.pod.path(), exposure.namespace))
            .collect()
    }

    #[test]
    fn who_bears_the_labels_is_taken_for_who_was_meant() {
        let pinned = has(NAMESPACE_NAME, "shop");
        assert_eq!(
            reaching(Some(pinned), has("app", "db")),
            [("shop/any pod with app=db".to_owned(), None)]
        );
        assert_eq!(
            reaching(None, has("app", "web")),
            [("shop/any pod with app=web".to_owned(), None)]
        );
    }

    #[test]
    fn a_namespace_may_bear_the_labels_too() {
        let labels = Labels::from([("team".to_owned(), "shop".to_owned())]);
        assert_eq!(
            reaching(Some(has("team", "shop")), has("app", "web")),
            [(
                "(elsewhere: team=shop)/any pod with app=web".to_owned(),
                Some(labels)
            )]
        );
    }
}
