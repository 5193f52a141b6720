//! How many replicas there are.

use crate::model::{Estate, Replicas, Workload};

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
