//! CPU, memory and GPUs of a replica.

use super::super::{prelude::*, *};

kind! {
    /// CPU of each replica: an amount for containers, a topology for machines.
    pub struct Cpu = "cpu" {
        /// Cores: `2`, `"500m"`.
        arg request: Option<V<Cores>>;
        /// Cores of each socket of the machine.
        prop cores: Option<V<u32>>;
        /// Threads of each core of the machine.
        prop threads: V<u32> = "1";
        /// Sockets of the machine.
        prop sockets: V<u32> = "1";
        /// The processor that the machine sees: `host-model`, `host-passthrough`, or a model's name.
        prop model: V<Arc<str>> = "host-model";
        /// Whether it has its cores alone.
        prop dedicated: Option<V<bool>>;
        /// Whether the host's NUMA layout is passed through.
        prop numa: Option<V<bool>>;
        /// Whether the emulator has a core of its own.
        prop isolate_emulator: Option<V<bool>>;
        /// Whether it runs in real time.
        prop realtime: Option<V<bool>>;
        /// How many virtual CPUs share a real one.
        prop overcommit: Option<V<Ratio>>;
        /// The most that it may take.
        prop limit: Option<V<Cores>>;
        /// A feature of the processor.
        child feature: Vec<CpuFeature>;
    }
}

impl Cpu {
    /// The machine's virtual CPUs: sockets × cores × threads.
    pub fn vcpus(&self) -> Option<u32> {
        let cores = self.cores.as_ref()?.value;
        self.sockets
            .value
            .checked_mul(cores)?
            .checked_mul(self.threads.value)
    }

    /// Whether it has its cores alone.
    pub fn is_dedicated(&self) -> bool {
        self.dedicated.as_ref().is_some_and(|alone| alone.value)
    }

    /// Whether the host's NUMA layout is passed through to it.
    pub fn passes_numa(&self) -> bool {
        self.numa.as_ref().is_some_and(|numa| numa.value)
    }
}

choices! {
    /// What about a feature of the processor.
    pub enum FeaturePolicy {
        /// It must be there.
        Require = "require",
        /// It must not be seen.
        Disable = "disable",
    }
}

kind! {
    /// A feature of the processor.
    pub struct CpuFeature = "feature", key("name") {
        /// Its name.
        arg name: V<Arc<str>>;
        /// What about it.
        arg policy: V<FeaturePolicy>;
    }
}

kind! {
    /// Memory of each replica.
    pub struct Memory = "memory" {
        /// How much.
        arg size: V<Bytes>;
        /// The most that it may take; the same when left out.
        prop limit: Option<V<Bytes>>;
        /// The size of the huge pages that it is made of.
        prop hugepages: Option<V<Bytes>>;
        /// How much can be plugged in while it runs.
        prop max: Option<V<Bytes>>;
        /// Whether the host may ask for some of it back.
        prop balloon: Option<V<bool>>;
    }
}

kind! {
    /// GPUs of each replica.
    pub struct Gpu = "gpu", key("model") {
        /// The model.
        arg model: V<NameOf<GpuModel>>;
        /// How many.
        arg count: V<u32>;
        /// A slice of this profile instead of a whole one.
        prop slice: Option<V<Arc<str>>>;
        /// The least memory that each must have: what the model and its data take.
        prop memory: Option<V<Bytes>>;
        /// The model that will do as well.
        prop or: Option<V<NameOf<GpuModel>>>;
    }
}
