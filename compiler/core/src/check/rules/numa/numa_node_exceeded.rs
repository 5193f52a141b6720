//! A machine with cores of its own is larger than one NUMA node, and cannot see it.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Pool, Workload},
};

declare_rule! { pub RULE = "numa-node-exceeded", Numa, Warn, "a pinned machine that is larger than one NUMA node, and does not see the nodes", include_str!("numa_node_exceeded.md") }

/// Reports the first pool of each such machine whose nodes are smaller. Where the kubelet refuses
/// what does not lie in one, placement says so.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.whole_machines() {
        let Some(cpu) = &workload.spec.cpu else {
            continue;
        };
        if !cpu.is_dedicated() || cpu.passes_numa() {
            continue;
        }
        let pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
        let exceeded = pools
            .filter(|pool| estate.numa_nodes(pool) > 1)
            .find_map(|pool| Some((pool, exceeds(estate, workload, pool)?)));
        let Some((pool, (has, node))) = exceeded else {
            continue;
        };
        let message = format!(
            "`{}` has {has}, and a NUMA node of pool `{}` has {node}",
            workload.path, pool.name.value
        );
        let nodes = estate.numa_nodes(pool);
        findings.push(
            Diagnostic::new(&RULE, cpu.meta.span, message)
                .label("on several nodes, seen as one")
                .also(pool.spec.cpu.meta.span, format!("{nodes} NUMA nodes"))
                .why("memory of another node is about half as fast again to reach; a guest that does not know the nodes cannot keep what belongs together on one")
                .help("add `numa=#true`, with `hugepages=` at its `memory`, or make it small enough for one node"),
        );
    }
}

/// What the machine has more of than a node, and how much that has.
fn exceeds(estate: &Estate, workload: &Workload, pool: &Pool) -> Option<(String, String)> {
    let (threads, memory) = estate.numa_share(pool);
    let cells = estate.cells(pool);
    let vcpus = workload.vcpus()?;
    if vcpus > threads && !cells.is_some_and(|cells| cells.threads) {
        return Some((format!("{vcpus} cores of its own"), format!("{threads} threads")));
    }
    let size = workload.spec.memory.as_ref()?.size.value;
    let told = cells.is_some_and(|cells| cells.memory || cells.threads && vcpus > threads);
    (size > memory && !told).then(|| (format!("{size} of memory"), memory.to_string()))
}
