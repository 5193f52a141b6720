//! Disks. A volume is made by one call that is sent only while its key is not there, because
//! the API makes another each time it is asked; growing is a call of its own, to a size and not
//! by one.

use tenantry_core::{
    model::{Disk, Storage, Workload},
    schema::kinds::{Bus, Cache},
};

use super::super::{
    plan::{Call, Method, Params, Phase, Probe, properties},
    site::{Guest, Site, gib},
    storage,
};

/// Where a machine's disks are attached, `root` first. Virtio disks hang on the virtio SCSI
/// controller, which gives blocks back and has a thread per disk.
pub(super) fn slots(workload: &Workload) -> Vec<(String, &Disk)> {
    let (mut scsi, mut sata) = (0, 0);
    workload
        .disks
        .iter()
        .map(|disk| {
            let (stem, next) = match disk.spec.bus.value {
                Bus::Virtio | Bus::Scsi => ("scsi", &mut scsi),
                Bus::Sata => ("sata", &mut sata),
            };
            let slot = format!("{stem}{next}");
            *next += 1;
            (slot, disk)
        })
        .collect()
}

/// The path of a disk within a Linux guest, whatever the order in which they are found.
pub(super) fn device(slot: &str) -> String {
    match slot.strip_prefix("sata") {
        Some(_) => format!("/dev/disk/by-id/ata-QEMU_HARDDISK_{slot}"),
        None => format!("/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-{slot}"),
    }
}

/// How a disk is attached, beside its volume.
pub(super) fn options(
    workload: &Workload,
    disk: &Disk,
    class: &Storage,
    slot: &str,
) -> Vec<(&'static str, String)> {
    let spec = &disk.spec;
    let mut options = Vec::new();
    if !is_backed_up(workload, disk) {
        options.push(("backup", "0".to_owned()));
    }
    if spec.cache.value == Cache::Writeback {
        options.push(("cache", "writeback".to_owned()));
    }
    if storage::is_thin(class) {
        options.push(("discard", "on".to_owned()));
    }
    if let Some(iops) = &spec.iops_limit {
        options.push(("iops", iops.value.to_string()));
    }
    let wants_thread = spec.iothread.as_ref().is_none_or(|thread| thread.value);
    if wants_thread && slot.starts_with("scsi") {
        options.push(("iothread", "1".to_owned()));
    }
    if slot.starts_with("sata") {
        options.push(("serial", slot.to_owned()));
    }
    options
}

/// Whether a backup takes a disk: the named ones, or all that outlive the workload.
pub(super) fn is_backed_up(workload: &Workload, disk: &Disk) -> bool {
    let name = &disk.spec.name.value;
    workload.backups.is_empty()
        || workload
            .backups
            .iter()
            .any(|backup| match &backup.spec.disk {
                Some(only) => only.names.iter().any(|named| named.value == *name),
                None => disk.spec.keep.value && !disk.spec.ephemeral.value,
            })
}

/// The call that attaches a new volume under a key that is not there yet.
pub(super) fn attach(
    guest: &Guest<'_>,
    key: &str,
    volume: String,
    class: &Storage,
    method: Method,
) -> Call {
    let config = format!("{}/config", guest.path());
    let call = Call::new(
        format!("{}.{key}", guest.id()),
        Phase::Guests,
        method,
        config.as_str(),
        guest.instance.origin,
    )
    .param(key, volume)
    .probe(Probe::exists(config).having(key))
    .serialise(lock(class))
    .after(guest.id());
    match method {
        // Of a machine this is a task; of a container it answers when it is done.
        Method::Post => call.task(),
        _ => call,
    }
}

/// A new volume with how it is attached.
pub(super) fn volume(class: &Storage, size: u64, options: &[(&'static str, String)]) -> String {
    let mut pairs = vec![("", format!("{}:{size}", class.name.value))];
    pairs.extend(options.iter().cloned());
    properties(&pairs)
}

/// A volume that the server makes by a word instead of a size.
pub(super) fn volume_named(class: &Storage, word: &str) -> String {
    format!("{}:{word}", class.name.value)
}

/// The call that grows a disk to its size; the same size is no change.
pub(super) fn grow(
    guest: &Guest<'_>,
    key: &str,
    disk: &Disk,
    class: &Storage,
    after: String,
) -> Call {
    let gib = gib(disk.spec.size.value);
    let size = format!("{gib}G");
    let mut call = Call::new(
        format!("{}.{key}.size", guest.id()),
        Phase::Guests,
        Method::Put,
        format!("{}/resize", guest.path()),
        disk.spec.size.origin,
    )
    .param("disk", key)
    .probe(
        Probe::exists(format!("{}/config", guest.path()))
            .matching(&format!("{key}.size"), shown(gib).as_str()),
    )
    .task()
    .serialise(lock(class))
    .after(after);
    call.params.set_from("size", size, disk.spec.size.origin);
    call
}

/// A size of so many GiB as the server shows it: in whole TiB where it can be.
fn shown(gib: u64) -> String {
    if gib.is_multiple_of(1024) {
        format!("{}T", gib / 1024)
    } else {
        format!("{gib}G")
    }
}

/// Data disks: made once, then grown.
pub(super) fn data(site: Site<'_>, guest: &Guest<'_>, out: &mut Vec<Call>) {
    for (slot, disk) in slots(guest.workload).into_iter().skip(1) {
        let Some(class) = site.storage(disk.storage) else {
            continue;
        };
        let options = options(guest.workload, disk, class, &slot);
        let volume = volume(class, gib(disk.spec.size.value), &options);
        let made = attach(guest, &slot, volume, class, Method::Post);
        let id = made.id.clone();
        out.push(made);
        out.push(grow(guest, &slot, disk, class, id));
    }
}

/// The lock of calls that make volumes on a storage: the server refuses some of many at once.
pub(super) fn lock(class: &Storage) -> String {
    format!("storage:{}", class.name.value)
}

/// Adds a machine's boot order: the named disks, or the root, and then what it is installed from.
pub(super) fn boot(workload: &Workload, disc: Option<&str>, params: &mut Params) {
    let slots = slots(workload);
    let vm = workload.vm().and_then(|vm| vm.boot.as_ref());
    let mut order: Vec<&str> = match vm {
        Some(boot) => boot
            .disks
            .iter()
            .filter_map(|wanted| {
                slots
                    .iter()
                    .find(|(_, disk)| disk.spec.name.value == wanted.value)
                    .map(|(slot, _)| slot.as_str())
            })
            .collect(),
        None => slots
            .first()
            .map(|(slot, _)| slot.as_str())
            .into_iter()
            .collect(),
    };
    order.extend(disc);
    if !order.is_empty() {
        params.set("boot", format!("order={}", order.join(";")));
    }
}
