//! Machines that a tenant has alone: which ones of a pool they are.

use std::{collections::BTreeMap, sync::Arc};

use super::{Host, Placement};
use crate::model::{Estate, Pool};

/// Gives tenants the machines that they have alone: the kept ones first, then the first free.
pub(super) fn assign(estate: &Estate, placement: &mut Placement) {
    let mut taken: BTreeMap<Host, Arc<str>> = BTreeMap::new();
    for (id, pool) in estate.pools.iter() {
        let asks: Vec<(&str, usize)> = estate
            .tenants
            .values()
            .flat_map(|tenant| {
                tenant
                    .dedicated
                    .iter()
                    .filter(|(asked, _)| asked.to == id)
                    .map(|(_, spec)| (tenant.name.value.as_str(), spec.count.value as usize))
            })
            .collect();
        for kept_only in [true, false] {
            for (tenant, count) in &asks {
                for node in 0..pool.nodes.len() {
                    let host = Host { pool: id, node };
                    let have = taken
                        .iter()
                        .filter(|(host, owner)| host.pool == id && &***owner == *tenant)
                        .count();
                    let path = node_path(estate, pool, node);
                    let kept = placement.allocations.get("dedicated", &path) == Some(*tenant);
                    if have < *count && !taken.contains_key(&host) && (kept || !kept_only) {
                        taken.insert(host, (*tenant).into());
                    }
                }
            }
        }
    }
    let keep: Vec<(String, String)> = taken
        .iter()
        .map(|(host, tenant)| {
            (
                node_path(estate, &estate.pools[host.pool], host.node),
                tenant.to_string(),
            )
        })
        .collect();
    placement.allocations.retain(|what, _| what != "dedicated");
    for (path, tenant) in keep {
        placement.allocations.set("dedicated", &path, tenant);
    }
    placement.dedicated = taken;
}

fn node_path(estate: &Estate, pool: &Pool, node: usize) -> String {
    format!(
        "{}.{}",
        estate.clusters[pool.cluster].name.value, pool.nodes[node].name
    )
}
