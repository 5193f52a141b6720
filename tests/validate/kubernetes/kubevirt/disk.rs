//! Disks of a virtual machine, and the volume each one shows.

use std::collections::{BTreeMap, BTreeSet};

use crate::validate::kubernetes::names;
use crate::validate::{Findings, Node};

/// Every disk is well formed and has its volume; every volume is shown.
pub(super) fn check(spec: &Node<'_>, findings: &mut Findings) {
    let volumes: BTreeMap<_, _> = spec
        .key("volumes")
        .items()
        .filter_map(|volume| volume.key("name").str().map(|name| (name, volume)))
        .collect();
    let mut shown = BTreeSet::new();
    for disk in spec.at("domain/devices/disks").items() {
        let name = disk.key("name");
        let text = name.str().unwrap_or_default();
        if let Err(reason) = names::dns_label(text) {
            findings.refuse(&name, reason);
        }
        if !shown.insert(text) {
            findings.refuse(&name, format!("two disks are named `{text}`"));
        }
        // An empty CD-ROM drive may be filled later.
        if !volumes.contains_key(text) && !disk.key("cdrom").is_set() {
            findings.refuse(&name, format!("no volume is named `{text}`"));
        }
        device(&disk, volumes.get(text), findings);
        options(&disk, findings);
    }
    shown.extend(
        spec.at("domain/devices/filesystems")
            .items()
            .filter_map(|f| f.key("name").str()),
    );
    for (name, volume) in &volumes {
        if !shown.contains(name) && !volume.key("memoryDump").is_set() {
            findings.refuse(
                volume,
                format!("neither a disk nor a file system shows `{name}`"),
            );
        }
    }
}

fn device(disk: &Node<'_>, volume: Option<&Node<'_>>, findings: &mut Findings) {
    let kinds = disk.set_among(&["disk", "lun", "cdrom"]);
    if kinds.len() > 1 {
        findings.refuse(disk, "disk, lun or cdrom: one of them");
    }
    let kind = kinds.first().copied().unwrap_or("disk");
    let bus = disk.key(kind).key("bus");
    match (kind, bus.str()) {
        ("cdrom", Some("virtio")) => findings.refuse(&bus, "a CD-ROM is not on virtio"),
        (_, None | Some("virtio" | "scsi" | "sata" | "usb")) => {}
        (_, Some(other)) => {
            findings.refuse(&bus, format!("`{other}` is not virtio, scsi, sata or usb"))
        }
    }
    if kind == "disk" && bus.str() == Some("sata") && disk.at("disk/readonly").is_true() {
        findings.refuse(&disk.at("disk/readonly"), "a SATA disk is writable");
    }
    let backing = volume.map(|v| v.set_among(&["persistentVolumeClaim", "dataVolume"]).len());
    if kind == "lun" && backing == Some(0) {
        findings.refuse(
            &disk.key("lun"),
            "a LUN is backed by a claim or a DataVolume",
        );
    }
    let virtio_only = [
        disk.key("dedicatedIOThread"),
        disk.key(kind).key("pciAddress"),
    ];
    for option in virtio_only
        .iter()
        .filter(|option| option.is_set() && !option.value().eq(&false))
    {
        if bus.str().is_some_and(|bus| bus != "virtio") {
            findings.refuse(option, "only on virtio");
        }
    }
    let address = disk.key(kind).key("pciAddress");
    if let Some(text) = address.str()
        && !is_pci_address(text)
    {
        findings.refuse(
            &address,
            format!("`{text}` is not a PCI address like 0000:81:01.0"),
        );
    }
}

/// `0000:81:01.0`, in lower case.
pub(super) fn is_pci_address(text: &str) -> bool {
    let template = b"hhhh:hh:hh.o";
    text.len() == template.len()
        && text.bytes().zip(template).all(|(byte, kind)| match kind {
            b'h' => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            b'o' => (b'0'..=b'7').contains(&byte),
            literal => byte == *literal,
        })
}

fn options(disk: &Node<'_>, findings: &mut Findings) {
    let choices: &[(&str, &[&str])] = &[
        ("cache", &["none", "writethrough", "writeback"]),
        ("errorPolicy", &["stop", "ignore", "report", "enospace"]),
        ("io", &["native", "threads"]),
    ];
    for (key, values) in choices {
        let node = disk.key(key);
        if node.str().is_some_and(|value| !values.contains(&value)) {
            findings.refuse(&node, format!("one of {}", values.join(", ")));
        }
    }
    let serial = disk.key("serial");
    let sound = |text: &str| {
        text.len() <= 256
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_.+-".contains(&b))
    };
    if serial.str().is_some_and(|text| !sound(text)) {
        findings.refuse(&serial, "at most 256 letters, digits, `_`, `.`, `+`, `-`");
    }
    let block = disk.at("blockSize/custom");
    for size in ["logical", "physical"] {
        let node = block.key(size);
        if node.int().is_some_and(|n| {
            !(512..=2_097_152).contains(&n) || !n.cast_unsigned().is_power_of_two()
        }) {
            findings.refuse(&node, "a power of two from 512 to 2097152");
        }
    }
    if let (Some(logical), Some(physical)) =
        (block.key("logical").int(), block.key("physical").int())
        && logical > physical
    {
        findings.refuse(
            &block.key("logical"),
            format!("{logical}, above the physical {physical}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn with(disk: Value, volume: Value) -> Value {
        json!({ "domain": { "devices": { "disks": [disk] } }, "volumes": [volume] })
    }

    fn disk_with(extra: Value) -> Value {
        let mut disk = json!({ "name": "root", "disk": { "bus": "virtio" } });
        disk.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        with(disk, json!({ "name": "root", "emptyDisk": {} }))
    }

    #[test]
    fn disks_and_volumes_come_in_pairs() {
        let volume = json!({ "name": "root", "containerDisk": {} });
        accepts(
            check,
            with(
                json!({ "name": "root", "disk": { "bus": "virtio" } }),
                volume.clone(),
            ),
        );
        let no_volume =
            json!({ "domain": { "devices": { "disks": [{ "name": "root", "disk": {} }] } } });
        refuses(
            check,
            no_volume,
            "/domain/devices/disks/0/name",
            "no volume",
        );
        refuses(
            check,
            json!({ "volumes": [volume] }),
            "/volumes/0",
            "neither",
        );
        let shared = json!({ "volumes": [{ "name": "cfg", "configMap": { "name": "c" } }],
            "domain": { "devices": { "filesystems": [{ "name": "cfg", "virtiofs": {} }] } } });
        accepts(check, shared);
    }

    #[test]
    fn buses_fit_the_kind_of_disk() {
        let volume = json!({ "name": "root", "containerDisk": {} });
        let of = |kind: &str, bus: &str| {
            with(
                json!({ "name": "root", kind: { "bus": bus } }),
                volume.clone(),
            )
        };
        refuses(
            check,
            of("disk", "ide"),
            "/domain/devices/disks/0/disk/bus",
            "ide",
        );
        refuses(
            check,
            of("cdrom", "virtio"),
            "/domain/devices/disks/0/cdrom/bus",
            "CD-ROM",
        );
        refuses(
            check,
            of("lun", "scsi"),
            "/domain/devices/disks/0/lun",
            "backed",
        );
    }

    #[test]
    fn options_are_in_range() {
        accepts(
            check,
            disk_with(json!({ "cache": "none", "io": "native", "serial": "A-1" })),
        );
        refuses(
            check,
            disk_with(json!({ "cache": "unsafe" })),
            "/domain/devices/disks/0/cache",
            "none",
        );
        refuses(
            check,
            disk_with(json!({ "serial": "a b" })),
            "/domain/devices/disks/0/serial",
            "256",
        );
        let block =
            disk_with(json!({ "blockSize": { "custom": { "logical": 1000, "physical": 4096 } } }));
        refuses(
            check,
            block,
            "/domain/devices/disks/0/blockSize/custom/logical",
            "power of two",
        );
        assert!(
            is_pci_address("0000:81:01.0")
                && !is_pci_address("81:01.0")
                && !is_pci_address("0000:81:01.8")
        );
    }
}
