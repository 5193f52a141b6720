//! The configuration linear program: classes of nodes are filled by patterns, and prices of
//! replicas and nodes say which patterns are of use. It decides at scale, where nothing that
//! looks at single nodes can, and its prices, proved in integers, say why something does not fit.
//!
//! Rules that one node decides are part of the patterns. Of the rules about domains the program
//! knows how many replicas may stand in each; others it leaves out, which can only make it fit
//! too much: a placement is handed out where it keeps every rule, and what does not fit here
//! does not fit with more rules.

mod aim;
mod branch;
mod certificate;
mod complete;
mod price;
mod relax;
mod round;
mod simplex;
mod stock;
mod task;

use self::{
    aim::aim,
    branch::{Split, branch},
    certificate::Certificate,
    complete::begin,
    relax::{Patterns, Relaxed, relax},
    round::round,
    task::Task,
};
use crate::{
    fill::{Fill, Found, Proof, Reason},
    model::Model,
    steps::{Spent, Steps},
};

/// With more replicas than this the program is not split: it is the few that hang on one.
const SPLIT: u64 = 1_000;

/// Decides a model by its linear program, its failures apart.
///
/// # Errors
/// The budget is spent.
pub(crate) fn find(model: &Model, steps: &mut Steps<'_>) -> Result<Found, Spent> {
    let task = Task::new(model);
    let mut patterns = Patterns::default();
    let (groups, done) = begin(&task, steps)?;
    if done {
        let fill = Fill { groups };
        if model.accepts(&fill, steps)? {
            return Ok(Found::Fits(fill));
        }
    } else {
        for group in groups {
            patterns.add(group.class, group.pods);
        }
    }
    match relax(&task, &mut patterns, steps)? {
        Relaxed::Lacks(certificate) => Ok(Found::Lacks(reason(&task, certificate))),
        Relaxed::Open(_) => Ok(Found::Open),
        Relaxed::Fits(levels) => {
            if let Some(fill) = whole(&task, &mut patterns, levels.clone(), steps)? {
                return Ok(Found::Fits(fill));
            }
            if model.replicas() > SPLIT {
                return Ok(Found::Open);
            }
            Ok(match branch(&task, &mut patterns, &levels, steps)? {
                Split::Fits(fill) => Found::Fits(fill),
                Split::Lacks => Found::Lacks(Reason {
                    shapes: (0..model.shapes.len()).collect(),
                    rows: (0..model.rows.len()).collect(),
                    proof: Proof::Search,
                }),
                Split::Open => Found::Open,
            })
        }
    }
}

/// Whole nodes of what the program says, that keep every rule, where this finds them.
fn whole(
    task: &Task<'_>,
    patterns: &mut Patterns,
    levels: Vec<(usize, f64)>,
    steps: &mut Steps<'_>,
) -> Result<Option<Fill>, Spent> {
    let found = if task.groups.iter().any(|group| group.all) {
        let task = aim(task, patterns, &levels);
        match relax(&task, patterns, steps)? {
            Relaxed::Fits(levels) => round(&task, patterns, levels, steps)?,
            Relaxed::Lacks(_) | Relaxed::Open(_) => None,
        }
    } else {
        round(task, patterns, levels, steps)?
    };
    match found {
        Some(fill) if task.model.accepts(&fill, steps)? => Ok(Some(fill)),
        _ => Ok(None),
    }
}

/// What a certificate counts.
fn reason(task: &Task<'_>, certificate: Certificate) -> Reason {
    let model = task.model;
    let in_group = |shape: usize| {
        let groups = task.groups.iter().zip(&certificate.extra);
        groups
            .into_iter()
            .any(|(group, extra)| group.shape == shape && extra.iter().any(|extra| *extra != 0))
    };
    let shapes: Vec<usize> = (0..model.shapes.len())
        .filter(|shape| certificate.worth[*shape] != 0 || in_group(*shape))
        .collect();
    let asked = |row: &usize| {
        shapes
            .iter()
            .any(|shape| model.shapes[*shape].request[*row] > 0)
    };
    let rows = (0..model.rows.len()).filter(asked).collect();
    let plain = certificate.extra.iter().flatten().all(|extra| *extra == 0)
        && certificate.worth.iter().all(|worth| *worth >= 0);
    let proof = if plain {
        let amount = |value: i64| u64::try_from(value).unwrap_or(0);
        Proof::Prices {
            worth: certificate.worth.into_iter().map(amount).collect(),
            price: certificate.price.into_iter().map(amount).collect(),
        }
    } else {
        Proof::Search
    };
    Reason {
        shapes,
        rows,
        proof,
    }
}

#[cfg(test)]
mod tests;
