//! Constructs placements: quickly, and without a promise to find one where there is one. What it
//! returns was checked against every rule.

mod demand;
mod node;
mod order;
mod pattern;
#[cfg(test)]
mod tests;

use self::{
    demand::Demand,
    order::{CLASSES, Figures, SCORES},
    pattern::Variant,
};
use crate::{
    fill::Found,
    ground::Ground,
    model::Model,
    problem::Topology,
    steps::{Spent, Steps},
};

/// How many steps one way of filling may take, for each shape on each class, and at least.
const EACH: (u64, u64) = (16, 60_000);

/// Looks for a placement.
///
/// # Errors
/// The budget is spent.
pub(crate) fn find(model: &Model, steps: &mut Steps<'_>) -> Result<Found, Spent> {
    let ground = Ground::new(model, steps)?;
    if is_wide(model) {
        return Ok(Found::Open);
    }
    by_patterns(&ground, &Demand::of(&ground), steps)
}

/// Whether a rule is about more than what a node holds.
fn is_wide(model: &Model) -> bool {
    let pairs = model.apart.iter().chain(&model.together);
    let mut pairs = pairs.chain(&model.united);
    !model.even.is_empty() || pairs.any(|pair| pair.topology != Topology::Node)
}

/// Tries one way of filling after the other.
fn by_patterns(
    ground: &Ground<'_>,
    demand: &Demand,
    steps: &mut Steps<'_>,
) -> Result<Found, Spent> {
    let model = ground.model;
    let figures = Figures::of(ground);
    let (each, least) = EACH;
    let size = (model.shapes.len() * model.classes.len()) as u64;
    let most = size.saturating_mul(each).max(least);
    // One class has one order.
    let orders = if model.classes.len() > 1 {
        &CLASSES[..]
    } else {
        &CLASSES[..1]
    };
    for score in SCORES {
        for classes in orders.iter().copied() {
            let variant = Variant { classes, score };
            let filled = steps.within(most, |steps| {
                pattern::fill(ground, &figures, variant, demand.clone(), steps)
            });
            let filled = match filled {
                Ok(filled) => filled,
                Err(Spent) if steps.left() > 0 => None,
                Err(Spent) => return Err(Spent),
            };
            if let Some(fill) = filled
                && steps
                    .within(most, |steps| model.accepts(&fill, steps))
                    .unwrap_or(false)
            {
                return Ok(Found::Fits(fill));
            }
        }
    }
    Ok(Found::Open)
}
