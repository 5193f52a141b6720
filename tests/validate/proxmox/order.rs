//! The order of a plan: names that are unique, dependencies that come before.

use std::collections::{BTreeMap, BTreeSet};

use super::call::Call;
use crate::validate::Findings;

/// Every call is named once, and depends on earlier calls only: so there is no cycle.
pub(super) fn check(calls: &[Call<'_>], findings: &mut Findings) {
    let mut first = BTreeMap::new();
    for (index, call) in calls.iter().enumerate() {
        if call.id.is_empty() {
            findings.refuse(&call.node, "a call has an id");
        } else if first.contains_key(call.id) {
            findings.refuse(
                &call.node.key("id"),
                format!("`{}` is there twice", call.id),
            );
        } else {
            first.insert(call.id, index);
        }
    }
    for (index, call) in calls.iter().enumerate() {
        for needed in &call.after {
            let place = call.node.key("depends_on");
            match first.get(needed) {
                None => findings.refuse(&place, format!("no call is named `{needed}`")),
                Some(position) if *position >= index => {
                    findings.refuse(&place, format!("`{needed}` comes later"));
                }
                Some(_) => {}
            }
        }
    }
}

/// The ids a call waits for, through others too.
pub(super) fn waits_for<'a>(calls: &[Call<'a>], call: &Call<'a>) -> BTreeSet<&'a str> {
    let by_id: BTreeMap<_, _> = calls.iter().map(|call| (call.id, call)).collect();
    let mut reached = BTreeSet::new();
    let mut pending: Vec<&'a str> = call.after.iter().copied().collect();
    while let Some(id) = pending.pop() {
        if reached.insert(id)
            && let Some(next) = by_id.get(id)
        {
            pending.extend(next.after.iter().copied());
        }
    }
    reached
}
