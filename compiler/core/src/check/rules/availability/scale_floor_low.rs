//! What others depend on shrinks to one or two replicas.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    schema::kinds::Criticality,
};

declare_rule! { pub RULE = "scale-floor-low", Availability, Warn, "a `criticality=core` workload that scales down to fewer than three replicas", include_str!("scale_floor_low.md") }

/// With three one may be away on purpose and another fail, and one still answers.
const LEAST: u32 = 3;

/// Reports each such workload.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let criticality = &workload.spec.criticality;
        let core = criticality.value == Criticality::Core;
        let Some(scale) = workload.spec.scale.as_ref().filter(|_| core) else {
            continue;
        };
        if scale.min.value >= LEAST || scale.max.value < scale.min.value {
            continue;
        }
        let at = match subject.is_said(scale.min.origin) {
            true => estate.span(scale.min.origin),
            false => scale.meta.name_span,
        };
        let message = format!(
            "`{}` is `criticality=core` and shrinks to {}",
            workload.path,
            words::count(scale.min.value, "replica")
        );
        findings.push(
            Diagnostic::new(&RULE, at, message)
                .label(format!("fewer than {LEAST}"))
                .also(estate.span(criticality.origin), "others depend on it")
                .why("at night it stands at its least, and that is when nodes are drained: with one replica away and another failing, of two nothing is left")
                .help(format!("write `min={LEAST}`")),
        );
    }
}
