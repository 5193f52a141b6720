//! Pools of equal machines.

use super::{prelude::*, *};

choices! {
    /// What a pool's machines are for.
    pub enum Role {
        /// Workloads.
        Worker = "worker",
        /// The control plane, and its etcd unless a pool of that role exists.
        ControlPlane = "control-plane",
        /// etcd alone.
        Etcd = "etcd",
        /// Storage alone.
        Storage = "storage",
    }
}

kind! {
    /// Equal machines of a cluster.
    pub struct Pool = "pool", key("cluster", "name") {
        /// Its name.
        arg name: V<Name>;
        /// Its cluster; may be left out in an estate of one.
        prop cluster: Option<V<NameOf<Cluster>>>;
        /// What its machines are for.
        prop role: V<Role> = "worker";
        /// The tenant that has the whole pool alone.
        prop tenant: Option<V<NameOf<Tenant>>>;
        /// What one machine costs.
        prop price: Option<V<Money>>;
        /// How much of it what always runs there may take at most, of CPU and of memory: `"70%"`.
        /// Jobs may take the rest. With `criticality=core` workloads, and without `spare`, 70 %
        /// unless given.
        prop fill: Option<V<Percent>>;
        /// Profiles to take defaults from.
        child like: Vec<Like>;
        /// How many machines, where they have no names of their own.
        child nodes: Option<PoolNodes>;
        /// A machine by name.
        child node: Vec<PoolNode>;
        /// The processors of one machine.
        child cpu: One<PoolCpu>;
        /// The memory of one machine.
        child memory: One<PoolMemory>;
        /// GPUs of one machine.
        child gpu: Vec<PoolGpu>;
        /// Other devices of one machine that can be given away.
        child device: Vec<PoolDevice>;
        /// A network interface of one machine.
        child nic: Vec<PoolNic>;
        /// Disks of one machine.
        child disk: Vec<PoolDisk>;
        /// What the system keeps of one machine.
        child reserve: Option<Reserve>;
        /// How much more than there is may be promised.
        child overcommit: Option<Overcommit>;
        /// Who must not run here.
        child taint: Vec<Taint>;
        /// How many may fail with all still running.
        child spare: Vec<Spare>;
        /// What the hosts need to be set up for.
        child prepare: Option<Prepare>;
        /// The racks that its machines stand in.
        child rack: Vec<Racks>;
        /// How the kubelet keeps a pod within NUMA cells.
        child topology_manager: Option<TopologyManager>;
    }
}

named!(Pool = "pool");

choices! {
    /// What a count is of.
    pub enum PerZone {
        /// Of each zone.
        Zone = "zone",
    }
}

kind! {
    /// How many machines, named by a prefix and a number.
    pub struct PoolNodes = "nodes" {
        /// How many: in all, or with `per=zone` in each zone.
        arg count: V<u32>;
        /// `zone`: the count holds in each zone; else they are spread evenly.
        prop per: Option<V<PerZone>>;
        /// The zone that all are in.
        prop zone: Option<V<Name>>;
        /// What their names begin with; the pool's name and a hyphen by default.
        prop prefix: Option<V<Arc<str>>>;
        /// The address of the first; the others follow.
        prop first_ip: Option<V<Ip>>;
        /// How many an autoscaler may make of it.
        prop max: Option<V<u32>>;
    }
}

kind! {
    /// A machine by name. Its hardware is that of its pool: machines that differ belong into
    /// two pools.
    pub struct PoolNode = "node", key("name") {
        /// Its host name.
        arg name: V<Name>;
        /// Its zone.
        prop zone: Option<V<Name>>;
        /// Its rack.
        prop rack: Option<V<Name>>;
        /// Its address.
        prop ip: Option<V<Ip>>;
        /// The MAC address of its first interface.
        prop mac: Option<V<Mac>>;
        /// The address of its management controller.
        prop bmc: Option<V<Ip>>;
    }
}

choices! {
    /// The kubelet's CPU manager.
    pub enum CpuManager {
        /// All CPUs are shared.
        None = "none",
        /// Whole cores can be given to one workload alone.
        Static = "static",
    }
}

kind! {
    /// The processors of one machine.
    pub struct PoolCpu = "cpu" {
        /// The model, of the library or declared with `cpu-model`.
        arg model: V<NameOf<CpuModel>>;
        /// How many.
        prop sockets: V<u32> = "1";
        /// The kubelet's CPU manager; `static` can give whole cores away.
        prop manager: V<CpuManager> = "none";
        /// Whether two threads run on each core.
        prop smt: V<bool> = "#true";
        /// How many threads are kept from the scheduler of the kernel.
        prop isolate: Option<V<u32>>;
    }
}

choices! {
    /// The kubelet's memory manager.
    pub enum MemoryManager {
        /// Memory and huge pages come from wherever there are some.
        None = "none",
        /// Pods of the class Guaranteed have theirs from NUMA cells that are counted.
        Static = "static",
    }
}

choices! {
    /// The kubelet's topology manager: what becomes of a pod whose cores, memory and devices
    /// do not lie together.
    pub enum TopologyPolicy {
        /// It starts; nothing is laid together.
        None = "none",
        /// It starts; what can be is laid together.
        BestEffort = "best-effort",
        /// It starts in as few NUMA cells as its size needs, or is refused.
        Restricted = "restricted",
        /// It starts in one NUMA cell, or is refused.
        SingleNumaNode = "single-numa-node",
    }
}

choices! {
    /// What the topology manager lays together.
    pub enum TopologyScope {
        /// What one container has.
        Container = "container",
        /// What all containers of a pod have.
        Pod = "pod",
    }
}

kind! {
    /// The kubelet's topology manager, which answers for what the managers of CPU (`cpu
    /// manager=static`), memory (`memory manager=static`) and devices give to a pod.
    pub struct TopologyManager = "topology-manager" {
        /// What it sees to.
        arg policy: V<TopologyPolicy>;
        /// For what.
        prop scope: V<TopologyScope> = "container";
    }
}

kind! {
    /// The memory of one machine.
    pub struct PoolMemory = "memory" {
        /// All of it.
        arg size: V<Bytes>;
        /// The kubelet's memory manager; `static` counts memory and huge pages by NUMA cell.
        prop manager: V<MemoryManager> = "none";
        /// Whether it swaps.
        prop swap: V<bool> = "#false";
        /// Whether equal pages are merged.
        prop ksm: V<bool> = "#false";
        /// What of it is set aside in huge pages.
        child hugepages: Vec<PoolHugepages>;
    }
}

kind! {
    /// Memory set aside in pages of one size.
    pub struct PoolHugepages = "hugepages", key("size") {
        /// The page size: "2MiB" or "1GiB".
        arg size: V<Bytes>;
        /// How much memory; the number of pages follows.
        arg total: V<Bytes>;
    }
}

choices! {
    /// How a GPU is given away.
    pub enum GpuMode {
        /// Whole, to containers.
        Container = "container",
        /// Whole, to one virtual machine each, or to one container with `sandbox=kata-gpu`.
        Passthrough = "passthrough",
        /// In time slices with memory of their own, to virtual machines.
        Vgpu = "vgpu",
        /// In partitions of the hardware.
        Mig = "mig",
    }
}

kind! {
    /// GPUs of one machine.
    pub struct PoolGpu = "gpu", key("model") {
        /// The model, of the library or declared with `gpu-model`.
        arg model: V<NameOf<GpuModel>>;
        /// How many.
        arg count: V<u32>;
        /// How they are given away.
        prop mode: V<GpuMode>;
        /// Whether they are joined by NVLink.
        prop nvlink: V<bool> = "#false";
        /// How each is divided, for `vgpu` and `mig`.
        child slice: Vec<PoolSlice>;
        /// Their PCI addresses.
        child pci: Option<PciAddresses>;
    }
}

kind! {
    /// How each GPU is divided.
    pub struct PoolSlice = "slice", key("profile") {
        /// The profile's name: `A10-8Q`, `1g.10gb`.
        arg profile: V<Arc<str>>;
        /// How many of each GPU.
        arg count: V<u32>;
    }
}

kind! {
    /// PCI addresses.
    pub struct PciAddresses = "pci" {
        /// The addresses.
        arg addresses: Vec<V<Pci>>;
    }
}

kind! {
    /// Devices of one machine: accelerators, security modules, cameras.
    pub struct PoolDevice = "device", key("name") {
        /// What workloads ask for.
        arg name: V<Name>;
        /// How many.
        arg count: V<u32>;
        /// The address of the only one, or vendor and device of all: `1da3:1020`.
        prop id: Option<V<Pci>>;
    }
}

kind! {
    /// The racks of a pool. Machines that are only counted stand in them by turns: the first in
    /// the first, the second in the second, and so on.
    pub struct Racks = "rack", key("zone") {
        /// Their names.
        arg names: Vec<V<Name>>;
        /// The zone that they stand in; those of zones without racks of their own when left out.
        prop zone: Option<V<Name>>;
    }
}

choices! {
    /// How two ports act as one.
    pub enum Bond {
        /// 802.3ad.
        Lacp = "lacp",
        /// One works, one waits.
        ActiveBackup = "active-backup",
    }
}

kind! {
    /// A network interface of one machine.
    pub struct PoolNic = "nic", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its rate.
        arg rate: V<Rate>;
        /// Its MTU in bytes.
        prop mtu: V<u32> = "1500";
        /// How many virtual functions it is divided into.
        prop sriov_vfs: V<u32> = "0";
        /// How its two ports act as one.
        prop bond: Option<V<Bond>>;
        /// The networks that it carries.
        child carries: Option<Carries>;
    }
}

kind! {
    /// The networks that an interface carries.
    pub struct Carries = "carries" {
        /// Their names.
        arg networks: Vec<V<NameOf<Network>>>;
    }
}

choices! {
    /// What a disk is made of.
    pub enum Media {
        /// Flash on PCIe.
        Nvme = "nvme",
        /// Flash on SATA or SAS.
        Ssd = "ssd",
        /// Spinning.
        Hdd = "hdd",
    }
}

choices! {
    /// What a disk is for.
    pub enum DiskUse {
        /// The operating system.
        Os = "os",
        /// etcd alone.
        Etcd = "etcd",
        /// Ceph.
        Ceph = "ceph",
        /// Local volumes.
        Local = "local",
    }
}

kind! {
    /// Disks of one machine.
    pub struct PoolDisk = "disk", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// The size of one.
        arg size: V<Bytes>;
        /// How many.
        prop count: V<u32> = "1";
        /// What it is made of.
        prop media: Option<V<Media>>;
        /// How many operations per second one does.
        prop iops: Option<V<u32>>;
        /// What it is for.
        prop r#use: Option<V<DiskUse>>;
    }
}

kind! {
    /// What the system keeps of one machine: kubelet, daemons, the hypervisor.
    pub struct Reserve = "reserve" {
        /// Cores.
        prop cpu: Option<V<Cores>>;
        /// Memory.
        prop memory: Option<V<Bytes>>;
        /// Pods.
        prop pods: Option<V<u32>>;
        /// Which cores, as a CPU list: "0-3".
        prop cores: Option<V<Arc<str>>>;
    }
}

kind! {
    /// How much more than there is may be promised: `cpu="1:4"`.
    pub struct Overcommit = "overcommit" {
        /// Of CPU.
        prop cpu: V<Ratio> = "1:1";
        /// Of memory.
        prop memory: V<Ratio> = "1:1";
    }
}

choices! {
    /// What a taint does to who does not tolerate it.
    pub enum TaintEffect {
        /// It is not scheduled here.
        NoSchedule = "NoSchedule",
        /// It is scheduled here last.
        PreferNoSchedule = "PreferNoSchedule",
        /// It is not scheduled here, and leaves if it is here.
        NoExecute = "NoExecute",
    }
}

kind! {
    /// Keeps away who does not name the pool in `on`.
    pub struct Taint = "taint", key("key", "effect") {
        /// The key.
        arg key: V<Arc<str>>;
        /// The value.
        arg value: V<Arc<str>>;
        /// What it does.
        prop effect: V<TaintEffect> = "NoSchedule";
    }
}

choices! {
    /// What may fail.
    pub enum SpareOf {
        /// Machines.
        Node = "node",
        /// Racks.
        Rack = "rack",
        /// Zones.
        Zone = "zone",
    }
}

choices! {
    /// What happens to what ran on the failed ones.
    pub enum SpareMode {
        /// Everything may move to make room.
        Replan = "replan",
        /// What survives stays where it is.
        Evacuate = "evacuate",
    }
}

kind! {
    /// How many may fail with all still running.
    pub struct Spare = "spare", key("of") {
        /// How many.
        arg count: V<u32>;
        /// Of what.
        prop of: V<SpareOf> = "node";
        /// What happens to what ran there.
        prop mode: V<SpareMode> = "replan";
    }
}

kind! {
    /// What the hosts need to be set up for.
    pub struct Prepare = "prepare" {
        /// The IOMMU, for passthrough.
        prop iommu: Option<V<bool>>;
        /// Virtual machines in virtual machines.
        prop nested: Option<V<bool>>;
        /// AMD's encrypted machines.
        prop sev: Option<V<bool>>;
        /// Intel's encrypted machines.
        prop tdx: Option<V<bool>>;
        /// A kernel setting.
        child sysctl: Vec<Sysctl>;
        /// A kernel module.
        child module: Vec<Module>;
        /// An argument of the kernel's command line.
        child kernel_arg: Vec<KernelArg>;
    }
}

kind! {
    /// A kernel setting.
    pub struct Sysctl = "sysctl", key("key") {
        /// The setting.
        arg key: V<Arc<str>>;
        /// Its value.
        arg value: V<Lit>;
    }
}

kind! {
    /// A kernel module to load.
    pub struct Module = "module", key("name") {
        /// Its name.
        arg name: V<Arc<str>>;
    }
}

kind! {
    /// An argument of the kernel's command line.
    pub struct KernelArg = "kernel-arg", key("text") {
        /// The argument.
        arg text: V<Arc<str>>;
    }
}
