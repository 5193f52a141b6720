//! What a guest takes of its machine.

use tenantry_core::{
    check::Checked,
    model::{Id, Workload},
    target::Footprint,
    units::{Bytes, Cores},
};

/// A machine's screen memory, QEMU's default for `vga=std`.
const VIDEO: Bytes = Bytes::mib(16);
/// The stack and buffers of a virtual CPU's thread; KubeVirt accounts the same QEMU process so.
const PER_VCPU: Bytes = Bytes::mib(8);
/// The same for the thread of disks.
const IO_THREAD: Bytes = Bytes::mib(8);
/// The second-level page tables of x86: eight bytes for every page of 4 KiB.
const PAGE_TABLE_SHARE: u64 = 512;

/// Guests only. A system container runs in the host's kernel and takes what its processes take.
pub(super) fn of(estate: &Checked<'_>, id: Id<Workload>) -> Option<Footprint> {
    let estate = estate.estate();
    let workload = &estate.workloads[id];
    let memory = workload.spec.memory.as_ref();
    let size = memory.map_or(Bytes::new(0), |memory| memory.size.value);
    let mut footprint = Footprint {
        shared: cores(workload),
        ..Footprint::default()
    };
    if workload.vm().is_some() {
        footprint.overhead = overhead(workload.vcpus().unwrap_or(1), size);
    }
    let overhead: u64 = footprint
        .overhead
        .iter()
        .map(|(_, bytes)| bytes.get())
        .sum();
    match memory.and_then(|memory| memory.hugepages.as_ref()) {
        Some(pages) => {
            footprint.hugepages.insert(pages.value, size);
            footprint.memory = Bytes::new(overhead);
        }
        None => footprint.memory = Bytes::new(size.get().saturating_add(overhead)),
    }
    Some(footprint.with_devices(estate, workload))
}

fn cores(workload: &Workload) -> Cores {
    match (workload.vm(), &workload.spec.cpu) {
        (None, Some(cpu)) => cpu
            .request
            .as_ref()
            .map_or(Cores::whole(1), |request| request.value),
        _ => Cores::whole(workload.vcpus().unwrap_or(1).into()),
    }
}

fn overhead(vcpus: u32, memory: Bytes) -> Vec<(String, Bytes)> {
    let threads = Bytes::new(PER_VCPU.get() * u64::from(vcpus));
    vec![
        ("threads of virtual CPUs".to_owned(), threads),
        (
            "page tables".to_owned(),
            Bytes::new(memory.get() / PAGE_TABLE_SHARE),
        ),
        ("disk thread".to_owned(), IO_THREAD),
        ("screen".to_owned(), VIDEO),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overhead_of_a_machine_of_8_gib_with_4_cpus() {
        let sum: u64 = overhead(4, Bytes::gib(8))
            .iter()
            .map(|(_, b)| b.get())
            .sum();
        assert_eq!(Bytes::new(sum), Bytes::mib(32 + 16 + 8 + 16));
    }
}
