//! So many members of a quorum may be away that the rest is no majority.

use crate::{
    check::{
        Subject,
        common::{Disrupted, disrupted, pattern},
    },
    diag::{Diagnostic, Findings, declare_rule, words},
    schema::kinds::Pattern_,
};

declare_rule! { pub RULE = "disruption-breaks-quorum", Availability, Warn, "a quorum of which more may be away on purpose than it bears", include_str!("disruption_breaks_quorum.md") }

/// Compares `max-unavailable` with what is left of each quorum of three members and more.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let several = disrupted(subject).filter(|it| it.count.value > 2);
    for Disrupted {
        workload,
        most,
        count,
        away,
    } in several
    {
        let majority = u64::from(count.value / 2 + 1);
        if pattern(workload) != Pattern_::Quorum
            || u64::from(count.value).saturating_sub(away) >= majority
        {
            continue;
        }
        let bears = u64::from(count.value) - majority;
        let message = format!(
            "of the {} of `{}` {away} may be away at once, and {majority} must agree",
            words::count(count.value, "member"),
            workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(most.origin), message)
                .label(format!("it bears {bears}"))
                .also(estate.span(count.origin), words::count(count.value, "member"))
                .why("a drain may take as many as this says; what is left is no majority, and the whole stops writing")
                .help("write `max-unavailable=1`: a member that is away for an update may not meet one that fails"),
        );
    }
}
