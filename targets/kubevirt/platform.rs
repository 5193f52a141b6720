//! KubeVirt and CDI themselves: the two objects from which their operators set up the rest. The
//! operators are installed before; no chart of theirs exists.

use k8s_openapi::api::core::v1::Toleration;
use serde::Serialize;
use tenantry_core::{
    emit::{Need, Objects},
    lower::Lowered,
    model::{Backend, Body, Cluster, Estate, Id, Workload},
    origin::OriginId,
    schema::kinds::{Binding, Confidential, GpuMode},
    units::Version,
};

use super::NAME;
use crate::kube::{Custom, Draft, Scope, kubevirt, scheduling};

const CDI_API: &str = "cdi.kubevirt.io/v1beta1";

/// What KubeVirt is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct KubeVirtSpec {
    configuration: Configuration,
    image_pull_policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    workloads: Option<Workloads>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    developer_configuration: Gates,
    #[serde(skip_serializing_if = "Option::is_none")]
    permitted_host_devices: Option<HostDevices>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Gates {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    disabled_feature_gates: Vec<&'static str>,
    feature_gates: Vec<&'static str>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct HostDevices {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mediated_devices: Vec<MediatedDevice>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pci_host_devices: Vec<PciDevice>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PciDevice {
    external_resource_provider: bool,
    pci_vendor_selector: String,
    resource_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MediatedDevice {
    external_resource_provider: bool,
    mdev_name_selector: String,
    resource_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Workloads {
    node_placement: Placement,
}

#[derive(Debug, Serialize)]
struct Placement {
    tolerations: Vec<Toleration>,
}

/// What CDI is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CdiSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<CdiConfig>,
    image_pull_policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    workload: Option<Placement>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CdiConfig {
    feature_gates: Vec<&'static str>,
}

/// Adds the objects of what is ours.
pub(super) fn emit(lowered: &Lowered<'_>, cluster: Id<Cluster>, out: &mut Objects) {
    let ours = |name| {
        lowered
            .platform
            .get(cluster, name)
            .filter(|component| component.is_ours())
    };
    if let Some(component) = ours("kubevirt") {
        virtualisation(lowered, cluster, component.origin(), out);
    }
    if let Some(component) = ours("cdi") {
        importer(lowered.estate, cluster, component.origin(), out);
    }
}

fn virtualisation(
    lowered: &Lowered<'_>,
    cluster: Id<Cluster>,
    origin: OriginId,
    out: &mut Objects,
) {
    let estate = lowered.estate;
    let mut scope = scope(estate, cluster, origin);
    scope.namespace = lowered.platform.namespace(cluster, "kubevirt");
    let version = lowered.platform.version(cluster, "kubevirt");
    let (devices, reason) = devices(lowered, cluster).unzip();
    let (placement, reasons) = tolerations(estate, cluster);
    let object = Custom {
        api_version: kubevirt::API,
        kind: "KubeVirt",
        metadata: scope.metadata("kubevirt"),
        spec: KubeVirtSpec {
            configuration: Configuration {
                developer_configuration: Gates {
                    disabled_feature_gates: disabled_gates(estate, cluster, version.as_ref()),
                    feature_gates: gates(estate, cluster),
                },
                permitted_host_devices: devices,
            },
            image_pull_policy: "IfNotPresent",
            workloads: (!placement.is_empty()).then_some(Workloads {
                node_placement: Placement {
                    tolerations: placement,
                },
            }),
        },
    };
    let draft = scope.object(&object).need(Need::Component("kubevirt"));
    let placed = "/spec/workloads/nodePlacement/tolerations";
    let mut draft = mark_each(draft, placed, &reasons);
    if let Some(origin) = reason {
        draft = draft.mark("/spec/configuration/permittedHostDevices", origin);
    }
    draft.push(out);
}

fn importer(estate: &Estate, cluster: Id<Cluster>, origin: OriginId, out: &mut Objects) {
    let scope = scope(estate, cluster, origin);
    let mut classes = estate
        .storages
        .iter()
        .filter(|(_, class)| class.cluster == cluster);
    // A volume that waits for its first user must not be filled somewhere else before.
    let late = classes.any(|(_, class)| class.spec.binding.value == Binding::Late);
    let (placement, reasons) = tolerations(estate, cluster);
    let object = Custom {
        api_version: CDI_API,
        kind: "CDI",
        metadata: scope.cluster_wide("cdi"),
        spec: CdiSpec {
            config: late.then(|| CdiConfig {
                feature_gates: vec!["HonorWaitForFirstConsumer"],
            }),
            image_pull_policy: "IfNotPresent",
            workload: (!placement.is_empty()).then_some(Placement {
                tolerations: placement,
            }),
        },
    };
    let draft = scope.object(&object).need(Need::Component("cdi"));
    mark_each(draft, "/spec/workload/tolerations", &reasons).push(out);
}

fn scope(estate: &Estate, cluster: Id<Cluster>, origin: OriginId) -> Scope<'_> {
    let path = estate.clusters[cluster].name.value.as_str();
    Scope::platform(NAME, estate, cluster, path, origin)
}

fn machines(estate: &Estate, cluster: Id<Cluster>) -> impl Iterator<Item = &Workload> {
    let workloads = estate.workloads_of(cluster).map(|(_, workload)| workload);
    workloads.filter(|workload| matches!(workload.body, Body::Vm(..)))
}

/// What is off by default in some version and used here.
fn gates(estate: &Estate, cluster: Id<Cluster>) -> Vec<&'static str> {
    let pinned = machines(estate, cluster).any(|machine| {
        let cpu = machine
            .spec
            .cpu
            .as_ref()
            .and_then(|cpu| cpu.dedicated.as_ref());
        cpu.is_some_and(|dedicated| dedicated.value)
    });
    let passed = machines(estate, cluster).any(|machine| !machine.gpus.is_empty());
    let encrypted = |way: Confidential| {
        machines(estate, cluster)
            .filter_map(Workload::vm)
            .any(|vm| vm.confidential.value == way)
    };
    let used = [
        (pinned, "CPUManager"),
        (passed, "HostDevices"),
        (encrypted(Confidential::SevSnp), "WorkloadEncryptionSEV"),
        (encrypted(Confidential::Tdx), "WorkloadEncryptionTDX"),
    ];
    used.into_iter()
        .filter(|(used, _)| *used)
        .map(|(_, gate)| gate)
        .collect()
}

/// KubeVirt 1.9 mounts images as volumes, which Kubernetes has off by default before 1.35:
/// without this, machines that start from such an image would never start.
fn disabled_gates(
    estate: &Estate,
    cluster: Id<Cluster>,
    version: Option<&Version>,
) -> Vec<&'static str> {
    let Backend::Kubernetes(kubernetes) = &estate.clusters[cluster].backend else {
        return Vec::new();
    };
    let old = kubernetes.value < Version::of(&[1, 35]);
    let mounts = version.is_none_or(|version| *version >= Version::of(&[1, 9]));
    if old && mounts {
        vec!["ImageVolume"]
    } else {
        Vec::new()
    }
}

/// The GPUs that machines may be given, and the pool's entry of the first. A machine whose GPU
/// is not named here is accepted and never starts.
fn devices(lowered: &Lowered<'_>, cluster: Id<Cluster>) -> Option<(HostDevices, OriginId)> {
    let estate = lowered.estate;
    // Where NVIDIA's operator runs, its device plugin announces them.
    let external = lowered.platform.has(cluster, "gpu-operator");
    let mut devices = HostDevices::default();
    let mut origin = None;
    let mut seen = Vec::new();
    for gpu in estate.pools_of(cluster).flat_map(|(_, pool)| &pool.gpus) {
        let model = &estate.gpu_models[gpu.model.to];
        match gpu.spec.mode.value {
            GpuMode::Passthrough => {
                let Some(resource) = &model.passthrough else {
                    continue;
                };
                for id in &model.id {
                    let selector = id.id.value.to_string().to_ascii_uppercase();
                    if !seen.contains(&selector) {
                        seen.push(selector.clone());
                        devices.pci_host_devices.push(PciDevice {
                            external_resource_provider: external,
                            pci_vendor_selector: selector,
                            resource_name: resource.value.to_string(),
                        });
                    }
                }
            }
            GpuMode::Vgpu => {
                let used = |profile: &str| {
                    gpu.spec
                        .slice
                        .iter()
                        .any(|slice| *slice.profile.value == *profile)
                };
                for slice in model
                    .slice
                    .iter()
                    .filter(|slice| used(&slice.profile.value))
                {
                    let Some(resource) = &slice.resource else {
                        continue;
                    };
                    let resource = resource.value.to_string();
                    if !seen.contains(&resource) {
                        seen.push(resource.clone());
                        devices.mediated_devices.push(mediated(resource, external));
                    }
                }
            }
            GpuMode::Container | GpuMode::Mig => continue,
        }
        origin.get_or_insert(gpu.spec.meta.origin);
    }
    Some((devices, origin?))
}

/// The driver calls the type as the plugin calls its resource, with blanks for the underscores
/// that a resource's name has instead.
fn mediated(resource: String, external: bool) -> MediatedDevice {
    let name = resource
        .rsplit_once('/')
        .map_or(resource.as_str(), |(_, name)| name);
    MediatedDevice {
        external_resource_provider: external,
        mdev_name_selector: name.replace('_', " "),
        resource_name: resource,
    }
}

/// What the daemons on the nodes and the importers bear: all that a machine bears, because they
/// must run where it does.
fn tolerations(estate: &Estate, cluster: Id<Cluster>) -> (Vec<Toleration>, Vec<OriginId>) {
    let mut all: Vec<(Toleration, OriginId)> = Vec::new();
    for machine in machines(estate, cluster) {
        for (toleration, why) in scheduling::borne(estate, machine) {
            if !all.iter().any(|(known, _)| *known == toleration) {
                all.push((toleration, why));
            }
        }
    }
    all.into_iter().unzip()
}

/// Says of each toleration in the list at `at` why it is there.
fn mark_each(draft: Draft, at: &str, reasons: &[OriginId]) -> Draft {
    let reasons = reasons.iter().enumerate();
    reasons.fold(draft, |draft, (n, why)| {
        draft.mark_there(&format!("{at}/{n}"), *why)
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::compile;

    const GROUND: &str = r#"
estate test
cluster one {
    kubernetes "1.34"
    network-plan pods="10.42.0.0/16" services="10.43.0.0/16" nodes="10.1.0.0/24"
    cni cilium
    facts {
        dns { ip "10.43.0.10"; select k8s-app kube-dns; }
    }
}
pool train {
    nodes 3
    cpu epyc-9354 sockets=2 manager=static
    memory "512GiB"
    gpu nvidia-a100-80gb 8 mode=passthrough
    reserve cpu=4 memory="16GiB"
    taint dedicated gpu
    prepare iommu=#true
}
storage fast { csi "disk.example.com"; capacity "10TiB"; }
"#;

    const TRAINER: &str = r#"
tenant t {
    workload trainer {
        vm image="registry.example.com/vm/trainer:1.0"
        on train
        cpu cores=8 dedicated=#true
        memory "64GiB"
        gpu nvidia-a100-80gb 1
        disk root "40GiB" storage=fast
    }
}
"#;

    #[test]
    fn kubevirt_permits_the_gpus_of_the_pools_and_runs_where_machines_may() {
        let made = compile(&format!("{GROUND}{TRAINER}"), &crate::all());
        insta::assert_snapshot!(made.spec("KubeVirt", "kubevirt"), @r#"
    configuration:
      developerConfiguration:
        disabledFeatureGates:
        - ImageVolume
        featureGates:
        - CPUManager
        - HostDevices
      permittedHostDevices:
        pciHostDevices:
        - externalResourceProvider: true
          pciVendorSelector: 10DE:20B2
          resourceName: nvidia.com/GA100_A100_SXM4_80GB
    imagePullPolicy: IfNotPresent
    workloads:
      nodePlacement:
        tolerations:
        - effect: NoSchedule
          key: dedicated
          operator: Equal
          value: gpu
    "#);
    }

    #[test]
    fn importers_bear_the_taints_that_machines_bear() {
        let made = compile(&format!("{GROUND}{TRAINER}"), &crate::all());
        insta::assert_snapshot!(made.spec("CDI", "cdi"), @r#"
    config:
      featureGates:
      - HonorWaitForFirstConsumer
    imagePullPolicy: IfNotPresent
    workload:
      tolerations:
      - effect: NoSchedule
        key: dedicated
        operator: Equal
        value: gpu
    "#);
    }

    #[test]
    fn what_runs_there_already_is_left_alone() {
        let ground = GROUND.replace(
            "facts {",
            "facts {\n        kubevirt version=\"1.9.0\"\n        cdi version=\"1.66.0\"",
        );
        let made = compile(&format!("{ground}{TRAINER}"), &crate::all());
        assert!(!made.has("KubeVirt", "kubevirt"));
        assert!(!made.has("CDI", "cdi"));
    }
}
