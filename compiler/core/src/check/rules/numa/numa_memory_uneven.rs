//! Memory in huge pages that does not divide among the NUMA nodes that a machine sees.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::Bytes,
};

declare_rule! { pub RULE = "numa-memory-uneven", Numa, Warn, "memory that does not divide in whole pages among the NUMA nodes", include_str!("numa_memory_uneven.md") }

/// Reports the first pool of each machine on which its cores take several nodes and its memory
/// is not as many equal shares in whole pages.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.kubevirt_machines() {
        let (Some(cpu), Some(memory)) = (&workload.spec.cpu, &workload.spec.memory) else {
            continue;
        };
        let (Some(page), Some(vcpus)) = (&memory.hugepages, workload.vcpus()) else {
            continue;
        };
        let (size, page) = (memory.size.value, page.value);
        if !cpu.passes_numa() || size.div_exact(page).is_none() {
            continue;
        }
        let pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
        let uneven = pools
            // Within one node there is nothing to divide.
            .filter(|pool| estate.cells(pool).is_none())
            .map(|pool| (pool, vcpus.div_ceil(estate.numa_share(pool).0.max(1))))
            .find(|(_, nodes)| !divides(size, page, *nodes));
        let Some((pool, nodes)) = uneven else { continue };
        let unit = page.checked_mul(nodes.into()).unwrap_or(page);
        let up = size.div_ceil(unit).and_then(|units| unit.checked_mul(units));
        let message = format!(
            "`{}` takes {nodes} NUMA nodes of pool `{}`, and {size} is no {nodes} equal shares in pages of {page}",
            workload.path, pool.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(memory.size.origin), message)
                .label(format!("not a multiple of {unit}"))
                .also(pool.spec.cpu.meta.span, format!("{} threads on each node", estate.numa_share(pool).0))
                .why("KubeVirt divides a guest's memory evenly among the nodes that it sees, in whole pages; what is left over lies on one node, whose pages then do not suffice")
                .maybe_help(up.map(|up| format!("write \"{up}\""))),
        );
    }
}

fn divides(size: Bytes, page: Bytes, nodes: u32) -> bool {
    let unit = page.checked_mul(nodes.into());
    unit.is_some_and(|unit| size.div_exact(unit).is_some())
}
