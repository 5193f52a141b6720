//! What a guest is: its number, its name, its networks, its first boot.

use std::collections::BTreeMap;

use super::{creates_guest, creates_vm, is_container_config, is_vm_config};
use crate::validate::Findings;
use crate::validate::proxmox::call::{Call, Request};

pub(super) fn check(calls: &[Call<'_>], findings: &mut Findings) {
    numbers(calls, findings);
    for request in calls.iter().flat_map(Call::writes) {
        tags(request, findings);
        networks(request, findings);
        if creates_vm(request) {
            said_in_full(request, findings);
            cloud_init(request, findings);
        }
        if request.is("POST", "/nodes/{node}/lxc") && !request.has("unprivileged") {
            let message = "lxc-create: unprivileged is off by default: say unprivileged=1";
            findings.refuse(&request.params, message);
        }
        if request.template.ends_with("/clone") {
            clone(request, findings);
        }
    }
}

/// A number is one guest's, over machines and containers together.
fn numbers(calls: &[Call<'_>], findings: &mut Findings) {
    let mut taken = BTreeMap::new();
    for call in calls.iter().filter(|call| creates_guest(&call.request)) {
        let Some(number) = call.request.text("vmid") else {
            continue;
        };
        if let Some(first) = taken.insert(number.clone(), call.id) {
            let message = format!("vmid-caller: {number} is the number of `{first}` already");
            findings.refuse(&call.request.params.key("vmid"), message);
        }
    }
}

/// Tags are stored in lower case, sorted, once: emitted otherwise they always differ.
fn tags(request: &Request<'_>, findings: &mut Findings) {
    if !is_vm_config(request) && !is_container_config(request) {
        return;
    }
    let Some(text) = request.text("tags") else {
        return;
    };
    let mut stored: Vec<_> = text.split([';', ',', ' ']).map(str::to_lowercase).collect();
    stored.sort();
    stored.dedup();
    if stored.join(";") != text {
        let message = format!("tags: stored as `{}`", stored.join(";"));
        findings.refuse(&request.params.key("tags"), message);
    }
}

/// Values whose default is old.
const SAID: &[&str] = &[
    "bios", "cores", "cpu", "machine", "memory", "ostype", "scsihw", "sockets",
];

fn said_in_full(request: &Request<'_>, findings: &mut Findings) {
    for name in SAID.iter().filter(|name| !request.has(name)) {
        let message = format!("cpu-default: the default of `{name}` is an old one: say it");
        findings.refuse(&request.params, message);
    }
}

fn networks(request: &Request<'_>, findings: &mut Findings) {
    let (is_vm, is_container) = (is_vm_config(request), is_container_config(request));
    if !is_vm && !is_container {
        return;
    }
    for (name, node) in request.indexed("net") {
        let Some(keys) = request.properties(name) else {
            continue;
        };
        let mac = if is_vm { "macaddr" } else { "hwaddr" };
        if !keys.contains_key(mac) {
            findings.refuse(&node, "net-mac: without an address each run makes another");
        }
        let is_virtio = keys.get("model").is_some_and(|model| model == "virtio");
        if !is_vm || is_virtio {
            let mtu = keys.get("mtu").and_then(|mtu| mtu.parse::<u32>().ok());
            if is_vm && mtu.is_some_and(|mtu| mtu != 1 && mtu < 576) {
                findings.refuse(&node, "net-mtu: 1 for that of the bridge, or at least 576");
            }
            continue;
        }
        for only in ["mtu", "queues"]
            .iter()
            .filter(|key| keys.contains_key(**key))
        {
            findings.refuse(&node, format!("net-{only}: for the virtio model only"));
        }
    }
}

/// First-boot settings reach the guest through a drive.
fn cloud_init(request: &Request<'_>, findings: &mut Findings) {
    const SETTINGS: &[&str] = &[
        "cicustom",
        "cipassword",
        "ciuser",
        "nameserver",
        "searchdomain",
        "sshkeys",
    ];
    let is_set =
        SETTINGS.iter().any(|name| request.has(name)) || !request.indexed("ipconfig").is_empty();
    let has_drive = ["ide", "sata", "scsi"]
        .iter()
        .flat_map(|stem| request.indexed(stem))
        .any(|(_, node)| {
            node.text()
                .is_some_and(|text| text.split(',').any(|part| part.ends_with(":cloudinit")))
        });
    if is_set && !has_drive {
        let message = "cloudinit-drive: cloud-init settings, and no drive `<storage>:cloudinit`";
        findings.refuse(&request.params, message);
    }
}

fn clone(request: &Request<'_>, findings: &mut Findings) {
    if request.text("full").as_deref() == Some("0") {
        for name in ["storage", "format"]
            .iter()
            .filter(|name| request.has(name))
        {
            let message = format!("clone-linked: a linked clone takes no {name}");
            findings.refuse(&request.params.key(name), message);
        }
    }
}
