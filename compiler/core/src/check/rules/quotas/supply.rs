//! What a cluster has that quotas count.

use std::collections::BTreeMap;

use crate::{
    model::{Cluster, Estate, Id, Pool, Tenant},
    schema::kinds::{GpuMode, Role},
    units::Bytes,
};

/// Sums over the pools of a cluster. On Kubernetes a quota counts what pods ask for, and what
/// they ask for has a pool's `overcommit` in it already: so no ratio is applied here.
#[derive(Debug, Default)]
pub(super) struct Supply<'e> {
    /// Thousandths of a core.
    pub(super) cpu: u64,
    /// Bytes of ordinary memory.
    pub(super) memory: u64,
    /// Bytes in pages of a size.
    pub(super) hugepages: BTreeMap<Bytes, u64>,
    /// Whole GPUs, by model.
    pub(super) gpus: BTreeMap<&'e str, u64>,
    /// Slices of GPUs, by model and profile.
    pub(super) slices: BTreeMap<(&'e str, &'e str), u64>,
}

impl<'e> Supply<'e> {
    /// What the workers of a cluster have; with `tenant`, without those that others have alone.
    /// Machines that an autoscaler may add count as being there.
    pub(super) fn of(estate: &'e Estate, cluster: Id<Cluster>, tenant: Option<Id<Tenant>>) -> Self {
        let mut all = Self::default();
        for (_, pool) in estate.pools_of(cluster) {
            let another = pool.tenant.is_some_and(|owner| tenant.is_some_and(|tenant| owner.to != tenant));
            if pool.spec.role.value == Role::Worker && !another {
                all.add(pool);
            }
        }
        all
    }

    fn add(&mut self, pool: &'e Pool) {
        let grown = pool.spec.nodes.as_ref().and_then(|nodes| nodes.max.as_ref());
        let nodes = (pool.nodes.len() as u64).max(grown.map_or(0, |max| max.value.into()));
        let times = |each: u64| each.saturating_mul(nodes);
        self.cpu = self.cpu.saturating_add(times(pool.allocatable_cpu().as_millis()));
        self.memory = self.memory.saturating_add(times(pool.allocatable_memory().get()));
        for (size, total) in pool.hugepages() {
            let sum = self.hugepages.entry(size.value).or_default();
            *sum = sum.saturating_add(times(total.value.get()));
        }
        for gpu in &pool.gpus {
            let (model, count) = (&*gpu.spec.model.value.text, u64::from(gpu.spec.count.value));
            match gpu.spec.mode.value {
                GpuMode::Container | GpuMode::Passthrough => {
                    *self.gpus.entry(model).or_default() += times(count);
                }
                GpuMode::Vgpu | GpuMode::Mig => {
                    for slice in &gpu.spec.slice {
                        let each = count.saturating_mul(slice.count.value.into());
                        *self.slices.entry((model, &slice.profile.value)).or_default() += times(each);
                    }
                }
            }
        }
    }
}
