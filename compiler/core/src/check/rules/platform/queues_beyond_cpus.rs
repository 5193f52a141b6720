//! An interface has more queues than its machine has processors.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "queues-beyond-cpus", Platform, Warn, "an interface with more queues than its machine has virtual CPUs", include_str!("queues_beyond_cpus.md") }

/// Reports each such interface that says so itself.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.whole_machines() {
        let (Some(vcpus), Some(cpu)) = (workload.vcpus(), &workload.spec.cpu) else {
            continue;
        };
        for nic in &workload.nics {
            let Some(queues) = nic.spec.queues.as_ref() else {
                continue;
            };
            if queues.value <= vcpus || !subject.is_own(queues.origin) {
                continue;
            }
            let message = format!(
                "the interface `{}` of `{}` has {} queues, for {vcpus} virtual CPUs",
                nic.spec.name.value, workload.path, queues.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(queues.origin), message)
                    .label("more than can be served")
                    .also(cpu.meta.span, format!("{vcpus} virtual CPUs"))
                    .why("a queue is served by a CPU of its own; those beyond cost memory and interrupts, and KubeVirt makes one for each CPU whatever is asked")
                    .help(format!("write `queues={vcpus}`")),
            );
        }
    }
}
