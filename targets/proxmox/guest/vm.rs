//! Virtual machines: cloned, imported or empty, then set as the spec says.

use tenantry_core::{
    model::Storage,
    schema::kinds::{FeaturePolicy, Firmware, Os, Vm},
};

use super::{
    super::{
        images::{self, Filling},
        mapping,
        plan::{Call, Method, Params, Phase, Template, properties},
        site::{Guest, Site},
    },
    cloud_init, description, disk, identity, life,
    lxc::{owner, tenant, thousandths},
    needs, net, taken,
};

/// The key of the drive that cloud-init reads.
const SEED: &str = "ide2";

/// The key of an installer's disc.
const DISC: &str = "ide3";

/// The calls of one machine.
pub(super) fn calls(site: Site<'_>, guest: &Guest<'_>, spec: &Vm, out: &mut Vec<Call>) {
    let Some(root) = guest.workload.disks.first() else {
        return;
    };
    let (Some(class), Some((filling, _))) =
        (site.storage(root.storage), images::filling(site, guest))
    else {
        return;
    };
    let config = config(site, guest, spec);
    let id = guest.id();
    let made = match filling {
        Filling::Clone(template) => {
            out.push(clone(site, guest, template, class));
            let path = format!("{}/config", guest.path());
            let set = Call::new(
                format!("{id}.config"),
                Phase::Guests,
                Method::Put,
                path.as_str(),
                guest.instance.origin,
            );
            out.push(set.params(config).compare(path).after(id.as_str()));
            format!("{id}.config")
        }
        Filling::Import(..) | Filling::Installer(_) => {
            out.push(create(site, guest, spec, class, filling, config));
            id.clone()
        }
    };
    out.extend(firmware(guest, spec, class));
    if site.estate().has_cloud_init(guest.workload) {
        let seed = disk::volume_named(class, "cloudinit");
        out.push(disk::attach(guest, SEED, seed, class, Method::Post));
    }
    if let Some((slot, _)) = disk::slots(guest.workload).first() {
        out.push(disk::grow(guest, slot, root, class, made.clone()));
    }
    disk::data(site, guest, out);
    out.extend(root_only(guest, made));
}

/// What a machine's template must have, and where it lies: on the cluster's first machine, from
/// where it is cloned to the others.
pub(super) fn template(site: Site<'_>, guest: &Guest<'_>) -> Option<Template> {
    let (Filling::Clone(vmid), _) = images::filling(site, guest)? else {
        return None;
    };
    let (slot, _) = disk::slots(guest.workload).into_iter().next()?;
    Some(Template {
        node: home(site)?.to_owned(),
        vmid,
        has: vec![slot],
        origin: images::image(site, guest).map_or(guest.instance.origin, |it| it.meta.origin),
    })
}

fn home(site: Site<'_>) -> Option<&str> {
    site.nodes().into_iter().next()
}

fn clone(site: Site<'_>, guest: &Guest<'_>, template: u32, class: &Storage) -> Call {
    let home = home(site).unwrap_or(guest.node);
    let mut call = Call::new(
        guest.id(),
        Phase::Guests,
        Method::Post,
        format!("/nodes/{home}/qemu/{template}/clone"),
        guest.instance.origin,
    )
    .param("newid", guest.vmid)
    .param("name", guest.instance.name.as_str())
    .param_from("pool", guest.tenant.namespace.as_str(), owner(site, guest))
    .param("full", true)
    .param_from("storage", class.name.value.as_str(), class.name.origin);
    if home != guest.node {
        call.params.set("target", guest.node);
    }
    call.identity = identity(guest);
    call.probe(taken(guest))
        .task()
        .serialise(disk::lock(class))
        .serialise(format!("template:{template}"))
        .after_all(needs(site, guest))
}

fn create(
    site: Site<'_>,
    guest: &Guest<'_>,
    spec: &Vm,
    class: &Storage,
    filling: Filling<'_>,
    config: Params,
) -> Call {
    let mut call = Call::new(
        guest.id(),
        Phase::Guests,
        Method::Post,
        format!("/nodes/{}/qemu", guest.node),
        guest.instance.origin,
    )
    .param("vmid", guest.vmid)
    .param_from("pool", guest.tenant.namespace.as_str(), owner(site, guest))
    .params(config.clone());
    if let Some((slot, root)) = disk::slots(guest.workload).into_iter().next() {
        let mut options = disk::options(guest.workload, root, class, &slot);
        let size = match filling {
            Filling::Import(image, source) => {
                options.insert(0, ("import-from", images::imported(image, source)));
                0
            }
            _ => super::super::site::gib(root.spec.size.value),
        };
        let volume = disk::volume(class, size, &options);
        call.params
            .set_from(slot.as_str(), volume, root.spec.meta.origin);
    }
    if let Filling::Installer(disc) = filling {
        call.params.set(DISC, format!("{disc},media=cdrom"));
    }
    if site.estate().has_cloud_init(guest.workload) {
        call.params
            .set(SEED, disk::volume_named(class, "cloudinit"));
    }
    if spec.firmware.value == Firmware::Uefi {
        call.params
            .set_from("efidisk0", variables(spec, class), spec.firmware.origin);
    }
    call.identity = identity(guest);
    call.probe(taken(guest))
        .update(format!("{}/config", guest.path()), config)
        .task()
        .serialise(disk::lock(class))
        .after_all(needs(site, guest))
}

/// Where UEFI keeps its variables; keys of the usual vendors only for Secure Boot.
fn variables(spec: &Vm, class: &Storage) -> String {
    let keys = u32::from(spec.secure_boot.value).to_string();
    disk::volume(
        class,
        1,
        &[("efitype", "4m".to_owned()), ("pre-enrolled-keys", keys)],
    )
}

/// What the firmware keeps: a template may lack it.
fn firmware(guest: &Guest<'_>, spec: &Vm, class: &Storage) -> Vec<Call> {
    let mut calls = Vec::new();
    if spec.firmware.value == Firmware::Uefi {
        let variables = variables(spec, class);
        calls.push(disk::attach(
            guest,
            "efidisk0",
            variables,
            class,
            Method::Post,
        ));
    }
    if spec.tpm.as_ref().is_some_and(|tpm| tpm.value) {
        let state = disk::volume(class, 1, &[("version", "v2.0".to_owned())]);
        calls.push(disk::attach(guest, "tpmstate0", state, class, Method::Post));
    }
    calls
}

/// Everything of it that may change.
fn config(site: Site<'_>, guest: &Guest<'_>, spec: &Vm) -> Params {
    let mut params = Params::default();
    let image = images::image(site, guest);
    let windows = image.is_some_and(|image| image.os.value == Os::Windows);
    let system = image.map_or(spec.meta.origin, |image| image.os.origin);
    params
        .set("name", guest.instance.name.as_str())
        .set("description", description(guest))
        .set("tags", guest.tags(tenant(site, guest)))
        .set_from("ostype", if windows { "win11" } else { "l26" }, system)
        .set_from("machine", spec.machine.value.word(), spec.machine.origin);
    let bios = match spec.firmware.value {
        Firmware::Uefi => "ovmf",
        Firmware::Bios => "seabios",
    };
    params.set_from("bios", bios, spec.firmware.origin);
    processor(guest, &mut params);
    memory(site, guest, &mut params);
    params.set("scsihw", "virtio-scsi-single");
    // An empty disk does not boot, and the installer's disc is next.
    let installs = matches!(
        images::filling(site, guest),
        Some((Filling::Installer(_), _))
    );
    disk::boot(guest.workload, installs.then_some(DISC), &mut params);
    devices(site, guest, &mut params);
    net::of_vm(site, guest, &mut params);
    if site.estate().has_cloud_init(guest.workload) {
        net::addresses(site, guest, &mut params);
        net::resolver(site, guest, &mut params);
        cloud_init::params(site, guest, &mut params);
    }
    let agent = image.is_some_and(|image| image.agent.value);
    let asks = image.map_or(spec.meta.origin, |image| image.agent.origin);
    params.set_from("agent", format!("enabled={}", u32::from(agent)), asks);
    life(guest, &mut params);
    params
}

/// The server knows sockets and cores; threads of a core are cores to it.
fn processor(guest: &Guest<'_>, params: &mut Params) {
    let Some(cpu) = &guest.workload.spec.cpu else {
        return;
    };
    let sockets = cpu.sockets.value.max(1);
    let all = guest.workload.vcpus().unwrap_or(1);
    let model = match &*cpu.model.value {
        // The nearest that the server has to a model of its own host is the host itself.
        "host-model" | "host-passthrough" => "host",
        named => named,
    };
    let mut pairs = vec![("", model.to_owned())];
    let flags: Vec<String> = cpu
        .feature
        .iter()
        .map(|feature| match feature.policy.value {
            FeaturePolicy::Require => format!("+{}", feature.name.value),
            FeaturePolicy::Disable => format!("-{}", feature.name.value),
        })
        .collect();
    if !flags.is_empty() {
        pairs.push(("flags", flags.join(";")));
    }
    params
        .set_from("cpu", properties(&pairs), cpu.model.origin)
        .set_from("sockets", sockets, cpu.sockets.origin)
        .set_from("cores", all.div_ceil(sockets), cpu.meta.origin);
    if let Some(limit) = &cpu.limit {
        params.set_from(
            "cpulimit",
            thousandths(limit.value.as_millis()),
            limit.origin,
        );
    }
}

/// Memory is a machine's own unless it says that the host may ask for some of it back. Huge
/// pages and a NUMA layout both need the guest to be told of cells.
fn memory(site: Site<'_>, guest: &Guest<'_>, params: &mut Params) {
    let Some(memory) = &guest.workload.spec.memory else {
        return;
    };
    let mib = memory.size.value.get() >> 20;
    let numa = guest
        .workload
        .spec
        .cpu
        .as_ref()
        .and_then(|cpu| cpu.numa.as_ref());
    let cells = memory.hugepages.is_some() || numa.is_some_and(|numa| numa.value);
    let balloon = memory.balloon.as_ref().is_some_and(|balloon| balloon.value);
    let ballooned = memory.balloon.as_ref();
    let ballooned = ballooned.map_or(memory.meta.origin, |balloon| balloon.origin);
    params
        .set_from("memory", mib, memory.size.origin)
        .set_from("balloon", if balloon { mib } else { 0 }, ballooned)
        .set_from(
            "numa",
            cells,
            numa.map_or(memory.meta.origin, |numa| numa.origin),
        );
    let merges = guest
        .workload
        .pools
        .iter()
        .any(|pool| site.estate().pools[pool.to].spec.memory.ksm.value);
    if site.release() >= 9 {
        params.set("allow-ksm", merges);
    }
}

fn devices(site: Site<'_>, guest: &Guest<'_>, params: &mut Params) {
    let mut index = 0;
    for gpu in &guest.workload.gpus {
        let name = mapping::name(&site.estate().gpu_models[gpu.model.to]);
        for _ in 0..gpu.spec.count.value {
            let value = properties(&[("mapping", name.clone()), ("pcie", "1".to_owned())]);
            params.set_from(format!("hostpci{index}"), value, gpu.spec.meta.origin);
            index += 1;
        }
    }
}

/// What only root may set: huge pages.
fn root_only(guest: &Guest<'_>, made: String) -> Option<Call> {
    let pages = guest.workload.spec.memory.as_ref()?.hugepages.as_ref()?;
    let path = format!("{}/config", guest.path());
    let mut call = Call::new(
        format!("{}.rootkeys", guest.id()),
        Phase::Guests,
        Method::Put,
        path.as_str(),
        pages.origin,
    )
    .compare(path)
    .by_root()
    .after(made);
    let size = (pages.value.get() >> 20).to_string();
    call.params.set_from("hugepages", size, pages.origin);
    Some(call)
}
