//! What a machine asks of its host's processors, and how these are laid out.

use super::{Estate, Pool, Workload};
use crate::{
    schema::kinds::Arch,
    units::{Bytes, Cores, Ratio},
};

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
}

impl Pool {
    /// How often CPU is promised on it.
    pub fn cpu_ratio(&self) -> Ratio {
        let overcommit = self.spec.overcommit.as_ref();
        overcommit.map_or(Ratio::ONE, |overcommit| overcommit.cpu.value)
    }
}
