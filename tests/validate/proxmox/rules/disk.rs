//! Disks: what allocates, what may be repeated, what goes with which controller.

use super::{creates_guest, creates_vm, is_container_config, is_vm_config};
use crate::validate::proxmox::call::{Call, Request};
use crate::validate::proxmox::property_string::Properties;
use crate::validate::{Findings, Node};

const STEMS: &[&str] = &["efidisk", "ide", "sata", "scsi", "tpmstate", "virtio"];

pub(super) fn check(call: &Call<'_>, request: &Request<'_>, findings: &mut Findings) {
    if request.template.ends_with("/resize") {
        resize(request, findings);
    }
    let is_vm = is_vm_config(request);
    for (name, node, keys) in disks(request) {
        let volume = keys
            .get("file")
            .or_else(|| keys.get("volume"))
            .cloned()
            .unwrap_or_default();
        allocation(call, request, name, &node, &volume, findings);
        if is_vm {
            import(&node, &keys, &volume, findings);
            options(request, name, &node, &keys, findings);
        }
    }
    if creates_vm(request) {
        boot_order(request, findings);
    }
}

/// Every disk that is sent, with its keys.
fn disks<'a>(request: &Request<'a>) -> Vec<(&'a str, Node<'a>, Properties)> {
    let stems: &[&str] = match (is_vm_config(request), is_container_config(request)) {
        (true, _) => STEMS,
        (_, true) => &["mp"],
        _ => &[],
    };
    let mut named: Vec<_> = stems
        .iter()
        .flat_map(|stem| request.indexed(stem))
        .collect();
    named.extend(
        request
            .params
            .entries()
            .filter(|(name, _)| !stems.is_empty() && *name == "rootfs"),
    );
    let with_keys = |(name, node)| request.properties(name).map(|keys| (name, node, keys));
    named.into_iter().filter_map(with_keys).collect()
}

/// `storage:size` makes a new volume, each time it is sent.
fn allocates(volume: &str) -> Option<&str> {
    let (storage, size) = volume.split_once(':')?;
    (size == "cloudinit" || size.parse::<f64>().is_ok()).then_some(storage)
}

/// Whether the call is sent only while the key is not in the configuration that it changes.
fn is_sent_once(call: &Call<'_>, name: &str) -> bool {
    let probe = call.node.key("probe");
    probe.key("has").str() == Some(name) && probe.key("path").str() == call.node.key("path").str()
}

fn allocation(
    call: &Call<'_>,
    request: &Request<'_>,
    name: &str,
    node: &Node<'_>,
    volume: &str,
    findings: &mut Findings,
) {
    let Some(storage) = allocates(volume) else {
        return;
    };
    if !creates_guest(request) && !is_sent_once(call, name) {
        findings.refuse(
            node,
            "disk-alloc: allocates another volume each time it is sent",
        );
    }
    let mutex = format!("storage:{storage}");
    let serialised = call
        .node
        .key("serialise")
        .items()
        .any(|item| item.str() == Some(&mutex));
    // One message per call is enough: the mutex is the call's, not the disk's.
    if !serialised {
        let message =
            format!("storage-lock: calls that allocate on {storage} are serialised by `{mutex}`");
        findings.refuse(&call.node.key("serialise"), message);
    }
}

fn import(node: &Node<'_>, keys: &Properties, volume: &str, findings: &mut Findings) {
    if !keys.contains_key("import-from") {
        return;
    }
    let size = volume.split_once(':').map(|(_, size)| size);
    if size != Some("0") {
        findings.refuse(
            node,
            "import-from: the size is that of the image: write `<storage>:0`, resize after",
        );
    }
}

fn options(
    request: &Request<'_>,
    name: &str,
    node: &Node<'_>,
    keys: &Properties,
    findings: &mut Findings,
) {
    let controller = request.text("scsihw");
    let has_threads = name.starts_with("virtio")
        || name.starts_with("scsi")
            && controller
                .as_deref()
                .is_none_or(|c| c == "virtio-scsi-single");
    if keys.get("iothread").is_some_and(|on| on == "1") && !has_threads {
        findings.refuse(
            node,
            "iothread: only on virtioN, or with scsihw=virtio-scsi-single",
        );
    }
    let is_direct = matches!(
        keys.get("cache").map(String::as_str),
        None | Some("none" | "directsync")
    );
    if keys.get("aio").is_some_and(|aio| aio == "native") && !is_direct {
        findings.refuse(node, "aio: native needs cache=none or directsync");
    }
    let is_image = keys.get("file").is_some_and(|file| file.contains(":iso/"));
    if is_image && keys.get("media").is_none_or(|media| media != "cdrom") {
        findings.refuse(node, "cdrom-media: an ISO image needs media=cdrom");
    }
}

fn boot_order(request: &Request<'_>, findings: &mut Findings) {
    let order = request
        .properties("boot")
        .and_then(|mut keys| keys.remove("order"))
        .unwrap_or_default();
    for device in order.split(';').filter(|device| !device.is_empty()) {
        if !request.has(device) {
            let message = format!("boot-order: the machine has no {device}");
            findings.refuse(&request.params.key("boot"), message);
        }
    }
}

fn resize(request: &Request<'_>, findings: &mut Findings) {
    let size = request.params.key("size");
    if size.str().is_some_and(|size| size.starts_with('+')) {
        findings.refuse(
            &size,
            "resize: grows again each time it is sent: say the size that is wanted",
        );
    }
}
