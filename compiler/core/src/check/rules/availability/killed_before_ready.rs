//! A replica is started again before it can have come up.

use crate::{
    check::{
        Subject,
        common::{patience, probe},
    },
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::{Probe, ProbeKind},
    units::Duration,
};

declare_rule! { pub RULE = "killed-before-ready", Availability, Warn, "a `live` probe that ends a replica before its `ready` probe asks first", include_str!("killed_before_ready.md") }

/// Compares when `live` may end a start with when `ready` expects the first answer; a `startup`
/// probe makes both wait.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if probe(workload, ProbeKind::Startup).is_some() {
            continue;
        }
        let (Some(live), Some(ready)) = (
            probe(workload, ProbeKind::Live),
            probe(workload, ProbeKind::Ready),
        ) else {
            continue;
        };
        let Some(up) = ready.after.as_ref() else {
            continue;
        };
        let end = end(live);
        if end >= up.value {
            continue;
        }
        let message = format!(
            "`{}` is asked for work after {}, and started again after {end} if it does not answer",
            workload.path, up.value
        );
        let after = up.value;
        findings.push(
            Diagnostic::new(&RULE, estate.span(live.meta.origin), message)
                .label(format!("ends it after {end}"))
                .also(estate.span(up.origin), "by then it should be up")
                .why("it is killed while it still starts, begins anew, and is killed again: it never comes up")
                .help(format!("write `after=\"{after}\"` at `probe live` too, or better a `probe startup`: the others wait until it has passed")),
        );
    }
}

/// When the probe ends a replica that answers nothing from its start on.
fn end(live: &Probe) -> Duration {
    let after = live
        .after
        .as_ref()
        .map_or(Duration::secs(0), |after| after.value);
    after.checked_add(patience(live)).unwrap_or(after)
}
