//! An autoscaler wakes up when there is nothing left to share.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    units::Percent,
};

declare_rule! { pub RULE = "scale-target-high", Availability, Warn, "an autoscaler that aims above 80% of the CPU that a replica may take", include_str!("scale_target_high.md") }

/// The most that leaves room until another replica answers.
const MOST: Percent = Percent::thousandths(80_000);

/// Reports each such target, of replicas that may take no more CPU than they ask for.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let scale = workload.spec.scale.as_ref();
        let Some(target) = scale.and_then(|scale| scale.cpu.as_ref()) else {
            continue;
        };
        if target.share.value <= MOST || bursts(workload) {
            continue;
        }
        let message = format!(
            "`{}` gets another replica when those that run use more than {} of their CPU",
            workload.path, target.share.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(target.share.origin), message)
                .label(format!("more than {MOST}"))
                .why("a new replica answers a minute or so after it is asked for; until then those that run bear the load, with what they have left")
                .help("write \"70%\", which is usual, and \"80%\" at most"),
        );
    }
}

/// Whether replicas may take more than they ask for, so that the share is not of all they have.
fn bursts(workload: &Workload) -> bool {
    let Some(cpu) = &workload.spec.cpu else {
        return false;
    };
    let pair = cpu.request.as_ref().zip(cpu.limit.as_ref());
    workload.vm().is_none() && pair.is_some_and(|(request, limit)| limit.value > request.value)
}
