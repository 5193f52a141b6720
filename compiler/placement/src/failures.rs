//! What must still fit when something has failed.

use crate::{
    decide::{Decision, settle},
    failing::{Choices, at_once, units},
    fill::{Fill, Found, Plan, Replanned},
    model::{Failure, Model},
    problem::Mode,
    search::{Survival, evacuate},
    steps::Steps,
    trail::Trail,
};

/// At most so many unlike ways of one failure are decided.
const WAYS: usize = 4_000;

/// The most steps that may be taken to find a placement from which nothing that survives moves.
const EVACUATE: u64 = 60_000_000;

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
    if model.failures.iter().any(evacuates) {
        match steps.within(EVACUATE, |steps| evacuate(model, steps)) {
            Ok(Survival::Survives(stand)) => {
                plan.base = stand.base;
                plan.evacuated = stand.evacuated;
            }
            Ok(Survival::Lacks(reason, lost)) => return Decision::Lacks(reason, lost),
            Ok(Survival::Open) | Err(_) => {
                trail.note("whether what survives a failure can stay where it is, is open");
                open = true;
            }
        }
    }
    if open {
        Decision::Open
    } else {
        Decision::Fits(plan)
    }
}

fn evacuates(failure: &Failure) -> bool {
    failure.mode == Mode::Evacuate && failure.k > 0
}
