//! What must still fit when something has failed.

use crate::{
    decide::{Decision, settle},
    failing::{Choices, at_once, units},
    fill::{Fill, Found, Plan, Replanned},
    model::Model,
    problem::Mode,
    steps::Steps,
    trail::Trail,
};

/// At most so many unlike ways of one failure are decided.
const WAYS: usize = 4_000;

/// Whether a model that fits as long as nothing fails bears all of its failures.
pub(crate) fn bear(
    model: &Model,
    base: Fill,
    steps: &mut Steps<'_>,
    trail: &mut Trail,
) -> Decision {
    let mut plan = Plan {
        base,
        ..Plan::default()
    };
    let mut open = false;
    for (at, failure) in model.failures.iter().enumerate() {
        if failure.mode == Mode::Evacuate && failure.k > 0 {
            trail.note("everything fits as long as nothing fails; what follows a failure is open");
            open = true;
        }
        let units = units(model, at);
        for (tried, lost) in Choices::new(&units, at_once(failure, &units)).enumerate() {
            if tried == WAYS {
                trail.note(format!("more than {WAYS} unlike failures are possible"));
                open = true;
                break;
            }
            match settle(&model.after(failure, &lost), steps, trail) {
                Ok(Found::Fits(fill)) => plan.replanned.push(Replanned {
                    failure: at,
                    lost,
                    fill,
                }),
                Ok(Found::Lacks(reason)) => return Decision::Lacks(reason, lost),
                Ok(Found::Open) | Err(_) => open = true,
            }
        }
    }
    if open {
        Decision::Open
    } else {
        Decision::Fits(plan)
    }
}
