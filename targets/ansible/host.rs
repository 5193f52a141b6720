//! What a pool's machines have in common, and what each has of its own.

use std::collections::BTreeMap;

use tenantry_core::{
    emit::{NodeMut, Tree},
    lower::{Lowered, names::TENANT_LABEL},
    model::{Cluster, Estate, Pool},
    origin::OriginId,
    schema::kinds::{CpuManager, GpuMode, MemoryManager, Reserve},
    units::Bytes,
};

use super::{
    inventory::{Machine, is_kubespray},
    prepare,
};
use crate::kube::labels::{MIG_LABEL, POOL_LABEL, RACK_LABEL, mig_layout};

const ZONE_LABEL: &str = "topology.kubernetes.io/zone";
/// Where Rook reads the rack of a machine's disks.
const ROOK_RACK_LABEL: &str = "topology.rook.io/rack";
/// What the GPU operator makes a node's GPUs ready for.
const GPU_LABEL: &str = "nvidia.com/gpu.workload.config";

/// `group_vars` of a pool.
pub(super) fn of_pool(estate: &Estate, cluster: &Cluster, pool: &Pool) -> Tree {
    let mut tree = Tree::map();
    let mut root = tree.root_mut();
    if is_kubespray(cluster) {
        kubelet(pool, &mut root);
    }
    prepare::of_pool(estate, pool, &mut root);
    tree
}

/// The kubelet's part.
fn kubelet(pool: &Pool, root: &mut NodeMut<'_>) {
    let manager = &pool.spec.cpu.manager;
    if manager.value == CpuManager::Static {
        root.set("kubelet_cpu_manager_policy", "static")
            .mark(manager.origin);
    }
    if let Some(topology) = &pool.spec.topology_manager {
        root.set(
            "kubelet_topology_manager_policy",
            topology.policy.value.word(),
        )
        .mark(topology.policy.origin);
        root.set(
            "kubelet_topology_manager_scope",
            topology.scope.value.word(),
        )
        .mark(topology.scope.origin);
    }
    let swap = &pool.spec.memory.swap;
    root.set("kubelet_fail_swap_on", !swap.value)
        .mark(swap.origin);
    if let Some(reserve) = &pool.spec.reserve {
        reserved(reserve, root);
    }
}

/// What is kept is one amount, for the system and Kubernetes together. Kubespray always keeps
/// two and adds them, so the second is set to nothing.
fn reserved(reserve: &Reserve, root: &mut NodeMut<'_>) {
    if let Some(cpu) = &reserve.cpu {
        root.set("kube_cpu_reserved", &cpu.value.quantity())
            .mark(cpu.origin);
        root.set("system_cpu_reserved", "0").mark(cpu.origin);
    }
    if let Some(memory) = &reserve.memory {
        root.set("kube_memory_reserved", &memory.value.quantity())
            .mark(memory.origin);
        root.set("system_memory_reserved", "0").mark(memory.origin);
    }
    // The kubelet refuses a list of reserved CPUs beside the cgroups of what is reserved.
    if reserve.cores.is_some() {
        root.set("kube_reserved", false);
        root.set("system_reserved", false);
    }
}

/// `host_vars` of a machine.
pub(super) fn of_machine(lowered: &Lowered<'_>, machine: Machine<'_>) -> Tree {
    let mut tree = Tree::map();
    let mut root = tree.root_mut();
    hardware(machine, &mut root);
    if !is_kubespray(machine.cluster) {
        return tree;
    }
    if let Some(ip) = machine.node.ip {
        root.set("ip", &ip.to_string()).mark(machine.node.origin);
        root.set("access_ip", &ip.to_string())
            .mark(machine.node.origin);
    }
    if let Some(member) = machine.etcd {
        root.set("etcd_member_name", &format!("etcd{member}"));
    }
    let tenant = tenant(lowered, machine);
    let mut labels = root.map("node_labels");
    for (key, (value, origin)) in node_labels(lowered.estate, machine, tenant.as_ref()) {
        labels.set(&key, &value).mark(origin);
    }
    let taints = node_taints(machine, tenant.as_ref());
    if !taints.is_empty() {
        let mut list = root.list("node_taints");
        for (taint, origin) in taints {
            list.push(&taint).mark(origin);
        }
    }
    kubelet_config(lowered.estate, machine.pool, &mut root);
    tree
}

/// The kubelet's settings that Kubespray has no variable of its own for. They are one map, which
/// Ansible replaces and does not merge, so that it stands whole with each host.
fn kubelet_config(estate: &Estate, pool: &Pool, root: &mut NodeMut<'_>) {
    let reserve = pool.spec.reserve.as_ref();
    let cores = reserve.and_then(|reserve| reserve.cores.as_ref());
    let manager = &pool.spec.memory.manager;
    let counted = manager.value == MemoryManager::Static;
    if cores.is_none() && !counted {
        return;
    }
    let mut config = root.map("kubelet_config_extra_args");
    if let Some(cores) = cores {
        config
            .set("reservedSystemCPUs", &*cores.value)
            .mark(cores.origin);
    }
    if !counted {
        return;
    }
    config
        .set("memoryManagerPolicy", "Static")
        .mark(manager.origin);
    let kept = reserve.and_then(|reserve| reserve.memory.as_ref());
    let why = kept.map_or(manager.origin, |kept| kept.origin);
    let mut cells = config.list("reservedMemory");
    for (cell, size) in kept_by_cell(estate, pool).enumerate() {
        let mut entry = cells.push_map();
        entry.mark(why);
        entry.set("numaNode", u64::try_from(cell).unwrap_or_default());
        entry
            .map("limits")
            .set("memory", &size.quantity())
            .mark(why);
    }
}

/// What the kubelet must be told to keep of each NUMA cell: equal shares, and what bytes are
/// over of the first. It refuses to start where they are not together what it keeps of the node, the
/// eviction threshold counted in.
fn kept_by_cell(estate: &Estate, pool: &Pool) -> impl Iterator<Item = Bytes> {
    let cells = u64::from(estate.numa_nodes(pool));
    let kept = pool.kept_memory().get();
    let share = kept / cells;
    let first = kept - share * (cells - 1);
    (0..cells).map(move |cell| Bytes::new(if cell == 0 { first } else { share }))
}

/// How the machine is found before anything runs on it.
fn hardware(machine: Machine<'_>, root: &mut NodeMut<'_>) {
    let mut named = machine.pool.spec.node.iter();
    let Some(declared) = named.find(|node| node.name.value.as_str() == machine.name) else {
        return;
    };
    if let Some(mac) = &declared.mac {
        root.set("host_mac", &mac.value.to_string())
            .mark(mac.origin);
    }
    if let Some(bmc) = &declared.bmc {
        root.set("host_bmc", &bmc.value.to_string())
            .mark(bmc.origin);
    }
}

/// The tenant that has the machine alone, by its pool, or one of the pool's machines; and the
/// line that gives it.
fn tenant(lowered: &Lowered<'_>, machine: Machine<'_>) -> Option<(String, OriginId)> {
    let estate = lowered.estate;
    if let Some(tenant) = machine.pool.tenant {
        return Some((estate.tenants[tenant.to].name.value.to_string(), tenant.at));
    }
    let name = lowered.placement.dedicated.get(&machine.host)?.to_string();
    let owner = estate
        .tenants
        .values()
        .find(|tenant| *tenant.name.value.as_str() == *name);
    let mut gives = owner.into_iter().flat_map(|tenant| &tenant.dedicated);
    let given = gives.find(|(pool, _)| pool.to == machine.host.pool);
    let why = given.map_or(machine.pool.spec.meta.origin, |(_, given)| {
        given.meta.origin
    });
    Some((name, why))
}

/// Whether the cluster has storage on a Ceph that Rook runs.
fn has_ceph(estate: &Estate, pool: &Pool) -> bool {
    let mut storages = estate.storages.values();
    storages.any(|storage| {
        let spec = &storage.spec;
        storage.cluster == pool.cluster && (spec.rook_ceph.is_some() || spec.cephfs.is_some())
    })
}

fn node_labels(
    estate: &Estate,
    machine: Machine<'_>,
    tenant: Option<&(String, OriginId)>,
) -> BTreeMap<String, (String, OriginId)> {
    let pool = machine.pool;
    let mut labels = BTreeMap::new();
    for (key, value) in &pool.spec.meta.labels {
        labels.insert(key.to_string(), (value.value.to_string(), value.origin));
    }
    let mut add = |key: &str, value: String, origin| {
        labels.insert(key.to_owned(), (value, origin));
    };
    add(POOL_LABEL, pool.name.value.to_string(), pool.name.origin);
    if let Some(zone) = &machine.node.zone {
        add(ZONE_LABEL, zone.to_string(), machine.node.origin);
    }
    if let Some(rack) = &machine.node.rack {
        add(RACK_LABEL, rack.value.to_string(), rack.origin);
        if has_ceph(estate, pool) {
            add(ROOK_RACK_LABEL, rack.value.to_string(), rack.origin);
        }
    }
    if let Some(tenant) = tenant {
        add(TENANT_LABEL, tenant.0.clone(), tenant.1);
    }
    for gpu in &pool.gpus {
        let mode = &gpu.spec.mode;
        let word = match mode.value {
            GpuMode::Container | GpuMode::Mig => "container",
            GpuMode::Passthrough => "vm-passthrough",
            GpuMode::Vgpu => "vm-vgpu",
        };
        add(GPU_LABEL, word.to_owned(), mode.origin);
        if mode.value == GpuMode::Mig {
            add(MIG_LABEL, mig_layout(pool), mode.origin);
        }
    }
    labels
}

fn node_taints(
    machine: Machine<'_>,
    tenant: Option<&(String, OriginId)>,
) -> Vec<(String, OriginId)> {
    let pool = machine.pool;
    let mut taints: Vec<(String, OriginId)> = pool
        .spec
        .taint
        .iter()
        .map(|taint| {
            let effect = taint.effect.value.word();
            let text = format!("{}={}:{effect}", taint.key.value, taint.value.value);
            (text, taint.meta.origin)
        })
        .collect();
    if let Some(tenant) = tenant {
        let (name, why) = tenant;
        taints.push((format!("{TENANT_LABEL}={name}:NoSchedule"), *why));
    }
    taints
}
