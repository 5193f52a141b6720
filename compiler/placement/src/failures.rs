//! What must still fit when something has failed.

use crate::{
    decide::Decision,
    failing::{Choices, at_once, units},
    fill::{Fill, Found, Plan, Replanned},
    model::Failure,
    problem::Mode,
    search::{Survival, evacuate},
    settle::Settler,
};

/// At most so many unlike ways of one failure are decided.
const WAYS: usize = 4_000;

/// The most steps that may be taken to find a placement from which nothing that survives moves.
const EVACUATE: u64 = 60_000_000;

/// Whether a model bears all of its failures; `base` is what stands as long as nothing fails, if
/// that is known.
pub(crate) fn bear(settler: &mut Settler<'_, '_, '_>, base: Option<Fill>) -> Decision {
    let (mut standing, mut open) = (base.is_some(), false);
    let mut plan = Plan {
        base: base.unwrap_or_default(),
        ..Plan::default()
    };
    let whole = settler.whole;
    for (at, failure) in whole.failures.iter().enumerate() {
        let units = units(whole, at);
        for (tried, lost) in Choices::new(&units, at_once(failure, &units)).enumerate() {
            if tried == WAYS {
                let note = format!("more than {WAYS} unlike failures are possible");
                settler.trail.note(note);
                open = true;
                break;
            }
            match settler.after(failure, &lost) {
                Found::Fits(fill) => plan.replanned.push(Replanned {
                    failure: at,
                    lost,
                    fill,
                }),
                Found::Lacks(reason) => return Decision::Lacks(reason, lost),
                Found::Open => open = true,
            }
        }
    }
    if whole.failures.iter().any(evacuates) {
        let found = settler
            .steps
            .within(EVACUATE, |steps| evacuate(whole, steps));
        match found {
            Ok(Survival::Survives(stand)) => {
                standing = true;
                plan.base = stand.base;
                plan.evacuated = stand.evacuated;
            }
            Ok(Survival::Lacks(reason, lost)) => return Decision::Lacks(reason, lost),
            Ok(Survival::Open) | Err(_) => {
                let note = "whether what survives a failure can stay where it is, is open";
                settler.trail.note(note);
                open = true;
            }
        }
    }
    if standing && !open {
        Decision::Fits(plan)
    } else {
        Decision::Open
    }
}

fn evacuates(failure: &Failure) -> bool {
    failure.mode == Mode::Evacuate && failure.k > 0
}
