//! The mends that a finding brings itself.

use super::{Action, Ask};

pub(super) fn actions(ask: &Ask<'_>) -> Vec<Action> {
    let fixes = ask.finding.fixes.iter();
    let certain = fixes.clone().filter(|fix| fix.certain).count();
    let made = fixes.filter_map(|fix| {
        Some(Action {
            // Of two that are certain, neither is.
            is_certain: fix.certain && certain == 1,
            ..ask.action(fix.title.clone(), ask.edits(&fix.edits)?)
        })
    });
    made.collect()
}
