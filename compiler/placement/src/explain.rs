//! Why it does not fit: the smallest set of parts that cannot stand together, a sentence that says
//! so with its figures, and what would mend it. Everything that is claimed here was decided anew.

mod alike;
mod forms;
mod mend;
mod oracle;
mod reduce;
mod smallest;
mod view;
mod words;

use crate::{
    answer::{Bounds, Explanation, Mend},
    element::elements,
    fill::Reason,
    model::Model,
    problem::Problem,
    steps::Steps,
};

use oracle::{Case, Oracle};

/// Of a hundred steps that are left, how many may go into the search of the smallest reason; what
/// it leaves is for the mends.
const REASON_SHARE: u64 = 60;

/// The most steps that go into either of both, however many are left: a reason that has to be
/// waited for is read by nobody.
const MOST: u64 = 60_000_000;

/// Why a problem does not fit, and what would make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The reason.
    pub explanation: Explanation,
    /// What would make it fit, the smallest first; each was decided.
    pub mends: Vec<Mend>,
    /// How many replicas fit of the workload that it hangs on most.
    pub bounds: Option<Bounds>,
}

/// Explains why a problem does not fit: `reason` is why its `model` does not, after `lost` (class
/// and nodes) where it does with nothing lost.
///
/// With too few steps the reason stays larger than it must be, and says so, and mends are missing.
pub fn explain(
    problem: &Problem,
    model: &Model,
    reason: &Reason,
    lost: &[(usize, u32)],
    steps: &mut Steps<'_>,
) -> Explained {
    let case = Case {
        model: model.clone(),
        reason: reason.clone(),
        lost: lost.to_vec(),
    };
    let share = (steps.left() / 100).saturating_mul(REASON_SHARE).min(MOST);
    let mut found = None;
    // What is spent of the part is no error: what was found until then is kept.
    let _ = steps.within(share, |steps| {
        let mut oracle = Oracle::new(steps);
        found = Some(reduce::reduce(problem, case.clone(), &mut oracle));
        Ok(())
    });
    let found = found.unwrap_or_else(|| reduce::Reduced {
        kept: elements(problem),
        case,
        minimal: false,
    });
    let (sentence, figures) = forms::say(problem, &found);
    let mut mended = mend::Mended::default();
    let _ = steps.within(MOST, |steps| {
        mended = mend::mends(problem, &found, &figures, &mut Oracle::new(steps));
        Ok(())
    });
    Explained {
        explanation: Explanation {
            elements: found.kept.into_iter().collect(),
            minimal: found.minimal,
            sentence,
            figures,
        },
        mends: mended.mends,
        bounds: mended.bounds,
    }
}

/// Between which numbers of replicas it is open whether an undecided problem fits: of the first
/// workload for which both ends can be shown.
pub fn band(problem: &Problem, steps: &mut Steps<'_>) -> Option<Bounds> {
    mend::band(problem, &mut Oracle::new(steps))
}
