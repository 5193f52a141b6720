//! Volcano: with several copies one leads.

use super::{Context, Values};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let Some(component) = cx.component("volcano") else {
        return;
    };
    let copies = cx.copies(2);
    for part in ["scheduler", "controller", "admission"] {
        values.set(
            &format!("custom.{part}_replicas"),
            copies,
            component.origin(),
        );
    }
    values.set("custom.leader_elect_enable", copies > 1, component.origin());
}
