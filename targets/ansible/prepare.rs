//! What a host needs before anything runs on it. The variables are ours; `additional_sysctl` is
//! Kubespray's own. `docs/reference/targets/ansible.md` says what a role does with each.

use tenantry_core::{
    emit::{NodeMut, Scalar},
    model::{Estate, Pool},
    schema::{
        kinds::{GpuMode, Network},
        ty::Lit,
    },
    units::Bytes,
};

/// Adds what the pool's hosts need, and nothing where they need nothing.
pub(super) fn of_pool(estate: &Estate, pool: &Pool, root: &mut NodeMut<'_>) {
    hugepages(pool, root);
    kernel_args(pool, root);
    modules(pool, root);
    vfio(estate, pool, root);
    memory(pool, root);
    sysctls(pool, root);
    interfaces(estate, pool, root);
}

fn is_passed_through(pool: &Pool) -> bool {
    pool.gpus
        .iter()
        .any(|gpu| gpu.spec.mode.value == GpuMode::Passthrough)
}

/// Whether machines get its GPUs, whole or in slices.
fn leaves_the_host(pool: &Pool) -> bool {
    let to_machines = |mode| matches!(mode, GpuMode::Passthrough | GpuMode::Vgpu);
    pool.gpus.iter().any(|gpu| to_machines(gpu.spec.mode.value))
}

fn wants_iommu(pool: &Pool) -> bool {
    let said = pool
        .spec
        .prepare
        .as_ref()
        .and_then(|prepare| prepare.iommu.as_ref());
    said.map_or_else(
        || leaves_the_host(pool) || pool.spec.nic.iter().any(|nic| nic.sriov_vfs.value > 0),
        |iommu| iommu.value,
    )
}

/// The size of a page as the kernel's command line has it.
fn page(size: Bytes) -> String {
    match (size.as_gib(), size.as_mib()) {
        (Some(gib), _) => format!("{gib}G"),
        (None, Some(mib)) => format!("{mib}M"),
        (None, None) => size.get().to_string(),
    }
}

fn hugepages(pool: &Pool, root: &mut NodeMut<'_>) {
    for (size, total) in pool.hugepages() {
        let mut list = root.list("host_hugepages");
        let mut entry = list.push_map();
        entry.mark(total.origin);
        entry.set("size", &page(size.value));
        let count = total.value.get() / size.value.get().max(1);
        entry.set("count", count).mark(total.origin);
    }
}

/// Pages of 1 GiB can be had at boot only, before memory is in pieces; smaller ones are reserved
/// there too, so that a host has all of them or does not come up with a promise it cannot keep.
fn kernel_args(pool: &Pool, root: &mut NodeMut<'_>) {
    let mut args = Vec::new();
    let mut pages: Vec<_> = pool.hugepages().collect();
    pages.sort_by_key(|(size, _)| std::cmp::Reverse(size.value));
    if let Some((largest, _)) = pages.first() {
        args.push((
            format!("default_hugepagesz={}", page(largest.value)),
            largest.origin,
        ));
    }
    for (size, total) in pages {
        let count = total.value.get() / size.value.get().max(1);
        args.push((format!("hugepagesz={}", page(size.value)), size.origin));
        args.push((format!("hugepages={count}"), total.origin));
    }
    if wants_iommu(pool) {
        let prepare = pool.spec.prepare.as_ref().and_then(|p| p.iommu.as_ref());
        let origin = prepare.map_or(pool.spec.meta.origin, |iommu| iommu.origin);
        // On AMD it is on by itself, and the kernel passes over the word.
        args.push(("intel_iommu=on".to_owned(), origin));
        args.push(("iommu=pt".to_owned(), origin));
    }
    if let Some(prepare) = &pool.spec.prepare {
        for arg in &prepare.kernel_arg {
            args.push((arg.text.value.to_string(), arg.text.origin));
        }
    }
    if args.is_empty() {
        return;
    }
    let mut list = root.list("host_kernel_args");
    for (arg, origin) in args {
        list.push(&arg).mark(origin);
    }
}

fn modules(pool: &Pool, root: &mut NodeMut<'_>) {
    let declared = pool.spec.prepare.iter().flat_map(|prepare| &prepare.module);
    let mut modules: Vec<String> = declared
        .map(|module| module.name.value.to_string())
        .collect();
    if is_passed_through(pool) {
        modules.extend(["vfio", "vfio_iommu_type1", "vfio_pci"].map(str::to_owned));
    }
    modules.sort();
    modules.dedup();
    for module in modules {
        root.list("host_kernel_modules").push(&module);
    }
    let prepare = pool.spec.prepare.as_ref();
    let flags = [
        (
            "host_nested_virtualization",
            prepare.and_then(|p| p.nested.as_ref()),
        ),
        ("host_sev", prepare.and_then(|p| p.sev.as_ref())),
        ("host_tdx", prepare.and_then(|p| p.tdx.as_ref())),
    ];
    for (key, flag) in flags {
        if let Some(flag) = flag {
            root.set(key, flag.value).mark(flag.origin);
        }
    }
    if let Some(isolated) = &pool.spec.cpu.isolate {
        root.set("host_isolated_threads", isolated.value)
            .mark(isolated.origin);
    }
    if !pool.spec.cpu.smt.value {
        root.set("host_smt", false).mark(pool.spec.cpu.smt.origin);
    }
}

/// Cards that the host's own driver must leave alone.
fn vfio(estate: &Estate, pool: &Pool, root: &mut NodeMut<'_>) {
    let cards = pool
        .gpus
        .iter()
        .filter(|gpu| gpu.spec.mode.value == GpuMode::Passthrough);
    for gpu in cards {
        for id in &estate.gpu_models[gpu.model.to].id {
            root.list("host_vfio_ids")
                .push(&id.id.value.to_string())
                .mark(gpu.spec.meta.origin);
        }
    }
}

fn memory(pool: &Pool, root: &mut NodeMut<'_>) {
    let memory = &pool.spec.memory;
    root.set("host_swap", memory.swap.value)
        .mark(memory.swap.origin);
    root.set("host_ksm", memory.ksm.value)
        .mark(memory.ksm.origin);
}

fn sysctls(pool: &Pool, root: &mut NodeMut<'_>) {
    for sysctl in pool.spec.prepare.iter().flat_map(|prepare| &prepare.sysctl) {
        let mut list = root.list("additional_sysctl");
        let mut entry = list.push_map();
        entry.mark(sysctl.meta.origin);
        entry.set("name", &*sysctl.key.value);
        let value: Scalar<'_> = match &sysctl.value.value {
            Lit::Str(text) => (&**text).into(),
            Lit::Int(number) => (*number).into(),
            Lit::Bool(truth) => i32::from(*truth).into(),
        };
        entry.set("value", value);
    }
}

fn interfaces(estate: &Estate, pool: &Pool, root: &mut NodeMut<'_>) {
    for nic in &pool.nics {
        let spec = &nic.spec;
        let mut list = root.list("host_interfaces");
        let mut entry = list.push_map();
        entry.mark(spec.meta.origin);
        entry.set("name", spec.name.value.as_str());
        entry.set("mtu", spec.mtu.value).mark(spec.mtu.origin);
        if let Some(bond) = &spec.bond {
            entry.set("bond", bond.value.word()).mark(bond.origin);
        }
        if spec.sriov_vfs.value > 0 {
            entry
                .set("sriov_vfs", spec.sriov_vfs.value)
                .mark(spec.sriov_vfs.origin);
        }
        for carried in &nic.carries {
            let mut networks = entry.list("networks");
            let mut entry = networks.push_map();
            entry.mark(carried.at);
            network(&estate.networks[carried.to].spec, &mut entry);
        }
    }
}

/// A network that an interface carries: everything of it that a host can be set up for.
fn network(spec: &Network, entry: &mut NodeMut<'_>) {
    entry
        .set("name", spec.name.value.as_str())
        .mark(spec.name.origin);
    if let Some(vlan) = &spec.vlan {
        entry.set("vlan", vlan.value).mark(vlan.origin);
    }
    if let Some(bridge) = &spec.bridge {
        entry
            .set("bridge", bridge.value.as_str())
            .mark(bridge.origin);
    }
    if let Some(mtu) = &spec.mtu {
        entry.set("mtu", mtu.value).mark(mtu.origin);
    }
    for (key, range) in [("cidr", &spec.cidr), ("cidr6", &spec.cidr6)] {
        if let Some(range) = range {
            entry.set(key, &range.value.to_string()).mark(range.origin);
        }
    }
    for route in &spec.route {
        let mut routes = entry.list("routes");
        let mut to = routes.push_map();
        to.mark(route.meta.origin);
        to.set("to", &route.cidr.value.to_string());
        to.set("via", &route.via.value.to_string());
    }
}
