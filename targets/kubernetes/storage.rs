//! Storage classes, and how volumes of each are photographed.

use std::collections::BTreeMap;

use k8s_openapi::{api::storage::v1::StorageClass, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use serde::Serialize;
use tenantry_core::{
    emit::{Need, Objects},
    model::Storage,
    schema::kinds::Binding,
};

use super::Ground;
use crate::kube::Scope;

/// How a storage class is provided.
struct Driver {
    provisioner: String,
    parameters: BTreeMap<String, String>,
}

/// The storage classes of a cluster.
pub(super) fn emit(ground: &Ground<'_>, out: &mut Objects) {
    for storage in ground.estate.storages.values() {
        if storage.cluster == ground.cluster.id {
            storage_class(ground, storage, out);
        }
    }
}

fn storage_class(ground: &Ground<'_>, storage: &Storage, out: &mut Objects) {
    let Some(driver) = driver(storage) else {
        return;
    };
    let name = storage.name.value.as_str();
    let scope = ground.platform(&format!("storage.{name}"), storage.spec.meta.origin);
    snapshot_class(&scope, storage, &driver.provisioner, out);
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

/// A class of snapshots, as the snapshot controller reads it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct VolumeSnapshotClass {
    api_version: &'static str,
    deletion_policy: &'static str,
    driver: String,
    kind: &'static str,
    metadata: ObjectMeta,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    parameters: BTreeMap<String, String>,
}

/// The class of snapshots of a storage that makes them; it bears the storage's name. Velero
/// finds it by its label.
fn snapshot_class(scope: &Scope<'_>, storage: &Storage, driver: &str, out: &mut Objects) {
    let snapshots = storage.spec.snapshots;
    if !snapshots.value {
        return;
    }
    let mut metadata = scope.cluster_wide(storage.name.value.as_str());
    metadata.labels.get_or_insert_default().insert(
        "velero.io/csi-volumesnapshot-class".to_owned(),
        "true".to_owned(),
    );
    scope
        .clone()
        .because(snapshots.origin)
        .object(&VolumeSnapshotClass {
            api_version: "snapshot.storage.k8s.io/v1",
            deletion_policy: "Delete",
            driver: driver.to_owned(),
            kind: "VolumeSnapshotClass",
            metadata,
            parameters: snapshot_parameters(storage),
        })
        .need(Need::Component("snapshot-controller"))
        .push(out);
}

/// Ceph's drivers ask for the cluster and a secret again; Longhorn for what kind of snapshot.
fn snapshot_parameters(storage: &Storage) -> BTreeMap<String, String> {
    let secret = "csi.storage.k8s.io/snapshotter-secret-name";
    let namespace = "csi.storage.k8s.io/snapshotter-secret-namespace";
    if storage.spec.rook_ceph.is_some() {
        return parameters([
            ("clusterID", "rook-ceph"),
            (secret, "rook-csi-rbd-provisioner"),
            (namespace, "rook-ceph"),
        ]);
    }
    if storage.spec.cephfs.is_some() {
        return parameters([
            ("clusterID", "rook-ceph"),
            (secret, "rook-csi-cephfs-provisioner"),
            (namespace, "rook-ceph"),
        ]);
    }
    if storage.spec.longhorn.is_some() {
        return parameters([("type", "snap")]);
    }
    BTreeMap::new()
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn a_storage_is_a_class_and_its_snapshots_another() {
        let made = compile_tenant("tenant shop { quota pods=5; }");
        let class = made.object("StorageClass", "fast");
        assert_eq!(class["provisioner"], "rook-ceph.rbd.csi.ceph.com");
        assert_eq!(class["allowVolumeExpansion"], true);
        assert_eq!(class["volumeBindingMode"], "WaitForFirstConsumer");
        let snapshots = made.object("VolumeSnapshotClass", "fast");
        assert_eq!(snapshots["driver"], "rook-ceph.rbd.csi.ceph.com");
        let labels = &snapshots["metadata"]["labels"];
        assert_eq!(labels["velero.io/csi-volumesnapshot-class"], "true");
    }
}
