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
    let decision = match settle(&model, steps, trail) {
        Ok(Found::Lacks(reason)) => Decision::Lacks(reason, Vec::new()),
        Ok(Found::Fits(base)) => failures::bear(&model, base, steps, trail),
        Ok(Found::Open) | Err(Spent) => Decision::Open,
    };
    (model, decision)
}

/// A way of deciding.
struct Way {
    /// What it is called, where it is told that it was tried.
    name: &'static str,
    /// The most steps that it may take for one model.
    most: u64,
    /// Looks.
    find: fn(&Model, &mut Steps<'_>) -> Result<Found, Spent>,
}

/// The ways, the cheapest first.
const WAYS: [Way; 4] = [
    Way {
        name: "counts",
        most: 4_000_000,
        find: bounds::find,
    },
    Way {
        name: "patterns",
        most: 8_000_000,
        find: greedy::find,
    },
    Way {
        name: "the linear program",
        most: 40_000_000,
        find: lp::find,
    },
    Way {
        name: "search node by node",
        most: 60_000_000,
        find: crate::search::find,
    },
];

/// Decides a model, its failures apart.
///
/// # Errors
/// The budget is spent.
pub(crate) fn settle(
    model: &Model,
    steps: &mut Steps<'_>,
    trail: &mut Trail,
) -> Result<Found, Spent> {
    if model.shapes.is_empty() {
        return Ok(Found::Fits(crate::fill::Fill::default()));
    }
    for (at, way) in WAYS.iter().enumerate() {
        let before = steps.left();
        let found = steps.within(way.most, |steps| (way.find)(model, steps));
        let took = before - steps.left();
        match found {
            Ok(Found::Open) => trail.open((at, way.name), took, false),
            // A part's budget is spent, and the next way may find what this one did not.
            Err(Spent) => {
                trail.open((at, way.name), took, true);
                if steps.left() == 0 {
                    return Err(Spent);
                }
            }
            Ok(found) => return Ok(found),
        }
    }
    Ok(Found::Open)
}
