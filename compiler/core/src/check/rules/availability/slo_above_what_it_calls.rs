//! A promise of uptime above that of what it stands on.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Target,
};

declare_rule! { pub RULE = "slo-above-what-it-calls", Availability, Note, "a promise of uptime above that of a workload which it calls", include_str!("slo_above_what_it_calls.md") }

/// Compares the `slo` of each workload with those of the workloads that it connects to, where both
/// say one.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let availability = workload.spec.availability.as_ref();
        let Some(ours) = availability.and_then(|it| it.slo.as_ref()) else {
            continue;
        };
        for connect in &workload.connects {
            let Target::Workload(to) = &connect.to else {
                continue;
            };
            let callee = &estate.workloads[to.to];
            let availability = callee.spec.availability.as_ref();
            let Some(theirs) = availability.and_then(|it| it.slo.as_ref()) else {
                continue;
            };
            if theirs.value >= ours.value {
                continue;
            }
            let message = format!(
                "`{}` shall answer {} of the time, and calls `{}`, which answers {}",
                workload.path, ours.value, callee.path, theirs.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(ours.origin), message)
                    .label("more than what it stands on")
                    .also(estate.span(theirs.origin), format!("promises {}", theirs.value))
                    .also(estate.span(connect.spec.meta.origin), "calls it here")
                    .why("a service is no more available than what it cannot do without")
                    .help(format!(
                        "promise {} at the most, or make `{}` as available; where it does without, allow it here with the reason",
                        theirs.value, callee.path
                    )),
            );
            break;
        }
    }
}
