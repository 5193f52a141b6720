//! NVIDIA's GPU operator: how each node gives its GPUs away is a label of the node; what must
//! run for it is said here.

use tenantry_core::schema::kinds::GpuMode;

use crate::kube::kata;

use super::{
    Context, Values,
    context::{keep_away, tolerate},
    mig,
};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let Some(component) = cx.component("gpu-operator") else {
        return;
    };
    let gpus = || cx.pools().flat_map(|pool| &pool.gpus);
    let guests =
        gpus().find(|gpu| matches!(gpu.spec.mode.value, GpuMode::Passthrough | GpuMode::Vgpu));
    if let Some(gpu) = guests {
        values.set("sandboxWorkloads.enabled", true, gpu.spec.mode.origin);
        values.set(
            "sandboxWorkloads.defaultWorkload",
            "container",
            gpu.spec.mode.origin,
        );
        // One plugin for the cluster: for machines, or for sandboxes.
        let (mode, origin) = match kata::first_with_gpus(cx.estate, cx.id) {
            Some(workload) => ("kata", workload.spec.meta.origin),
            None => ("kubevirt", gpu.spec.mode.origin),
        };
        values.set("sandboxWorkloads.mode", mode, origin);
    }
    if let Some(gpu) = gpus().find(|gpu| gpu.spec.mode.value == GpuMode::Vgpu) {
        values.set("vgpuManager.enabled", true, gpu.spec.mode.origin);
    }
    mig::write(cx, values);
    let gpu_pools: Vec<_> = cx.pools().filter(|pool| !pool.gpus.is_empty()).collect();
    if keep_away(gpu_pools.iter().copied(), cx.estate) {
        values.list("daemonsets.tolerations", component.origin(), |list| {
            // The chart's own, which a list of ours would lose.
            let mut own = list.push_map();
            own.set("key", "nvidia.com/gpu");
            own.set("operator", "Exists");
            own.set("effect", "NoSchedule");
            tolerate(list, gpu_pools, cx.estate);
        });
    }
    if let Some(origin) = cx.monitored() {
        values.monitor("dcgmExporter.serviceMonitor.enabled", origin);
    }
}
