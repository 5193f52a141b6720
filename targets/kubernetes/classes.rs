//! What a cluster offers to all tenants: priorities, storage classes, and gVisor's class of
//! runtime. Kata's classes are the `kata` target's.

use std::collections::BTreeMap;

use k8s_openapi::api::{
    node::v1::RuntimeClass, scheduling::v1::PriorityClass, storage::v1::StorageClass,
};
use tenantry_core::{
    emit::{Need, Objects},
    model::{Body, Id, Priority, Storage, Workload},
    schema::kinds::{Binding, Sandbox},
};

use super::{Ground, pod};

/// gVisor's shim in the container runtime's configuration, as its installation guide names it.
const RUNSC: &str = "runsc";

/// The classes of a cluster: priorities that a workload there has, and its storages.
pub(super) fn emit(ground: &Ground<'_>, out: &mut Objects) {
    for (id, priority) in ground.estate.priorities.iter() {
        if is_used(ground, id) {
            priority_class(ground, priority, out);
        }
    }
    for storage in ground.estate.storages.values() {
        if storage.cluster == ground.cluster.id {
            storage_class(ground, storage, out);
        }
    }
    gvisor(ground, out);
}

/// gVisor's class, where a workload of the cluster runs in it.
fn gvisor(ground: &Ground<'_>, out: &mut Objects) {
    let in_gvisor = |workload: &&Workload| match &workload.body {
        Body::Container(container) => container.sandbox.value == Sandbox::Gvisor,
        Body::Job(job) => job.sandbox.value == Sandbox::Gvisor,
        Body::Vm(..) | Body::Lxc(_) => false,
    };
    let mut workloads = ground.estate.workloads_of(ground.cluster.id);
    let Some((_, first)) = workloads.find(|(_, workload)| in_gvisor(workload)) else {
        return;
    };
    let scope = ground.platform("gvisor", first.spec.meta.origin);
    scope
        .object(&RuntimeClass {
            handler: RUNSC.to_owned(),
            metadata: scope.cluster_wide(pod::GVISOR),
            overhead: None,
            scheduling: None,
        })
        .need(Need::Component("gvisor"))
        .push(out);
}

/// Whether a workload of the cluster has this priority: the library's unused ones are not emitted.
fn is_used(ground: &Ground<'_>, priority: Id<Priority>) -> bool {
    ground
        .estate
        .workloads_of(ground.cluster.id)
        .filter_map(|(_, workload)| workload.priority)
        .any(|used| used.to == priority)
}

fn priority_class(ground: &Ground<'_>, priority: &Priority, out: &mut Objects) {
    let name = priority.name.value.as_str();
    let scope = ground.platform(&format!("priority.{name}"), priority.meta.origin);
    let policy = if priority.preempts.value {
        "PreemptLowerPriority"
    } else {
        "Never"
    };
    scope
        .object(&PriorityClass {
            global_default: Some(false),
            metadata: scope.cluster_wide(name),
            preemption_policy: Some(policy.to_owned()),
            value: priority.value.value,
            ..PriorityClass::default()
        })
        .mark("/value", priority.value.origin)
        .mark("/preemptionPolicy", priority.preempts.origin)
        .push(out);
}

/// How a storage class is provided.
struct Driver {
    provisioner: String,
    parameters: BTreeMap<String, String>,
}

fn storage_class(ground: &Ground<'_>, storage: &Storage, out: &mut Objects) {
    let Some(driver) = driver(storage) else {
        return;
    };
    let name = storage.name.value.as_str();
    let scope = ground.platform(&format!("storage.{name}"), storage.spec.meta.origin);
    let binding = match storage.spec.binding.value {
        Binding::Late => "WaitForFirstConsumer",
        Binding::Now => "Immediate",
    };
    scope
        .object(&StorageClass {
            allow_volume_expansion: Some(storage.spec.expandable.value),
            metadata: scope.cluster_wide(name),
            parameters: (!driver.parameters.is_empty()).then_some(driver.parameters),
            provisioner: driver.provisioner,
            reclaim_policy: Some("Delete".to_owned()),
            volume_binding_mode: Some(binding.to_owned()),
            ..StorageClass::default()
        })
        .mark("/allowVolumeExpansion", storage.spec.expandable.origin)
        .mark("/volumeBindingMode", storage.spec.binding.origin)
        .push(out);
}

fn parameters<const N: usize>(rows: [(&str, &str); N]) -> BTreeMap<String, String> {
    rows.map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// The driver of each kind of storage; none for those that only Proxmox has.
fn driver(storage: &Storage) -> Option<Driver> {
    let spec = &storage.spec;
    let encrypted = spec.encrypted.value;
    if let Some(ceph) = &spec.rook_ceph {
        return Some(Driver {
            provisioner: "rook-ceph.rbd.csi.ceph.com".to_owned(),
            parameters: rbd(ceph.pool.value.as_str()),
        });
    }
    if let Some(ceph) = &spec.cephfs {
        return Some(Driver {
            provisioner: "rook-ceph.cephfs.csi.ceph.com".to_owned(),
            parameters: cephfs(ceph.pool.value.as_str()),
        });
    }
    if let Some(longhorn) = &spec.longhorn {
        let replicas = longhorn.replicas.value.to_string();
        let mut parameters = parameters([
            ("dataLocality", "disabled"),
            ("fsType", "ext4"),
            ("numberOfReplicas", &replicas),
        ]);
        if encrypted {
            parameters.insert("encrypted".to_owned(), "true".to_owned());
        }
        return Some(Driver {
            provisioner: "driver.longhorn.io".to_owned(),
            parameters,
        });
    }
    if let Some(nfs) = &spec.nfs {
        return Some(Driver {
            provisioner: "nfs.csi.k8s.io".to_owned(),
            parameters: parameters([
                ("server", &nfs.server.value.to_string()),
                ("share", &nfs.export.value),
            ]),
        });
    }
    if let Some(csi) = &spec.csi {
        return Some(Driver {
            provisioner: csi.driver.value.to_string(),
            parameters: BTreeMap::new(),
        });
    }
    if spec.local.is_some() {
        return Some(Driver {
            provisioner: "rancher.io/local-path".to_owned(),
            parameters: BTreeMap::new(),
        });
    }
    None
}

/// Rook's block driver, with the secrets that Rook itself makes for it.
fn rbd(pool: &str) -> BTreeMap<String, String> {
    parameters([
        ("clusterID", "rook-ceph"),
        (
            "csi.storage.k8s.io/controller-expand-secret-name",
            "rook-csi-rbd-provisioner",
        ),
        (
            "csi.storage.k8s.io/controller-expand-secret-namespace",
            "rook-ceph",
        ),
        ("csi.storage.k8s.io/fstype", "ext4"),
        (
            "csi.storage.k8s.io/node-stage-secret-name",
            "rook-csi-rbd-node",
        ),
        (
            "csi.storage.k8s.io/node-stage-secret-namespace",
            "rook-ceph",
        ),
        (
            "csi.storage.k8s.io/provisioner-secret-name",
            "rook-csi-rbd-provisioner",
        ),
        (
            "csi.storage.k8s.io/provisioner-secret-namespace",
            "rook-ceph",
        ),
        (
            "imageFeatures",
            "layering,fast-diff,object-map,deep-flatten,exclusive-lock",
        ),
        ("imageFormat", "2"),
        ("pool", pool),
    ])
}

/// Rook's file driver; the pool is the file system's first data pool.
fn cephfs(file_system: &str) -> BTreeMap<String, String> {
    parameters([
        ("clusterID", "rook-ceph"),
        (
            "csi.storage.k8s.io/controller-expand-secret-name",
            "rook-csi-cephfs-provisioner",
        ),
        (
            "csi.storage.k8s.io/controller-expand-secret-namespace",
            "rook-ceph",
        ),
        (
            "csi.storage.k8s.io/node-stage-secret-name",
            "rook-csi-cephfs-node",
        ),
        (
            "csi.storage.k8s.io/node-stage-secret-namespace",
            "rook-ceph",
        ),
        (
            "csi.storage.k8s.io/provisioner-secret-name",
            "rook-csi-cephfs-provisioner",
        ),
        (
            "csi.storage.k8s.io/provisioner-secret-namespace",
            "rook-ceph",
        ),
        ("fsName", file_system),
        ("pool", &format!("{file_system}-replicated")),
    ])
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn a_storage_is_a_class_and_only_used_priorities_are() {
        let made = compile_tenant(
            r#"tenant shop tier=gold {
                workload web {
                    container image="registry.example.com/shop/web:1.2.0"
                    on general
                    cpu "250m"
                    memory "256MiB"
                }
            }"#,
        );
        let class = made.object("StorageClass", "fast");
        assert_eq!(class["provisioner"], "rook-ceph.rbd.csi.ceph.com");
        assert_eq!(class["allowVolumeExpansion"], true);
        assert_eq!(made.object("PriorityClass", "tier-gold")["value"], 2000);
        assert!(!made.has("PriorityClass", "tier-diamond"));
    }
}
