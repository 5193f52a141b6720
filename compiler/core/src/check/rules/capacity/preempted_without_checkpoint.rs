//! Work that is pushed out, and has nowhere to leave what it did.

use crate::{
    check::{
        Subject,
        common::{kept_disks, pushing},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Mount, Target, Workload},
};

declare_rule! { pub RULE = "preempted-without-checkpoint", Capacity, Warn, "a job on GPUs that others push out, with nowhere to keep what it did", include_str!("preempted_without_checkpoint.md") }

/// Reports jobs with GPUs on a cluster where a priority that pushes others out is in use above
/// theirs, and that have no disk, volume or store outside to write to.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let pushing = pushing(estate, |_| true);
    for (_, workload) in subject.whole_workloads() {
        let own = workload
            .priority
            .map_or(0, |own| estate.priorities[own.to].value.value);
        let Some(Some((above, by))) = pushing.get(workload.cluster.index()) else {
            continue;
        };
        let is_job = matches!(workload.body, Body::Job(_)) && !workload.gpus.is_empty();
        if !is_job || above.value.value <= own || keeps(workload) {
            continue;
        }
        let message = format!(
            "`{}` may be pushed out by `{}`, and keeps nothing of what it computed",
            workload.path, by.path
        );
        findings.push(
            Diagnostic::new(&RULE, workload.spec.meta.name_span, message)
                .label(format!("of priority {own}"))
                .also(above.meta.span, format!("priority {} pushes others out", above.value.value))
                .why("a pod that is pushed out ends within half a minute; without a disk or a store to write checkpoints to, hours of GPU time are gone each time")
                .help("give it a disk and write checkpoints there: `disk checkpoints \"200GiB\" mount=\"/checkpoints\"`; or a volume of the tenant, or `connect` to an object store"),
        );
    }
}

/// Whether something that it writes outlives it.
fn keeps(workload: &Workload) -> bool {
    let volume = |mount: &Mount| {
        mount.spec.volume.is_some() && mount.spec.read_only.as_ref().is_none_or(|only| !only.value)
    };
    let outside = |target: &Target| matches!(target, Target::External(_) | Target::Workload(_));
    kept_disks(workload).next().is_some()
        || workload.mounts.iter().any(volume)
        || workload.connects.iter().any(|connect| outside(&connect.to))
}
