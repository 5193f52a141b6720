//! Disks, what fills them, and how the guest finds them: all from the one declaration, so that
//! a disk and its volume cannot differ.

use std::collections::BTreeMap;

use tenantry_core::{
    model::{Disk as Declared, Estate, Replicas, Workload},
    schema::kinds::{Access, Bus, Cache, ImageSource, Run, VolumeMode},
    units::OciRef,
};

use crate::kube::{
    cdi::{DataVolumeSpec, Http, Pvc, Registry, Requests, S3, Source, Storage},
    importer::{Filled, filled_from},
    kubevirt::{DataVolumeSource, Disk, DiskTarget, EmptyDisk, Volume},
};

/// The longest serial number that a guest sees of a virtio disk (`VIRTIO_BLK_ID_BYTES`).
const SERIAL: usize = 20;

/// The name of the claim that holds a disk of a machine.
pub(super) fn claim(machine: &str, disk: &Declared) -> String {
    format!("{machine}-{}", disk.spec.name.value)
}

/// The serial number of a disk: its name, or where that is too long for a guest to see, its
/// number among the machine's disks.
pub(super) fn serial(disk: &Declared, index: usize) -> String {
    let name = disk.spec.name.value.as_str();
    if name.len() <= SERIAL {
        name.to_owned()
    } else {
        format!("disk-{index}")
    }
}

/// The path by which a guest finds a disk, whatever order it sees them in.
pub(super) fn device(disk: &Declared, index: usize) -> String {
    let serial = serial(disk, index);
    match disk.spec.bus.value {
        Bus::Virtio => format!("/dev/disk/by-id/virtio-{serial}"),
        Bus::Scsi => format!("/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_{serial}"),
        Bus::Sata => format!("/dev/disk/by-id/ata-QEMU_HARDDISK_{serial}"),
    }
}

/// Whether a disk lives and dies with its machine instead of outliving it: a machine that a
/// controller makes has no name that anything could be kept under.
pub(super) fn dies_with_machine(workload: &Workload, disk: &Declared) -> bool {
    let named = workload.has_identity() && matches!(workload.replicas, Replicas::Fixed(_));
    !disk.spec.keep.value || !named
}

/// The disk as the guest sees it.
pub(super) fn disk(
    estate: &Estate,
    workload: &Workload,
    declared: &Declared,
    index: usize,
) -> Disk {
    let spec = &declared.spec;
    let cache = match spec.cache.value {
        Cache::None => "none",
        Cache::Writeback => "writeback",
    };
    let block = estate
        .storage_of(workload, declared)
        .is_some_and(|storage| estate.storages[storage].spec.mode.value == VolumeMode::Block);
    Disk {
        name: spec.name.value.to_string(),
        boot_order: boot_order(workload, declared),
        cache: Some(cache),
        cdrom: None,
        dedicated_io_thread: spec.iothread.as_ref().filter(|own| own.value).map(|_| true),
        disk: Some(DiskTarget {
            bus: match spec.bus.value {
                Bus::Virtio => "virtio",
                Bus::Scsi => "scsi",
                Bus::Sata => "sata",
            },
        }),
        // Native AIO needs the host's cache out of the way, and a device: on a sparse file it waits.
        io: (spec.cache.value == Cache::None && block).then_some("native"),
        serial: Some(serial(declared, index)),
    }
}

/// The order that `boot` gives; `root` alone without it.
fn boot_order(workload: &Workload, disk: &Declared) -> Option<u32> {
    let name = disk.spec.name.value.as_str();
    match workload.vm().and_then(|vm| vm.boot.as_ref()) {
        Some(boot) => {
            let place = boot
                .disks
                .iter()
                .position(|disk| disk.value.as_str() == name)?;
            u32::try_from(place + 1).ok()
        }
        None => (name == "root").then_some(1),
    }
}

/// What a disk of a machine holds.
pub(super) fn volume(machine: &str, declared: &Declared) -> Volume {
    let name = declared.spec.name.value.to_string();
    if declared.spec.ephemeral.value {
        return Volume {
            name,
            empty_disk: Some(EmptyDisk {
                capacity: declared.spec.size.value.quantity(),
            }),
            ..Volume::default()
        };
    }
    Volume {
        name,
        data_volume: Some(DataVolumeSource {
            name: claim(machine, declared),
        }),
        ..Volume::default()
    }
}

/// What CDI makes of a disk. Access and mode are said even where CDI knows the class: where its
/// profile is empty the claim would wait for ever.
pub(super) fn data_volume(estate: &Estate, workload: &Workload, disk: &Declared) -> DataVolumeSpec {
    let class = estate
        .storage_of(workload, disk)
        .map(|storage| &estate.storages[storage]);
    let access = class.map_or(Access::Rwo, |class| class.spec.access.value);
    let mode = class.map_or(VolumeMode::File, |class| class.spec.mode.value);
    DataVolumeSpec {
        source: source(estate, workload, disk),
        storage: Storage {
            access_modes: vec![match access {
                Access::Rwo => "ReadWriteOnce",
                Access::Rwx => "ReadWriteMany",
            }],
            resources: Requests {
                requests: BTreeMap::from([("storage", disk.spec.size.value.quantity())]),
            },
            storage_class_name: class.map(|class| class.name.value.to_string()),
            volume_mode: match mode {
                VolumeMode::Block => "Block",
                VolumeMode::File => "Filesystem",
            },
        },
    }
}

/// Annotations of a DataVolume: a machine that nobody starts would leave a claim that waits for
/// its first user unfilled.
pub(super) fn annotations(workload: &Workload) -> BTreeMap<String, String> {
    let waits = matches!(workload.spec.run.value, Run::Halted | Run::Manual);
    let bind = ("cdi.kubevirt.io/storage.bind.immediate.requested", "true");
    waits
        .then(|| (bind.0.to_owned(), bind.1.to_owned()))
        .into_iter()
        .collect()
}

fn source(estate: &Estate, workload: &Workload, disk: &Declared) -> Source {
    let none = Source::default();
    let secret = |source: &ImageSource| source.secret.as_ref().map(|name| name.value.to_string());
    match filled_from(estate, workload, disk) {
        None => Source {
            blank: Some(Default::default()),
            ..none
        },
        Some(Filled::Reference(reference)) => Source {
            registry: Some(registry(reference, None)),
            ..none
        },
        Some(Filled::Source(source)) => {
            if let Some(reference) = &source.oci {
                let registry = Some(registry(&reference.value, secret(source)));
                Source { registry, ..none }
            } else if let Some(url) = &source.http {
                let http = Http {
                    checksum: source
                        .sha256
                        .as_ref()
                        .map(|sum| format!("sha256:{}", sum.value)),
                    secret_ref: secret(source),
                    url: url.value.to_string(),
                };
                Source {
                    http: Some(http),
                    ..none
                }
            } else if let Some(url) = &source.s3 {
                let s3 = S3 {
                    secret_ref: secret(source),
                    url: url.value.to_string(),
                };
                Source {
                    s3: Some(s3),
                    ..none
                }
            } else {
                Source {
                    pvc: source.pvc.as_ref().map(|claim| claim_of(&claim.value)),
                    ..none
                }
            }
        }
    }
}

/// The node pulls, as it pulls containers: by the same mirrors, and no pod of the tenant needs a
/// way out. Credentials of its own only the importer's pod can use, and that takes a tag or a
/// digest, not both: of the two the digest says what the bytes are.
fn registry(reference: &OciRef, secret: Option<String>) -> Registry {
    let exact = reference
        .digest()
        .filter(|_| secret.is_some() && reference.tag().is_some());
    let name = match exact {
        Some(digest) => format!("{}@{digest}", reference.name()),
        None => reference.to_string(),
    };
    Registry {
        pull_method: if secret.is_some() { "pod" } else { "node" },
        secret_ref: secret,
        url: format!("docker://{name}"),
    }
}

fn claim_of(text: &str) -> Pvc {
    let (namespace, name) = text.split_once('/').unwrap_or(("default", text));
    Pvc {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
    }
}
