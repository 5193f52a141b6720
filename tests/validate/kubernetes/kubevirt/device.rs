//! Devices that are neither disk nor network: GPUs, host devices, boot order, I/O threads.

use std::collections::BTreeMap;

use crate::validate::{Findings, Node};

/// The rules over `domain.devices` as a whole.
pub(super) fn check(spec: &Node<'_>, findings: &mut Findings) {
    let domain = spec.key("domain");
    let devices = domain.key("devices");
    boot_order(&devices, findings);
    passed_through(spec, findings);
    io_threads(&domain, findings);
    if devices.key("video").is_set()
        && devices.key("autoattachGraphicsDevice").bool() == Some(false)
    {
        findings.refuse(&devices.key("video"), "no video without a graphics device");
    }
    for input in devices.key("inputs").items() {
        if input.key("type").str().is_some_and(|kind| kind != "tablet") {
            findings.refuse(&input.key("type"), "only tablet");
        }
        if !matches!(input.key("bus").str(), None | Some("virtio" | "usb")) {
            findings.refuse(&input.key("bus"), "virtio or usb");
        }
    }
}

/// From 1 on, and each place once over disks and interfaces together.
fn boot_order(devices: &Node<'_>, findings: &mut Findings) {
    let mut seen = BTreeMap::new();
    let bootable = devices
        .key("disks")
        .items()
        .chain(devices.key("interfaces").items());
    for device in bootable {
        let order = device.key("bootOrder");
        let Some(place) = order.int() else { continue };
        if place < 1 {
            findings.refuse(&order, "boot order begins at 1");
        }
        let name = device.key("name").str().unwrap_or_default();
        if let Some(first) = seen.insert(place, name) {
            findings.refuse(&order, format!("{place} is the place of `{first}` already"));
        }
    }
}

/// A device plugin's name, or a claim with its request; never both, never mixed in one VM.
fn passed_through(spec: &Node<'_>, findings: &mut Findings) {
    let devices = spec.at("domain/devices");
    let claims: Vec<_> = spec
        .key("resourceClaims")
        .items()
        .filter_map(|claim| claim.key("name").str())
        .collect();
    let (mut names, mut frame_buffers) = (Vec::new(), 0);
    for device in devices
        .key("gpus")
        .items()
        .chain(devices.key("hostDevices").items())
    {
        names.extend(device.key("name").str().filter(|name| {
            let twice = names.contains(name);
            if twice {
                findings.refuse(
                    &device.key("name"),
                    format!("two devices are named `{name}`"),
                );
            }
            !twice
        }));
        let (plugin, claim) = (device.key("deviceName"), device.key("claimName"));
        let has_claim = claim.is_set() && device.key("requestName").is_set();
        if plugin.is_set() == has_claim {
            findings.refuse(&device, "deviceName, or claimName with requestName");
        }
        if claim.str().is_some_and(|name| !claims.contains(&name)) {
            findings.refuse(&claim, "not among the resourceClaims");
        }
        let display = device.at("virtualGPUOptions/display");
        let shown = display.is_set() && display.key("enabled").bool().unwrap_or(true);
        if shown && display.at("ramFB/enabled").bool().unwrap_or(true) {
            frame_buffers += 1;
        }
    }
    if frame_buffers > 1 {
        findings.refuse(&devices.key("gpus"), "one GPU with a ramFB at most");
    }
}

fn io_threads(domain: &Node<'_>, findings: &mut Findings) {
    let policy = domain.key("ioThreadsPolicy");
    match policy.str() {
        None | Some("shared" | "auto") => {}
        Some("supplementalPool") => {
            let count = domain.at("ioThreads/supplementalPoolThreadCount");
            if count.int().is_none_or(|count| count < 1) {
                findings.refuse(&count, "supplementalPool needs at least one thread");
            }
        }
        Some(other) => findings.refuse(&policy, format!("`{other}` is no policy")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn devices(devices: Value) -> Value {
        json!({ "domain": { "devices": devices } })
    }

    #[test]
    fn a_place_in_the_boot_order_is_given_once() {
        let with = |nic: i64| {
            devices(json!({
            "disks": [{ "name": "root", "bootOrder": 1 }],
            "interfaces": [{ "name": "default", "bootOrder": nic }] }))
        };
        accepts(check, with(2));
        refuses(
            check,
            with(1),
            "/domain/devices/interfaces/0/bootOrder",
            "root",
        );
        refuses(
            check,
            with(0),
            "/domain/devices/interfaces/0/bootOrder",
            "begins at 1",
        );
    }

    #[test]
    fn a_gpu_is_named_in_one_way() {
        let with = |gpu: Value| devices(json!({ "gpus": [gpu] }));
        accepts(
            check,
            with(json!({ "name": "g", "deviceName": "nvidia.com/H200" })),
        );
        let gpu = "/domain/devices/gpus/0";
        refuses(check, with(json!({ "name": "g" })), gpu, "claimName");
        let unlisted = with(json!({ "name": "g", "claimName": "c", "requestName": "r" }));
        refuses(
            check,
            unlisted,
            "/domain/devices/gpus/0/claimName",
            "resourceClaims",
        );
        let twice = json!({ "name": "g", "deviceName": "nvidia.com/H200" });
        refuses(
            check,
            devices(json!({ "gpus": [twice, twice] })),
            "/domain/devices/gpus/1/name",
            "two devices",
        );
    }

    #[test]
    fn a_pool_of_threads_has_threads() {
        let with = |count: i64| {
            json!({ "domain": { "ioThreadsPolicy": "supplementalPool",
            "ioThreads": { "supplementalPoolThreadCount": count } } })
        };
        accepts(check, with(2));
        refuses(
            check,
            with(0),
            "/domain/ioThreads/supplementalPoolThreadCount",
            "at least one",
        );
    }
}
