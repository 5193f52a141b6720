//! From everything to what is to blame: parts are taken away as long as it still does not fit.
//!
//! Where the proof of a reason says what it stands on, that is where the search begins. Parts are
//! tried in growing and shrinking handfuls, alike workloads together, so that a problem with
//! hundreds of workloads takes tens of questions.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    alike::{Alike, alike},
    oracle::{Case, Oracle, Told},
    smallest,
};
use crate::{
    element::{Element, elements},
    model::Row,
    problem::Problem,
};

/// Parts that do not fit together.
#[derive(Debug, Clone)]
pub(super) struct Reduced {
    /// The parts.
    pub(super) kept: BTreeSet<Element>,
    /// What was decided about them, without the others.
    pub(super) case: Case,
    /// Whether without any one of them the others were shown to fit.
    pub(super) minimal: bool,
}

/// Finds a reason that is minimal, and a smallest one where that can be had.
pub(super) fn reduce(problem: &Problem, case: Case, oracle: &mut Oracle<'_, '_>) -> Reduced {
    let all = elements(problem);
    let mut search = Search {
        problem,
        kept: all.clone(),
        all,
        case,
        groups: alike(problem),
        doubtful: BTreeSet::new(),
        oracle,
    };
    search.follow();
    search.sift(search.rules());
    search.sift(search.workloads());
    search.sift(search.capacities());
    search.thin_rules();
    let minimal = search.settle_doubts();
    let reduced = Reduced {
        kept: search.kept,
        case: search.case,
        minimal,
    };
    smallest::smallest(problem, &search.all, reduced, oracle)
}

/// Parts that are tried together, and can be told apart by nothing but their names.
struct Bundle {
    parts: Vec<Element>,
    /// Whether these are alike workloads, of which fewer can do.
    thins: bool,
}

impl Bundle {
    fn one(part: Element) -> Self {
        Self {
            parts: vec![part],
            thins: false,
        }
    }
}

struct Search<'p, 'o, 's, 'g> {
    problem: &'p Problem,
    all: BTreeSet<Element>,
    kept: BTreeSet<Element>,
    case: Case,
    groups: Vec<Alike>,
    /// Parts that are kept because nobody knows whether it fits without them.
    doubtful: BTreeSet<Element>,
    oracle: &'o mut Oracle<'s, 'g>,
}

/// A rule of a workload, by the workload's name.
type RuleOf = fn(String) -> Element;

/// The rules of a workload, in the order in which they are tried: those first that a reader would
/// rather not think about.
const RULES: [RuleOf; 5] = [
    Element::Spread,
    Element::AntiAffinity,
    Element::Affinity,
    Element::Isolation,
    Element::Selector,
];

impl Search<'_, '_, '_, '_> {
    /// Begins with what the proof stands on, where that is enough.
    fn follow(&mut self) {
        loop {
            let blamed = self.blamed();
            let gone: Vec<Element> = self.kept.difference(&blamed).cloned().collect();
            // A few parts are better tried in the usual order.
            if gone.len() * 4 < self.kept.len()
                || gone.is_empty()
                || self.without(&gone) != Without::Lacks
            {
                return;
            }
        }
    }

    /// What the proof stands on, and all rules of those whom it names.
    fn blamed(&self) -> BTreeSet<Element> {
        let Case { model, reason, .. } = &self.case;
        let shapes = reason.shapes.iter().filter_map(|at| model.shapes.get(*at));
        let workloads = shapes.flat_map(|shape| &shape.workloads);
        let names: BTreeSet<&str> = workloads
            .filter_map(|(at, _)| self.problem.workloads.get(*at))
            .map(|workload| workload.name.as_str())
            .collect();
        let rows = reason.rows.iter().filter_map(|at| model.rows.get(*at));
        let rows: BTreeSet<Element> = rows
            .map(|row| match row {
                Row::Resource(name) => Element::Capacity(name.clone()),
                Row::Pods => Element::MaxPods,
            })
            .collect();
        let blamed = |part: &&Element| match part {
            Element::Capacity(_) | Element::MaxPods => rows.contains(*part),
            Element::Failures => !self.case.lost.is_empty(),
            part => part.workload().is_none_or(|name| names.contains(name)),
        };
        self.kept.iter().filter(blamed).cloned().collect()
    }

    /// All rules that are kept, those of alike workloads together, in the order of trying.
    fn rules(&self) -> Vec<Bundle> {
        let mut bundles = vec![Bundle::one(Element::Failures)];
        for (at, rule) in RULES.into_iter().enumerate() {
            if at + 1 == RULES.len() {
                bundles.extend([Element::Numa, Element::MaxPods].map(Bundle::one));
            }
            let groups = self.groups.iter();
            bundles.extend(groups.map(|group| self.rule_of(rule, group)));
        }
        bundles.push(Bundle::one(Element::Taints));
        bundles
    }

    fn rule_of(&self, rule: RuleOf, group: &Alike) -> Bundle {
        let parts = group.iter().map(|at| rule(self.name(*at)));
        Bundle {
            parts: parts.filter(|part| self.kept.contains(part)).collect(),
            thins: false,
        }
    }

    /// All workloads that are kept, alike ones together, those first that ask for least.
    fn workloads(&self) -> Vec<Bundle> {
        let mut groups: Vec<(u128, &Alike)> = self
            .groups
            .iter()
            .map(|group| (self.share(group), group))
            .collect();
        groups.sort_by_key(|(share, _)| *share);
        let bundles = groups.into_iter().map(|(_, group)| Bundle {
            parts: group
                .iter()
                .map(|at| Element::Workload(self.name(*at)))
                .collect(),
            thins: true,
        });
        bundles.collect()
    }

    /// How much of everything these ask for: the largest part of any resource, in millionths.
    fn share(&self, group: &Alike) -> u128 {
        let Some(first) = group.first().map(|at| &self.problem.workloads[*at]) else {
            return 0;
        };
        let replicas = group.iter().map(|at| self.problem.workloads[*at].replicas);
        let replicas: u128 = replicas.map(u128::from).sum();
        let each = first.requests.iter().map(|(resource, amount)| {
            replicas * u128::from(*amount) * 1_000_000 / self.has(resource).max(1)
        });
        each.max().unwrap_or(0).max(replicas)
    }

    fn has(&self, resource: &str) -> u128 {
        let pools = self.problem.pools.iter();
        let has = pools.map(|pool| u128::from(pool.allocatable(resource)) * u128::from(pool.count));
        has.sum()
    }

    /// All resources that are kept, those first of which the smallest part is asked for.
    fn capacities(&self) -> Vec<Bundle> {
        let mut asked: BTreeMap<&String, u128> = BTreeMap::new();
        for workload in &self.problem.workloads {
            if !self
                .kept
                .contains(&Element::Workload(workload.name.clone()))
            {
                continue;
            }
            for (resource, amount) in &workload.requests {
                *asked.entry(resource).or_default() +=
                    u128::from(*amount) * u128::from(workload.replicas);
            }
        }
        let mut parts: Vec<(u128, Element)> = asked
            .into_iter()
            .map(|(resource, asked)| {
                let share = asked * 1_000_000 / self.has(resource).max(1);
                (share, Element::Capacity(resource.clone()))
            })
            .collect();
        parts.sort();
        parts
            .into_iter()
            .map(|(_, part)| Bundle::one(part))
            .collect()
    }

    /// Takes away which of the bundles can go, several at once where many can.
    fn sift(&mut self, bundles: Vec<Bundle>) {
        let mut left = bundles;
        left.reverse();
        let mut width = left.len();
        loop {
            // What comes next may have gone with what went before.
            let kept = &self.kept;
            left.retain(|bundle| bundle.parts.iter().any(|part| kept.contains(part)));
            if left.is_empty() {
                return;
            }
            let take = width.clamp(1, left.len());
            let from = left.len() - take;
            let parts: Vec<Element> = left[from..]
                .iter()
                .flat_map(|bundle| bundle.parts.clone())
                .collect();
            match self.without(&parts) {
                Without::Lacks => {
                    left.truncate(from);
                    width = width.saturating_mul(2);
                    self.follow();
                }
                Without::Fits | Without::Open if take > 1 => width = take / 2,
                told => {
                    let thins = left.pop().is_some_and(|bundle| bundle.thins);
                    if thins {
                        self.thin(&parts, told);
                    } else if told == Without::Open {
                        self.doubtful.extend(parts);
                    }
                }
            }
            if self.oracle.is_spent() {
                self.doubtful.extend(self.kept.iter().cloned());
                return;
            }
        }
    }

    /// Keeps the first of these that are enough; `none` is what was told about it without all of
    /// them. Where it fits without the last that is kept it fits without any one of them: they
    /// are alike, and the others are no smaller.
    fn thin(&mut self, parts: &[Element], none: Without) {
        let parts: Vec<Element> = parts
            .iter()
            .filter(|part| self.kept.contains(part))
            .cloned()
            .collect();
        let (mut few, mut many, mut told) = (0, parts.len(), none);
        while many - few > 1 {
            let middle = few + (many - few) / 2;
            match self.without(&parts[middle..]) {
                Without::Lacks => many = middle,
                open_or_fits => (few, told) = (middle, open_or_fits),
            }
        }
        for part in &parts {
            self.doubtful.remove(part);
        }
        if told == Without::Open
            && let Some(last) = parts.get(few)
        {
            self.doubtful.insert(last.clone());
        }
    }

    /// Of rules that alike workloads have: which of them have to be kept.
    fn thin_rules(&mut self) {
        let mut split = BTreeSet::new();
        for rule in RULES {
            for at in 0..self.groups.len() {
                let group = self.groups[at].clone();
                let bundle = self.rule_of(rule, &group);
                if bundle.parts.len() < 2 {
                    continue;
                }
                let before = bundle.parts.len();
                if self.is_symmetric(&group) && !split.contains(&at) {
                    let open = bundle.parts.iter().any(|part| self.doubtful.contains(part));
                    let none = if open { Without::Open } else { Without::Fits };
                    self.thin(&bundle.parts, none);
                } else {
                    self.sift(bundle.parts.into_iter().map(Bundle::one).collect());
                }
                if self.rule_of(rule, &group).parts.len() != before {
                    split.insert(at);
                }
            }
        }
    }

    /// Whether those of a group that are kept have equally many replicas.
    fn is_symmetric(&self, group: &Alike) -> bool {
        let kept = group
            .iter()
            .filter(|at| self.kept.contains(&Element::Workload(self.name(**at))));
        let replicas: BTreeSet<u32> = kept
            .map(|at| self.problem.workloads[*at].replicas)
            .collect();
        replicas.len() < 2
    }

    /// Asks again about what is in doubt: with less around it, it may be known.
    fn settle_doubts(&mut self) -> bool {
        for part in std::mem::take(&mut self.doubtful) {
            if self.kept.contains(&part)
                && self.without(std::slice::from_ref(&part)) == Without::Open
            {
                self.doubtful.insert(part);
            }
        }
        self.doubtful.is_disjoint(&self.kept)
    }

    /// Whether it does not fit without these either; then they are gone.
    fn without(&mut self, parts: &[Element]) -> Without {
        let workloads: BTreeSet<&str> = parts
            .iter()
            .filter_map(|part| match part {
                Element::Workload(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        // What belongs to nobody goes with whom it belonged to.
        let orphan = |part: &&Element| part.workload().is_some_and(|name| workloads.contains(name));
        let mut gone: BTreeSet<Element> = self.kept.iter().filter(orphan).cloned().collect();
        gone.extend(parts.iter().cloned());
        let mut dropped: BTreeSet<Element> = self.all.difference(&self.kept).cloned().collect();
        dropped.extend(gone.iter().cloned());
        match self.oracle.ask(self.problem, &dropped) {
            Told::Lacks(case) => {
                self.kept.retain(|part| !gone.contains(part));
                self.case = *case;
                Without::Lacks
            }
            Told::Fits => Without::Fits,
            Told::Open => Without::Open,
        }
    }

    fn name(&self, at: usize) -> String {
        self.problem.workloads[at].name.clone()
    }
}

/// What became of it without some parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Without {
    /// It does not fit, and they are gone.
    Lacks,
    /// It fits, and they are kept.
    Fits,
    /// Nobody knows, and they are kept.
    Open,
}
