//! Machines that leave nothing to their own system.

use std::collections::BTreeSet;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    schema::kinds::{CpuManager, Criticality},
};

declare_rule! { pub RULE = "reserve-missing", Capacity, Warn, "a pool of `criticality=core` workloads that keeps no CPU or memory for the system", include_str!("reserve_missing.md") }

/// Reports pools whose kubelet would offer everything to pods, where others depend on a workload
/// there. Of managed clusters the provider decides it, and what gives whole cores away has a rule
/// of its own on CPU.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let core = estate.workloads.values().filter(|workload| workload.spec.criticality.value == Criticality::Core);
    let core: BTreeSet<_> = core.flat_map(|workload| &workload.pools).map(|pool| pool.to).collect();
    for (_, pool) in estate.pools.iter().filter(|(id, _)| core.contains(id)) {
        let cluster = &estate.clusters[pool.cluster];
        if !cluster.is_kubernetes() || cluster.spec.managed.value || pool.spec.meta.broken {
            continue;
        }
        let reserve = pool.spec.reserve.as_ref();
        let pinned = pool.spec.cpu.manager.value == CpuManager::Static;
        let mut missing = Vec::new();
        if !pinned && reserve.is_none_or(|reserve| reserve.cpu.is_none()) {
            missing.push("CPU");
        }
        if reserve.is_none_or(|reserve| reserve.memory.is_none()) {
            missing.push("memory");
        }
        if missing.is_empty() {
            continue;
        }
        let message = format!("pool `{}` keeps no {} for kubelet, runtime and system", pool.name.value, words::and(&missing));
        let span = reserve.map_or(pool.spec.meta.name_span, |reserve| reserve.meta.span);
        findings.push(
            Diagnostic::new(&RULE, span, message)
                .label("all of it is offered to pods")
                .why("under load the kubelet starves with the pods, the node turns NotReady, and what ran there starts elsewhere and starves the next one")
                .help("add `reserve cpu=1 memory=\"2GiB\"`, more on large machines"),
        );
    }
}
