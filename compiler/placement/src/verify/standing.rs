//! What stands where, as a witness says it.

use std::collections::BTreeMap;

use super::{
    Complaints,
    ground::{Ground, Lost},
};
use crate::answer::{Alike, Count, Placement};

/// Replicas of a workload on a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Held {
    /// How many.
    pub(super) count: u64,
    /// How many in each cell, where the witness says.
    pub(super) cells: Vec<u64>,
}

/// What a node holds, by workload.
pub(super) type Pods = BTreeMap<usize, Held>;

/// Nodes of a run that hold the same.
#[derive(Debug, Clone)]
pub(super) struct Stand {
    /// The pool.
    pub(super) pool: usize,
    /// The first node.
    pub(super) first: u32,
    /// How many.
    pub(super) nodes: u32,
    /// What each holds.
    pub(super) pods: Pods,
}

/// What stands where. Nodes that hold nothing are left out.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// The nodes, each once.
    pub(super) stands: Vec<Stand>,
}

impl Standing {
    /// What a placement by node says.
    pub(super) fn by_node(
        ground: &Ground<'_>,
        placement: &Placement,
        said: &mut Complaints,
    ) -> Self {
        let mut nodes: BTreeMap<(usize, u32), Pods> = BTreeMap::new();
        for (name, on) in placement {
            let Some(workload) = ground.workload(name) else {
                said.say(format_args!("there is no workload `{name}`"));
                continue;
            };
            for (node, count) in on {
                let Some(at) = ground.node(node) else {
                    said.say(format_args!("there is no node `{node}`"));
                    continue;
                };
                let held = Held {
                    count: count.total(),
                    cells: match count {
                        Count::Node(_) => Vec::new(),
                        Count::Cells(cells) => cells.iter().map(|n| u64::from(*n)).collect(),
                    },
                };
                if held.count > 0 {
                    nodes.entry(at).or_default().insert(workload, held);
                }
            }
        }
        Self::of_nodes(nodes)
    }

    fn of_nodes(nodes: BTreeMap<(usize, u32), Pods>) -> Self {
        let stands = nodes.into_iter().map(|((pool, first), pods)| Stand {
            pool,
            first,
            nodes: 1,
            pods,
        });
        Self {
            stands: stands.collect(),
        }
    }

    /// What a placement by pool says.
    pub(super) fn compact(ground: &Ground<'_>, all: &[Alike], said: &mut Complaints) -> Self {
        let mut next: BTreeMap<usize, u32> = BTreeMap::new();
        let mut standing = Self::default();
        for alike in all {
            let Some(pool) = ground.pool(&alike.pool) else {
                said.say(format_args!("there is no pool `{}`", alike.pool));
                continue;
            };
            let first = next.entry(pool).or_default();
            let end = first.saturating_add(alike.nodes);
            let has = ground.problem.pools[pool].count;
            if end > has {
                said.say(format_args!(
                    "{end} nodes of `{}` are taken, which has {has}",
                    alike.pool
                ));
                continue;
            }
            let pods = pods_alike(ground, alike, said);
            if !pods.is_empty() {
                standing.add_cut(ground, pool, (*first, end), &pods);
            }
            *first = end;
        }
        standing
    }

    /// Adds nodes that hold the same, cut where a zone or a rack ends.
    fn add_cut(&mut self, ground: &Ground<'_>, pool: usize, (from, end): (u32, u32), pods: &Pods) {
        let runs = &ground.runs[pool];
        let at = runs.partition_point(|run| run.end <= from);
        for run in runs[at..].iter().take_while(|run| run.first < end) {
            let first = run.first.max(from);
            self.stands.push(Stand {
                pool,
                first,
                nodes: run.end.min(end) - first,
                pods: pods.clone(),
            });
        }
    }

    /// What stands where when nodes are lost, and what stood there is `moved`: what survives
    /// stays, in its cell too.
    pub(super) fn evacuated(
        &self,
        ground: &Ground<'_>,
        lost: &Lost,
        moved: &Self,
        said: &mut Complaints,
    ) -> Self {
        let mut balance: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
        let mut nodes: BTreeMap<(usize, u32), Pods> = BTreeMap::new();
        for stand in &self.stands {
            let at = (stand.pool, stand.first);
            if lost.nodes.contains(&at) {
                for (workload, held) in &stand.pods {
                    balance.entry(*workload).or_default().0 += held.count;
                }
            } else {
                nodes.insert(at, stand.pods.clone());
            }
        }
        for stand in &moved.stands {
            let into = nodes.entry((stand.pool, stand.first)).or_default();
            for (workload, held) in &stand.pods {
                balance.entry(*workload).or_default().1 += held.count;
                into.entry(*workload).or_default().join(held);
            }
        }
        for (workload, (gone, placed)) in balance {
            if gone != placed {
                let name = &ground.problem.workloads[workload].name;
                said.say(format_args!(
                    "{gone} replicas of `{name}` are lost, and {placed} are moved"
                ));
            }
        }
        Self::of_nodes(nodes)
    }
}

impl Held {
    /// More of the same workload. Where only one of both says in which cells, nothing is known
    /// of the other's, and the cells do not add up any more.
    fn join(&mut self, other: &Self) {
        if self.count == 0 {
            self.cells.clone_from(&other.cells);
        } else if self.cells.len() == other.cells.len() {
            for (cell, more) in self.cells.iter_mut().zip(&other.cells) {
                *cell += more;
            }
        } else {
            self.cells.clear();
        }
        self.count += other.count;
    }
}

fn pods_alike(ground: &Ground<'_>, alike: &Alike, said: &mut Complaints) -> Pods {
    let mut pods = Pods::new();
    for (name, count) in &alike.pods {
        let Some(workload) = ground.workload(name) else {
            said.say(format_args!("there is no workload `{name}`"));
            continue;
        };
        let cells = alike.cells.get(name).map_or_else(Vec::new, |cells| {
            cells.iter().map(|n| u64::from(*n)).collect()
        });
        if !cells.is_empty() && cells.iter().sum::<u64>() != u64::from(*count) {
            said.say(format_args!(
                "the cells of a node of `{}` do not hold {count} replicas of `{name}`",
                alike.pool
            ));
        }
        if *count > 0 {
            let count = u64::from(*count);
            pods.insert(workload, Held { count, cells });
        }
    }
    pods
}
