//! The order in which ways of deciding are tried, the cheapest first.

use std::collections::BTreeSet;

use crate::{
    element::Element,
    fill::{Found, Plan, Reason},
    model::Model,
    problem::Problem,
    steps::{Spent, Steps},
};

/// What was decided about a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It fits.
    Fits(Plan),
    /// It does not. With what is lost, by class, where it does not fit after a failure.
    Lacks(Reason, Vec<(usize, u32)>),
    /// It is open.
    Open,
}

/// Decides a problem without the parts that are dropped.
pub fn decide(
    problem: &Problem,
    dropped: &BTreeSet<Element>,
    steps: &mut Steps<'_>,
) -> (Model, Decision) {
    let model = Model::new(problem, dropped);
    let decision = match settle(&model, steps) {
        Ok(Found::Lacks(reason)) => Decision::Lacks(reason, Vec::new()),
        Ok(Found::Fits(base)) if model.failures.is_empty() => Decision::Fits(Plan {
            base,
            ..Plan::default()
        }),
        Ok(Found::Fits(_) | Found::Open) | Err(Spent) => Decision::Open,
    };
    (model, decision)
}

/// A way of deciding.
type Way = fn(&Model, &mut Steps<'_>) -> Result<Found, Spent>;

/// The ways, each with the most steps that it may take.
const WAYS: [(Way, u64); 0] = [];

/// Decides a model, its failures apart.
///
/// # Errors
/// The budget is spent.
pub(crate) fn settle(model: &Model, steps: &mut Steps<'_>) -> Result<Found, Spent> {
    for (way, most) in WAYS {
        match steps.within(most, |steps| way(model, steps)) {
            Ok(Found::Open) => {}
            // A part's budget is spent, and the next way may find what this one did not.
            Err(Spent) if steps.left() > 0 => {}
            done => return done,
        }
    }
    Ok(Found::Open)
}
