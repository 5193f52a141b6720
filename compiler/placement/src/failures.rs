//! What must still fit when something has failed.

use crate::{
    decide::Decision,
    evacuate::{self, Borne},
    failing::{Choices, at_once, units},
    fill::{Fill, Found, Plan, Reason, Replanned},
    settle::Settler,
};

/// At most so many unlike ways of one failure are decided.
const WAYS: usize = 4_000;

/// At most so many ways of one failure are looked at before it is known what stands without.
const GLANCES: usize = 256;

/// A failure that can be seen at once not to leave enough: why, and what is lost.
pub(crate) fn glance(settler: &mut Settler<'_, '_, '_>) -> Option<(Reason, Vec<(usize, u32)>)> {
    let whole = settler.whole;
    whole.failures.iter().enumerate().find_map(|(at, failure)| {
        let units = units(whole, at);
        let mut ways = Choices::new(&units, at_once(failure, &units)).take(GLANCES);
        ways.find_map(|lost| Some((settler.glance(failure, &lost)?, lost)))
    })
}

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
                Found::Fits(_) if !settler.keep => {}
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
