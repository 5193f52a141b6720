//! How many more replicas of a workload fit, with everything else standing, and what is the next
//! to run out.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    decide::{Decision, decide},
    element::{Element, elements},
    problem::{Isolation, Problem, Workload},
    steps::Steps,
};

/// More replicas than this are not looked for: nothing bounds them that a problem says.
const MOST: u32 = 1 << 20;

/// How many more replicas of a workload fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headroom {
    /// The workload, by its place in the problem.
    pub workload: usize,
    /// So many more were shown to fit, with all that may fail still borne.
    pub more: u32,
    /// So many more than there are were shown not to; `None` where none were.
    pub too_many: Option<u32>,
    /// Whether any number that was tried fits.
    pub unbounded: bool,
    /// What is in the way of the next one: without any one of these alone it would fit. None where
    /// it takes several together.
    pub limits: Vec<Element>,
}

impl Headroom {
    /// Whether one more than [`Headroom::more`] was shown not to fit.
    pub fn is_exact(&self) -> bool {
        self.too_many == self.more.checked_add(1)
    }
}

/// How many more replicas of these workloads fit, each for itself. Those that no rule can tell
/// apart are looked at once.
///
/// The problem must fit as it is; of one that does not, no more do. What the steps do not suffice
/// for is left out at the end.
pub fn headroom(problem: &Problem, workloads: &[usize], steps: &mut Steps<'_>) -> Vec<Headroom> {
    let named = named(problem);
    let mut known: BTreeMap<String, Headroom> = BTreeMap::new();
    let mut all = Vec::new();
    for at in workloads {
        let Some(workload) = problem.workloads.get(*at) else {
            continue;
        };
        let key = key(workload, &named);
        let found = match key.as_ref().and_then(|key| known.get(key)) {
            Some(same) => Headroom {
                workload: *at,
                limits: same
                    .limits
                    .iter()
                    .map(|limit| limit.of(&workload.name))
                    .collect(),
                ..same.clone()
            },
            None if steps.left() == 0 => break,
            None => Search::of(problem, *at).find(steps),
        };
        if let Some(key) = key {
            known.entry(key).or_insert_with(|| found.clone());
        }
        all.push(found);
    }
    all
}

/// The workloads that a rule of another's names.
fn named(problem: &Problem) -> BTreeSet<&str> {
    let rules = problem
        .workloads
        .iter()
        .flat_map(|workload| workload.affinity.iter().chain(&workload.anti_affinity));
    rules
        .flat_map(|rule| &rule.with)
        .map(String::as_str)
        .collect()
}

/// What workloads have in common that are alike; none of what rules hold together or apart.
fn key(workload: &Workload, named: &BTreeSet<&str>) -> Option<String> {
    let ruled = !workload.affinity.is_empty()
        || !workload.anti_affinity.is_empty()
        || !workload.spread.is_empty()
        || named.contains(workload.name.as_str());
    let nameless = Workload {
        name: String::new(),
        replicas: 0,
        ..workload.clone()
    };
    (!ruled)
        .then(|| serde_json::to_string(&nameless).ok())
        .flatten()
}

impl Element {
    /// The same part of another workload.
    fn of(&self, workload: &str) -> Self {
        match self {
            Self::Isolation(_) => Self::Isolation(workload.to_owned()),
            Self::Selector(_) => Self::Selector(workload.to_owned()),
            other => other.clone(),
        }
    }
}

/// The search for one workload.
struct Search {
    problem: Problem,
    workload: usize,
    /// How many there are.
    has: u32,
}

impl Search {
    fn of(problem: &Problem, workload: usize) -> Self {
        Self {
            problem: problem.clone(),
            workload,
            has: problem.workloads[workload].replicas,
        }
    }

    fn find(mut self, steps: &mut Steps<'_>) -> Headroom {
        // Doubling, then halving, up to the first number that was not shown to fit. What is
        // undecided bounds the search, and is not taken for one that does not fit.
        let (mut fits, mut end, mut too_many) = (0, None, None);
        let mut next = 1_u32;
        while next <= MOST {
            match self.with(next, &BTreeSet::new(), steps) {
                Some(true) => fits = next,
                answer => {
                    end = Some(next);
                    too_many = answer.map_or(too_many, |_| Some(next));
                }
            }
            next = match end {
                None => next.saturating_mul(2),
                Some(end) if end - fits <= 1 => break,
                Some(end) => fits + (end - fits) / 2,
            };
        }
        let unbounded = end.is_none();
        let limits = match too_many {
            Some(end) if end == fits + 1 => self.limits(end, steps),
            _ => Vec::new(),
        };
        Headroom {
            workload: self.workload,
            more: fits,
            too_many,
            unbounded,
            limits,
        }
    }

    /// Whether it fits with so many more replicas.
    fn with(
        &mut self,
        more: u32,
        dropped: &BTreeSet<Element>,
        steps: &mut Steps<'_>,
    ) -> Option<bool> {
        self.problem.workloads[self.workload].replicas = self.has.checked_add(more)?;
        match decide(&self.problem, dropped, steps).1 {
            Decision::Fits(_) => Some(true),
            Decision::Lacks(..) => Some(false),
            Decision::Open => None,
        }
    }

    /// What alone keeps so many more from fitting.
    fn limits(&mut self, more: u32, steps: &mut Steps<'_>) -> Vec<Element> {
        let mut limits = Vec::new();
        for element in self.candidates() {
            let dropped = BTreeSet::from([element.clone()]);
            if self.with(more, &dropped, steps) == Some(true) {
                limits.push(element);
            }
        }
        limits
    }

    /// What may be in the way, what is most telling first.
    fn candidates(&self) -> Vec<Element> {
        let workload = &self.problem.workloads[self.workload];
        let name = || workload.name.clone();
        let asked = workload.requests.iter().filter(|(_, amount)| **amount > 0);
        let mut all: Vec<Element> = asked
            .map(|(resource, _)| Element::Capacity(resource.clone()))
            .collect();
        all.extend([
            Element::MaxPods,
            Element::Numa,
            Element::AntiAffinity(name()),
            Element::Affinity(name()),
            Element::Spread(name()),
        ]);
        if workload.isolation != Isolation::Shared {
            all.push(Element::Isolation(name()));
        }
        all.push(Element::Failures);
        let there = elements(&self.problem);
        all.retain(|element| there.contains(element));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::read;

    fn found(text: &str) -> Headroom {
        let problem = read(text).unwrap().problem;
        let mut all = headroom(&problem, &[0], &mut Steps::new(1 << 30));
        all.remove(0)
    }

    #[test]
    fn the_next_limit_is_what_alone_is_in_the_way() {
        let found = found(
            r#"{"pools": [{"name": "a", "count": 4, "capacity": {"cpu": 100, "gpu": 8}}],
                "workloads": [{"name": "w", "replicas": 3, "requests": {"cpu": 1, "gpu": 3}}]}"#,
        );
        assert_eq!((found.more, found.too_many), (5, Some(6)));
        assert!(found.is_exact() && !found.unbounded);
        assert_eq!(found.limits, [Element::Capacity("gpu".to_owned())]);
    }

    #[test]
    fn what_may_fail_is_borne_by_what_is_more_too() {
        let found = found(
            r#"{"pools": [{"name": "a", "count": 3, "capacity": {"cpu": 2}}],
                "workloads": [{"name": "w", "replicas": 1, "requests": {"cpu": 1}}],
                "failures": {"k": 1}}"#,
        );
        assert_eq!(found.more, 3);
        let cpu = Element::Capacity("cpu".to_owned());
        assert_eq!(found.limits, [cpu, Element::Failures]);
    }

    #[test]
    fn what_asks_for_nothing_has_no_bound() {
        let found = found(
            r#"{"pools": [{"name": "a", "count": 1, "capacity": {}}],
                "workloads": [{"name": "w", "replicas": 1}]}"#,
        );
        assert!(found.unbounded);
        assert_eq!(found.too_many, None);
    }

    #[test]
    fn alike_workloads_are_looked_at_once() {
        let text = r#"{"pools": [{"name": "a", "count": 1, "capacity": {"cpu": 9}}],
            "workloads": [{"name": "v", "replicas": 1, "requests": {"cpu": 2}},
                          {"name": "w", "replicas": 2, "requests": {"cpu": 2}}]}"#;
        let problem = read(text).unwrap().problem;
        let mut steps = Steps::new(1 << 30);
        let all = headroom(&problem, &[0, 1], &mut steps);
        assert_eq!(all[0].more, 1);
        assert_eq!(
            all[1],
            Headroom {
                workload: 1,
                ..all[0].clone()
            }
        );
    }
}
