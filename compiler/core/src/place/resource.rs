//! What is given out of a node, each by its own measure, and exact sums of it.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    diag::words,
    model::{Backend, Estate, Pool},
    schema::kinds::{DiskUse, GpuMode},
    target::Footprint,
    units::{Bytes, Cores, Ratio},
};

/// Pods of one node: the kubelet's default for `maxPods`.
const PODS_OF_A_NODE: u32 = 110;

/// Something that a node has an amount of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Resource {
    /// CPU, in thousandths of a core.
    Cpu,
    /// Ordinary memory, in bytes.
    Memory,
    /// Huge pages of this size, in bytes.
    Hugepages(Bytes),
    /// Whole GPUs of this model.
    Gpu(Arc<str>),
    /// Slices of GPUs: the model, and the profile that they are cut by.
    Slice(Arc<str>, Arc<str>),
    /// The node's own disks below a storage class, in bytes.
    Disk(Arc<str>),
    /// Pods.
    Pods,
    /// Threads that a pod has alone, of one NUMA cell.
    DedicatedCpu,
    /// Ordinary memory of one NUMA cell, in bytes.
    CellMemory,
}

impl Resource {
    /// An amount of it, as a message says it: `16 cores`, `64GiB in 1GiB pages`.
    pub(super) fn amount(&self, amount: u128) -> String {
        let small = u64::try_from(amount).unwrap_or(u64::MAX);
        match self {
            Self::Cpu => cores(small),
            Self::Memory | Self::CellMemory => format!("{} of memory", rounded(small)),
            Self::DedicatedCpu => words::count(small, "dedicated core"),
            Self::Hugepages(page) => format!("{} in {page} pages", rounded(small)),
            Self::Gpu(model) => format!("{small} `{model}`"),
            Self::Slice(model, profile) => {
                format!("{} `{profile}` of `{model}`", words::count(small, "slice"))
            }
            Self::Disk(storage) => format!("{} of storage `{storage}`", rounded(small)),
            Self::Pods => words::count(small, "pod"),
        }
    }
}

impl Resource {
    /// What it is called in a problem for the engine. Pods are none of its resources.
    pub(super) fn key(&self) -> Option<String> {
        match self {
            Self::Cpu => Some("cpu".to_owned()),
            Self::Memory => Some("memory".to_owned()),
            Self::Hugepages(page) => Some(format!("hugepages-{page}")),
            Self::Gpu(model) => Some(format!("gpu/{model}")),
            Self::Slice(model, profile) => Some(format!("slice/{model}/{profile}")),
            Self::Disk(storage) => Some(format!("disk/{storage}")),
            Self::DedicatedCpu => Some("dedicated-cpu".to_owned()),
            Self::CellMemory => Some("cell-memory".to_owned()),
            Self::Pods => None,
        }
    }
}

/// Thousandths of a core as people say them: `16 cores`, `128.12 cores`, `500m of CPU`.
fn cores(millis: u64) -> String {
    match (millis / 1000, millis % 1000) {
        (whole, 0) => words::count(whole, "core"),
        (0, _) => format!("{} of CPU", Cores::millis(millis)),
        (whole, part) => {
            let part = format!("{part:03}");
            format!("{whole}.{} cores", part.trim_end_matches('0'))
        }
    }
}

/// Memory to the MiB, rounded up: what is left of a node is never round, and nobody reads bytes.
fn rounded(bytes: u64) -> Bytes {
    match bytes.div_ceil(1 << 20).checked_mul(1 << 20) {
        Some(up) => Bytes::new(up),
        None => Bytes::new(bytes),
    }
}

/// Amounts by resource. What is not in it is not there, which is more than none of it: a pool
/// without a GPU model has no such entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Amounts(BTreeMap<Resource, u128>);

impl Amounts {
    /// What one replica takes.
    pub(super) fn of_replica(footprint: &Footprint) -> Self {
        let mut all = Self::default();
        let cpu =
            u128::from(footprint.dedicated.as_millis()) + u128::from(footprint.shared.as_millis());
        all.add(Resource::Cpu, cpu);
        all.add(Resource::Memory, footprint.memory.get().into());
        for (page, total) in &footprint.hugepages {
            all.add(Resource::Hugepages(*page), total.get().into());
        }
        for (model, count) in &footprint.gpus {
            all.add(Resource::Gpu(model.clone()), (*count).into());
        }
        for ((model, profile), count) in &footprint.slices {
            let slice = Resource::Slice(model.clone(), profile.clone());
            all.add(slice, (*count).into());
        }
        for (storage, size) in &footprint.disks {
            all.add(Resource::Disk(storage.clone()), size.get().into());
        }
        all.add(Resource::Pods, footprint.pods.into());
        all
    }

    /// What one node of a pool has for workloads.
    ///
    /// On Kubernetes a pool's `overcommit` is already in what replicas ask for, because the
    /// scheduler knows no ratio; on Proxmox a guest asks for all of its size.
    pub(super) fn of_node(estate: &Estate, pool: &Pool) -> Self {
        let cluster = &estate.clusters[pool.cluster];
        let mut all = Self::of_devices(pool);
        let ratios = pool.spec.overcommit.as_ref();
        let scaled = |ratio: Option<Ratio>, amount: u64| match (&cluster.backend, ratio) {
            (Backend::Proxmox(_), Some(ratio)) => ratio.apply(amount).unwrap_or(u64::MAX),
            _ => amount,
        };
        let cpu = scaled(
            ratios.map(|r| r.cpu.value),
            pool.allocatable_cpu().as_millis(),
        );
        let memory = scaled(
            ratios.map(|r| r.memory.value),
            pool.allocatable_memory().get(),
        );
        all.add(Resource::Cpu, cpu.into());
        all.add(Resource::Memory, memory.into());
        for (page, total) in pool.hugepages() {
            all.add(Resource::Hugepages(page.value), total.value.get().into());
        }
        for (storage, size) in local_disks(estate, pool) {
            all.add(Resource::Disk(storage), size);
        }
        let kept = pool
            .spec
            .reserve
            .as_ref()
            .and_then(|reserve| reserve.pods.as_ref());
        let pods = PODS_OF_A_NODE.saturating_sub(kept.map_or(0, |kept| kept.value));
        all.add(Resource::Pods, pods.into());
        all
    }

    /// Its GPUs, whole or by slices, as the pool gives them away.
    fn of_devices(pool: &Pool) -> Self {
        let mut all = Self::default();
        for gpu in &pool.gpus {
            let model = &gpu.spec.model.value.text;
            let cards = u128::from(gpu.spec.count.value);
            match gpu.spec.mode.value {
                GpuMode::Passthrough | GpuMode::Container => {
                    all.add(Resource::Gpu(model.clone()), cards);
                }
                GpuMode::Vgpu | GpuMode::Mig => {
                    for slice in &gpu.spec.slice {
                        let profile = slice.profile.value.clone();
                        let each = u128::from(slice.count.value);
                        all.add(Resource::Slice(model.clone(), profile), cards * each);
                    }
                }
            }
        }
        all
    }

    /// Adds an amount; of what was not there it makes an entry.
    pub(super) fn add(&mut self, resource: Resource, amount: u128) {
        let has = self.0.entry(resource).or_default();
        *has = has.saturating_add(amount);
    }

    /// Adds all of another, so many times.
    pub(super) fn add_times(&mut self, other: &Self, times: u128) {
        for (resource, amount) in &other.0 {
            self.add(resource.clone(), amount.saturating_mul(times));
        }
    }

    /// Takes all of another away, as far as there is.
    pub(super) fn take(&mut self, other: &Self) {
        for (resource, amount) in &other.0 {
            if let Some(has) = self.0.get_mut(resource) {
                *has = has.saturating_sub(*amount);
            }
        }
    }

    /// Whether there is such a thing at all.
    pub(super) fn has(&self, resource: &Resource) -> bool {
        self.0.contains_key(resource)
    }

    /// Forgets a resource.
    pub(super) fn forget(&mut self, forgotten: impl Fn(&Resource) -> bool) {
        self.0.retain(|resource, _| !forgotten(resource));
    }

    /// The amount of a resource; `None` where there is no such thing.
    pub(super) fn get(&self, resource: &Resource) -> Option<u128> {
        self.0.get(resource).copied()
    }

    /// All amounts that are not 0.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Resource, u128)> {
        self.0
            .iter()
            .map(|(resource, amount)| (resource, *amount))
            .filter(|(_, amount)| *amount > 0)
    }

    /// Where this is more than `supply`: the resource, this, and the supply.
    pub(super) fn beyond<'a>(
        &'a self,
        supply: &'a Self,
    ) -> impl Iterator<Item = (&'a Resource, u128, u128)> {
        self.iter().filter_map(|(resource, asked)| {
            let has = supply.get(resource).unwrap_or(0);
            (asked > has).then_some((resource, asked, has))
        })
    }
}

/// What a node's own disks hold for each class of `local` ones, in bytes: those of the name that
/// the class says, else those of `use=local`. A pool without such disks has no entry.
fn local_disks(estate: &Estate, pool: &Pool) -> Vec<(Arc<str>, u128)> {
    let classes = estate.storages.values().filter_map(|storage| {
        let local = storage.spec.local.as_ref()?;
        (storage.cluster == pool.cluster).then_some((storage, local))
    });
    let sizes = classes.map(|(storage, local)| {
        let disks = pool.spec.disk.iter().filter(|disk| match &local.disk {
            Some(named) => disk.name.value == named.value,
            None => disk
                .r#use
                .as_ref()
                .is_some_and(|it| it.value == DiskUse::Local),
        });
        let size = disks
            .map(|disk| u128::from(disk.size.value.get()) * u128::from(disk.count.value))
            .sum();
        (storage.name.value.as_str().into(), size)
    });
    sizes.filter(|(_, size)| *size > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_said_as_people_say_them() {
        for (millis, said) in [
            (16_000, "16 cores"),
            (1000, "1 core"),
            (128_120, "128.12 cores"),
            (8_030, "8.03 cores"),
            (500, "500m of CPU"),
        ] {
            assert_eq!(Resource::Cpu.amount(millis), said);
        }
        let page = Resource::Hugepages(Bytes::gib(1));
        assert_eq!(page.amount(64 << 30), "64GiB in 1GiB pages");
        assert_eq!(Resource::Memory.amount((4 << 30) - 7), "4GiB of memory");
    }

    #[test]
    fn what_is_not_there_is_less_than_anything() {
        let mut asked = Amounts::default();
        asked.add(Resource::Gpu("x".into()), 1);
        let nothing = Amounts::default();
        assert_eq!(asked.beyond(&nothing).count(), 1);
        assert_eq!(nothing.beyond(&asked).count(), 0);
        asked.take(&asked.clone());
        assert_eq!(asked.beyond(&nothing).count(), 0);
    }
}
