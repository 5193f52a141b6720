//! Constructs placements: quickly, and without a promise to find one where there is one. What it
//! returns was checked against every rule.

mod demand;
mod node;
mod order;
mod patch;
mod pattern;
#[cfg(test)]
mod tests;
mod wide;

use self::{
    demand::Demand,
    order::{CLASSES, Figures, SCORES},
    pattern::{Filled, Variant},
    wide::{Domains, ORDERS},
};
use crate::{
    fill::{Fill, Found},
    ground::Ground,
    model::Model,
    problem::Topology,
    steps::{Spent, Steps},
};

/// How many steps one way of filling may take, for each shape on each class, and at least.
const EACH: (u64, u64) = (16, 60_000);

/// How often domains are given anew.
const ROUNDS: usize = 3;
/// How many ways of filling are tried for each way to give domains.
const QUICK: usize = 5;

/// Looks for a placement.
///
/// # Errors
/// The budget is spent.
pub(crate) fn find(model: &Model, steps: &mut Steps<'_>) -> Result<Found, Spent> {
    let ground = Ground::new(model, steps)?;
    let filling = Greedy::of(&ground);
    let fill = if is_wide(model) {
        filling.by_domains(steps)?
    } else {
        let demand = Demand::of(&ground);
        filling.all(&demand, usize::MAX, steps)?.ok()
    };
    Ok(fill.map_or(Found::Open, Found::Fits))
}

/// Whether a rule is about more than what a node holds.
fn is_wide(model: &Model) -> bool {
    let pairs = model.apart.iter().chain(&model.together);
    let mut pairs = pairs.chain(&model.united);
    !model.even.is_empty() || pairs.any(|pair| pair.topology != Topology::Node)
}

/// Ways of filling a model.
struct Greedy<'g, 'm> {
    ground: &'g Ground<'m>,
    figures: Figures,
    variants: Vec<Variant>,
    /// How many steps one of them may take.
    most: u64,
}

impl<'g, 'm> Greedy<'g, 'm> {
    fn of(ground: &'g Ground<'m>) -> Self {
        let model = ground.model;
        let (each, least) = EACH;
        let size = (model.shapes.len() * model.classes.len()) as u64;
        // One class has one order.
        let orders = if model.classes.len() > 1 {
            &CLASSES[..]
        } else {
            &CLASSES[..1]
        };
        let variants = SCORES.into_iter().flat_map(|score| {
            let orders = orders.iter().copied();
            orders.map(move |classes| Variant { classes, score })
        });
        Self {
            ground,
            figures: Figures::of(ground),
            variants: variants.collect(),
            most: size.saturating_mul(each).max(least),
        }
    }

    /// Tries ways of filling one after the other, so many at most; returns what the first left
    /// where none is whole.
    fn all(
        &self,
        demand: &Demand,
        most: usize,
        steps: &mut Steps<'_>,
    ) -> Result<Result<Fill, Option<Demand>>, Spent> {
        let mut rest = None;
        for variant in self.variants.iter().take(most) {
            match self.one(*variant, demand, steps)? {
                Some(Filled::Whole(fill)) => return Ok(Ok(fill)),
                Some(Filled::Rest(left, _)) => rest = rest.or(Some(left)),
                None => {}
            }
        }
        Ok(Err(rest))
    }

    /// Tries one way; nothing where its steps are spent, or the whole breaks a rule.
    fn one(
        &self,
        variant: Variant,
        demand: &Demand,
        steps: &mut Steps<'_>,
    ) -> Result<Option<Filled>, Spent> {
        let filled = steps.within(self.most, |steps| {
            let demand = demand.clone();
            pattern::fill(self.ground, &self.figures, variant, demand, steps)
        });
        let few = u64::from(patch::few(self.ground.model));
        let patched = match filled {
            Ok(Filled::Rest(left, Some(fill))) if left.rest() <= few => {
                steps.within(self.most, |steps| {
                    let patched = patch::patch(self.ground, fill, left.clone(), steps)?;
                    Ok(patched.map_or(Filled::Rest(left, None), Filled::Whole))
                })
            }
            filled => filled,
        };
        let checked = match patched {
            Ok(Filled::Whole(fill)) => steps.within(self.most, |steps| {
                let accepted = self.ground.model.accepts(&fill, steps)?;
                Ok(accepted.then_some(Filled::Whole(fill)))
            }),
            Ok(rest) => Ok(Some(rest)),
            Err(spent) => Err(spent),
        };
        match checked {
            Err(Spent) if steps.left() == 0 => Err(Spent),
            Err(Spent) => Ok(None),
            Ok(filled) => Ok(filled),
        }
    }

    /// Gives domains their shares and fills them, and gives anew where they were too small.
    fn by_domains(&self, steps: &mut Steps<'_>) -> Result<Option<Fill>, Spent> {
        let quick = QUICK.min(self.variants.len());
        for order in ORDERS {
            let mut domains = Domains::of(self.ground);
            for round in 0..ROUNDS {
                let Some(demand) = domains.demand(order, steps)? else {
                    break;
                };
                let most = if round == 0 { usize::MAX } else { quick };
                match self.all(&demand, most, steps)? {
                    Ok(fill) => return Ok(Some(fill)),
                    Err(Some(left)) => domains.learn(&left),
                    Err(None) => break,
                }
            }
        }
        Ok(None)
    }
}
