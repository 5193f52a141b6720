//! Configs and secrets that a guest mounts: each a small read-only disk with its files, because
//! folders shared with the node would need rights that a tenant's pods do not have. The guest
//! sees what was there when the machine started.

use tenantry_core::{model::Workload, schema::kinds};

use crate::kube::kubevirt::{ConfigMapVolume, Disk, DiskTarget, SecretVolume, Volume};

/// A config or secret, and where the guest mounts it.
pub(super) struct Folder<'w> {
    /// The name of its disk and volume, and the serial number that the guest finds it by.
    pub(super) name: String,
    /// As declared.
    pub(super) mount: &'w kinds::Mount,
}

/// The folders of a machine. One that is mounted twice is two disks.
pub(super) fn of(workload: &Workload) -> Vec<Folder<'_>> {
    workload
        .mounts
        .iter()
        .filter(|mount| mount.spec.config.is_some() || mount.spec.secret.is_some())
        .enumerate()
        .map(|(index, mount)| Folder {
            name: format!("folder-{index}"),
            mount: &mount.spec,
        })
        .collect()
}

impl Folder<'_> {
    /// The path by which the guest finds it.
    pub(super) fn device(&self) -> String {
        format!("/dev/disk/by-id/virtio-{}", self.name)
    }

    /// The disk.
    pub(super) fn disk(&self) -> Disk {
        Disk {
            name: self.name.clone(),
            disk: Some(DiskTarget { bus: "virtio" }),
            serial: Some(self.name.clone()),
            ..Disk::default()
        }
    }

    /// What it holds.
    pub(super) fn volume(&self) -> Volume {
        Volume {
            name: self.name.clone(),
            config_map: self.mount.config.as_ref().map(|config| ConfigMapVolume {
                name: config.value.text.to_string(),
            }),
            secret: self.mount.secret.as_ref().map(|secret| SecretVolume {
                secret_name: secret.value.text.to_string(),
            }),
            ..Volume::default()
        }
    }
}
