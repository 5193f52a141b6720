//! High availability: resources before rules, rules that can hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::validate::Findings;
use crate::validate::proxmox::api::Release;
use crate::validate::proxmox::call::{Call, Request};
use crate::validate::proxmox::order;

const RESOURCES: &str = "/cluster/ha/resources";
const RULES: &str = "/cluster/ha/rules";

pub(super) fn check(release: Release, calls: &[Call<'_>], findings: &mut Findings) {
    let managed: BTreeMap<_, _> = calls
        .iter()
        .filter(|call| call.request.is("POST", RESOURCES))
        .filter_map(|call| Some((call.request.text("sid")?, call.id)))
        .collect();
    let mut placed = BTreeSet::new();
    for call in calls {
        if release == Release::Pve9 && call.request.template.starts_with("/cluster/ha/groups") {
            let message = "ha-groups-8: groups have become rules in 9";
            findings.refuse(&call.node.key("path"), message);
        }
        if call.request.is("POST", RULES) {
            rule(calls, call, &managed, findings);
            once(&call.request, &mut placed, findings);
        }
        started(call, &managed, findings);
    }
}

fn resources(request: &Request<'_>) -> Vec<String> {
    let text = request.text("resources").unwrap_or_default();
    text.split(',')
        .filter(|sid| !sid.is_empty())
        .map(str::to_owned)
        .collect()
}

fn rule(
    calls: &[Call<'_>],
    call: &Call<'_>,
    managed: &BTreeMap<String, &str>,
    findings: &mut Findings,
) {
    let request = &call.request;
    let members = resources(request);
    let before = order::waits_for(calls, call);
    for member in &members {
        let node = request.params.key("resources");
        match managed.get(member) {
            None => {
                findings.refuse(
                    &node,
                    format!("ha-resource-first: {member} is not managed by the plan"),
                );
            }
            Some(id) if !before.contains(id) => {
                findings.refuse(
                    &node,
                    format!("ha-resource-first: the rule does not wait for {member}"),
                );
            }
            Some(_) => {}
        }
    }
    match request.text("type").as_deref() {
        Some("node-affinity") if !request.has("nodes") => {
            findings.refuse(&request.params, "ha-rule-type: node-affinity needs nodes");
        }
        Some("resource-affinity") => {
            if !request.has("affinity") {
                findings.refuse(
                    &request.params,
                    "ha-rule-type: resource-affinity needs affinity",
                );
            }
            if members.len() < 2 {
                let message = "ha-rule-type: resource-affinity is between two resources or more";
                findings.refuse(&request.params.key("resources"), message);
            }
        }
        _ => {}
    }
}

/// A resource is in one node-affinity rule: of two, both are silently off.
fn once(request: &Request<'_>, placed: &mut BTreeSet<String>, findings: &mut Findings) {
    if request.text("type").as_deref() != Some("node-affinity") {
        return;
    }
    for member in resources(request) {
        let message = format!("ha-rule-feasible: {member} is in another node-affinity rule");
        if !placed.insert(member) {
            findings.refuse(&request.params.key("resources"), message);
        }
    }
}

/// A managed guest is started by its resource's state.
fn started(call: &Call<'_>, managed: &BTreeMap<String, &str>, findings: &mut Findings) {
    let kind = match call.request.template {
        "/nodes/{node}/qemu/{vmid}/status/start" => "vm",
        "/nodes/{node}/lxc/{vmid}/status/start" => "ct",
        _ => return,
    };
    let sid = format!("{kind}:{}", call.request.text("vmid").unwrap_or_default());
    if managed.contains_key(&sid) {
        findings.refuse(
            &call.node,
            format!("ha-start: the state of {sid} starts it"),
        );
    }
}
