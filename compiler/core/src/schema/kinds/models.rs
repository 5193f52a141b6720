//! Models of processors and GPUs. The library has the common ones; users add theirs.

use super::prelude::*;

choices! {
    /// An instruction set.
    pub enum Arch {
        /// x86-64.
        Amd64 = "amd64",
        /// 64-bit ARM.
        Arm64 = "arm64",
    }
}

kind! {
    /// A processor model.
    pub struct CpuModel = "cpu-model", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Cores of one.
        prop cores: V<u32>;
        /// Threads of one core.
        prop threads: V<u32> = "2";
        /// NUMA nodes of one.
        prop numa: V<u32> = "1";
        /// The name of the model that QEMU and libvirt know it as.
        prop model: Option<V<Arc<str>>>;
        /// Its instruction set.
        prop arch: V<Arch> = "amd64";
    }
}

kind! {
    /// A GPU model.
    pub struct GpuModel = "gpu-model", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its memory.
        prop memory: V<Bytes>;
        /// Who makes it.
        prop vendor: V<Name>;
        /// What a container asks for: `nvidia.com/gpu`.
        prop resource: Option<V<Arc<str>>>;
        /// What a virtual machine asks for: `nvidia.com/GA100_A100_SXM4_80GB`.
        prop passthrough: Option<V<Arc<str>>>;
        /// The board's limit in watts.
        prop power: Option<V<u32>>;
        /// Whether cards can be joined by NVLink.
        prop nvlink: V<bool> = "#false";
        /// The most MIG instances of one card; 0 is none.
        prop mig: V<u32> = "0";
        /// Whether it can be shared as vGPU.
        prop vgpu: V<bool> = "#false";
        /// A PCI id, vendor and device.
        child id: Vec<GpuId>;
        /// A way to divide it.
        child slice: Vec<GpuSlice>;
    }
}

kind! {
    /// A PCI id, vendor and device.
    pub struct GpuId = "id", key("id") {
        /// `10de:20b2`.
        arg id: V<Pci>;
    }
}

choices! {
    /// How a GPU is divided.
    pub enum SliceKind {
        /// In partitions of the hardware.
        Mig = "mig",
        /// In time slices.
        Vgpu = "vgpu",
    }
}

kind! {
    /// A way to divide a GPU.
    pub struct GpuSlice = "slice", key("profile") {
        /// The profile's name.
        arg profile: V<Arc<str>>;
        /// The memory of one.
        prop memory: V<Bytes>;
        /// How many fit on one card.
        prop per_gpu: V<u32>;
        /// How it is divided.
        prop kind as "kind": V<SliceKind>;
        /// What a workload asks for.
        prop resource: Option<V<Arc<str>>>;
    }
}

named!(CpuModel = "cpu-model", GpuModel = "gpu-model");
