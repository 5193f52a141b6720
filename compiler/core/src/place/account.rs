//! First fits for backends that need an explicit host, and for machines that a tenant has alone.

use std::collections::BTreeMap;

use super::{Host, Placement};
use crate::{
    check::Checked,
    lock::Allocations,
    model::{Backend, Estate, Replicas, Workload},
    target::Footprint,
    units::Bytes,
};

/// How many replicas there are at least: what must fit at any time.
pub fn least_replicas(estate: &Estate, workload: &Workload) -> u32 {
    let nodes: usize = workload
        .pools
        .iter()
        .map(|pool| estate.pools[pool.to].nodes.len())
        .sum();
    match &workload.replicas {
        Replicas::Fixed(count) => count.value,
        Replicas::PerNode(count) => count
            .value
            .saturating_mul(u32::try_from(nodes).unwrap_or(u32::MAX)),
        Replicas::PerZone(count) => {
            let zones = estate.clusters[workload.cluster].zones.len().max(1);
            count
                .value
                .saturating_mul(u32::try_from(zones).unwrap_or(u32::MAX))
        }
        Replicas::Scaled { min, .. } => min.value,
    }
}

/// Finds machines for what needs an explicit one, and for tenants that have machines alone.
/// What the build before chose is kept while the machine is still there.
pub(super) fn assign_hosts(checked: &Checked<'_>, placement: &mut Placement) {
    let estate = checked.estate();
    let old = placement.allocations.clone();
    placement.allocations.retain(|what, _| what != "node");
    let mut free: BTreeMap<Host, u64> = BTreeMap::new();
    for (pool, spec) in estate.pools.iter() {
        let memory = spec.allocatable_memory().get();
        free.extend((0..spec.nodes.len()).map(|node| (Host { pool, node }, memory)));
    }
    for (id, workload) in estate.workloads.iter() {
        if !matches!(
            estate.clusters[workload.cluster].backend,
            Backend::Proxmox(_)
        ) {
            continue;
        }
        let asked = workload
            .spec
            .memory
            .as_ref()
            .map_or(Bytes::new(0), |memory| memory.size.value);
        let need = placement
            .footprints
            .get(&id)
            .map_or(asked, whole_memory)
            .get();
        for index in 0..least_replicas(estate, workload) {
            let path = format!("{}.{index}", workload.path);
            let old = kept_host(&old, workload, &path);
            let candidates: Vec<Host> = hosts_of(estate, workload).collect();
            let kept = candidates
                .iter()
                .find(|host| old == Some(estate.pools[host.pool].nodes[host.node].name.as_str()));
            let roomiest = || {
                candidates.iter().max_by_key(|host| {
                    (
                        free.get(host).copied().unwrap_or(0),
                        std::cmp::Reverse(**host),
                    )
                })
            };
            let Some(host) = kept.or_else(roomiest).copied() else {
                continue;
            };
            if let Some(left) = free.get_mut(&host) {
                *left = left.saturating_sub(need);
            }
            placement.allocations.set(
                "node",
                &path,
                estate.pools[host.pool].nodes[host.node].name.clone(),
            );
            placement.hosts.insert((id, index), host);
        }
    }
}

/// The host that the build before chose, under the name that the workload had then.
fn kept_host<'o>(old: &'o Allocations, workload: &Workload, path: &str) -> Option<&'o str> {
    old.get("node", path).or_else(|| {
        let was = workload.spec.meta.was.as_ref()?;
        let tenant = workload.path.split('.').next()?;
        old.get(
            "node",
            &path.replacen(&*workload.path, &format!("{tenant}.{was}"), 1),
        )
    })
}

fn whole_memory(footprint: &Footprint) -> Bytes {
    let pages: u64 = footprint.hugepages.values().map(|pages| pages.get()).sum();
    Bytes::new(footprint.memory.get().saturating_add(pages))
}

fn hosts_of<'e>(estate: &'e Estate, workload: &'e Workload) -> impl Iterator<Item = Host> + 'e {
    let named = workload
        .spec
        .on
        .as_ref()
        .and_then(|on| on.node.as_ref())
        .map(|node| node.value.as_str());
    workload
        .pools
        .iter()
        .flat_map(|pool| {
            (0..estate.pools[pool.to].nodes.len()).map(|node| Host {
                pool: pool.to,
                node,
            })
        })
        .filter(move |host| {
            named.is_none_or(|named| estate.pools[host.pool].nodes[host.node].name == named)
        })
}
