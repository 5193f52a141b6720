//! A machine has more virtual CPUs than its hosts have threads.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "vcpus-beyond-host", Cpu, Warn, "a machine with more virtual CPUs than its host has threads", include_str!("vcpus_beyond_host.md") }

/// Reports the first pool of each machine whose nodes are smaller. One that is pinned or shares
/// with nobody does not fit there at all, which placement says.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.whole_machines() {
        let (Some(vcpus), Some(cpu)) = (workload.vcpus(), &workload.spec.cpu) else {
            continue;
        };
        let pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
        let asked = estate.cpu_asked(workload);
        let small = pools
            .filter(|pool| asked <= pool.allocatable_cpu())
            .find(|pool| pool.threads < vcpus);
        let Some(pool) = small.filter(|_| !cpu.is_dedicated()) else {
            continue;
        };
        let at = cpu.cores.as_ref().map(|cores| cores.origin);
        let at = at.or(cpu.request.as_ref().map(|request| request.origin));
        let message = format!(
            "`{}` has {vcpus} virtual CPUs, a node of pool `{}` has {} threads",
            workload.path, pool.name.value, pool.threads
        );
        findings.push(
            Diagnostic::new(&RULE, at.map_or(cpu.meta.span, |at| estate.span(at)), message)
                .label("more than there are")
                .also(pool.spec.cpu.meta.span, format!("{} threads", pool.threads))
                .why("its virtual CPUs then wait for each other: one that holds a lock is put aside for one that spins on it, and the machine is slower than with fewer")
                .help(format!("give it {} or fewer, or choose a pool of larger machines", pool.threads)),
        );
    }
}
