//! What a backend answers. Phases above `targets` need what only a backend knows, so a target
//! has pure faces that an earlier phase calls through the list its caller hands in; this crate
//! names no target.

mod capabilities;

use std::{collections::BTreeMap, sync::Arc};

pub use capabilities::{Bound, Capabilities, Capability, OutOfWindow, Support, TableError};

use crate::{
    check::Checked,
    close::Platform,
    diag::Findings,
    emit::Objects,
    flows::Derived,
    lower::Lowered,
    model::{Cluster, Estate, Id, Workload},
    units::{Bytes, Cores},
};

/// A backend.
pub trait Target: Sync {
    /// Its name: a folder of the output, a word in `targets`.
    fn name(&self) -> &'static str;

    /// Whether it emits anything for this cluster. `close` and `targets` ask.
    fn serves(&self, on: &Cluster) -> bool;

    /// What it can do, as data.
    fn capabilities(&self) -> &Capabilities;

    /// What one replica of a workload takes of a node, overheads included; `None` when the
    /// workload is another target's. Asked by `place`.
    fn footprint(&self, estate: &Checked<'_>, workload: Id<Workload>) -> Option<Footprint>;

    /// The traffic that a workload's life on this backend needs beside what it declares.
    /// Asked by `flows`.
    fn traffic(&self, estate: &Checked<'_>, on: Id<Cluster>, platform: &Platform) -> Vec<Derived>;

    /// The objects.
    fn objects(&self, lowered: &Lowered<'_>, out: &mut Objects) -> Findings;
}

/// Something that a workload may ask of its backend. One list for all targets: `features` in
/// `capabilities.kdl` use the same words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feature(pub &'static str);

/// What one replica takes of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Cores that are its own (static CPU manager).
    pub dedicated: Cores,
    /// Cores that it asks of the shared pool.
    pub shared: Cores,
    /// Ordinary memory, overhead included.
    pub memory: Bytes,
    /// Huge pages: page size and total.
    pub hugepages: BTreeMap<Bytes, Bytes>,
    /// Whole GPUs by model name.
    pub gpus: BTreeMap<Arc<str>, u32>,
    /// Slices of GPUs, by model name and profile.
    pub slices: BTreeMap<(Arc<str>, Arc<str>), u32>,
    /// Room on the node's own disks, by storage class.
    pub disks: BTreeMap<Arc<str>, Bytes>,
    /// Pods on the node (0 where the backend has none).
    pub pods: u32,
    /// What of it the kubelet takes from NUMA cells that it counts; `None` where its managers have
    /// no say, because the pod is not of the class Guaranteed or there is no kubelet.
    pub pinned: Option<Pinned>,
    /// Each part of the overhead, for explanation: what, and how much memory.
    pub overhead: Vec<(String, Bytes)>,
}

/// What the kubelet's static managers give a pod of the class Guaranteed. Huge pages are all of
/// its [`Footprint::hugepages`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pinned {
    /// Threads that its largest container has alone: those of a whole number, else none.
    pub threads: u32,
    /// Memory of that container.
    pub memory: Bytes,
    /// Memory of the containers beside it.
    pub beside: Bytes,
}

impl Footprint {
    /// The same with the GPUs and slices of GPUs that a workload asks for, and what its disks take
    /// of the node that it stands on: those on a class of `local` disks.
    #[must_use]
    pub fn with_devices(mut self, estate: &Estate, workload: &Workload) -> Self {
        for gpu in &workload.gpus {
            let model: Arc<str> = estate.gpu_models[gpu.model.to].name.value.as_str().into();
            let count = gpu.spec.count.value;
            let has = match &gpu.spec.slice {
                Some(slice) => self.slices.entry((model, slice.value.clone())).or_default(),
                None => self.gpus.entry(model).or_default(),
            };
            *has = has.saturating_add(count);
        }
        for disk in &workload.disks {
            let Some(class) = estate.storage_of(workload, disk) else {
                continue;
            };
            let class = &estate.storages[class];
            if class.spec.local.is_some() {
                let name: Arc<str> = class.name.value.as_str().into();
                let has = self.disks.entry(name).or_insert(Bytes::ZERO);
                *has = Bytes::new(has.get().saturating_add(disk.spec.size.value.get()));
            }
        }
        self
    }
}
