//! Mappings of devices: a name for the same GPU on every machine, so that a guest is given one
//! without the root account and may start wherever one is free.

use tenantry_core::{
    model::{GpuModel, Pool, PoolGpu},
    origin::OriginId,
    schema::kinds::GpuMode,
    units::Pci,
};

use super::{
    plan::{Call, Method, Params, Phase, Probe},
    site::Site,
};

/// The name of a GPU model's mapping. A name must begin with a letter.
pub(super) fn name(model: &GpuModel) -> String {
    format!("gpu-{}", model.name.value)
}

/// The id of the call that makes a mapping.
pub(super) fn call_of(model: &GpuModel) -> String {
    format!("map.{}", name(model))
}

/// One mapping for each GPU model that some pool passes through.
pub(super) fn calls(site: Site<'_>, out: &mut Vec<Call>) {
    let estate = site.estate();
    for (id, model) in estate.gpu_models.iter() {
        let mut entries = Vec::new();
        let mut origin = OriginId::NONE;
        for (_, pool) in estate.pools_of(site.cluster.id) {
            let passed = pool
                .gpus
                .iter()
                .filter(|gpu| gpu.model.to == id && gpu.spec.mode.value == GpuMode::Passthrough);
            for gpu in passed {
                origin = gpu.spec.meta.origin;
                entries.extend(of_pool(pool, gpu, model));
            }
        }
        if !entries.is_empty() {
            out.push(mapping(model, entries, origin));
        }
    }
}

fn of_pool(pool: &Pool, gpu: &PoolGpu, model: &GpuModel) -> Vec<String> {
    let Some(make) = model.id.first().map(|id| id.id.value.to_string()) else {
        return Vec::new();
    };
    let addresses = gpu
        .spec
        .pci
        .iter()
        .flat_map(|pci| &pci.addresses)
        .filter(|pci| matches!(pci.value, Pci::Address { .. }));
    addresses
        .flat_map(|address| {
            let make = make.clone();
            pool.nodes.iter().map(move |node| {
                format!("node={},path={},id={make}", node.name, address.value).to_lowercase()
            })
        })
        .collect()
}

fn mapping(model: &GpuModel, mut entries: Vec<String>, origin: OriginId) -> Call {
    entries.sort();
    let name = name(model);
    let path = format!("/cluster/mapping/pci/{name}");
    let mut update = Params::default();
    update.set("map", entries.clone());
    Call::new(
        call_of(model),
        Phase::Mapping,
        Method::Post,
        "/cluster/mapping/pci",
        origin,
    )
    .param("id", name)
    .param("map", entries)
    .probe(Probe::exists(path.as_str()))
    .update(path, update)
}
