//! What must still fit when something has failed.

use crate::{
    decide::Decision,
    evacuate::{self, Borne},
    failing::{Choices, at_once, units},
    fill::{Fill, Found, Plan, Replanned},
    settle::Settler,
};

/// At most so many unlike ways of one failure are decided.
const WAYS: usize = 4_000;

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
    if evacuate::is_asked(whole) {
        match evacuate::bear(settler) {
            Borne::By(base, evacuated) => {
                standing = true;
                plan.base = base;
                plan.evacuated = evacuated;
            }
            Borne::Not(reason, lost) => return Decision::Lacks(reason, lost),
            Borne::Open => {
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
