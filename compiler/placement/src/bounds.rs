//! What must hold if all is to fit, counted: cheap, and when it fails, a reason that can be said in
//! a sentence. Every count is of a relaxation, so that what it refuses cannot be.

mod alone;
mod hall;
mod lots;
mod owners;
mod pieces;
mod scope;
mod sums;
#[cfg(test)]
mod tests;

use self::scope::Scope;
use crate::{
    fill::{Found, Reason},
    ground::Ground,
    model::Model,
    steps::{Spent, Steps},
};

/// One way of counting.
type Bound = fn(&Scope<'_, '_>, &mut Steps<'_>) -> Result<Option<Reason>, Spent>;

/// All ways, those with the plainest reasons first.
const BOUNDS: [Bound; 3] = [alone::find, owners::find, sums::find];

/// Looks for a count that cannot be.
///
/// # Errors
/// The budget is spent.
pub(crate) fn find(model: &Model, steps: &mut Steps<'_>) -> Result<Found, Spent> {
    let ground = Ground::new(model, steps)?;
    let scope = Scope::of(&ground, steps)?;
    for bound in BOUNDS {
        if let Some(reason) = bound(&scope, steps)? {
            return Ok(Found::Lacks(reason));
        }
    }
    Ok(Found::Open)
}
