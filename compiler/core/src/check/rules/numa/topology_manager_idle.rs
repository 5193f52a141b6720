//! A topology manager without a manager to ask.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Pool,
    schema::kinds::{CpuManager, MemoryManager, TopologyPolicy},
};

declare_rule! { pub RULE = "topology-manager-idle", Numa, Warn, "a topology manager that has nothing to lay together", include_str!("topology_manager_idle.md") }

/// Reports each such pool.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values() {
        let Some(topology) = &pool.spec.topology_manager else {
            continue;
        };
        let cluster = &estate.clusters[pool.cluster];
        let policy = topology.policy.value;
        let name = &pool.name.value;
        let (message, label, why, help) = if !cluster.is_kubernetes() {
            (
                format!("pool `{name}` sets a topology manager, and cluster `{}` has no kubelet", cluster.name.value),
                "nobody reads it",
                "it is the kubelet that lays a pod's cores, memory and devices together",
                "leave it out",
            )
        } else if policy != TopologyPolicy::None && !has_managers(pool) {
            (
                format!("the topology manager of pool `{name}` has no other manager to ask"),
                "does nothing",
                "it lays together what the static managers of CPU and memory and the plugins of devices give away; what a node shares has no place",
                "add `manager=static` to the pool's `cpu`, and to its `memory` where that shall lie near too; or leave it out",
            )
        } else {
            continue;
        };
        findings.push(
            Diagnostic::new(&RULE, topology.meta.span, message)
                .label(label)
                .why(why)
                .help(help),
        );
    }
}

/// Whether anything of its machines is given away with a place.
fn has_managers(pool: &Pool) -> bool {
    let devices = !pool.gpus.is_empty() || !pool.spec.device.is_empty();
    pool.spec.cpu.manager.value == CpuManager::Static
        || pool.spec.memory.manager.value == MemoryManager::Static
        || devices
        || pool.spec.nic.iter().any(|nic| nic.sriov_vfs.value > 0)
}
