//! Asks the engine whether everything fits, and says what it found.
//!
//! What sums or an earlier rule have refused is left out first, so that one mistake is told once;
//! what is then left is proved to fit, or the smallest part of it that does not is told, and the
//! rest is asked again: two mistakes are told in one run.

use std::collections::BTreeSet;

use tenantry_placement::{Answer, Options, Verdict, element::Element, problem::Problem};
use tenantry_syntax::Span;

use super::{Asking, Posed, moving, unfit};
use crate::{
    diag::{Diagnostic, Findings, Level},
    limits::Limits,
    model::{Estate, Id, Workload},
};

/// The most reasons that are told of one cluster.
const REASONS: usize = 4;

/// What the engine says of a cluster, and what is told of it.
#[derive(Debug, Default)]
pub(super) struct Proved {
    /// A placement of all, where everything fits and nothing was left out.
    pub(super) answer: Option<Answer>,
    /// What is told.
    pub(super) findings: Findings,
}

/// Proves each cluster. `refused` was told not to fit by sums; `told` is all that was found so far.
pub(super) fn check(
    estate: &Estate,
    posed: &[Posed],
    refused: &BTreeSet<Id<Workload>>,
    told: &[Diagnostic],
    asking: Asking<'_>,
) -> Vec<Proved> {
    crate::par::map(posed, |posed| cluster(estate, posed, refused, told, asking))
}

fn cluster(
    estate: &Estate,
    posed: &Posed,
    refused: &BTreeSet<Id<Workload>>,
    told: &[Diagnostic],
    asking: Asking<'_>,
) -> Proved {
    let limits = asking.limits;
    let mut proved = Proved::default();
    let mut left_out: BTreeSet<Id<Workload>> = refused.clone();
    let whole = !posed.workloads.iter().any(|id| refused.contains(id));
    let answer = if whole {
        decide(posed, &posed.problem, asking, false)
    } else {
        decide(posed, &without(posed, &left_out), asking, false)
    };
    if answer.verdict == Verdict::Feasible {
        if whole {
            let spoken_of = spoken_of(estate, posed, told);
            proved.findings = moving::check(estate, posed, &answer, &spoken_of, limits);
            proved.answer = Some(answer);
        }
        return proved;
    }
    // Only now is it worth to look who has been told of already.
    left_out.extend(spoken_of(estate, posed, told));
    for _ in 0..REASONS {
        let problem = without(posed, &left_out);
        let answer = decide(posed, &problem, asking, true);
        match answer.verdict {
            Verdict::Feasible => break,
            Verdict::Undecided => {
                proved
                    .findings
                    .push(unfit::undecided(estate, posed, &answer));
                break;
            }
            Verdict::Infeasible => {
                let fails = || stands_whole(&problem, limits);
                proved
                    .findings
                    .push(unfit::unfit(estate, posed, &answer, fails));
                let blamed = blamed(posed, &answer);
                if blamed.is_empty() {
                    break;
                }
                left_out.extend(blamed);
            }
        }
    }
    proved
}

/// Asks whether it fits however what the problem leaves open turns out.
fn decide(posed: &Posed, problem: &Problem, asking: Asking<'_>, explain: bool) -> Answer {
    let steps = asking.limits.placement_steps;
    posed.decide(problem, |problem, wanted| {
        let explain = explain && wanted;
        let solve = || solve(problem, steps, explain);
        match asking.known {
            Some(known) => known.answer(problem, &posed.problem, (steps, explain), solve),
            None => solve(),
        }
    })
}

/// Asks the engine, within so many steps.
pub(super) fn solve(problem: &Problem, steps: u64, explain: bool) -> Answer {
    let options = Options {
        steps,
        explain,
        ..Options::default()
    };
    tenantry_placement::solve(problem, &options)
}

/// Whether all fits as long as nothing fails.
fn stands_whole(problem: &Problem, limits: &Limits) -> bool {
    let whole = Problem {
        failures: Vec::new(),
        ..problem.clone()
    };
    !problem.failures.is_empty()
        && solve(&whole, limits.placement_steps, false).verdict == Verdict::Feasible
}

/// The problem without some of its workloads, and without what points at them.
pub(super) fn without(posed: &Posed, left_out: &BTreeSet<Id<Workload>>) -> Problem {
    let mut problem = Problem {
        pools: posed.problem.pools.clone(),
        workloads: Vec::new(),
        failures: posed.problem.failures.clone(),
    };
    let mut gone: BTreeSet<&str> = BTreeSet::new();
    for (id, workload) in posed.workloads.iter().zip(&posed.problem.workloads) {
        if left_out.contains(id) {
            gone.insert(&workload.name);
        } else {
            problem.workloads.push(workload.clone());
        }
    }
    for workload in &mut problem.workloads {
        for rule in [&mut workload.affinity, &mut workload.anti_affinity] {
            for entry in rule.iter_mut() {
                entry.with.retain(|name| !gone.contains(name.as_str()));
            }
            rule.retain(|entry| !entry.with.is_empty());
        }
    }
    problem
}

/// The workloads that a reason names.
fn blamed(posed: &Posed, answer: &Answer) -> BTreeSet<Id<Workload>> {
    let elements = answer.explanation.iter().flat_map(|told| &told.elements);
    let names = elements.filter_map(|element| match element {
        Element::Workload(name)
        | Element::AntiAffinity(name)
        | Element::Affinity(name)
        | Element::Spread(name)
        | Element::Selector(name)
        | Element::Isolation(name) => Some(name.as_str()),
        _ => None,
    });
    names.filter_map(|name| posed.workload(name)).collect()
}

/// Workloads of whose place an error was told: a rule that points at their `on`, at how many there
/// are, or at a part of either; or at the nodes that tenants have alone in one of their pools.
fn spoken_of(estate: &Estate, posed: &Posed, told: &[Diagnostic]) -> BTreeSet<Id<Workload>> {
    let errors = told.iter().filter(|finding| finding.level >= Level::Error);
    let errors: BTreeSet<Span> = errors.filter_map(|finding| finding.span).collect();
    if errors.is_empty() {
        return BTreeSet::new();
    }
    let shares = estate.tenants.values().flat_map(|tenant| &tenant.dedicated);
    let broken: BTreeSet<_> = shares
        .filter(|(_, share)| errors.contains(&share.meta.span))
        .map(|(pool, _)| pool.to)
        .collect();
    let ids = posed.workloads.iter().copied();
    ids.filter(|id| {
        let workload = &estate.workloads[*id];
        let mut pools = workload.pools.iter();
        pools.any(|pool| broken.contains(&pool.to))
            || spans(estate, workload)
                .iter()
                .any(|span| errors.contains(span))
    })
    .collect()
}

/// Where a workload says where it runs, and how many there are.
fn spans(estate: &Estate, workload: &Workload) -> Vec<Span> {
    let spec = &workload.spec;
    let mut spans = vec![spec.meta.span, spec.meta.name_span];
    spans.extend(
        spec.replicas
            .iter()
            .flat_map(|replicas| [replicas.meta.span, estate.span(replicas.count.origin)]),
    );
    spans.extend(spec.scale.iter().map(|scale| scale.meta.span));
    let refs = workload.pools.iter().map(|pool| pool.at);
    let refs = refs.chain(
        workload
            .apart
            .iter()
            .chain(&workload.together)
            .map(|other| other.at),
    );
    spans.extend(refs.map(|origin| estate.span(origin)));
    if let Some(on) = &spec.on {
        spans.push(on.meta.span);
        for wanted in &on.r#where {
            spans.push(wanted.meta.span);
            spans.extend(wanted.values.iter().map(|value| estate.span(value.origin)));
        }
        spans.extend(on.zone.iter().map(|zone| zone.meta.span));
        spans.extend(on.node.iter().map(|node| estate.span(node.origin)));
        spans.extend(on.spread.iter().map(|spread| spread.meta.span));
        spans.extend(on.together.iter().map(|together| together.meta.span));
        spans.extend(on.apart.iter().map(|apart| apart.meta.span));
    }
    spans
}
