//! A probe that waits for an answer longer than until the next question.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::Duration,
};

declare_rule! { pub RULE = "probe-outlasts-period", Availability, Warn, "a probe that waits longer for an answer than until it asks again", include_str!("probe_outlasts_period.md") }

/// Reports each `timeout` above its `every`, which is 10 seconds unless said.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        for probe in &workload.spec.probe {
            let Some(timeout) = &probe.timeout else {
                continue;
            };
            let every = probe
                .every
                .as_ref()
                .map_or(Duration::secs(10), |every| every.value);
            if timeout.value <= every {
                continue;
            }
            let message = format!(
                "the `{}` probe of `{}` waits {} for an answer, and asks every {every}",
                probe.kind.value, workload.path, timeout.value
            );
            let mut finding = Diagnostic::new(&RULE, estate.span(timeout.origin), message)
                .label(format!("longer than {every}"));
            if let Some(every) = &probe.every {
                finding = finding.also(estate.span(every.origin), "asks so often");
            }
            findings.push(
                finding
                    .why("one question is asked at a time, so a failure is noticed later than `every` and `failures` say")
                    .help(format!("write `timeout=\"{every}\"` or less, or `every=\"{}\"`", timeout.value)),
            );
        }
    }
}
