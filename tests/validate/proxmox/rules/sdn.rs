//! Software-defined networks: what a zone needs, the lock, the one apply.

use std::collections::{BTreeMap, BTreeSet};

use crate::validate::Findings;
use crate::validate::proxmox::api::Release;
use crate::validate::proxmox::call::{Call, Request};
use crate::validate::proxmox::order;

const ZONES: &str = "/cluster/sdn/zones";
const VNETS: &str = "/cluster/sdn/vnets";
const LOCK: &str = "/cluster/sdn/lock";
const APPLY: &str = "/cluster/sdn";

pub(super) fn check(release: Release, calls: &[Call<'_>], findings: &mut Findings) {
    let zones: BTreeMap<_, _> = calls
        .iter()
        .filter(|call| call.request.is("POST", ZONES))
        .filter_map(|call| Some((call.request.text("zone")?, call.request.text("type")?)))
        .collect();
    let mut tags = BTreeSet::new();
    for call in calls {
        zone(&call.request, findings);
        vnet(&call.request, &zones, &mut tags, findings);
    }
    if release == Release::Pve9 {
        lock(calls, findings);
    }
    apply(calls, findings);
}

fn zone(request: &Request<'_>, findings: &mut Findings) {
    if !request.is("POST", ZONES) {
        return;
    }
    let kind = request.text("type").unwrap_or_default();
    let needed: &[&str] = match kind.as_str() {
        "vlan" => &["bridge"],
        "qinq" => &["bridge", "tag"],
        "vxlan" if request.has("fabric") => &[],
        "vxlan" => &["peers"],
        "evpn" => &["controller", "vrf-vxlan"],
        _ => &[],
    };
    for name in needed.iter().filter(|name| !request.has(name)) {
        findings.refuse(
            &request.params,
            format!("sdn-type-req: a {kind} zone needs {name}"),
        );
    }
}

/// The highest VLAN.
const VLAN_MAX: i64 = 4094;

fn vnet(
    request: &Request<'_>,
    zones: &BTreeMap<String, String>,
    tags: &mut BTreeSet<(String, i64)>,
    findings: &mut Findings,
) {
    if !request.is("POST", VNETS) {
        return;
    }
    let zone = request.text("zone").unwrap_or_default();
    // A zone from before the plan: its type is not ours to know.
    let Some(kind) = zones.get(&zone) else { return };
    let tag = request.params.key("tag");
    match (kind.as_str(), request.int("tag")) {
        ("simple", _) => {}
        (_, None) => {
            findings.refuse(
                &request.params,
                format!("sdn-type-req: a vnet of a {kind} zone needs a tag"),
            );
        }
        ("vlan" | "qinq", Some(number)) if number > VLAN_MAX => {
            findings.refuse(
                &tag,
                format!("sdn-type-req: {number} is not a VLAN (1 to {VLAN_MAX})"),
            );
        }
        (_, Some(number)) => {
            if !tags.insert((zone, number)) {
                findings.refuse(
                    &tag,
                    format!("sdn-type-req: {number} is taken in this zone"),
                );
            }
        }
    }
}

fn changes_network(request: &Request<'_>) -> bool {
    let is_object = request.template.starts_with(ZONES) || request.template.starts_with(VNETS);
    is_object && !request.template.contains("/firewall") && request.method != "GET"
}

/// Where the plan takes the lock, every change shows it.
fn lock(calls: &[Call<'_>], findings: &mut Findings) {
    let takes_lock = calls.iter().any(|call| call.request.is("POST", LOCK));
    if !takes_lock {
        return;
    }
    for call in calls {
        let needs = changes_network(&call.request) || call.request.is("PUT", APPLY);
        if needs && !call.node.at("secret_or_runtime_params/lock-token").is_set() {
            findings.refuse(
                &call.node,
                "sdn-lock: the plan holds the lock, and this change does not show it",
            );
        }
    }
}

/// One apply, after every change and before every guest on one of its networks.
fn apply(calls: &[Call<'_>], findings: &mut Findings) {
    let changes: Vec<_> = calls
        .iter()
        .filter(|call| changes_network(&call.request))
        .collect();
    if changes.is_empty() {
        return;
    }
    let applies: Vec<_> = calls
        .iter()
        .filter(|call| call.request.is("PUT", APPLY))
        .collect();
    let [apply] = applies[..] else {
        let message = format!(
            "sdn-apply: {} applies for the plan, exactly one is needed",
            applies.len()
        );
        return findings.refuse(&changes[0].node, message);
    };
    let before = order::waits_for(calls, apply);
    for change in changes.iter().filter(|change| !before.contains(change.id)) {
        findings.refuse(
            &change.node,
            "sdn-apply: the apply does not wait for this change",
        );
    }
    let made: BTreeSet<_> = changes
        .iter()
        .filter_map(|change| change.request.text("vnet"))
        .collect();
    for call in calls {
        let uses = call.request.indexed("net").iter().any(|(name, _)| {
            let keys = call.request.properties(name).unwrap_or_default();
            keys.get("bridge")
                .is_some_and(|bridge| made.contains(bridge))
        });
        if uses && !order::waits_for(calls, call).contains(apply.id) {
            findings.refuse(
                &call.node,
                "sdn-apply: uses a network that is not applied yet",
            );
        }
    }
}
