//! System containers.

use tenantry_core::{origin::OriginId, schema::kinds::Lxc};

use super::{
    super::{
        plan::{Call, Method, Params, Phase, properties},
        site::{Guest, Site, gib},
    },
    description, disk, identity, life, needs, net, taken,
};

/// The calls of one container.
pub(super) fn calls(site: Site<'_>, guest: &Guest<'_>, spec: &Lxc, out: &mut Vec<Call>) {
    let Some(root) = guest.workload.disks.first() else {
        return;
    };
    let Some(class) = site.storage(root.storage) else {
        return;
    };
    let id = guest.id();
    let mut create = Call::new(
        id.as_str(),
        Phase::Guests,
        Method::Post,
        format!("/nodes/{}/lxc", guest.node),
        guest.instance.origin,
    )
    .param("vmid", guest.vmid)
    .param_from("pool", guest.tenant.namespace.as_str(), owner(site, guest));
    create
        .params
        .set_from("ostemplate", &*spec.image.value, spec.image.origin)
        .set_from(
            "unprivileged",
            spec.unprivileged.value,
            spec.unprivileged.origin,
        );
    if spec.nesting.value {
        create
            .params
            .set_from("features", "nesting=1", spec.nesting.origin);
    }
    let volume = disk::volume(class, gib(root.spec.size.value), &[]);
    create
        .params
        .set_from("rootfs", volume, root.spec.meta.origin);
    let config = config(site, guest);
    create = create
        .params(config.clone())
        .probe(taken(guest))
        .update(format!("{}/config", guest.path()), config)
        .task()
        .serialise(disk::lock(class))
        .after_all(needs(site, guest));
    create.identity = identity(guest);
    out.push(create);
    out.push(disk::grow(guest, "rootfs", root, class, id));
    mounts(site, guest, out);
}

/// Everything of it that may change.
fn config(site: Site<'_>, guest: &Guest<'_>) -> Params {
    let mut params = Params::default();
    let workload = guest.workload;
    params
        .set("hostname", guest.instance.name.as_str())
        .set("description", description(guest))
        .set("tags", guest.tags(tenant(site, guest)));
    if let Some(cpu) = &workload.spec.cpu {
        params.set_from("cores", workload.vcpus().unwrap_or(1), cpu.meta.origin);
        let share = cpu.limit.as_ref().or(cpu.request.as_ref());
        if let Some(share) = share.filter(|share| share.value.as_whole().is_none()) {
            params.set_from(
                "cpulimit",
                thousandths(share.value.as_millis()),
                share.origin,
            );
        }
    }
    if let Some(memory) = &workload.spec.memory {
        let mib = memory.size.value.get() >> 20;
        params.set_from("memory", mib, memory.size.origin).set_from(
            "swap",
            0_u32,
            memory.meta.origin,
        );
    } else {
        params.set("swap", 0_u32);
    }
    net::of_container(site, guest, &mut params);
    net::resolver(site, guest, &mut params);
    life(guest, &mut params);
    params
}

/// `1.5` of 1500.
pub(super) fn thousandths(millis: u64) -> String {
    let text = format!("{}.{:03}", millis / 1000, millis % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Further disks, each at its path.
fn mounts(site: Site<'_>, guest: &Guest<'_>, out: &mut Vec<Call>) {
    for (index, data) in guest.workload.disks.iter().skip(1).enumerate() {
        let (Some(class), Some(path)) = (site.storage(data.storage), &data.spec.mount) else {
            continue;
        };
        let key = format!("mp{index}");
        let size = gib(data.spec.size.value);
        let backup = disk::is_backed_up(guest.workload, data);
        let volume = properties(&[
            ("", format!("{}:{size}", class.name.value)),
            ("mp", path.value.to_string()),
            ("backup", u32::from(backup).to_string()),
        ]);
        let made = disk::attach(guest, &key, volume, class, Method::Put);
        let id = made.id.clone();
        out.push(made);
        out.push(disk::grow(guest, &key, data, class, id));
    }
}

/// Why a guest is in its tenant's pool.
pub(super) fn owner(site: Site<'_>, guest: &Guest<'_>) -> OriginId {
    site.estate().tenants[guest.tenant.id].name.origin
}

/// The tenant's name.
pub(super) fn tenant<'l>(site: Site<'l>, guest: &Guest<'l>) -> &'l str {
    site.estate().tenants[guest.tenant.id].name.value.as_str()
}
