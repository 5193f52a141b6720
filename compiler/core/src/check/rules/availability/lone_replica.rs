//! A pattern of several replicas, with too few of them.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::Replicas,
    schema::kinds::Pattern_,
};

declare_rule! { pub RULE = "lone-replica", Availability, Warn, "a pattern of several replicas with too few of them", include_str!("lone_replica.md") }

/// Reports pairs without a second, and quorums without a third.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Some(availability) = &workload.spec.availability else {
            continue;
        };
        let (least, role) = match availability.pattern.value {
            Pattern_::None => continue,
            Pattern_::PrimaryReplica => (2, "a primary and a replica"),
            Pattern_::Quorum => (3, "a majority that outlives one of them"),
        };
        let count = match &workload.replicas {
            Replicas::Fixed(count) => count,
            Replicas::Scaled { min, .. } => min,
            Replicas::PerNode(_) | Replicas::PerZone(_) => continue,
        };
        // An even quorum is told by its own rule.
        if count.value >= least || count.value == 2 {
            continue;
        }
        let pattern = &availability.pattern;
        let message = format!(
            "`{}` is {}, and has {}",
            workload.path,
            pattern.value,
            words::count(count.value, "replica")
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(count.origin), message)
                .label("too few")
                .also(subject.estate.span(pattern.origin), format!("`pattern={}`", pattern.value))
                .why(format!("it takes {least} to have {role}"))
                .help(format!("write `replicas {least}`, or `pattern=none`")),
        );
    }
}
