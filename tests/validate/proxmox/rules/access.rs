//! Names, rights, secrets, backup jobs.

use super::{is_container_config, is_vm_config};
use crate::validate::Findings;
use crate::validate::proxmox::call::{Call, Request};

/// Parameters whose value has no place in a file that is reviewed.
const SECRETS: &[&str] = &[
    "cipassword",
    "password",
    "keyring",
    "encryption-key",
    "secret",
];

pub(super) fn check(calls: &[Call<'_>], findings: &mut Findings) {
    for call in calls {
        for request in call.writes() {
            secrets(request, findings);
            role(request, findings);
            backup(request, findings);
            if !call.is_as_root() {
                root_only(request, findings);
            }
        }
    }
}

fn secrets(request: &Request<'_>, findings: &mut Findings) {
    for name in SECRETS {
        let value = request.params.key(name);
        if value.is_set() {
            findings.refuse(
                &value,
                format!("token-once: {name} is a secret: the runner supplies it"),
            );
        }
    }
}

fn role(request: &Request<'_>, findings: &mut Findings) {
    let role = request.params.key("roleid");
    if request.is("POST", "/access/roles") && role.str().is_some_and(|name| name.starts_with("PVE"))
    {
        findings.refuse(
            &role,
            "ids: names that begin with PVE are the server's own roles",
        );
    }
}

fn backup(request: &Request<'_>, findings: &mut Findings) {
    if request.template != "/cluster/backup" || request.method != "POST" {
        return;
    }
    let named = ["vmid", "pool"]
        .iter()
        .filter(|name| request.has(name))
        .count();
    if named + usize::from(request.is_on("all")) != 1 {
        findings.refuse(
            &request.params,
            "backup-select: exactly one of vmid, pool and all=1",
        );
    }
    if request.has("exclude") && !request.is_on("all") {
        findings.refuse(
            &request.params.key("exclude"),
            "backup-select: exclude goes with all=1",
        );
    }
    if !request.has("id") {
        findings.refuse(
            &request.params,
            "backup-select: without an id each run makes another job",
        );
    }
}

/// What a token may not set.
fn root_only(request: &Request<'_>, findings: &mut Findings) {
    let mut refuse = |name: &str, what: &str| {
        let message = format!("auth-root-only: {what} needs a root ticket, or pvesh on a node");
        findings.refuse(&request.params.key(name), message);
    };
    if is_vm_config(request) {
        for (name, _) in request
            .params
            .entries()
            .filter(|(name, _)| request.api().is_root_only(name))
        {
            refuse(name, name);
        }
        for stem in ["hostpci", "usb"] {
            for (name, _) in request.indexed(stem) {
                let host = request
                    .properties(name)
                    .and_then(|mut keys| keys.remove("host"));
                if host.is_some_and(|host| host != "spice") {
                    refuse(name, "a device by its address (use a mapping)");
                }
            }
        }
    }
    if is_container_config(request) {
        let features = request.properties("features").unwrap_or_default();
        if features.keys().any(|key| key != "nesting") {
            refuse("features", "every feature but nesting");
        }
        for (name, _) in request.indexed("dev") {
            refuse(name, "a device of the host");
        }
        for (name, _) in request.indexed("mp") {
            let volume = request
                .properties(name)
                .and_then(|mut keys| keys.remove("volume"));
            if volume.is_some_and(|volume| volume.starts_with('/')) {
                refuse(name, "a folder of the host");
            }
        }
    }
}
