//! What containers ask of their node.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::ResourceRequirements, apimachinery::pkg::api::resource::Quantity,
};
use tenantry_core::{
    model::{Estate, Gpu, GpuModel, Workload},
    schema::kinds::Criticality,
    units::{Bytes, Cores},
};

use crate::kube::kata;

/// The name under which a container asks for a GPU, or for a slice of one: the model's own, else
/// the vendor's usual one.
pub(super) fn gpu_resource(model: &GpuModel, slice: Option<&str>) -> String {
    let vendor = &model.vendor.value;
    match slice {
        None => match &model.resource {
            Some(resource) => resource.value.to_string(),
            None => format!("{vendor}.com/gpu"),
        },
        Some(profile) => model
            .slice
            .iter()
            .find(|slice| *slice.profile.value == *profile)
            .and_then(|slice| slice.resource.as_ref())
            .map_or_else(
                || format!("{vendor}.com/mig-{profile}"),
                |resource| resource.value.to_string(),
            ),
    }
}

/// The name under which a workload's pods ask for one of its GPUs. Into a sandbox whole cards are
/// passed through, and given out by another plugin.
fn asked(estate: &Estate, workload: &Workload, gpu: &Gpu) -> String {
    let model = &estate.gpu_models[gpu.model.to];
    let slice = gpu.spec.slice.as_ref().map(|slice| &*slice.value);
    let sandboxed = slice.is_none() && kata::takes_gpus(workload);
    match kata::gpu_resource(model).filter(|_| sandboxed) {
        Some(name) => name.to_owned(),
        None => gpu_resource(model, slice),
    }
}

/// Cores that a replica of a container asks for.
pub(super) fn cpu(workload: &Workload) -> Option<Cores> {
    let cpu = workload.spec.cpu.as_ref()?;
    cpu.request
        .as_ref()
        .map(|request| request.value)
        .or_else(|| cpu.vcpus().map(|count| Cores::whole(u64::from(count))))
}

/// The most cores that it may take: what is said, or just what it asks for where that is
/// guaranteed to it.
pub(super) fn cpu_limit(workload: &Workload) -> Option<Cores> {
    let spec = workload.spec.cpu.as_ref()?;
    let dedicated = spec
        .dedicated
        .as_ref()
        .is_some_and(|dedicated| dedicated.value);
    let guaranteed = dedicated || workload.spec.criticality.value == Criticality::Core;
    spec.limit
        .as_ref()
        .map(|limit| limit.value)
        .or_else(|| cpu(workload).filter(|_| guaranteed))
}

/// Requests and limits of the main container. Memory cannot be taken back, so its limit is its
/// request unless the spec says more.
pub(super) fn main(estate: &Estate, workload: &Workload) -> ResourceRequirements {
    let memory = workload.spec.memory.as_ref();
    let size = memory.map(|memory| memory.size.value);
    let memory_limit = memory
        .and_then(|memory| memory.limit.as_ref())
        .map(|limit| limit.value)
        .or(size);
    let mut requests = amounts(cpu(workload), size);
    let mut limits = amounts(cpu_limit(workload), memory_limit);
    for gpu in &workload.gpus {
        let name = asked(estate, workload, gpu);
        let count = Quantity(gpu.spec.count.value.to_string());
        requests.insert(name.clone(), count.clone());
        limits.insert(name, count);
    }
    requirements(requests, limits)
}

/// Requests and limits of a container beside the main one.
pub(super) fn companion(cpu: Option<Cores>, memory: Option<Bytes>) -> ResourceRequirements {
    requirements(amounts(cpu, memory), amounts(None, memory))
}

fn amounts(cpu: Option<Cores>, memory: Option<Bytes>) -> BTreeMap<String, Quantity> {
    let cpu = cpu.map(|cpu| ("cpu".to_owned(), Quantity(cpu.quantity())));
    let memory = memory.map(|memory| ("memory".to_owned(), Quantity(memory.quantity())));
    cpu.into_iter().chain(memory).collect()
}

fn requirements(
    requests: BTreeMap<String, Quantity>,
    limits: BTreeMap<String, Quantity>,
) -> ResourceRequirements {
    ResourceRequirements {
        limits: (!limits.is_empty()).then_some(limits),
        requests: (!requests.is_empty()).then_some(requests),
        ..ResourceRequirements::default()
    }
}
