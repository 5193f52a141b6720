//! What a machine asks of its host's processors, and how these are laid out.

use super::{Estate, Pool, Workload};
use crate::{
    schema::kinds::{Arch, CpuManager, MemoryManager, TopologyPolicy, TopologyScope},
    units::{Bytes, Cores, Ratio},
};

/// NUMA cells of each machine of a pool, none of which a pod may reach beyond: what the kubelet's
/// managers would have to give it from two, the topology manager refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cells {
    /// How many one machine has, two at least.
    pub count: u32,
    /// Whether threads that a pod has alone are counted by cell (the static CPU manager).
    pub threads: bool,
    /// Whether memory and huge pages are, of pods of the class Guaranteed (the static memory
    /// manager), and each cell has as much of them as the others.
    pub memory: bool,
    /// Whether all containers of a pod lie in the same one, or each in some.
    pub pods_whole: bool,
}

impl Estate {
    /// How often the CPU of a machine is promised: as itself says, else as the strictest of its
    /// pools does. Pools are alternatives, so the strictest is what holds on each.
    pub fn cpu_ratio(&self, workload: &Workload) -> Ratio {
        let own = workload
            .spec
            .cpu
            .as_ref()
            .and_then(|cpu| cpu.overcommit.as_ref());
        if let Some(own) = own {
            return own.value;
        }
        let pools = workload.pools.iter().map(|pool| &self.pools[pool.to]);
        pools.map(Pool::cpu_ratio).min().unwrap_or(Ratio::ONE)
    }

    /// The CPU that a machine without cores of its own asks of the scheduler: its virtual CPUs by
    /// [`Estate::cpu_ratio`]. KubeVirt's own ratio of 1 to 10 would promise what is not there.
    pub fn cpu_asked(&self, workload: &Workload) -> Cores {
        let millis = u64::from(workload.vcpus().unwrap_or(1)) * 1000;
        let asked = self.cpu_ratio(workload).backing(millis);
        Cores::millis(asked.unwrap_or(millis))
    }

    /// The instruction set of a pool's machines.
    pub fn arch(&self, pool: &Pool) -> Arch {
        self.cpu_models[pool.cpu_model.to].arch.value
    }

    /// NUMA nodes of one machine of a pool: those of each processor, as its model says.
    pub fn numa_nodes(&self, pool: &Pool) -> u32 {
        let each = self.cpu_models[pool.cpu_model.to].numa.value;
        each.saturating_mul(pool.spec.cpu.sockets.value).max(1)
    }

    /// Threads and memory of one NUMA node of a pool's machines, taken to be alike.
    pub fn numa_share(&self, pool: &Pool) -> (u32, Bytes) {
        let nodes = self.numa_nodes(pool);
        let memory = pool.spec.memory.size.value.get() / u64::from(nodes);
        (pool.threads / nodes, Bytes::new(memory))
    }

    /// The cells that a pool's kubelets keep each pod within. `None` where the topology manager
    /// refuses nothing, has no manager to ask, or there is one cell only.
    ///
    /// `restricted` is none of it: it refuses only what could lie in fewer cells than are free.
    pub fn cells(&self, pool: &Pool) -> Option<Cells> {
        let topology = pool.spec.topology_manager.as_ref()?;
        let count = self.numa_nodes(pool);
        let kubelet = self.clusters[pool.cluster].is_kubernetes();
        if topology.policy.value != TopologyPolicy::SingleNumaNode || !kubelet || count < 2 {
            return None;
        }
        // Pages that do not divide evenly lie as the kernel finds room for them.
        let even = |page: u64, total: u64| (total / page.max(1)).is_multiple_of(count.into());
        let mut pages = pool.hugepages();
        let even = pages.all(|(page, total)| even(page.value.get(), total.value.get()));
        let cells = Cells {
            count,
            threads: pool.spec.cpu.manager.value == CpuManager::Static,
            memory: pool.spec.memory.manager.value == MemoryManager::Static && even,
            pods_whole: topology.scope.value == TopologyScope::Pod,
        };
        (cells.threads || cells.memory).then_some(cells)
    }
}

impl Pool {
    /// How often CPU is promised on it.
    pub fn cpu_ratio(&self) -> Ratio {
        let overcommit = self.spec.overcommit.as_ref();
        overcommit.map_or(Ratio::ONE, |overcommit| overcommit.cpu.value)
    }
}
