//! As many replicas may be away on purpose as there are.

use crate::{
    check::{
        Subject,
        common::{Disrupted, disrupted, pattern},
    },
    diag::{Diagnostic, Findings, declare_rule, words},
    schema::kinds::Pattern_,
};

declare_rule! { pub RULE = "disruption-takes-all", Availability, Warn, "several replicas of which all may be away at once", include_str!("disruption_takes_all.md") }

/// Reports `max-unavailable` of all replicas, where there are several.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let several = disrupted(subject).filter(|it| it.count.value > 1);
    for Disrupted {
        workload,
        most,
        count,
        away,
    } in several
    {
        // Of a quorum fewer are too many, which is told as that.
        let quorum = pattern(workload) == Pattern_::Quorum && count.value > 2;
        if quorum || away < u64::from(count.value) {
            continue;
        }
        let message = format!(
            "`{}` has {}, and all of them may be away at once",
            workload.path,
            words::count(count.value, "replica")
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(most.origin), message)
                .label(format!("{} of {}", away.min(count.value.into()), count.value))
                .also(estate.span(count.origin), words::count(count.value, "replica"))
                .why("a drain of several nodes, or a new version, takes so many at a time: for that while nobody answers")
                .help("write `max-unavailable=1`, or leave it out: one at a time is what it means then"),
        );
    }
}
