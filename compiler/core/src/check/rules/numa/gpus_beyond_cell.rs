//! A replica wants all GPUs of a machine whose kubelet gives it those of one NUMA cell.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Pool, PoolGpu, Workload},
    schema::kinds::{GpuMode, TopologyPolicy},
};

declare_rule! { pub RULE = "gpus-beyond-cell", Numa, Warn, "all GPUs of a machine where the kubelet keeps to one NUMA cell", include_str!("gpus_beyond_cell.md") }

/// Reports the first pool of each workload in which that is so.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let mut pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
        let Some((pool, gpu, at)) = pools.find_map(|pool| beyond(estate, workload, pool)) else {
            continue;
        };
        let Some(topology) = &pool.spec.topology_manager else {
            continue;
        };
        let model = &gpu.spec.model.value.text;
        let (count, cells) = (gpu.spec.count.value, estate.numa_nodes(pool));
        let message = format!(
            "`{}` asks for all {count} × `{model}` of a machine of pool `{}`, whose kubelet gives a pod those of one of {cells} NUMA cells",
            workload.path, pool.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(at), message)
                .label("fits only where all of them are at one socket")
                .also(topology.meta.span, "refuses what lies in two cells")
                .why("a device plugin says at which socket each card is; where they are divided among the sockets, as in most machines of eight, the kubelet refuses the pod again and again (`TopologyAffinityError`)")
                .help("write `topology-manager best-effort`, which lays together what can be, or give it half as many"),
        );
    }
}

/// The GPUs of a pool that a workload wants all of, and the line that does.
fn beyond<'e>(
    estate: &'e Estate,
    workload: &Workload,
    pool: &'e Pool,
) -> Option<(&'e Pool, &'e PoolGpu, crate::origin::OriginId)> {
    let topology = pool.spec.topology_manager.as_ref()?;
    let kubelet = estate.clusters[pool.cluster].is_kubernetes();
    let single = topology.policy.value == TopologyPolicy::SingleNumaNode;
    if !kubelet || !single || estate.numa_nodes(pool) < 2 {
        return None;
    }
    pool.gpus.iter().find_map(|has| {
        let whole = matches!(has.spec.mode.value, GpuMode::Container | GpuMode::Passthrough);
        let mut asked = workload.gpus.iter();
        let asked = asked.find(|asked| {
            let all = asked.spec.count.value == has.spec.count.value;
            asked.model.to == has.model.to && all && asked.spec.slice.is_none()
        })?;
        let several = has.spec.count.value > 1;
        (whole && several).then_some((pool, has, asked.spec.meta.origin))
    })
}
