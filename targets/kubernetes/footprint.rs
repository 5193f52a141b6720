//! What one pod of a container or job takes of its node.

use tenantry_core::{
    check::Checked,
    model::{Body, Id, Workload},
    origin::V,
    target::{Footprint, Pinned},
    units::{Bytes, Cores},
};

use super::{resources, subject::Pod};
use crate::kube::kata;

/// The footprint: what the scheduler counts. Requests of the pod's containers, since nothing
/// else is reserved, with what a sandbox takes beside them.
///
/// Containers beside the main one count with it; those that end before it starts count only
/// where one of them asks for more than all that run together.
pub(super) fn of(checked: &Checked<'_>, id: Id<Workload>) -> Option<Footprint> {
    let estate = checked.estate();
    let workload = &estate.workloads[id];
    if !estate.clusters[workload.cluster].is_kubernetes() {
        return None;
    }
    let pod = match &workload.body {
        Body::Container(container) => Pod::of_container(container),
        Body::Job(job) => Pod::of_job(job),
        Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => return None,
    };
    let main = Amount {
        cpu: resources::cpu(workload).map_or(0, Cores::as_millis),
        memory: workload
            .spec
            .memory
            .as_ref()
            .map_or(0, |memory| memory.size.value.get()),
    };
    let sidecars: Vec<Amount> = pod
        .sidecar
        .iter()
        .map(|one| Amount::of(one.cpu.as_ref(), one.memory.as_ref()))
        .collect();
    let inits: Vec<Amount> = pod
        .init
        .iter()
        .map(|one| Amount::of(one.cpu.as_ref(), one.memory.as_ref()))
        .collect();
    let all = together(main, &sidecars, &inits);
    let version = kata::version(checked.platform(), workload.cluster);
    let (cpu, memory) = kata::overhead(pod.sandbox.value, &version);
    let overhead =
        (memory != Bytes::ZERO).then(|| ("the sandbox's virtual machine".to_owned(), memory));
    let whole = Cores::millis(all.cpu.saturating_add(cpu.as_millis()));
    let dedicated = workload
        .spec
        .cpu
        .as_ref()
        .and_then(|cpu| cpu.dedicated.as_ref())
        .is_some_and(|dedicated| dedicated.value);
    let (dedicated, shared) = if dedicated {
        (
            Cores::millis(main.cpu),
            Cores::millis(whole.as_millis().saturating_sub(main.cpu)),
        )
    } else {
        (Cores::ZERO, whole)
    };
    let footprint = Footprint {
        dedicated,
        shared,
        memory: Bytes::new(all.memory.saturating_add(memory.get())),
        pods: 1,
        pinned: pinned(workload, &pod),
        overhead: overhead.into_iter().collect(),
        ..Footprint::default()
    };
    Some(footprint.with_devices(estate, workload))
}

/// What the kubelet's managers give a pod of the class Guaranteed: one whose containers all have
/// limits, each as high as what is asked for. Those beside the main one have none for CPU.
fn pinned(workload: &Workload, pod: &Pod<'_>) -> Option<Pinned> {
    let (cpu, memory) = (resources::cpu(workload)?, workload.spec.memory.as_ref()?);
    let size = memory.size.value;
    let most = memory.limit.as_ref().map_or(size, |limit| limit.value);
    let alone = pod.sidecar.is_empty() && pod.init.is_empty();
    let guaranteed = alone && resources::cpu_limit(workload) == Some(cpu) && most == size;
    let whole = cpu.as_millis() % 1000 == 0;
    let threads = if whole { cpu.as_millis() / 1000 } else { 0 };
    guaranteed.then(|| Pinned {
        threads: u32::try_from(threads).unwrap_or(u32::MAX),
        memory: size,
        beside: Bytes::ZERO,
    })
}

/// CPU in thousandths of a core, memory in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Amount {
    cpu: u64,
    memory: u64,
}

/// What the scheduler counts of a pod: the most that is needed at any time. Sidecars start before
/// the first init container and stay; init containers run one after the other, before the main
/// container.
fn together(main: Amount, sidecars: &[Amount], inits: &[Amount]) -> Amount {
    let beside = sidecars
        .iter()
        .copied()
        .fold(Amount::default(), Amount::plus);
    let starting = inits
        .iter()
        .map(|init| init.plus(beside))
        .fold(Amount::default(), Amount::most);
    main.plus(beside).most(starting)
}

impl Amount {
    fn of(cpu: Option<&V<Cores>>, memory: Option<&V<Bytes>>) -> Self {
        Self {
            cpu: cpu.map_or(0, |cpu| cpu.value.as_millis()),
            memory: memory.map_or(0, |memory| memory.value.get()),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_add(other.cpu),
            memory: self.memory.saturating_add(other.memory),
        }
    }

    fn most(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.max(other.cpu),
            memory: self.memory.max(other.memory),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Amount, together};

    fn amount(cpu: u64, memory: u64) -> Amount {
        Amount { cpu, memory }
    }

    #[test]
    fn sidecars_count_beside_the_main_container() {
        let pod = together(amount(500, 100), &[amount(50, 10), amount(25, 20)], &[]);
        assert_eq!(pod, amount(575, 130));
    }

    #[test]
    fn an_init_container_counts_where_it_needs_more_than_all_that_follow() {
        let inits = [amount(100, 400), amount(900, 10)];
        let pod = together(amount(500, 100), &[amount(50, 10)], &inits);
        assert_eq!(pod, amount(950, 410), "each resource for itself");
    }
}
