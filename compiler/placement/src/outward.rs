//! From the model's terms back to the problem's: which replica of which workload stands on which
//! node.

mod deal;
mod moved;

use std::collections::BTreeMap;

use self::deal::{Dealer, Run};
pub(crate) use self::moved::arrive;
use crate::{
    answer::{Alike, Count, Failed, Placement, Witness},
    failing,
    fill::{Fill, Node, Plan},
    model::{Model, Range},
    problem::{Mode, Problem},
    steps::{Spent, Steps},
};

/// With more replicas than this a placement is written by pools, not by nodes.
pub const MANY_REPLICAS: u64 = 2_000;
/// With more nodes than this a placement is written by pools, not by nodes.
pub const MANY_NODES: u64 = 500;
/// For at most so many ways of one failure, node by node, what stands afterwards is written for
/// each. For more it is written once for those that lose as many nodes of each kind.
pub const MANY_FAILURES: usize = 256;
/// At most so many replicas are written for all failures together.
pub(crate) const MANY_LINES: u64 = 100_000;

/// A placement in the problem's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outward {
    /// Node by node.
    Nodes(Witness),
    /// By pools: of a large problem, and without what follows failures.
    Pools(Vec<Alike>),
}

/// Writes a plan in the problem's terms.
///
/// # Errors
/// The NUMA cells of a node were not found within the steps.
pub(crate) fn outward(
    problem: &Problem,
    model: &Model,
    plan: &Plan,
    steps: &mut Steps<'_>,
) -> Result<Outward, Spent> {
    let all = all_nodes(model);
    if problem.replicas() > MANY_REPLICAS || problem.nodes() > MANY_NODES {
        let runs = Dealer { problem, model }.runs(&plan.base, &all, steps)?;
        return Ok(Outward::Pools(by_pool(problem, runs)));
    }
    let base = placement(problem, model, &plan.base, &all, steps)?;
    let mut scenarios = Vec::new();
    let lines = MANY_LINES / problem.replicas().max(1);
    let lines = usize::try_from(lines).unwrap_or(usize::MAX);
    for (at, failure) in model.failures.iter().enumerate() {
        let room = lines.saturating_sub(scenarios.len());
        let sets = failing::sets(model, at, MANY_FAILURES.min(room));
        let written = match failure.mode {
            Mode::Replan => replanned(problem, model, plan, (at, sets, room), steps)?,
            Mode::Evacuate => moved::evacuated(problem, model, plan, (at, sets, room), steps)?,
        };
        scenarios.extend(written);
    }
    Ok(Outward::Nodes(Witness { base, scenarios }))
}

/// One failure: which, the sets of nodes that can fail if they are few, and how many scenarios
/// may be written.
type Ways = (usize, Option<Vec<Vec<Node>>>, usize);

fn replanned(
    problem: &Problem,
    model: &Model,
    plan: &Plan,
    (at, sets, room): Ways,
    steps: &mut Steps<'_>,
) -> Result<Vec<Failed>, Spent> {
    let ours = plan.replanned.iter().filter(|one| one.failure == at);
    let by_lost: BTreeMap<&[(usize, u32)], &Fill> =
        ours.map(|one| (one.lost.as_slice(), &one.fill)).collect();
    let sets = sets.unwrap_or_else(|| by_lost.keys().map(|lost| last_of(model, lost)).collect());
    let mut written = Vec::new();
    for set in sets.into_iter().take(room) {
        let Some(fill) = by_lost.get(by_class(&set).as_slice()) else {
            continue;
        };
        let left = without(model, &set);
        written.push(Failed {
            failed: names(problem, model, &set),
            placement: Some(placement(problem, model, fill, &left, steps)?),
            moved: None,
        });
    }
    Ok(written)
}

/// Where everything stands when the groups of a fill take these nodes of their classes.
fn placement(
    problem: &Problem,
    model: &Model,
    fill: &Fill,
    nodes: &[Vec<Range>],
    steps: &mut Steps<'_>,
) -> Result<Placement, Spent> {
    let mut placement = Placement::new();
    for workload in &problem.workloads {
        placement.insert(workload.name.clone(), BTreeMap::new());
    }
    for run in (Dealer { problem, model }).runs(fill, nodes, steps)? {
        for (workload, count) in &run.pods {
            let name = &problem.workloads[*workload].name;
            let at = placement.entry(name.clone()).or_default();
            for step in 0..run.nodes {
                let node = problem.pools[run.pool].node(run.first + step);
                at.insert(node, count.clone());
            }
        }
    }
    Ok(placement)
}

/// The nodes of each class.
fn all_nodes(model: &Model) -> Vec<Vec<Range>> {
    let classes = model.classes.iter();
    classes.map(|class| class.nodes.clone()).collect()
}

/// The nodes of each class that are left.
fn without(model: &Model, lost: &[Node]) -> Vec<Vec<Range>> {
    let mut left = Vec::new();
    for (at, class) in model.classes.iter().enumerate() {
        let mut gone: Vec<u32> = lost
            .iter()
            .filter(|node| node.class == at)
            .map(|node| node.at)
            .collect();
        gone.sort_unstable();
        gone.push(class.count);
        let mut from = 0;
        let mut ranges = Vec::new();
        for end in gone {
            ranges.extend(cut(&class.nodes, from, end));
            from = end.saturating_add(1);
        }
        left.push(ranges);
    }
    left
}

/// The nodes of some ranges from one place to before another, counted through all of them.
fn cut(ranges: &[Range], from: u32, end: u32) -> Vec<Range> {
    let mut start = 0_u32;
    let mut cut = Vec::new();
    for range in ranges {
        let (low, high) = (from.max(start), end.min(start.saturating_add(range.count)));
        if low < high {
            cut.push(Range {
                first: range.first + (low - start),
                count: high - low,
                ..*range
            });
        }
        start = start.saturating_add(range.count);
    }
    cut
}

/// The pool of a node and its number there.
fn locate(model: &Model, node: Node) -> Option<(usize, u32)> {
    let found = cut(&model.classes[node.class].nodes, node.at, node.at + 1);
    found.first().map(|range| (range.pool, range.first))
}

fn names(problem: &Problem, model: &Model, nodes: &[Node]) -> Vec<String> {
    let mut places: Vec<_> = nodes
        .iter()
        .filter_map(|node| locate(model, *node))
        .collect();
    places.sort_unstable();
    let each = places.into_iter();
    each.map(|(pool, number)| problem.pools[pool].node(number))
        .collect()
}

/// How many nodes of which class.
fn by_class(set: &[Node]) -> Vec<(usize, u32)> {
    let mut lost: BTreeMap<usize, u32> = BTreeMap::new();
    for node in set {
        *lost.entry(node.class).or_default() += 1;
    }
    lost.into_iter().collect()
}

/// The last nodes of the classes that lose some.
fn last_of(model: &Model, lost: &[(usize, u32)]) -> Vec<Node> {
    let each = lost.iter().flat_map(|(class, count)| {
        let all = model.classes[*class].count;
        (all.saturating_sub(*count)..all).map(move |at| Node { class: *class, at })
    });
    each.collect()
}

/// The same by pools, in the order of their nodes: what holds nothing stands between.
fn by_pool(problem: &Problem, mut runs: Vec<Run>) -> Vec<Alike> {
    runs.sort_unstable_by_key(|run| (run.pool, run.first));
    let mut all: Vec<Alike> = Vec::new();
    let mut next = (0, 0);
    for run in runs {
        let from = if next.0 == run.pool { next.1 } else { 0 };
        let pool = problem.pools[run.pool].name.clone();
        if run.first > from {
            all.push(Alike {
                pool: pool.clone(),
                nodes: run.first - from,
                ..Alike::default()
            });
        }
        next = (run.pool, run.first + run.nodes);
        let alike = run.alike(problem, pool);
        match all.last_mut() {
            Some(last) if last.is_like(&alike) => last.nodes += alike.nodes,
            _ => all.push(alike),
        }
    }
    all
}

impl Run {
    fn alike(&self, problem: &Problem, pool: String) -> Alike {
        let mut alike = Alike {
            pool,
            nodes: self.nodes,
            ..Alike::default()
        };
        for (workload, count) in &self.pods {
            let name = &problem.workloads[*workload].name;
            let total = u32::try_from(count.total()).unwrap_or(u32::MAX);
            alike.pods.insert(name.clone(), total);
            if let Count::Cells(cells) = count {
                alike.cells.insert(name.clone(), cells.clone());
            }
        }
        alike
    }
}

impl Alike {
    fn is_like(&self, other: &Self) -> bool {
        self.pool == other.pool && self.pods == other.pods && self.cells == other.cells
    }
}
