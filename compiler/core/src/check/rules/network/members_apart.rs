//! Replicas that work together and may not call each other.

use crate::{
    check::{
        Subject,
        common::{least, pattern},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::{Target, Workload},
    schema::kinds::Pattern_,
};

declare_rule! { pub RULE = "members-apart", Network, Warn, "replicas that follow or outvote each other and may not call each other", include_str!("members_apart.md") }

/// Reports workloads of several replicas with a pattern and without a connection to themselves. An
/// interface of their own past the pod network may be where they meet.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, workload) in subject.whole_workloads() {
        let does = match pattern(workload) {
            Pattern_::None => continue,
            Pattern_::PrimaryReplica => "follow each other",
            Pattern_::Quorum => "decide by majority",
        };
        let several = least(workload).is_some_and(|count| count.value > 1);
        let itself = |to: &Target| matches!(to, Target::Workload(other) if other.to == id);
        let meets = workload.connects.iter().any(|connect| itself(&connect.to));
        if !several || meets || workload.nics.iter().any(|nic| nic.network.is_some()) {
            continue;
        }
        let Some(availability) = &workload.spec.availability else {
            continue;
        };
        let name = workload.name.value.as_str();
        let message = format!(
            "the replicas of `{}` {does}, and may not call each other",
            workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(availability.pattern.origin), message)
                .label("over which connection?")
                .missing_in(workload.spec.meta.span, format!("missing below: `connect {name} port={}`", port(workload)))
                .why("everything is closed that nobody declares, between the replicas of one workload too: they start, and each waits for the others")
                .help(format!("write `connect {name} port={}` for each port on which they find each other and copy their data", port(workload))),
        );
    }
}

/// The port to name, where there is one to choose.
fn port(workload: &Workload) -> String {
    let mut names = workload.listens().map(|(name, _)| name);
    match (names.next(), names.next()) {
        (Some(only), None) => only.to_string(),
        _ => "PORT".to_owned(),
    }
}
