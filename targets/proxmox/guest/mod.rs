//! Guests: how each is made, kept as it should be, and given its disks.

mod cloud_init;
mod disk;
mod lxc;
mod net;
mod vm;

pub(super) use cloud_init::{Snippet, snippets};
use tenantry_core::{model::Body, schema::kinds::Run};

use super::{
    access, images,
    plan::{Call, Params, Probe, Template},
    sdn,
    site::{Guest, Site},
    storage,
};

/// The calls of the phase.
pub(super) fn calls(site: Site<'_>, guests: &[Guest<'_>], out: &mut Vec<Call>) {
    for guest in guests {
        match &guest.workload.body {
            Body::Vm(spec, _) => vm::calls(site, guest, spec, out),
            Body::Lxc(spec) => lxc::calls(site, guest, spec, out),
            Body::Container(_) | Body::Job(_) | Body::Chart(_) => {}
        }
    }
}

/// The templates that guests are cloned from, and what those must have.
pub(super) fn templates(site: Site<'_>, guests: &[Guest<'_>]) -> Vec<Template> {
    let mut templates: Vec<Template> = guests
        .iter()
        .filter_map(|guest| vm::template(site, guest))
        .collect();
    templates.sort();
    templates.dedup();
    templates
}

/// Whether a guest runs now, and again when its machine starts.
pub(super) fn runs(guest: &Guest<'_>) -> bool {
    !matches!(guest.workload.spec.run.value, Run::Halted | Run::Manual)
}

/// Whether a number is taken: over machines and containers, anywhere in the cluster.
fn taken(guest: &Guest<'_>) -> Probe {
    Probe::exists("/cluster/resources")
        .query("type", "vm")
        .matching("vmid", guest.vmid)
}

/// A guest of that number is ours if it is in its tenant's pool.
fn identity(guest: &Guest<'_>) -> Params {
    let mut identity = Params::default();
    identity.set("pool", guest.tenant.namespace.as_str());
    identity
}

/// What must be there before a guest.
fn needs(site: Site<'_>, guest: &Guest<'_>) -> Vec<String> {
    let mut needs = vec![access::pool_call(&guest.tenant.namespace)];
    for disk in &guest.workload.disks {
        if let Some(class) = site.storage(disk.storage)
            && storage::is_made(class)
        {
            needs.push(storage::call_of(class.name.value.as_str()));
        }
    }
    for nic in &guest.workload.nics {
        needs.extend(sdn::call_of(site.network(nic)));
    }
    needs.extend(images::call_of(site, guest));
    needs.sort();
    needs.dedup();
    needs
}

/// What both sorts of guest say of when they run.
fn life(guest: &Guest<'_>, params: &mut Params) {
    let run = &guest.workload.spec.run;
    params.set_from("onboot", runs(guest), run.origin);
    let order = guest
        .workload
        .spec
        .target
        .iter()
        .filter(|options| options.target.value.word() == "proxmox")
        .find_map(|options| options.start_order.as_ref());
    if let Some(order) = order {
        params.set_from("startup", format!("order={}", order.value), order.origin);
    }
}

/// What a guest is, for whoever meets it in the server's own pages.
fn description(guest: &Guest<'_>) -> String {
    format!("Managed by tenantry: {}", guest.workload.path)
}
