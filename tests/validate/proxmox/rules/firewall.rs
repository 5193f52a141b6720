//! The firewall: rules that stand, refer to what is there, and are switched on.

use std::collections::BTreeSet;

use crate::validate::Findings;
use crate::validate::proxmox::call::{Call, Request};

const GROUPS: &str = "/cluster/firewall/groups";
const OPTIONS: &str = "/cluster/firewall/options";

pub(super) fn check(calls: &[Call<'_>], findings: &mut Findings) {
    let sets = names(calls, "/cluster/firewall/ipset", "name");
    let aliases = names(calls, "/cluster/firewall/aliases", "name");
    let groups = names(calls, GROUPS, "group");
    let mut guests = BTreeSet::new();
    for call in calls {
        let request = &call.request;
        if !adds_rule(request) {
            continue;
        }
        rule(request, findings);
        for side in ["source", "dest"] {
            reference(request, side, &sets, &aliases, findings);
        }
        if request.text("type").as_deref() == Some("group") {
            let action = request.text("action").unwrap_or_default();
            if !groups.contains(&action) {
                let message = format!("fw-groups: the plan makes no group `{action}`");
                findings.refuse(&request.params.key("action"), message);
            }
        }
        guests.extend(request.text("vmid"));
    }
    for guest in &guests {
        switches(calls, guest, findings);
    }
    if !guests.is_empty() && !switched_on(calls, |request| request.is("PUT", OPTIONS)) {
        let place = calls.iter().find(|call| call.request.is("PUT", OPTIONS));
        let place = place.or_else(|| calls.iter().find(|call| adds_rule(&call.request)));
        if let Some(call) = place {
            let message =
                "fw-levels: guests have rules, and the cluster's firewall is not switched on";
            findings.refuse(&call.request.params, message);
        }
    }
}

fn names(calls: &[Call<'_>], template: &str, param: &str) -> BTreeSet<String> {
    let made = calls
        .iter()
        .filter(|call| call.request.is("POST", template));
    made.filter_map(|call| call.request.text(param)).collect()
}

fn adds_rule(request: &Request<'_>) -> bool {
    let is_rules = request.template.ends_with("/firewall/rules")
        || request.template == "/cluster/firewall/groups/{group}";
    is_rules && request.method == "POST"
}

/// A new rule is off unless switched on, and stands first whatever it asks for.
fn rule(request: &Request<'_>, findings: &mut Findings) {
    if !request.is_on("enable") {
        let message = "fw-insert-top: a rule is off unless it says enable=1";
        findings.refuse(&request.params, message);
    }
    if request.params.key("pos").is_set() {
        let message = "fw-insert-top: ignored: a new rule stands first. Add them last to first";
        findings.refuse(&request.params.key("pos"), message);
    }
    if !request.has("comment") {
        let message =
            "fw-rule-identity: a rule has no name: without a comment it is not found again";
        findings.refuse(&request.params, message);
    }
}

/// Sets and aliases of the cluster are made by the plan. Those of a vnet are the server's.
fn reference(
    request: &Request<'_>,
    side: &str,
    sets: &BTreeSet<String>,
    aliases: &BTreeSet<String>,
    findings: &mut Findings,
) {
    let node = request.params.key(side);
    let Some(text) = node.str() else { return };
    let (name, known) = match (text.strip_prefix("+dc/"), text.strip_prefix("dc/")) {
        (Some(name), _) => (name, sets),
        (_, Some(name)) => (name, aliases),
        _ => return,
    };
    if !known.contains(name) {
        findings.refuse(&node, format!("fw-addr: the plan makes no `{name}`"));
    }
}

fn switched_on<'a>(calls: &[Call<'a>], wanted: impl Fn(&Request<'a>) -> bool) -> bool {
    calls
        .iter()
        .any(|call| wanted(&call.request) && call.request.is_on("enable"))
}

/// A guest's rules bind when its own switch is on and every interface takes part.
fn switches(calls: &[Call<'_>], guest: &str, findings: &mut Findings) {
    let is_of = |request: &Request<'_>| request.text("vmid").as_deref() == Some(guest);
    let is_options = |request: &Request<'_>| {
        request.template.ends_with("/{vmid}/firewall/options") && is_of(request)
    };
    if !switched_on(calls, is_options) {
        let place = calls
            .iter()
            .find(|call| is_options(&call.request) || is_of(&call.request));
        if let Some(call) = place {
            let message =
                format!("fw-levels: guest {guest} has rules, and its firewall is not switched on");
            findings.refuse(&call.request.params, message);
        }
    }
    for call in calls.iter().filter(|call| is_of(&call.request)) {
        for (name, node) in call.request.indexed("net") {
            let keys = call.request.properties(name).unwrap_or_default();
            if !keys.is_empty() && keys.get("firewall").is_none_or(|on| on != "1") {
                let message =
                    format!("fw-levels: guest {guest} has rules, and {name} does not take part");
                findings.refuse(&node, message);
            }
        }
    }
}
