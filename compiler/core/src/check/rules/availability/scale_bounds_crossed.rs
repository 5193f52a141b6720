//! A workload that has more replicas at the least than at the most.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "scale-bounds-crossed", Availability, Error, "a workload that scales to fewer replicas than it starts from", include_str!("scale_bounds_crossed.md"); refused_by = ApiServer }

/// Reports each `scale` whose `min` is above its `max`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Some(scale) = &workload.spec.scale else {
            continue;
        };
        if scale.min.value <= scale.max.value {
            continue;
        }
        let message = format!(
            "`{}` has {} replicas at the least and {} at the most",
            workload.path, scale.min.value, scale.max.value
        );
        let (min, max) = (&scale.min, &scale.max);
        let places = subject.estate.literal(min.origin).zip(subject.estate.literal(max.origin));
        let finding =
            Diagnostic::new(&RULE, subject.estate.span(scale.max.origin), message)
                .label("fewer than the least")
                .also(subject.estate.span(scale.min.origin), "the least")
                .why("no number of replicas is in between, and the API server refuses such bounds")
                .help(format!(
                    "did you mean `min={} max={}`?",
                    scale.max.value, scale.min.value
                ));
        findings.push(match places {
            Some((least, most)) => finding.suggest(
                format!("write `min={} max={}`", max.value, min.value),
                vec![(least, max.value.to_string()), (most, min.value.to_string())],
            ),
            None => finding,
        });
    }
}
