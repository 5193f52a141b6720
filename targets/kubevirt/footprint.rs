//! What one machine takes of a node, so that it fits where the scheduler puts it.

use std::collections::BTreeMap;

use tenantry_core::{
    model::{Estate, Workload},
    schema::kinds::{Arch, Confidential},
    target::Footprint,
    units::{Bytes, Cores},
};

use super::{compute, overhead, overhead::Shape};

/// The side-car that keeps the guest's console log: CPU and memory, both as requested by a pod
/// of the Burstable class and of the Guaranteed one (KubeVirt 1.9, `supportContainerResources`).
const CONSOLE_LOG: [(u64, u64); 2] = [(5, 35_000_000), (15, 60_000_000)];

/// The footprint of a machine.
pub(super) fn of(estate: &Estate, workload: &Workload) -> Option<Footprint> {
    workload.vm()?;
    let shape = shape(estate, workload);
    let vcpus = u64::from(shape.vcpus);
    let class = usize::from(shape.guaranteed);
    let (log_cpu, log_memory) = CONSOLE_LOG[class];
    let mut parts = overhead::parts(&shape);
    parts.push(("the console's log".to_owned(), Bytes::new(log_memory)));
    let beside: u64 = parts.iter().map(|(_, size)| size.get()).sum();
    let guest = workload
        .spec
        .memory
        .as_ref()
        .map_or(Bytes::ZERO, |memory| memory.size.value);
    let pages = workload
        .spec
        .memory
        .as_ref()
        .and_then(|m| m.hugepages.as_ref());
    let (dedicated, shared) = if shape.guaranteed {
        let emulator = u64::from(compute::isolates_emulator(workload));
        (Cores::whole(vcpus + emulator), log_cpu)
    } else {
        (
            Cores::ZERO,
            compute::cpu_request(estate, workload).as_millis() + log_cpu,
        )
    };
    let ordinary = if pages.is_some() { 0 } else { guest.get() };
    Some(Footprint {
        dedicated,
        shared: Cores::millis(shared),
        memory: Bytes::new(ordinary.saturating_add(beside)),
        hugepages: pages.map(|page| (page.value, guest)).into_iter().collect(),
        gpus: gpus(estate, workload),
        pods: 1,
        overhead: parts,
    })
}

/// What the formula looks at.
pub(super) fn shape(estate: &Estate, workload: &Workload) -> Shape {
    let vm = workload.vm();
    Shape {
        // Only `memory.guest` is ever written.
        requested: Bytes::ZERO,
        vcpus: workload.vcpus().unwrap_or(1),
        graphics: true,
        arm64: compute::architecture(estate, workload) == Arch::Arm64,
        passthrough: !workload.gpus.is_empty(),
        exec_probes: u32::try_from(
            workload
                .spec
                .probe
                .iter()
                .filter(|probe| probe.exec.is_some())
                .count(),
        )
        .unwrap_or(u32::MAX),
        sev: vm.is_some_and(|vm| vm.confidential.value == Confidential::SevSnp),
        tpm: vm.is_some_and(|vm| vm.tpm.as_ref().is_some_and(|tpm| tpm.value)),
        guaranteed: compute::is_dedicated(workload),
    }
}

fn gpus(estate: &Estate, workload: &Workload) -> BTreeMap<std::sync::Arc<str>, u32> {
    let mut gpus = BTreeMap::new();
    for gpu in &workload.gpus {
        let model: std::sync::Arc<str> = estate.gpu_models[gpu.model.to].name.value.as_str().into();
        *gpus.entry(model).or_insert(0) += gpu.spec.count.value;
    }
    gpus
}
