//! Configs and secrets that a guest mounts: folders of its pod, shared by virtio-fs.

use tenantry_core::{model::Workload, schema::kinds};

use crate::kube::kubevirt::{ConfigMapVolume, Empty, Filesystem, SecretVolume, Volume};

/// Each folder with its tag, which names its volume too: `config-NAME`, `secret-NAME`.
pub(super) fn tagged(workload: &Workload) -> Vec<(String, &kinds::Mount)> {
    workload
        .mounts
        .iter()
        .filter_map(|mount| {
            let config = mount
                .spec
                .config
                .as_ref()
                .map(|name| format!("config-{}", name.value.text));
            let secret = mount
                .spec
                .secret
                .as_ref()
                .map(|name| format!("secret-{}", name.value.text));
            Some((config.or(secret)?, &mount.spec))
        })
        .collect()
}

/// The volumes and the ways into the guest, each once however often it is mounted.
pub(super) fn of(workload: &Workload) -> (Vec<Volume>, Vec<Filesystem>) {
    let mut volumes = Vec::new();
    let mut filesystems: Vec<Filesystem> = Vec::new();
    for (name, mount) in tagged(workload) {
        if filesystems.iter().any(|known| known.name == name) {
            continue;
        }
        let config_map = mount.config.as_ref().map(|config| ConfigMapVolume {
            name: config.value.text.to_string(),
        });
        let secret = mount.secret.as_ref().map(|secret| SecretVolume {
            secret_name: secret.value.text.to_string(),
        });
        filesystems.push(Filesystem {
            name: name.clone(),
            virtiofs: Empty {},
        });
        volumes.push(Volume {
            name,
            config_map,
            secret,
            ..Volume::default()
        });
    }
    (volumes, filesystems)
}
