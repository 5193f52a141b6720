//! Workloads that differ in their names and replicas alone: which of them a reason names is a
//! matter of taste, so that they are tried together.

use std::collections::{BTreeMap, BTreeSet};

use crate::problem::{Affinity, Isolation, Numa, Problem, Topology, Workload};

/// Workloads that are alike, by place in the problem: the most replicas first, then as the problem
/// has them. Of such a list, every reason needs only the first ones.
pub(super) type Alike = Vec<usize>;

/// All workloads that have replicas, by kind, in the order of the first of each.
pub(super) fn alike(problem: &Problem) -> Vec<Alike> {
    let named = named_by_others(problem);
    let mut groups: Vec<Alike> = Vec::new();
    let mut known: BTreeMap<Kind<'_>, usize> = BTreeMap::new();
    for (at, workload) in problem.workloads.iter().enumerate() {
        if workload.replicas == 0 {
            continue;
        }
        if named.contains(workload.name.as_str()) || names_others(workload) {
            groups.push(vec![at]);
            continue;
        }
        let group = *known.entry(Kind::of(workload)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(at);
    }
    for group in &mut groups {
        group.sort_by_key(|at| (std::cmp::Reverse(problem.workloads[*at].replicas), *at));
    }
    groups
}

/// All but name and replicas.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kind<'p> {
    requests: Vec<(&'p str, u64)>,
    dedicated: &'p [String],
    selector: Vec<(&'p str, &'p [String])>,
    tolerations: BTreeSet<&'p str>,
    isolation: (Option<Numa>, Isolation, Option<&'p str>),
    /// Rules about itself, and spreads with their skew.
    rules: Vec<(u8, Topology, u32)>,
    /// Replicas, where fewer of them need not be easier to place: spread over two kinds of domain
    /// at once, five may stand evenly where four cannot.
    replicas: Option<u32>,
}

impl<'p> Kind<'p> {
    fn of(workload: &'p Workload) -> Self {
        let own = |kind: u8, list: &'p [Affinity]| {
            let topologies = list.iter().map(move |entry| (kind, entry.topology, 0));
            topologies.collect::<Vec<_>>()
        };
        let mut rules = own(0, &workload.anti_affinity);
        rules.extend(own(1, &workload.affinity));
        let spreads = workload.spread.iter();
        rules.extend(spreads.map(|spread| (2, spread.topology, spread.max_skew)));
        let requests = workload.requests.iter().filter(|(_, amount)| **amount > 0);
        let selector = workload.selector.iter();
        Self {
            requests: requests
                .map(|(name, amount)| (name.as_str(), *amount))
                .collect(),
            dedicated: &workload.dedicated,
            selector: selector
                .map(|(label, values)| (label.as_str(), values.as_slice()))
                .collect(),
            tolerations: workload.tolerations.iter().map(String::as_str).collect(),
            isolation: (
                workload.numa,
                workload.isolation,
                workload.tenant.as_deref(),
            ),
            rules,
            replicas: (workload.spread.len() > 1).then_some(workload.replicas),
        }
    }
}

fn others(workload: &Workload) -> impl Iterator<Item = &str> {
    let all = workload.affinity.iter().chain(&workload.anti_affinity);
    let all = all.flat_map(|entry| &entry.with).map(String::as_str);
    all.filter(|name| *name != "self" && *name != workload.name)
}

fn names_others(workload: &Workload) -> bool {
    others(workload).next().is_some()
}

fn named_by_others(problem: &Problem) -> BTreeSet<&str> {
    problem.workloads.iter().flat_map(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(name: &str, replicas: u32, cpu: u64) -> Workload {
        Workload {
            name: name.to_owned(),
            replicas,
            requests: [("cpu".to_owned(), cpu)].into(),
            ..Workload::default()
        }
    }

    #[test]
    fn who_differs_in_name_and_replicas_alone_is_alike() {
        let mut named = workload("named", 1, 2);
        named.anti_affinity = vec![Affinity {
            topology: Topology::Node,
            with: vec!["b".to_owned()],
        }];
        let problem = Problem {
            workloads: vec![
                workload("a", 1, 2),
                workload("b", 1, 2),
                workload("c", 3, 2),
                workload("d", 1, 4),
                workload("e", 1, 2),
                workload("none", 0, 2),
                named,
            ],
            ..Problem::default()
        };
        assert_eq!(
            alike(&problem),
            [vec![2, 0, 4], vec![1], vec![3], vec![5 + 1]]
        );
    }
}
