//! Queues of an interface, where KubeVirt has one for each virtual CPU.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
};

declare_rule! { pub RULE = "queues-unfit", Network, Warn, "an interface with another number of queues than its machine has CPUs", include_str!("queues_unfit.md") }

/// Reports each number that is not the machine's CPUs. One queue is the kernel's own default.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(cpus) = workload.vm().and_then(|_| workload.vcpus()) else {
            continue;
        };
        let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
        for nic in &workload.nics {
            // KubeVirt makes more than were asked for, which harms nobody.
            let unfit =
                |queues: u32| queues > cpus || (!on_kubernetes && queues > 1 && queues != cpus);
            let Some(queues) = nic
                .spec
                .queues
                .as_ref()
                .filter(|queues| unfit(queues.value))
            else {
                continue;
            };
            let message = format!(
                "interface `{}` of `{}` has {} queues, and the machine {}",
                nic.spec.name.value,
                workload.path,
                queues.value,
                words::count(cpus, "virtual CPU")
            );
            let why = match on_kubernetes {
                true => format!("KubeVirt knows queues as on or off: it makes {}, one for each CPU, whatever is written here", words::count(cpus, "queue")),
                false => "more queues than CPUs wait for each other, and with fewer some CPUs send through another's".to_owned(),
            };
            findings.push(
                Diagnostic::new(&RULE, estate.span(queues.origin), message)
                    .label(format!("{cpus} would be one for each"))
                    .why(why)
                    .help(format!(
                        "write `queues={cpus}`, or leave it out for a single one"
                    )),
            );
        }
    }
}
