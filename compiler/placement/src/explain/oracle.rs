//! Asks whether a problem fits without some of its parts, within a share of the steps.

use std::collections::BTreeSet;

use crate::{
    decide::{Decision, decide},
    element::Element,
    fill::Reason,
    model::Model,
    problem::Problem,
    steps::Steps,
};

/// One question may take at most this part of the steps that are left: what stays open must not
/// keep the others from being asked.
const QUESTION_SHARE: u64 = 12;

/// A problem that does not fit, and why.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The problem's numbers, without what was dropped.
    pub(super) model: Model,
    /// Why they do not fit.
    pub(super) reason: Reason,
    /// What is lost, class and nodes, where they fit with nothing lost.
    pub(super) lost: Vec<(usize, u32)>,
}

/// What a question was answered.
#[derive(Debug)]
pub(super) enum Told {
    /// It fits.
    Fits,
    /// It does not.
    Lacks(Box<Case>),
    /// Nobody knows.
    Open,
}

/// Whoever may be asked.
pub(super) struct Oracle<'s, 'g> {
    steps: &'s mut Steps<'g>,
}

impl<'s, 'g> Oracle<'s, 'g> {
    /// Answers within what is left of the steps.
    pub(super) fn new(steps: &'s mut Steps<'g>) -> Self {
        Self { steps }
    }

    /// Whether a problem fits without the parts that are dropped.
    pub(super) fn ask(&mut self, problem: &Problem, dropped: &BTreeSet<Element>) -> Told {
        let size = problem.workloads.len() + problem.pools.len();
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        if self.steps.take("explain", size).is_err() {
            return Told::Open;
        }
        let share = self.steps.left() / QUESTION_SHARE;
        let decided = self
            .steps
            .within(share, |steps| Ok(decide(problem, dropped, steps)));
        match decided {
            Ok((_, Decision::Fits(_))) => Told::Fits,
            Ok((model, Decision::Lacks(reason, lost))) => Told::Lacks(Box::new(Case {
                model,
                reason,
                lost,
            })),
            Ok((_, Decision::Open)) | Err(_) => Told::Open,
        }
    }

    /// Takes steps for work between the questions; whether there were any left.
    pub(super) fn work(&mut self, steps: u64) -> bool {
        self.steps.take("explain", steps).is_ok()
    }

    /// Whether no more questions can be asked.
    pub(super) fn is_spent(&self) -> bool {
        self.steps.left() == 0
    }
}
