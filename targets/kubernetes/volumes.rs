//! What a pod mounts: disks of its own, configs, secrets, paths that it can write.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{
        ConfigMapVolumeSource, EmptyDirVolumeSource, EphemeralVolumeSource, HostPathVolumeSource,
        PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate,
        PersistentVolumeClaimVolumeSource, SecretVolumeSource, Volume, VolumeMount,
        VolumeResourceRequirements,
    },
    apimachinery::pkg::api::resource::Quantity,
};
use tenantry_core::{
    emit::{Objects, Sha256},
    model::Disk,
    schema::kinds::{Access, Mount, VolumeMode},
};

use super::{
    subject::{Controller, Pod, Subject},
    tenant_volume,
};

/// The most characters of a path in a volume's name, which leaves room for what is before it.
const SLUG: usize = 40;

/// How much a path that is empty at each start can take of the node, so that no pod fills its
/// node's disk.
const SCRATCH: &str = "1Gi";

/// The volumes of a pod, and where its main container mounts them.
pub(super) struct Volumes {
    /// The volumes.
    pub(super) volumes: Vec<Volume>,
    /// The main container's mounts.
    pub(super) mounts: Vec<VolumeMount>,
}

/// What a pod and its main container mount, and the volumes that its other containers mount.
pub(super) fn of(subject: &Subject<'_>, pod: &Pod<'_>) -> Volumes {
    let mut all = Volumes {
        volumes: Vec::new(),
        mounts: Vec::new(),
    };
    for disk in &subject.workload.disks {
        all.volumes.extend(disk_volume(subject, disk));
        let name = disk.spec.name.value.as_str();
        all.mounts.extend(
            disk.spec
                .mount
                .as_ref()
                .map(|path| at(&path.value, name, false)),
        );
    }
    for mount in &subject.workload.mounts {
        all.add(&mount.spec);
    }
    for path in &pod.writable {
        let name = format!("writable-{}", slug(path));
        all.volumes.push(Volume {
            empty_dir: Some(EmptyDirVolumeSource {
                size_limit: Some(Quantity(SCRATCH.to_owned())),
                ..EmptyDirVolumeSource::default()
            }),
            name: name.clone(),
            ..Volume::default()
        });
        all.mounts.push(at(path, &name, false));
    }
    let companions = pod.init.iter().map(|init| &init.mount);
    let companions = companions.chain(pod.sidecar.iter().map(|sidecar| &sidecar.mount));
    for mount in companions.flatten() {
        all.volumes
            .extend(volume(mount).filter(|new| !all.has(&new.name)));
    }
    all
}

impl Volumes {
    fn has(&self, name: &str) -> bool {
        self.volumes.iter().any(|volume| volume.name == name)
    }

    fn add(&mut self, spec: &Mount) {
        self.volumes
            .extend(volume(spec).filter(|new| !self.has(&new.name)));
        self.mounts.extend(mount(spec));
    }
}

/// The mount of what a `mount` names.
pub(super) fn mount(spec: &Mount) -> Option<VolumeMount> {
    let name = volume_name(spec)?;
    let always = spec.config.is_some() || spec.secret.is_some();
    let read_only = spec.read_only.as_ref().map_or(always, |only| only.value);
    Some(at(&spec.path.value, &name, read_only))
}

fn at(path: &str, name: &str, read_only: bool) -> VolumeMount {
    VolumeMount {
        mount_path: path.to_owned(),
        name: name.to_owned(),
        read_only: read_only.then_some(true),
        ..VolumeMount::default()
    }
}

fn volume_name(spec: &Mount) -> Option<String> {
    let config = spec
        .config
        .as_ref()
        .map(|name| format!("config-{}", name.value.text));
    let secret = spec
        .secret
        .as_ref()
        .map(|name| format!("secret-{}", name.value.text));
    let shared = spec
        .volume
        .as_ref()
        .map(|name| format!("volume-{}", name.value.text));
    let host = spec
        .host_path
        .as_ref()
        .map(|path| format!("host-{}", slug(&path.value)));
    let disk = spec.disk.as_ref().map(|name| name.value.to_string());
    config.or(secret).or(shared).or(host).or(disk)
}

/// The volume behind a `mount`; a disk's is there already.
fn volume(spec: &Mount) -> Option<Volume> {
    if spec.disk.is_some() {
        return None;
    }
    Some(Volume {
        config_map: spec.config.as_ref().map(|name| ConfigMapVolumeSource {
            name: name.value.text.to_string(),
            ..ConfigMapVolumeSource::default()
        }),
        secret: spec.secret.as_ref().map(|name| SecretVolumeSource {
            secret_name: Some(name.value.text.to_string()),
            ..SecretVolumeSource::default()
        }),
        persistent_volume_claim: spec.volume.as_ref().map(|name| {
            PersistentVolumeClaimVolumeSource {
                claim_name: tenant_volume::claim_name(&name.value.text),
                read_only: None,
            }
        }),
        host_path: spec.host_path.as_ref().map(|path| HostPathVolumeSource {
            path: path.value.to_string(),
            type_: Some("Directory".to_owned()),
        }),
        name: volume_name(spec)?,
        ..Volume::default()
    })
}

/// The volume of a disk, where the controller does not make it of a template.
fn disk_volume(subject: &Subject<'_>, disk: &Disk) -> Option<Volume> {
    let name = disk.spec.name.value.to_string();
    if disk.spec.ephemeral.value {
        return Some(Volume {
            empty_dir: Some(EmptyDirVolumeSource {
                size_limit: Some(Quantity(disk.spec.size.value.quantity())),
                ..EmptyDirVolumeSource::default()
            }),
            name,
            ..Volume::default()
        });
    }
    match subject.controller() {
        Controller::StatefulSet => None,
        _ if disk.spec.keep.value => Some(Volume {
            persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
                claim_name: claim_name(subject, disk),
                read_only: None,
            }),
            name,
            ..Volume::default()
        }),
        _ => Some(Volume {
            ephemeral: Some(EphemeralVolumeSource {
                volume_claim_template: Some(PersistentVolumeClaimTemplate {
                    metadata: Some(subject.scope.pod_metadata()),
                    spec: claim(subject, disk),
                }),
            }),
            name,
            ..Volume::default()
        }),
    }
}

/// The name of the claim of a job's disk.
fn claim_name(subject: &Subject<'_>, disk: &Disk) -> String {
    format!("{}-{}", subject.plan.name, disk.spec.name.value)
}

/// The claims of a job that outlive it, made before it runs.
pub(super) fn claims(subject: &Subject<'_>, out: &mut Objects) {
    if !matches!(subject.controller(), Controller::Job | Controller::CronJob) {
        return;
    }
    let kept = |disk: &&Disk| disk.spec.keep.value && !disk.spec.ephemeral.value;
    for disk in subject.workload.disks.iter().filter(kept) {
        let scope = subject.scope.clone().because(disk.spec.meta.origin);
        let mut metadata = scope.metadata(claim_name(subject, disk));
        metadata.labels = Some(scope.disk_labels(disk));
        scope
            .object(&PersistentVolumeClaim {
                metadata,
                spec: Some(claim(subject, disk)),
                status: None,
            })
            .mark("/spec/resources", disk.spec.size.origin)
            .push(out);
    }
}

/// The templates of a stateful set's claims.
pub(super) fn templates(subject: &Subject<'_>) -> Vec<PersistentVolumeClaim> {
    let own = |disk: &&Disk| !disk.spec.ephemeral.value;
    subject
        .workload
        .disks
        .iter()
        .filter(own)
        .map(|disk| {
            let mut metadata = subject.scope.pod_metadata();
            metadata.labels = Some(subject.scope.disk_labels(disk));
            metadata.name = Some(disk.spec.name.value.to_string());
            PersistentVolumeClaim {
                metadata,
                spec: Some(claim(subject, disk)),
                status: None,
            }
        })
        .collect()
}

/// A claim of a file system. Many nodes can share one only where the storage class is one of
/// files; block storage that many nodes can open is for virtual machines that move.
fn claim(subject: &Subject<'_>, disk: &Disk) -> PersistentVolumeClaimSpec {
    let storage = subject
        .estate
        .storage_of(subject.workload, disk)
        .map(|storage| &subject.estate.storages[storage]);
    let shared = storage.is_some_and(|storage| {
        storage.spec.access.value == Access::Rwx && storage.spec.mode.value == VolumeMode::File
    });
    let mode = if shared {
        "ReadWriteMany"
    } else {
        "ReadWriteOnce"
    };
    let size = Quantity(disk.spec.size.value.quantity());
    PersistentVolumeClaimSpec {
        access_modes: Some(vec![mode.to_owned()]),
        resources: Some(VolumeResourceRequirements {
            limits: None,
            requests: Some(BTreeMap::from([("storage".to_owned(), size)])),
        }),
        storage_class_name: storage.map(|storage| storage.name.value.to_string()),
        volume_mode: Some("Filesystem".to_owned()),
        ..PersistentVolumeClaimSpec::default()
    }
}

/// A path as part of a label, no two paths as the same: `/var/log` is `var-log`. A path that is
/// longer or holds more than small letters and digits gets eight digits of its checksum.
fn slug(path: &str) -> String {
    let letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let steps: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let plain = |step: &&str| !step.is_empty() && step.chars().all(letter);
    let joined = steps.join("-");
    if path.starts_with('/') && steps.iter().all(plain) && joined.len() <= SLUG {
        return joined;
    }
    let mut short: String = joined
        .to_ascii_lowercase()
        .chars()
        .map(|c| if letter(c) { c } else { '-' })
        .take(SLUG - 9)
        .collect();
    let checksum = Sha256::of(path.as_bytes()).to_string();
    short.extend(["-", checksum.get(..8).unwrap_or(&checksum)]);
    short.trim_start_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_path_becomes_a_label_that_no_other_path_becomes() {
        assert_eq!(slug("/var/log"), "var-log");
        assert_eq!(slug("/tmp"), "tmp");
        let alike = ["/var-log", "/var.log", "/var/Log", "/var/log/", "/"];
        let slugs: std::collections::BTreeSet<String> = alike.map(slug).into();
        assert_eq!(slugs.len(), alike.len(), "{slugs:?}");
        assert!(!slugs.contains("var-log"));
        assert!(slug(&"/deep".repeat(40)).len() <= 40);
    }
}
