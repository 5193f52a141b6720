//! What would make it fit: nodes more, replicas fewer, a rule less. Each is decided with the whole
//! problem before it is offered.

use std::collections::BTreeSet;

use super::{
    oracle::{Oracle, Told},
    reduce::{self, Reduced},
};
use crate::{
    answer::{Bounds, Figures, Mend},
    element::{Element, elements},
    problem::{Problem, Workload},
    whatif::{Change, change},
};

/// The most mends that are offered.
const MOST: usize = 5;
/// The most pools, workloads and rules that are tried.
const TRIED: usize = 6;
/// The most nodes that are added.
const MOST_NODES: u32 = 1 << 16;
/// How many nodes more are tried, one after the other, where it is open whether the fewest do.
const MORE_NODES: [u32; 4] = [1, 2, 6, 18];
/// The most reasons that are mended one after the other, where they stand beside each other.
const MOST_REASONS: usize = 4;

/// What would make a problem fit.
#[derive(Debug, Default)]
pub(super) struct Mended {
    /// The smallest first.
    pub(super) mends: Vec<Mend>,
    /// How many replicas fit of the workload that needs to lose the fewest.
    pub(super) bounds: Option<Bounds>,
}

/// Looks for mends of a reason.
pub(super) fn mends(
    problem: &Problem,
    found: &Reduced,
    figures: &Figures,
    oracle: &mut Oracle<'_, '_>,
) -> Mended {
    let mut search = Search::new(problem, &found.kept, oracle);
    let mut nodes = Vec::new();
    for pool in search.pools(figures) {
        let most = nodes.iter().map(|(count, _)| *count).min();
        if let Some(count) = search.nodes(&pool, most.unwrap_or(MOST_NODES)) {
            nodes.push((count, pool));
        }
    }
    nodes.sort_by_key(|(count, _)| *count);
    let nodes: Vec<Mend> = nodes
        .into_iter()
        .map(|(nodes, pool)| Mend::AddNodes { pool, nodes })
        .collect();
    let mut edges: Vec<(u32, Bounds, bool)> = search
        .workloads()
        .into_iter()
        .filter_map(|workload| {
            let (bounds, is_proved) = search.replicas(workload)?;
            Some((workload.replicas - bounds.fits, bounds, is_proved))
        })
        .collect();
    edges.sort_by_key(|(fewer, ..)| *fewer);
    let bounds = edges.iter().find(|(.., is_proved)| *is_proved);
    let bounds = bounds.map(|(_, bounds, _)| bounds.clone());
    let replicas = edges.into_iter().map(|(_, bounds, _)| Mend::Replicas {
        workload: bounds.workload,
        fit: bounds.fits,
    });
    let rules = search.rules();
    let mut mends = choose(nodes, replicas.collect(), rules);
    if mends.is_empty() {
        mends.extend(one_by_one(problem, found, figures, oracle));
    }
    Mended { mends, bounds }
}

/// The best of each kind, and more of them where there is room.
fn choose(nodes: Vec<Mend>, replicas: Vec<Mend>, rules: Vec<Mend>) -> Vec<Mend> {
    let mut left = MOST;
    let kinds = [nodes, replicas, rules];
    let mut take = [0; 3];
    for share in [2, MOST] {
        for (take, kind) in take.iter_mut().zip(&kinds) {
            let more = kind.len().min(share).saturating_sub(*take).min(left);
            *take += more;
            left -= more;
        }
    }
    let chosen = kinds.into_iter().zip(take);
    chosen
        .flat_map(|(kind, take)| kind.into_iter().take(take))
        .collect()
}

/// Where several reasons stand beside each other: mends one after the other until all of it fits.
fn one_by_one(
    problem: &Problem,
    found: &Reduced,
    figures: &Figures,
    oracle: &mut Oracle<'_, '_>,
) -> Option<Mend> {
    let mut problem = problem.clone();
    let mut found = found.clone();
    let mut figures = figures.clone();
    let mut mends = Vec::new();
    for _ in 0..MOST_REASONS {
        let mend = Search::new(&problem, &found.kept, oracle).own(&figures)?;
        problem = mended(&problem, &mend)?;
        mends.push(mend);
        let mut told = oracle.ask(&problem, &BTreeSet::new());
        for more in MORE_NODES {
            let (Told::Open, Some(Mend::AddNodes { pool, nodes })) = (&told, mends.last_mut())
            else {
                break;
            };
            problem = with_nodes(&problem, pool, more)?;
            *nodes += more;
            told = oracle.ask(&problem, &BTreeSet::new());
        }
        match told {
            Told::Fits if mends.len() > 1 => return Some(Mend::All(mends)),
            Told::Fits => return mends.pop(),
            Told::Open => return None,
            Told::Lacks(case) => {
                found = reduce::reduce(&problem, *case, oracle);
                figures = super::forms::say(&problem, &found).1;
            }
        }
    }
    None
}

/// The problem with a mend.
fn mended(problem: &Problem, mend: &Mend) -> Option<Problem> {
    match mend {
        Mend::AddNodes { pool, nodes } => with_nodes(problem, pool, *nodes),
        Mend::Replicas { workload, fit } => Some(with_replicas(problem, workload, *fit)),
        Mend::Drop { .. } | Mend::All(_) => None,
    }
}

fn with_nodes(problem: &Problem, pool: &str, nodes: u32) -> Option<Problem> {
    let add = Change::Add {
        nodes,
        pool: pool.to_owned(),
        zone: None,
    };
    change(problem, &[add]).ok().map(|changed| changed.problem)
}

fn with_replicas(problem: &Problem, name: &str, replicas: u32) -> Problem {
    let mut problem = problem.clone();
    let mut workloads = problem.workloads.iter_mut();
    if let Some(workload) = workloads.find(|workload| workload.name == name) {
        workload.replicas = replicas;
    }
    problem
}

struct Search<'p, 'o, 's, 'g> {
    problem: &'p Problem,
    kept: &'p BTreeSet<Element>,
    /// Everything but the reason's own parts.
    others: BTreeSet<Element>,
    oracle: &'o mut Oracle<'s, 'g>,
}

impl<'p, 'o, 's, 'g> Search<'p, 'o, 's, 'g> {
    fn new(
        problem: &'p Problem,
        kept: &'p BTreeSet<Element>,
        oracle: &'o mut Oracle<'s, 'g>,
    ) -> Self {
        let all = elements(problem);
        Self {
            problem,
            kept,
            others: all.difference(kept).cloned().collect(),
            oracle,
        }
    }

    /// The pools that more nodes of may help: those first that the reason counts.
    fn pools(&self, figures: &Figures) -> Vec<String> {
        let counted = figures.places.iter().map(|place| &place.pool);
        let admits = |pool: &crate::problem::Pool| {
            let mut workloads = self.blamed();
            workloads.any(|workload| {
                let selector = Element::Selector(workload.name.clone());
                (workload.selected(pool) || !self.kept.contains(&selector))
                    && (workload.tolerates(pool) || !self.kept.contains(&Element::Taints))
            })
        };
        let all = self.problem.pools.iter().filter(|pool| admits(pool));
        let mut pools: Vec<String> = Vec::new();
        for pool in counted.chain(all.map(|pool| &pool.name)) {
            if !pools.contains(pool) {
                pools.push(pool.clone());
            }
        }
        pools.truncate(TRIED);
        pools
    }

    /// The workloads of the reason, in the problem's order.
    fn blamed(&self) -> impl Iterator<Item = &'p Workload> {
        let kept = self.kept;
        let all = self.problem.workloads.iter();
        all.filter(move |workload| kept.contains(&Element::Workload(workload.name.clone())))
    }

    /// Those of which fewer replicas may help: where there are many, those with the most.
    fn workloads(&self) -> Vec<&'p Workload> {
        let mut all: Vec<&Workload> = self.blamed().collect();
        all.sort_by_key(|workload| std::cmp::Reverse(workload.replicas));
        all.truncate(TRIED);
        all
    }

    /// The fewest nodes of a pool with which everything fits, if there are at most so many.
    fn nodes(&mut self, pool: &str, most: u32) -> Option<u32> {
        let fewest = self.own_nodes(pool, most)?;
        let mut fits = |nodes: u32| {
            let problem = with_nodes(self.problem, pool, nodes)?;
            let told = self.oracle.ask(&problem, &BTreeSet::new());
            Some(matches!(told, Told::Fits))
        };
        if fits(fewest)? {
            return Some(fewest);
        }
        // The others may need some of them too, or one more is easier to see.
        // Others may need some of them too. Where very many do not help, another pool is short.
        let all = u32::try_from(self.problem.nodes()).unwrap_or(u32::MAX);
        let very_many = fewest.saturating_add(all).saturating_mul(4).min(MOST_NODES);
        if very_many <= fewest || !fits(very_many)? {
            return None;
        }
        let (mut few, mut step) = (fewest, 1_u32);
        loop {
            let many = few.saturating_add(step).min(very_many);
            if many == very_many || fits(many)? {
                return least(few, many, fits);
            }
            (few, step) = (many, step.saturating_mul(2));
        }
    }

    /// The same, for the parts of the reason alone.
    fn own_nodes(&mut self, pool: &str, most: u32) -> Option<u32> {
        let replicas: u64 = self
            .blamed()
            .map(|workload| u64::from(workload.replicas))
            .sum();
        let failing = self
            .problem
            .failures
            .iter()
            .map(|failures| u64::from(failures.k));
        let useful = replicas.saturating_add(failing.sum());
        let cap = u32::try_from(useful).unwrap_or(u32::MAX).min(most).max(1);
        let mut fits = |nodes: u32| {
            let problem = with_nodes(self.problem, pool, nodes)?;
            Some(matches!(
                self.oracle.ask(&problem, &self.others),
                Told::Fits
            ))
        };
        // Where many nodes do not help, the pool is not what is missing.
        if !fits(cap)? {
            return None;
        }
        let (mut few, mut many) = (0, 1);
        while many < cap && !fits(many)? {
            (few, many) = (many, many.saturating_mul(2).min(cap));
        }
        least(few, many, fits)
    }

    /// How many replicas of a workload fit beside everything else, and whether more were shown
    /// not to.
    fn replicas(&mut self, workload: &Workload) -> Option<(Bounds, bool)> {
        let own = self.edge(workload, &self.others.clone(), workload.replicas)?;
        let nothing = BTreeSet::new();
        let problem = with_replicas(self.problem, &workload.name, own.fits);
        let edge = match self.oracle.ask(&problem, &nothing) {
            Told::Fits => own,
            Told::Open | Told::Lacks(_) => {
                let edge = self.edge(workload, &nothing, own.fits)?;
                Edge {
                    lacks: edge.lacks.or(own.lacks),
                    ..edge
                }
            }
        };
        let lacks = edge.lacks.filter(|_| is_monotone(self.problem, workload));
        let bounds = Bounds {
            workload: workload.name.clone(),
            fits: edge.fits,
            at_most: lacks.map_or(workload.replicas, |lacks| lacks - 1),
        };
        // None at all is no mend: who wants the workload wants some of it.
        (edge.fits > 0).then_some((bounds, lacks.is_some()))
    }

    /// The most replicas that fit below `above`, without the parts that are dropped.
    fn edge(
        &mut self,
        workload: &Workload,
        dropped: &BTreeSet<Element>,
        above: u32,
    ) -> Option<Edge> {
        let mut lacks = None;
        let mut ask = |replicas: u32| {
            let problem = with_replicas(self.problem, &workload.name, replicas);
            match self.oracle.ask(&problem, dropped) {
                Told::Fits => true,
                Told::Lacks(_) => {
                    lacks = Some(replicas);
                    false
                }
                Told::Open => false,
            }
        };
        if above == 0 || !ask(0) && !ask(1) {
            return None;
        }
        let (mut fits, mut not) = (0, above);
        while not - fits > 1 {
            let middle = fits + (not - fits) / 2;
            if ask(middle) {
                fits = middle;
            } else {
                not = middle;
            }
        }
        // What was told last of a number that does not fit is the smallest such, unless something
        // smaller is open.
        let lacks = lacks.filter(|lacks| *lacks > fits);
        let lacks = lacks.or((above == workload.replicas).then_some(above));
        Some(Edge { fits, lacks })
    }

    /// The rules of the reason without which everything fits.
    fn rules(&mut self) -> Vec<Mend> {
        let rules = self
            .kept
            .iter()
            .filter(|part| !matches!(part, Element::Workload(_) | Element::Capacity(_)));
        let rules: Vec<Element> = rules.take(TRIED).cloned().collect();
        let mut mends = Vec::new();
        for element in rules {
            let dropped = BTreeSet::from([element.clone()]);
            if let Told::Fits = self.oracle.ask(self.problem, &dropped) {
                mends.push(Mend::Drop { element });
            }
        }
        mends
    }

    /// What mends the reason alone, whatever else does not fit: nodes, or fewer replicas.
    fn own(&mut self, figures: &Figures) -> Option<Mend> {
        let mut best: Option<(u32, String)> = None;
        for pool in self.pools(figures) {
            let most = best.as_ref().map_or(MOST_NODES, |(nodes, _)| *nodes);
            if let Some(nodes) = self.own_nodes(&pool, most)
                && best.as_ref().is_none_or(|(fewest, _)| nodes < *fewest)
            {
                best = Some((nodes, pool));
            }
        }
        if let Some((nodes, pool)) = best {
            return Some(Mend::AddNodes { pool, nodes });
        }
        let others = self.others.clone();
        let edges = self.workloads().into_iter().filter_map(|workload| {
            let edge = self.edge(workload, &others, workload.replicas)?;
            Some((workload.replicas - edge.fits, edge.fits, &workload.name))
        });
        let edges: Vec<_> = edges.filter(|(_, fit, _)| *fit > 0).collect();
        let (_, fit, workload) = edges.into_iter().min()?;
        Some(Mend::Replicas {
            workload: workload.clone(),
            fit,
        })
    }
}

/// Where it stops to fit.
struct Edge {
    /// So many fit.
    fits: u32,
    /// So many were shown not to.
    lacks: Option<u32>,
}

/// The least number above `few` that fits, where `many` does.
fn least(mut few: u32, mut many: u32, mut fits: impl FnMut(u32) -> Option<bool>) -> Option<u32> {
    while many - few > 1 {
        let middle = few + (many - few) / 2;
        if fits(middle)? {
            many = middle;
        } else {
            few = middle;
        }
    }
    Some(many)
}

/// Whether fewer replicas of a workload are never harder to place.
fn is_monotone(problem: &Problem, workload: &Workload) -> bool {
    let needed = problem.workloads.iter().any(|other| {
        let mut with = other.affinity.iter().flat_map(|entry| &entry.with);
        other.name != workload.name && with.any(|name| *name == workload.name)
    });
    !needed && workload.spread.len() < 2
}

/// The band of an undecided problem: how many replicas of a workload were shown to fit, and how
/// many not to.
pub(super) fn band(problem: &Problem, oracle: &mut Oracle<'_, '_>) -> Option<Bounds> {
    let mut workloads: Vec<&Workload> = problem.workloads.iter().collect();
    workloads.retain(|workload| workload.replicas > 0 && is_monotone(problem, workload));
    workloads.sort_by_key(|workload| std::cmp::Reverse(workload.replicas));
    workloads.truncate(TRIED);
    let nobody = BTreeSet::new();
    let all = elements(problem);
    let mut search = Search::new(problem, &all, oracle);
    let found = workloads.into_iter().find_map(|workload| {
        let edge = search.edge(workload, &nobody, workload.replicas)?;
        let lacks = search.too_many(workload)?;
        Some(Bounds {
            workload: workload.name.clone(),
            fits: edge.fits,
            at_most: lacks - 1,
        })
    });
    found.filter(|bounds| bounds.fits > 0)
}

impl Search<'_, '_, '_, '_> {
    /// The fewest replicas, more than there are, that are shown not to fit.
    fn too_many(&mut self, workload: &Workload) -> Option<u32> {
        let mut lacks = |replicas: u32| {
            let problem = with_replicas(self.problem, &workload.name, replicas);
            let told = self.oracle.ask(&problem, &BTreeSet::new());
            Some(matches!(told, Told::Lacks(_)))
        };
        let (mut few, mut step) = (workload.replicas, 1_u32);
        loop {
            let many = workload
                .replicas
                .checked_add(step)
                .filter(|_| step < 1 << 24)?;
            if lacks(many)? {
                return least(few, many, lacks);
            }
            (few, step) = (many, step * 4);
        }
    }
}
