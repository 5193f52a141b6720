//! A placement near an older one: what can stay where it stood stays, and as little as can be
//! moves.
//!
//! Staying is written as labels: each node is a pool of its own, and a replica that stays is a
//! workload that selects its node. Where all cannot stay, a smallest reason names those of which
//! one must move; trying each in turn, by the number of moves, finds the fewest. Where that takes
//! too long, as many as possible are kept one after the other, which may move more than it must.
//! Whatever is found is read again against the problem as it was.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use indexmap::IndexMap;

use crate::{
    answer::{Answer, Count, Placement, Verdict, Witness},
    element::Element,
    problem::{Affinity, Pool, Problem, Workload},
    solve::{Options, solve},
    verify::verify,
};

/// Replicas of a workload that stood on a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stood {
    /// The workload.
    pub workload: String,
    /// The node, by its name in the problem.
    pub node: String,
    /// How many of its replicas.
    pub count: u32,
}

/// How often the engine is asked for the fewest moves, and then for few.
const EXACT: usize = 60;
const GREEDY: usize = 120;

/// The label of a node that those who stay select.
const HERE: &str = "keep/node";

/// Where everything stands, near to where it stood: nothing where the problem does not fit, or
/// nobody found out in `steps` for each question. What of `old` the problem does not have (a node
/// that is gone, a workload that has fewer replicas) is passed over.
pub fn keep(problem: &Problem, old: &[Stood], steps: u64) -> Option<Placement> {
    let keeper = Keeper {
        problem,
        nodes: single_nodes(problem),
        steps,
    };
    let pins = keeper.pins(old);
    let all: BTreeSet<usize> = (0..pins.len()).collect();
    keeper
        .fewest(&pins, &all)
        .or_else(|| keeper.few(&pins, &all))
}

/// One replica that stood on a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Pin {
    workload: usize,
    node: String,
}

/// What came of a question.
enum Told {
    /// It fits.
    Fits(Placement),
    /// One of these must move.
    Move(BTreeSet<usize>),
    /// Nobody knows.
    Open,
}

struct Keeper<'p> {
    problem: &'p Problem,
    /// Each node as a pool of its own, called as the node.
    nodes: Problem,
    steps: u64,
}

impl Keeper<'_> {
    /// Whom the older placement concerns, each replica for itself: no more of a workload than it
    /// has, and only on nodes that there are.
    fn pins(&self, old: &[Stood]) -> Vec<Pin> {
        let known: BTreeSet<&str> = self
            .nodes
            .pools
            .iter()
            .map(|pool| pool.name.as_str())
            .collect();
        let mut left: Vec<u32> = self.problem.workloads.iter().map(|w| w.replicas).collect();
        let workloads = self.problem.workloads.iter().enumerate();
        let places: BTreeMap<&str, usize> =
            workloads.map(|(at, w)| (w.name.as_str(), at)).collect();
        let mut sorted: Vec<&Stood> = old.iter().collect();
        sorted.sort();
        let mut pins = Vec::new();
        for stood in sorted {
            let Some(workload) = places.get(stood.workload.as_str()).copied() else {
                continue;
            };
            if !known.contains(stood.node.as_str()) {
                continue;
            }
            let stay = stood.count.min(left[workload]);
            left[workload] -= stay;
            for _ in 0..stay {
                pins.push(Pin {
                    workload,
                    node: stood.node.clone(),
                });
            }
        }
        pins
    }

    /// The fewest moves: ways to move one more are tried only when all ways to move fewer were.
    fn fewest(&self, pins: &[Pin], all: &BTreeSet<usize>) -> Option<Placement> {
        let mut ways: VecDeque<BTreeSet<usize>> = VecDeque::from([BTreeSet::new()]);
        let mut seen: BTreeSet<BTreeSet<usize>> = ways.iter().cloned().collect();
        for _ in 0..EXACT {
            let moved = ways.pop_front()?;
            let kept: BTreeSet<usize> = all.difference(&moved).copied().collect();
            let next = match self.ask(pins, &kept, true) {
                Told::Fits(placement) => return Some(placement),
                Told::Move(one_of) => one_of,
                // Any of them may have to.
                Told::Open => kept,
            };
            for pin in next {
                let mut more = moved.clone();
                more.insert(pin);
                if seen.insert(more.clone()) {
                    ways.push_back(more);
                }
            }
        }
        None
    }

    /// Few moves: as many as possible stay, tried in halves.
    fn few(&self, pins: &[Pin], all: &BTreeSet<usize>) -> Option<Placement> {
        let Told::Fits(mut best) = self.ask(pins, &BTreeSet::new(), false) else {
            return None;
        };
        let mut kept: BTreeSet<usize> = BTreeSet::new();
        let mut parts: VecDeque<Vec<usize>> = VecDeque::from([all.iter().copied().collect()]);
        for _ in 0..GREEDY {
            let Some(part) = parts.pop_front() else {
                break;
            };
            let with: BTreeSet<usize> = kept.iter().chain(&part).copied().collect();
            match self.ask(pins, &with, false) {
                Told::Fits(placement) => {
                    best = placement;
                    kept = with;
                }
                Told::Move(_) | Told::Open if part.len() > 1 => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.push_back(first.to_vec());
                    parts.push_back(second.to_vec());
                }
                Told::Move(_) | Told::Open => {}
            }
        }
        Some(best)
    }

    /// Whether all fits with these where they stood.
    fn ask(&self, pins: &[Pin], kept: &BTreeSet<usize>, explain: bool) -> Told {
        let pinned = self.pinned(pins, kept);
        let options = Options {
            steps: self.steps,
            explain,
            ..Options::default()
        };
        let answer = solve(&pinned.problem, &options);
        if let Some(witness) = &answer.witness {
            let base = pinned.merged(&witness.base, &self.problem.workloads);
            return match self.holds(&base, &answer) {
                true => Told::Fits(base),
                false => Told::Open,
            };
        }
        let reason = answer
            .explanation
            .filter(|_| answer.verdict == Verdict::Infeasible);
        let Some(reason) = reason else {
            return Told::Open;
        };
        let one_of = reason.elements.iter().filter_map(|element| match element {
            Element::Selector(name) => pinned.pins.get(name),
            _ => None,
        });
        Told::Move(one_of.flatten().copied().collect())
    }

    /// Whether a placement is one of the problem itself, not only of what stands for it. Failures
    /// were proved with it where nothing but names was changed.
    fn holds(&self, base: &Placement, answer: &Answer) -> bool {
        let whole = Problem {
            failures: Vec::new(),
            ..self.problem.clone()
        };
        let answer = Answer {
            witness: Some(Witness {
                base: base.clone(),
                scenarios: Vec::new(),
            }),
            ..answer.clone()
        };
        verify(&whole, &answer).is_ok()
    }

    /// The problem in which those who are kept select their nodes.
    fn pinned(&self, pins: &[Pin], kept: &BTreeSet<usize>) -> Pinned {
        let mut groups: BTreeMap<&Pin, BTreeSet<usize>> = BTreeMap::new();
        for at in kept {
            groups.entry(&pins[*at]).or_default().insert(*at);
        }
        let mut pinned = Pinned {
            problem: Problem {
                pools: self.nodes.pools.clone(),
                workloads: Vec::new(),
                failures: self.nodes.failures.clone(),
            },
            of: BTreeMap::new(),
            pins: BTreeMap::new(),
        };
        let mut parts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (at, workload) in self.problem.workloads.iter().enumerate() {
            let mut free = workload.replicas;
            let here = groups.iter().filter(|(pin, _)| pin.workload == at);
            for (pin, group) in here {
                let count = u32::try_from(group.len()).unwrap_or(u32::MAX).min(free);
                free -= count;
                let name = format!("{}@{}", workload.name, pin.node);
                let mut part = Workload {
                    name: name.clone(),
                    replicas: count,
                    ..workload.clone()
                };
                part.selector
                    .insert(HERE.to_owned(), vec![pin.node.clone()]);
                pinned.pins.insert(name, group.clone());
                pinned.problem.workloads.push(part);
            }
            if free > 0 {
                pinned.problem.workloads.push(Workload {
                    replicas: free,
                    ..workload.clone()
                });
            }
            let own = pinned.problem.workloads.iter().skip(pinned.of.len());
            let own: Vec<String> = own.map(|part| part.name.clone()).collect();
            for name in &own {
                pinned.of.insert(name.clone(), workload.name.clone());
            }
            parts.insert(&workload.name, own);
        }
        for part in &mut pinned.problem.workloads {
            let of = &pinned.of[&part.name];
            let alone = parts.get(of.as_str()).is_none_or(|own| own.len() == 1);
            part.anti_affinity = apart(part, of, &parts);
            part.affinity = together(part, of, &parts);
            if !alone {
                // A spread counts all of a workload's replicas, which are several workloads here.
                part.spread.clear();
            }
        }
        pinned
    }
}

/// A problem in which some stay, and what its names stand for.
struct Pinned {
    problem: Problem,
    /// The workload that each is a part of.
    of: BTreeMap<String, String>,
    /// Who stays, by the part that they are.
    pins: BTreeMap<String, BTreeSet<usize>>,
}

impl Pinned {
    /// A placement in the names of the problem itself.
    fn merged(&self, base: &Placement, workloads: &[Workload]) -> Placement {
        let mut sums: BTreeMap<&str, BTreeMap<String, u32>> = BTreeMap::new();
        let mut cells: Placement = Placement::new();
        for (name, nodes) in base {
            let Some(of) = self.of.get(name) else {
                continue;
            };
            for (node, count) in nodes {
                // The only node of the pool `gpu-3` is `gpu-3-0`.
                let node = node.strip_suffix("-0").unwrap_or(node).to_owned();
                match count {
                    Count::Node(count) => {
                        let sum = sums.entry(of).or_default().entry(node).or_default();
                        *sum = sum.saturating_add(*count);
                    }
                    Count::Cells(more) => {
                        let has = cells.entry(of.clone()).or_default();
                        let has = has
                            .entry(node)
                            .or_insert_with(|| Count::Cells(vec![0; more.len()]));
                        if let Count::Cells(has) = has {
                            has.iter_mut()
                                .zip(more)
                                .for_each(|(has, more)| *has += more);
                        }
                    }
                }
            }
        }
        for workload in workloads {
            let has = cells.entry(workload.name.clone()).or_default();
            if let Some(nodes) = sums.remove(workload.name.as_str()) {
                has.extend(
                    nodes
                        .into_iter()
                        .map(|(node, count)| (node, Count::Node(count))),
                );
            }
        }
        cells.retain(|_, nodes| !nodes.is_empty());
        cells
    }
}

/// Whom a part keeps away from: the parts of whom its workload does, and those of itself where
/// the workload keeps its own replicas apart.
fn apart(part: &Workload, of: &str, parts: &BTreeMap<&str, Vec<String>>) -> Vec<Affinity> {
    let each = part.anti_affinity.iter().map(|rule| {
        let with = rule.with.iter().flat_map(|name| {
            let name = if name == "self" { of } else { name };
            parts.get(name).into_iter().flatten()
        });
        let with = with.map(|name| if *name == part.name { "self" } else { name });
        Affinity {
            topology: rule.topology,
            with: with.map(str::to_owned).collect(),
        }
    });
    each.filter(|rule| !rule.with.is_empty()).collect()
}

/// Whom a part stands with. Of another workload in several parts any one would do, which cannot be
/// said; that rule is left to the reading of what is found.
fn together(part: &Workload, of: &str, parts: &BTreeMap<&str, Vec<String>>) -> Vec<Affinity> {
    let each = part.affinity.iter().map(|rule| {
        let mut with = Vec::new();
        for name in &rule.with {
            let own = name == "self" || name == of;
            match parts.get(if own { of } else { name }).map(Vec::as_slice) {
                Some(all) if own => with.extend(all.iter().map(|other| {
                    let same = *other == part.name;
                    if same {
                        "self".to_owned()
                    } else {
                        other.clone()
                    }
                })),
                Some([only]) => with.push(only.clone()),
                Some(_) => {}
                None => with.push(name.clone()),
            }
        }
        Affinity {
            topology: rule.topology,
            with,
        }
    });
    each.filter(|rule| !rule.with.is_empty()).collect()
}

/// The problem with each node as a pool of its own, called as the node.
fn single_nodes(problem: &Problem) -> Problem {
    let mut nodes = Problem {
        failures: problem.failures.clone(),
        ..Problem::default()
    };
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for pool in &problem.pools {
        for at in 0..pool.count {
            let name = pool.node(at);
            let mut labels = pool.labels.clone();
            labels.insert(HERE.to_owned(), name.clone());
            let zone = pool.zone(at).to_owned();
            names.entry(&pool.name).or_default().push(name.clone());
            nodes.pools.push(Pool {
                name,
                count: 1,
                zones: IndexMap::from([(zone, 1)]),
                racks: pool
                    .rack(at)
                    .map(|rack| (rack.to_owned(), 1))
                    .into_iter()
                    .collect(),
                labels,
                ..pool.clone()
            });
        }
    }
    for failures in &mut nodes.failures {
        if let Some(pools) = &mut failures.pools {
            let all = pools.iter().filter_map(|pool| names.get(pool.as_str()));
            *pools = all.flatten().cloned().collect();
        }
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(nodes: u32, has: u64, workloads: &[(&str, u32, u64)]) -> Problem {
        let memory = |amount| BTreeMap::from([("memory".to_owned(), amount)]);
        Problem {
            pools: vec![Pool {
                name: "pve".to_owned(),
                count: nodes,
                capacity: memory(has),
                numa: 1,
                ..Pool::default()
            }],
            workloads: workloads
                .iter()
                .map(|(name, replicas, takes)| Workload {
                    name: (*name).to_owned(),
                    replicas: *replicas,
                    requests: memory(*takes),
                    ..Workload::default()
                })
                .collect(),
            failures: Vec::new(),
        }
    }

    fn stood(workload: &str, node: &str) -> Stood {
        Stood {
            workload: workload.to_owned(),
            node: node.to_owned(),
            count: 1,
        }
    }

    fn on(placement: &Placement, workload: &str) -> Vec<String> {
        placement[workload].keys().cloned().collect()
    }

    #[test]
    fn what_still_fits_stays() {
        let problem = problem(3, 10, &[("a", 1, 6), ("b", 1, 6), ("new", 1, 6)]);
        let old = [stood("a", "pve-2"), stood("b", "pve-0")];
        let kept = keep(&problem, &old, 1_000_000).expect("it fits");
        assert_eq!(on(&kept, "a"), ["pve-2"]);
        assert_eq!(on(&kept, "b"), ["pve-0"]);
        assert_eq!(on(&kept, "new"), ["pve-1"]);
    }

    #[test]
    fn one_moves_where_one_must() {
        // The new one needs a whole node; of the two small ones one makes room for it.
        let problem = problem(2, 10, &[("a", 1, 4), ("b", 1, 4), ("new", 1, 10)]);
        let old = [stood("a", "pve-0"), stood("b", "pve-1")];
        let kept = keep(&problem, &old, 1_000_000).expect("it fits");
        let stayed = [on(&kept, "a") == ["pve-0"], on(&kept, "b") == ["pve-1"]];
        assert_eq!(stayed.iter().filter(|stayed| **stayed).count(), 1);
    }

    #[test]
    fn replicas_that_stay_still_keep_apart() {
        let mut problem = problem(3, 10, &[("db", 3, 1)]);
        problem.workloads[0].anti_affinity = vec![Affinity {
            topology: crate::problem::Topology::Node,
            with: vec!["self".to_owned()],
        }];
        let old = [stood("db", "pve-1"), stood("db", "gone-0")];
        let kept = keep(&problem, &old, 1_000_000).expect("it fits");
        assert_eq!(on(&kept, "db"), ["pve-0", "pve-1", "pve-2"]);
    }

    #[test]
    fn what_does_not_fit_has_no_place() {
        let problem = problem(1, 10, &[("a", 2, 6)]);
        assert_eq!(keep(&problem, &[stood("a", "pve-0")], 1_000_000), None);
    }
}
