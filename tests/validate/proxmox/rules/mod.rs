//! What the server refuses, or would silently not do, although the description allows it.
//!
//! Each message begins with the id of its rule in `schemas/proxmox/rules.json`.

use super::api::Release;
use super::call::{Call, Request};
use crate::validate::Findings;

mod access;
mod compute;
mod disk;
mod firewall;
mod guest;
mod ha;
mod machine;
mod sdn;

/// Every rule over the plan.
pub(super) fn check(release: Release, calls: &[Call<'_>], findings: &mut Findings) {
    access::check(calls, findings);
    guest::check(calls, findings);
    compute::check(calls, findings);
    for call in calls {
        for request in call.writes() {
            disk::check(call, request, findings);
        }
    }
    sdn::check(release, calls, findings);
    firewall::check(calls, findings);
    ha::check(release, calls, findings);
}

/// The two paths under which a guest is made.
const CREATE: &[&str] = &["/nodes/{node}/qemu", "/nodes/{node}/lxc"];

fn creates_guest(request: &Request<'_>) -> bool {
    request.method == "POST" && CREATE.contains(&request.template)
}

fn creates_vm(request: &Request<'_>) -> bool {
    request.is("POST", CREATE[0])
}

fn is_vm_config(request: &Request<'_>) -> bool {
    creates_vm(request)
        || request.template == "/nodes/{node}/qemu/{vmid}/config" && request.method != "GET"
}

fn is_container_config(request: &Request<'_>) -> bool {
    request.is("POST", CREATE[1])
        || request.template == "/nodes/{node}/lxc/{vmid}/config" && request.method != "GET"
}
