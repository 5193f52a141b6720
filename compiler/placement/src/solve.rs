//! From a problem to its answer: decided, written in the problem's own names, and read again by
//! the checker.

use std::{collections::BTreeSet, fmt};

use crate::{
    answer::{Answer, Verdict},
    decide::{Decision, decide_telling},
    explain::{band, explain},
    fill::Plan,
    model::Model,
    outward::{Outward, outward},
    problem::Problem,
    steps::Steps,
    trail::Trail,
    verify::verify,
};

/// The most steps that deciding a problem takes where nothing else is said: a small problem needs
/// some thousands, and all of them are spent within a minute or so.
pub const STEPS: u64 = 200_000_000;

/// How a problem is solved.
#[derive(Clone, Copy)]
pub struct Options<'g> {
    /// The most steps to take. The same number of steps leads to the same answer everywhere.
    pub steps: u64,
    /// Is asked now and then whether to stop; may turn an answer into undecided and nothing else.
    pub guard: Option<&'g dyn Fn() -> bool>,
    /// Whether to look for the smallest reason why something does not fit, and for what mends it.
    pub explain: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            steps: STEPS,
            guard: None,
            explain: true,
        }
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("steps", &self.steps)
            .field("guard", &self.guard.is_some())
            .field("explain", &self.explain)
            .finish()
    }
}

/// Solves a problem. The same problem has the same answer everywhere, whatever the order in which
/// its pools and workloads are written.
pub fn solve(problem: &Problem, options: &Options<'_>) -> Answer {
    let problem = &sorted(problem);
    let mut steps = match options.guard {
        Some(guard) => Steps::guarded(options.steps, guard),
        None => Steps::new(options.steps),
    };
    let mut trail = Trail::default();
    let (model, decision) = decide_telling(problem, &BTreeSet::new(), &mut steps, &mut trail);
    let mut answer = Answer::undecided();
    match decision {
        Decision::Fits(plan) => shown(problem, &model, &plan, &mut steps, &mut answer),
        Decision::Lacks(reason, lost) => {
            answer.verdict = Verdict::Infeasible;
            if options.explain {
                let explained = explain(problem, &model, &reason, &lost, &mut steps);
                answer.explanation = Some(explained.explanation);
                answer.mends = explained.mends;
                answer.bounds = explained.bounds;
            }
        }
        Decision::Open => {
            answer.tried = trail.told();
            if options.explain {
                answer.bounds = band(problem, &mut steps);
            }
        }
    }
    let counted = steps.counted().iter();
    answer.steps = counted
        .map(|(purpose, steps)| ((*purpose).to_owned(), *steps))
        .collect();
    answer
}

/// Writes a plan out. Only what the checker, who knows nothing of how it was found, has read
/// and not refused is an answer.
fn shown(
    problem: &Problem,
    model: &Model,
    plan: &Plan,
    steps: &mut Steps<'_>,
    answer: &mut Answer,
) {
    match outward(problem, model, plan, steps) {
        Ok(Outward::Nodes(witness)) => answer.witness = Some(witness),
        Ok(Outward::Pools(alike)) => answer.witness_compact = Some(alike),
        Err(_) => {
            let tried = "a placement was found, but not which NUMA cell each replica lies in";
            answer.tried.push(tried.to_owned());
            return;
        }
    }
    answer.verdict = Verdict::Feasible;
    if let Err(refused) = verify(problem, answer) {
        *answer = Answer::undecided();
        let tried = "a placement was found, and the checker refuses it: ";
        let refused = refused.first().map_or("", String::as_str);
        answer.tried.push(format!("{tried}{refused}"));
    }
}

/// The same problem, its pools and workloads by name: their order means nothing.
fn sorted(problem: &Problem) -> Problem {
    let mut sorted = problem.clone();
    sorted.pools.sort_by(|a, b| a.name.cmp(&b.name));
    sorted.workloads.sort_by(|a, b| a.name.cmp(&b.name));
    sorted
}
