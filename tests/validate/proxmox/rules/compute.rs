//! CPUs, memory, NUMA, PCI devices of a machine.

use super::is_vm_config;
use super::machine::Machine;
use crate::validate::proxmox::call::{Call, Request};
use crate::validate::proxmox::property_string::Properties;
use crate::validate::{Findings, Node};

/// Flags one machine may set; others need a CPU model of their own.
const FLAGS: &[&str] = &[
    "aes",
    "amd-no-ssb",
    "amd-ssbd",
    "hv-evmcs",
    "hv-tlbflush",
    "ibpb",
    "md-clear",
    "nested-virt",
    "pcid",
    "pdpe1gb",
    "spec-ctrl",
    "ssbd",
    "virt-ssbd",
];

pub(super) fn check(calls: &[Call<'_>], findings: &mut Findings) {
    for request in calls
        .iter()
        .flat_map(Call::writes)
        .filter(|request| is_vm_config(request))
    {
        cpu_flags(request, findings);
        hostpci(request, findings);
        viommu(request, findings);
    }
    for machine in Machine::all(calls) {
        pcie(&machine, findings);
        numa(&machine, findings);
        memory(&machine, findings);
    }
}

fn cpu_flags(request: &Request<'_>, findings: &mut Findings) {
    let flags = request
        .properties("cpu")
        .and_then(|mut keys| keys.remove("flags"))
        .unwrap_or_default();
    for flag in flags.split(';').filter(|flag| !flag.is_empty()) {
        if !FLAGS.contains(&flag.trim_start_matches(['+', '-'])) {
            let message = format!("cpu-flags: `{flag}` needs a custom CPU model");
            findings.refuse(&request.params.key("cpu"), message);
        }
    }
}

fn hostpci(request: &Request<'_>, findings: &mut Findings) {
    for (name, node) in request.indexed("hostpci") {
        let Some(keys) = request.properties(name) else {
            continue;
        };
        if keys.contains_key("host") == keys.contains_key("mapping") {
            findings.refuse(&node, "hostpci-xor: exactly one of host and mapping");
        }
    }
}

fn viommu(request: &Request<'_>, findings: &mut Findings) {
    let keys = request.properties("machine").unwrap_or_default();
    let node = request.params.key("machine");
    let is_q35 = keys.get("type").is_some_and(|kind| kind.contains("q35"));
    if keys.get("viommu").is_some_and(|kind| kind == "intel") && !is_q35 {
        findings.refuse(&node, "viommu: intel needs q35");
    }
    if keys.contains_key("aw-bits") && !keys.contains_key("viommu") {
        findings.refuse(&node, "viommu: aw-bits only with viommu");
    }
}

fn pcie(machine: &Machine<'_, '_>, findings: &mut Findings) {
    let is_q35 = machine
        .text("machine")
        .is_some_and(|kind| kind.contains("q35"));
    for (node, keys) in machine.indexed("hostpci") {
        if keys.get("pcie").is_some_and(|pcie| pcie == "1") && !is_q35 {
            findings.refuse(&node, "pcie-q35: pcie=1 needs a machine of type q35");
        }
    }
}

/// The machine's memory in MiB.
fn mebibytes(machine: &Machine<'_, '_>) -> Option<i64> {
    machine.properties("memory")?.get("current")?.parse().ok()
}

fn numa(machine: &Machine<'_, '_>, findings: &mut Findings) {
    let hotplug = machine.text("hotplug").unwrap_or_default();
    let plugs = |what: &str| hotplug.split(',').any(|item| item == what);
    let cells = machine.indexed("numa");
    if machine.text("numa").as_deref() != Some("1") {
        let reasons = [
            (!cells.is_empty(), "numaN"),
            (machine.text("hugepages").is_some(), "hugepages"),
            (plugs("cpu"), "CPU hotplug"),
            (plugs("memory"), "memory hotplug"),
        ];
        for (_, what) in reasons.iter().filter(|(present, _)| *present) {
            let message = format!("numa-required: {what} needs numa=1");
            findings.refuse(&machine.place("numa"), message);
        }
    }
    if plugs("memory") && !cells.is_empty() {
        let message = "mem-hotplug: memory is not hot-plugged with numaN";
        findings.refuse(&machine.place("hotplug"), message);
    }
    for (node, keys) in &cells {
        if keys.contains_key("hostnodes") && !keys.contains_key("policy") {
            findings.refuse(node, "numa-sum: hostnodes needs a policy");
        }
        if !keys.contains_key("memory") {
            findings.refuse(node, "numa-sum: how much of the memory is not said");
        }
    }
    if let Some(memory) = mebibytes(machine)
        && !cells.is_empty()
        && sizes(&cells).iter().sum::<i64>() != memory
    {
        let sum: i64 = sizes(&cells).iter().sum();
        let message = format!("numa-sum: the cells have {sum} MiB together, the machine {memory}");
        findings.refuse(&machine.place("memory"), message);
    }
}

/// The memory of each cell that says one, in MiB.
fn sizes(cells: &[(Node<'_>, Properties)]) -> Vec<i64> {
    cells
        .iter()
        .filter_map(|(_, keys)| keys.get("memory")?.parse().ok())
        .collect()
}

fn memory(machine: &Machine<'_, '_>, findings: &mut Findings) {
    let Some(memory) = mebibytes(machine) else {
        return;
    };
    if machine
        .int("balloon")
        .is_some_and(|balloon| balloon > memory)
    {
        let message = format!("balloon: above the memory of {memory} MiB");
        findings.refuse(&machine.place("balloon"), message);
    }
    if let Some(size) = machine.text("hugepages") {
        // `any` falls back to the small ones.
        hugepages(
            machine,
            memory,
            if size == "1024" { 1024 } else { 2 },
            findings,
        );
    }
}

/// What is backed as one piece, a cell or a socket's share, is whole pages.
fn hugepages(machine: &Machine<'_, '_>, memory: i64, page: i64, findings: &mut Findings) {
    let place = machine.place("memory");
    let cells = machine.indexed("numa");
    let sockets = machine.int("sockets").unwrap_or(1).max(1);
    let pieces = if cells.is_empty() {
        vec![memory / sockets]
    } else {
        sizes(&cells)
    };
    if cells.is_empty() && memory % sockets != 0 {
        findings.refuse(
            &place,
            format!("hugepages: {memory} MiB over {sockets} sockets"),
        );
    }
    for piece in pieces.iter().filter(|piece| *piece % page != 0) {
        let message = format!("hugepages: {piece} MiB are not whole pages of {page} MiB");
        findings.refuse(&place, message);
    }
    for (node, keys) in &cells {
        if keys
            .get("hostnodes")
            .is_none_or(|nodes| nodes.parse::<u32>().is_err())
        {
            findings.refuse(node, "hugepages: each cell names exactly one host node");
        }
    }
}
