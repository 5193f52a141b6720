//! What the program cannot say in one go is split: either a replica stands in a zone or none
//! does, either so many nodes hold a tenant's replicas or more. Each part is a program of its
//! own, and where none of them fits, nothing does.

use super::{
    relax::{Patterns, Relaxed, relax},
    task::{Group, Holders, Task},
    whole,
};
use crate::{
    fill::Fill,
    model::Pair,
    problem::{Isolation, Topology},
    steps::{Spent, Steps},
};

/// So many programs are solved at most.
const MOST: u32 = 160;

/// A level so near to a whole number is that number.
const NEARLY: f64 = 1e-4;

/// What splitting came to.
#[derive(Debug)]
pub(super) enum Split {
    /// A placement that keeps every rule.
    Fits(Fill),
    /// No part fits.
    Lacks,
    /// Neither was found.
    Open,
}

/// Splits a task that fits with nodes in parts, at these levels.
///
/// # Errors
/// The budget is spent.
pub(super) fn branch(
    task: &Task<'_>,
    patterns: &mut Patterns,
    levels: &[(usize, f64)],
    steps: &mut Steps<'_>,
) -> Result<Split, Spent> {
    Tree { solved: 0 }.explore(task, patterns, levels, steps)
}

struct Tree {
    solved: u32,
}

impl Tree {
    fn explore(
        &mut self,
        task: &Task<'_>,
        patterns: &mut Patterns,
        levels: &[(usize, f64)],
        steps: &mut Steps<'_>,
    ) -> Result<Split, Spent> {
        let Some(parts) = parts(task, patterns, levels) else {
            return Ok(Split::Open);
        };
        let mut open = false;
        for part in parts {
            if self.solved >= MOST {
                return Ok(Split::Open);
            }
            self.solved += 1;
            let levels = match relax(&part, patterns, steps)? {
                Relaxed::Lacks(_) => continue,
                Relaxed::Open(_) => {
                    open = true;
                    continue;
                }
                Relaxed::Fits(levels) => levels,
            };
            if let Some(fill) = whole(&part, patterns, levels.clone(), steps)? {
                return Ok(Split::Fits(fill));
            }
            match self.explore(&part, patterns, &levels, steps)? {
                Split::Fits(fill) => return Ok(Split::Fits(fill)),
                Split::Lacks => {}
                Split::Open => open = true,
            }
        }
        Ok(if open { Split::Open } else { Split::Lacks })
    }
}

/// Tasks of which any placement keeps one, each without the levels.
fn parts<'m>(
    task: &Task<'m>,
    patterns: &Patterns,
    levels: &[(usize, f64)],
) -> Option<[Task<'m>; 2]> {
    let seen = Seen {
        task,
        patterns,
        levels,
    };
    seen.broken_rule()
        .or_else(|| seen.parted_nodes(&tenants(task)))
        .or_else(|| seen.parted_counts())
        .or_else(|| {
            let each = (0..task.demand.len()).map(|shape| vec![shape]);
            seen.parted_nodes(&each.collect::<Vec<_>>())
        })
}

/// For each tenant with nodes of its own, the shapes that ask for them.
fn tenants(task: &Task<'_>) -> Vec<Vec<usize>> {
    let mut tenants: std::collections::BTreeMap<u32, Vec<usize>> =
        std::collections::BTreeMap::new();
    for (at, shape) in task.model.shapes.iter().enumerate() {
        if shape.isolation == Isolation::Tenant {
            tenants.entry(shape.tenant).or_default().push(at);
        }
    }
    tenants.into_values().collect()
}

/// A solution of the program.
struct Seen<'a, 'm> {
    task: &'a Task<'m>,
    patterns: &'a Patterns,
    levels: &'a [(usize, f64)],
}

impl<'m> Seen<'_, 'm> {
    /// How many replicas of a shape stand on some classes.
    fn count(&self, shape: usize, set: &[usize]) -> f64 {
        let each = self.levels.iter().filter_map(|(pattern, level)| {
            let (class, pods) = &self.patterns.all[*pattern];
            let (_, count) = pods.iter().find(|(at, _)| *at == shape)?;
            set.contains(class).then_some(level * f64::from(*count))
        });
        each.sum()
    }

    /// A rule about domains that the solution breaks.
    fn broken_rule(&self) -> Option<[Task<'m>; 2]> {
        let model = self.task.model;
        let wide = |pair: &&Pair| pair.topology != Topology::Node;
        for pair in model
            .apart
            .iter()
            .filter(wide)
            .filter(|pair| pair.of != pair.with)
        {
            for set in self.domains(pair.topology) {
                if self.count(pair.of, &set) > NEARLY && self.count(pair.with, &set) > NEARLY {
                    let of = self.with_count(pair.of, &set, 0, 0);
                    return Some([of, self.with_count(pair.with, &set, 0, 0)]);
                }
            }
        }
        for pair in model.together.iter().filter(wide) {
            for set in self.domains(pair.topology) {
                let some = self.count(pair.of, &set) > NEARLY;
                if some && self.count(pair.with, &set) < 1.0 - NEARLY {
                    let all = u64::from(model.shapes[pair.with].replicas);
                    let with = self.with_count(pair.with, &set, 1, all);
                    return Some([with, self.with_count(pair.of, &set, 0, 0)]);
                }
            }
        }
        for pair in model.united.iter().filter(wide) {
            let all = u64::from(model.shapes[pair.of].replicas);
            let parted = self.domains(pair.topology).into_iter().filter(|set| {
                let count = self.count(pair.of, set);
                count > NEARLY && count < all as f64 - NEARLY
            });
            let most =
                parted.max_by(|a, b| self.count(pair.of, a).total_cmp(&self.count(pair.of, b)));
            if let Some(set) = most {
                let here = self.with_count(pair.of, &set, all, all);
                return Some([here, self.with_count(pair.of, &set, 0, 0)]);
            }
        }
        None
    }

    /// The classes of each domain that has a name.
    fn domains(&self, topology: Topology) -> Vec<Vec<usize>> {
        let mut sets: std::collections::BTreeMap<u32, Vec<usize>> =
            std::collections::BTreeMap::new();
        for class in 0..self.task.nodes.len() {
            if let Some(domain) = self.task.model.domain(class, topology) {
                sets.entry(domain).or_default().push(class);
            }
        }
        sets.into_values().collect()
    }

    /// Nodes that hold any of some shapes, in parts: over all classes, or of one.
    fn parted_nodes(&self, kinds: &[Vec<usize>]) -> Option<[Task<'m>; 2]> {
        let all: Vec<usize> = (0..self.task.nodes.len()).collect();
        let each = all.iter().map(|class| vec![*class]);
        let sets: Vec<Vec<usize>> = std::iter::once(all.clone()).chain(each).collect();
        for set in sets {
            for shapes in kinds {
                let holders = Holders {
                    shapes: shapes.clone(),
                    classes: set.clone(),
                    placed: 0,
                    least: 0,
                    most: u64::MAX,
                };
                let held = self.levels.iter().filter_map(|(pattern, level)| {
                    let (class, pods) = &self.patterns.all[*pattern];
                    holders.has(*class, pods).then_some(*level)
                });
                let held: f64 = held.sum();
                if (held - held.round()).abs() <= NEARLY {
                    continue;
                }
                let below = held.floor() as u64;
                let nodes: u64 = set.iter().map(|class| self.task.nodes[*class]).sum();
                let with = |least, most| {
                    let mut task = self.task.clone();
                    task.holders.push(Holders {
                        least,
                        most,
                        ..holders.clone()
                    });
                    task
                };
                return Some([with(below + 1, nodes), with(0, below)]);
            }
        }
        None
    }

    /// A shape of which a class holds replicas in parts: the one that is farthest from whole.
    fn parted_counts(&self) -> Option<[Task<'m>; 2]> {
        let mut best: Option<(f64, usize, usize, f64)> = None;
        for class in 0..self.task.nodes.len() {
            for shape in 0..self.task.demand.len() {
                let count = self.count(shape, &[class]);
                let part = (count - count.round()).abs();
                if part > NEARLY && best.is_none_or(|(most, ..)| part > most + 1e-9) {
                    best = Some((part, class, shape, count));
                }
            }
        }
        let (_, class, shape, count) = best?;
        let below = count.floor() as u64;
        let all = self.task.demand[shape];
        let more = self.with_count(shape, &[class], below + 1, all.max(below + 1));
        Some([more, self.with_count(shape, &[class], 0, below)])
    }

    /// The task with so many replicas of a shape on some classes.
    fn with_count(&self, shape: usize, set: &[usize], least: u64, most: u64) -> Task<'m> {
        let mut task = self.task.clone();
        task.exact[shape] = true;
        task.groups.push(Group {
            shape,
            sets: vec![set.to_vec()],
            placed: vec![0],
            least,
            most: least,
            skew: most - least,
            all: false,
        });
        task
    }
}
