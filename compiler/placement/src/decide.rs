//! The order in which ways of deciding are tried, the cheapest first.

use std::collections::BTreeSet;

use crate::{
    bounds,
    element::Element,
    failures,
    fill::{Found, Plan, Reason},
    greedy, lp,
    model::Model,
    problem::Problem,
    settle::Settler,
    steps::{Spent, Steps},
    trail::Trail,
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
    decide_telling(problem, dropped, steps, &mut Trail::default())
}

/// The same, and tells what was tried.
pub(crate) fn decide_telling(
    problem: &Problem,
    dropped: &BTreeSet<Element>,
    steps: &mut Steps<'_>,
    trail: &mut Trail,
) -> (Model, Decision) {
    let model = Model::new(problem, dropped);
    let mut settler = Settler::of(&model, steps, trail);
    let decision = match settler.settle(0..CHEAP) {
        Found::Lacks(reason) => Decision::Lacks(reason, Vec::new()),
        Found::Fits(base) => failures::bear(&mut settler, Some(base)),
        // What a failure leaves may be seen at once not to do, however hard it is to tell
        // whether everything fits before.
        Found::Open => match failures::glance(&mut settler) {
            Some((reason, lost)) => Decision::Lacks(reason, lost),
            None => match settler.settle(CHEAP..WAYS.len()) {
                Found::Lacks(reason) => Decision::Lacks(reason, Vec::new()),
                Found::Fits(base) => failures::bear(&mut settler, Some(base)),
                Found::Open => failures::bear(&mut settler, None),
            },
        },
    };
    (model, decision)
}

/// A way of deciding.
pub(crate) struct Way {
    /// What it is called, where it is told that it was tried.
    name: &'static str,
    /// The most steps that it may take for one model.
    most: u64,
    /// Looks.
    find: fn(&Model, &mut Steps<'_>) -> Result<Found, Spent>,
}

/// So many of the [`WAYS`] cost little.
const CHEAP: usize = 2;

/// The ways, the cheapest first.
pub(crate) const WAYS: &[Way] = &[
    Way {
        name: "counts",
        most: 4_000_000,
        find: bounds::find,
    },
    Way {
        name: "patterns",
        most: 3_000_000,
        find: greedy::find,
    },
    Way {
        name: "the linear program",
        most: 40_000_000,
        find: lp::find,
    },
    Way {
        name: "search node by node",
        most: 16_000_000,
        find: crate::search::find,
    },
];

/// Tries one of the [`WAYS`] on a model, whose failures are no matter of it.
///
/// # Errors
/// Its steps are spent, and the next way may still tell.
pub(crate) fn look(
    at: usize,
    model: &Model,
    steps: &mut Steps<'_>,
    trail: &mut Trail,
) -> Result<Found, Spent> {
    let Some(way) = WAYS.get(at) else {
        return Ok(Found::Open);
    };
    let before = steps.left();
    let found = steps.within(way.most, |steps| (way.find)(model, steps));
    if !matches!(found, Ok(Found::Fits(_) | Found::Lacks(_))) {
        let took = before - steps.left();
        trail.open((at, way.name), took, found.is_err());
    }
    found
}
