//! A machine is bounded to less CPU than it asks for.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "machine-cpu-limit", Cpu, Error, "a machine that may take less CPU than it asks for", include_str!("machine_cpu_limit.md"); refused_by = KubeVirt }

/// Reports each such machine of KubeVirt. Cores of its own are looked at by
/// `dedicated-cpu-not-whole`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.kubevirt_machines() {
        let cpu = workload.spec.cpu.as_ref().filter(|cpu| !cpu.is_dedicated());
        let Some(limit) = cpu.and_then(|cpu| cpu.limit.as_ref()) else {
            continue;
        };
        let asked = estate.cpu_asked(workload);
        if limit.value >= asked {
            continue;
        }
        let message = format!(
            "`{}` asks for {asked} of CPU for its {} virtual ones and may take {} at most",
            workload.path,
            workload.vcpus().unwrap_or(1),
            limit.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(limit.origin), message)
                .label("less than is asked for")
                .why("KubeVirt refuses a limit below the request; a guest that is held below its virtual CPUs stalls in the middle of what it does")
                .help("leave `limit` out: how many virtual CPUs share a real one is `overcommit=`"),
        );
    }
}
