//! A workload none of which may ever be away.

use crate::{
    check::{Subject, rules::rollout::rollout_stuck::stuck},
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::CountOrShare,
    units::Percent,
};

declare_rule! { pub RULE = "drain-blocked", Availability, Warn, "a workload of which no replica may be away, so that no node can be drained", include_str!("drain_blocked.md") }

/// Reports `max-unavailable=0`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.estate.workloads.iter() {
        let Some(most) = workload
            .spec
            .availability
            .as_ref()
            .and_then(|availability| availability.max_unavailable.as_ref())
        else {
            continue;
        };
        let none = match &most.value {
            CountOrShare::Count(count) => *count == 0,
            CountOrShare::Share(share) => *share == Percent::ZERO,
        };
        // A rollout that cannot begin either is told as that.
        if !none || stuck(workload).is_some() {
            continue;
        }
        let message = format!("no replica of `{}` may be away", workload.path);
        let finding =
            Diagnostic::new(&RULE, subject.estate.span(most.origin), message)
                .label("holds up every drain")
                .why("a node is emptied before it is updated; where nothing may leave, the update waits until somebody forces it")
                .help("write `max-unavailable=1`, and one replica more if that is one too few");
        findings.push(match subject.estate.literal(most.origin) {
            Some(span) => finding.suggest("write `max-unavailable=1`", vec![(span, "1".to_owned())]),
            None => finding,
        });
    }
}
