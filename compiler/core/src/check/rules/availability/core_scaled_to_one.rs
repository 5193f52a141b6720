//! Something that others depend on, which shrinks to a single replica at night.

use crate::{
    check::{Subject, common::is_core},
    diag::{Diagnostic, Findings, declare_rule},
    model::Replicas,
};

declare_rule! { pub RULE = "core-scaled-to-one", Availability, Warn, "a `criticality=core` workload that scales down to one replica", include_str!("core_scaled_to_one.md") }

/// Reports each `scale` with `min=1`, said or as left out means.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Replicas::Scaled { min, max } = &workload.replicas else {
            continue;
        };
        if !is_core(workload) || min.value != 1 || max.value < 2 {
            continue;
        }
        let message = format!(
            "`{}` is `criticality=core`, and has one replica when load is low",
            workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(min.origin), message)
                .label("down to one")
                .also(estate.span(workload.spec.criticality.origin), "others depend on it")
                .why("nodes are drained when load is low too: with the only replica away nobody answers until another has started, and after a failure that is 6 minutes and more")
                .help("write `min=2`, or `min=3` where one may be lost while another is replaced"),
        );
    }
}
