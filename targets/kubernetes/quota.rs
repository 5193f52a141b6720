//! What a tenant may use: the quota, and defaults for pods that ask for nothing.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{LimitRange, LimitRangeItem, LimitRangeSpec, ResourceQuota, ResourceQuotaSpec},
    apimachinery::pkg::api::resource::Quantity,
};
use tenantry_core::{
    emit::Objects,
    lower::LoweredTenant,
    model::{GpuModel, Id, Quota},
    origin::OriginId,
    schema::kinds::GpuMode,
};

use super::{Ground, resources};
use crate::kube::{kata, pointer};

/// What a pod that says nothing is taken to ask for, so that a namespace with a quota admits it.
/// No limits are given to it: they would be put on the side containers of virtual machines too.
const DEFAULT_CPU: &str = "100m";
const DEFAULT_MEMORY: &str = "128Mi";

/// The tenant's quotas in this cluster. Requests are counted, not limits: a quota on
/// `limits.memory` would make KubeVirt give every machine a limit of twice its request.
pub(super) fn emit(ground: &Ground<'_>, tenant: &LoweredTenant, out: &mut Objects) {
    let quotas = &ground.estate.tenants[tenant.id].quotas;
    for quota in quotas
        .iter()
        .filter(|quota| quota.cluster == ground.cluster.id)
    {
        let rows = rows(ground, quota);
        if rows.is_empty() {
            continue;
        }
        let scope = ground.tenant(tenant).because(quota.spec.meta.origin);
        let hard: BTreeMap<String, Quantity> = rows
            .iter()
            .map(|(key, value, _)| (key.clone(), Quantity(value.clone())))
            .collect();
        let mut draft = scope.object(&ResourceQuota {
            metadata: scope.metadata("tenant"),
            spec: Some(ResourceQuotaSpec {
                hard: Some(hard),
                ..ResourceQuotaSpec::default()
            }),
            status: None,
        });
        for (key, _, origin) in &rows {
            draft = draft.mark(&pointer("/spec/hard", key), *origin);
        }
        draft.push(out);
        if quota.spec.cpu.is_some() || quota.spec.memory.is_some() {
            defaults(&scope, out);
        }
    }
}

/// The rows of a quota: key, value, and where it is said.
fn rows(ground: &Ground<'_>, quota: &Quota) -> Vec<(String, String, OriginId)> {
    let spec = &quota.spec;
    let mut rows = Vec::new();
    let mut row = |key: String, value: String, origin| rows.push((key, value, origin));
    if let Some(cpu) = &spec.cpu {
        row("requests.cpu".into(), cpu.value.quantity(), cpu.origin);
    }
    if let Some(memory) = &spec.memory {
        row(
            "requests.memory".into(),
            memory.value.quantity(),
            memory.origin,
        );
    }
    if let Some(pods) = &spec.pods {
        row("pods".into(), pods.value.to_string(), pods.origin);
    }
    if let Some(vms) = &spec.vms {
        let key = "count/virtualmachines.kubevirt.io".into();
        row(key, vms.value.to_string(), vms.origin);
    }
    for (model, gpu) in &quota.gpus {
        let slice = gpu.slice.as_ref().map(|slice| &*slice.value);
        for resource in gpu_resources(ground, model.to, slice) {
            // Without the prefix the API server takes the key and counts nothing.
            let key = format!("requests.{resource}");
            row(key, gpu.count.value.to_string(), gpu.count.origin);
        }
    }
    for pages in &spec.hugepages {
        let key = format!("requests.hugepages-{}", pages.size.value.quantity());
        row(key, pages.total.value.quantity(), pages.total.origin);
    }
    for (storage, size) in &quota.storages {
        let class = &ground.estate.storages[storage.to].name.value;
        let key = format!("{class}.storageclass.storage.k8s.io/requests.storage");
        row(key, size.size.value.quantity(), size.size.origin);
    }
    for objects in &spec.objects {
        let count = &objects.count;
        row(
            objects.kind.value.to_string(),
            count.value.to_string(),
            count.origin,
        );
    }
    rows
}

/// The names under which pods of this cluster ask for such a GPU: as a container, as a machine,
/// or in a sandbox, as the cluster's pools give them away; all where none has any.
fn gpu_resources(ground: &Ground<'_>, model: Id<GpuModel>, slice: Option<&str>) -> Vec<String> {
    let spec = &ground.estate.gpu_models[model];
    if slice.is_some() {
        return vec![resources::gpu_resource(spec, slice)];
    }
    let container = resources::gpu_resource(spec, None);
    let passthrough = spec.passthrough.as_ref().map(|name| name.value.to_string());
    let pools = ground.estate.pools_of(ground.cluster.id);
    let modes: Vec<GpuMode> = pools
        .flat_map(|(_, pool)| &pool.gpus)
        .filter(|gpu| gpu.model.to == model)
        .map(|gpu| gpu.spec.mode.value)
        .collect();
    let has = |mode| modes.is_empty() || modes.contains(&mode);
    let mut names = Vec::new();
    names.extend(has(GpuMode::Container).then_some(container));
    names.extend(passthrough.filter(|_| has(GpuMode::Passthrough)));
    let sandboxed = kata::first_with_gpus(ground.estate, ground.cluster.id)
        .and_then(|_| kata::gpu_resource(spec))
        .filter(|_| has(GpuMode::Passthrough));
    names.extend(sandboxed.map(str::to_owned));
    names.sort();
    names.dedup();
    names
}

fn defaults(scope: &crate::kube::Scope<'_>, out: &mut Objects) {
    let default = BTreeMap::from([
        ("cpu".to_owned(), Quantity(DEFAULT_CPU.to_owned())),
        ("memory".to_owned(), Quantity(DEFAULT_MEMORY.to_owned())),
    ]);
    scope
        .object(&LimitRange {
            metadata: scope.metadata("defaults"),
            spec: Some(LimitRangeSpec {
                limits: vec![LimitRangeItem {
                    default_request: Some(default),
                    type_: "Container".to_owned(),
                    ..LimitRangeItem::default()
                }],
            }),
        })
        .push(out);
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn every_part_of_a_quota_has_the_key_that_is_counted() {
        let made = compile_tenant(
            r#"tenant ml {
                quota cpu=64 memory="256GiB" pods=40 vms=4 {
                    gpu nvidia-a100-80gb 8
                    hugepages "2MiB" "64GiB"
                    storage fast "2TiB"
                    objects "count/jobs.batch" 20
                }
            }"#,
        );
        let hard = &made.object("ResourceQuota", "tenant")["spec"]["hard"];
        let row = |key: &str| hard[key].as_str().unwrap_or("none").to_owned();
        assert_eq!(row("requests.cpu"), "64");
        assert_eq!(row("requests.memory"), "256Gi");
        assert_eq!(row("pods"), "40");
        assert_eq!(row("count/virtualmachines.kubevirt.io"), "4");
        assert_eq!(row("requests.nvidia.com/gpu"), "8");
        assert_eq!(row("requests.hugepages-2Mi"), "64Gi");
        assert_eq!(
            row("fast.storageclass.storage.k8s.io/requests.storage"),
            "2Ti"
        );
        assert_eq!(row("count/jobs.batch"), "20");
        assert!(made.has("LimitRange", "defaults"));
    }

    #[test]
    fn a_quota_of_pods_alone_asks_nothing_of_them() {
        let made = compile_tenant("tenant ml { quota pods=40; }");
        assert!(!made.has("LimitRange", "defaults"));
    }
}
