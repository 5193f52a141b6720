//! What one machine takes of a node, so that it fits where the scheduler puts it.

use tenantry_core::{
    model::{Estate, Workload},
    schema::kinds::{Arch, Confidential},
    target::{Footprint, Pinned},
    units::{Bytes, Cores},
};

use super::{compute, overhead, overhead::Shape};

/// The side-car that keeps the guest's console log: CPU and memory, both as requested by a pod
/// of the Burstable class and of the Guaranteed one (KubeVirt 1.9, `supportContainerResources`).
const CONSOLE_LOG: [(u64, u64); 2] = [(5, 35_000_000), (15, 60_000_000)];

/// The footprint of a machine.
pub(super) fn of(estate: &Estate, workload: &Workload) -> Option<Footprint> {
    workload.vm()?;
    let shape = shape(estate, workload);
    let vcpus = u64::from(shape.vcpus);
    let class = usize::from(shape.guaranteed);
    let (log_cpu, log_memory) = CONSOLE_LOG[class];
    let mut parts = overhead::parts(&shape);
    parts.push(("the console's log".to_owned(), Bytes::new(log_memory)));
    let beside: u64 = parts.iter().map(|(_, size)| size.get()).sum();
    let guest = workload
        .spec
        .memory
        .as_ref()
        .map_or(Bytes::ZERO, |memory| memory.size.value);
    let pages = workload
        .spec
        .memory
        .as_ref()
        .and_then(|m| m.hugepages.as_ref());
    let (dedicated, shared) = if shape.guaranteed {
        let emulator = u64::from(compute::isolates_emulator(workload));
        (Cores::whole(vcpus + emulator), log_cpu)
    } else {
        (
            Cores::ZERO,
            estate.cpu_asked(workload).as_millis() + log_cpu,
        )
    };
    let ordinary = if pages.is_some() { 0 } else { guest.get() };
    let memory = Bytes::new(ordinary.saturating_add(beside));
    let pinned = shape.guaranteed.then(|| Pinned {
        threads: u32::try_from(dedicated.as_millis() / 1000).unwrap_or(u32::MAX),
        memory: Bytes::new(memory.get().saturating_sub(log_memory)),
        beside: Bytes::new(log_memory),
    });
    let footprint = Footprint {
        dedicated,
        shared: Cores::millis(shared),
        memory,
        hugepages: pages.map(|page| (page.value, guest)).into_iter().collect(),
        pods: 1,
        pinned,
        overhead: parts,
        ..Footprint::default()
    };
    Some(footprint.with_devices(estate, workload))
}

/// What the formula looks at.
pub(super) fn shape(estate: &Estate, workload: &Workload) -> Shape {
    let vm = workload.vm();
    Shape {
        // Only `memory.guest` is ever written.
        requested: Bytes::ZERO,
        vcpus: workload.vcpus().unwrap_or(1),
        graphics: true,
        arm64: compute::architecture(estate, workload) == Arch::Arm64,
        passthrough: !workload.gpus.is_empty(),
        exec_probes: u32::try_from(
            workload
                .spec
                .probe
                .iter()
                .filter(|probe| probe.exec.is_some())
                .count(),
        )
        .unwrap_or(u32::MAX),
        sev: vm.is_some_and(|vm| vm.confidential.value == Confidential::SevSnp),
        tpm: vm.is_some_and(|vm| vm.tpm.as_ref().is_some_and(|tpm| tpm.value)),
        guaranteed: compute::is_dedicated(workload),
    }
}

#[cfg(test)]
mod tests {
    use tenantry_core::{
        Options, build,
        check::Checked,
        close::Platform,
        diag::Findings,
        emit::Objects,
        flows::Derived,
        load::Library,
        lower::Lowered,
        model::{Cluster, Id},
        target::{Capabilities, Target},
        world::Memory,
    };

    use super::*;
    use crate::{kubevirt::KubeVirt, testing::KUBERNETES};

    /// The target, and each footprint that it was asked for.
    #[derive(Default)]
    struct Watched(std::sync::Mutex<Vec<Footprint>>);

    impl Target for Watched {
        fn name(&self) -> &'static str {
            KubeVirt.name()
        }
        fn serves(&self, on: &Cluster) -> bool {
            KubeVirt.serves(on)
        }
        fn capabilities(&self) -> &Capabilities {
            KubeVirt.capabilities()
        }
        fn footprint(&self, estate: &Checked<'_>, workload: Id<Workload>) -> Option<Footprint> {
            let footprint = KubeVirt.footprint(estate, workload);
            self.0.lock().unwrap().extend(footprint.clone());
            footprint
        }
        fn traffic(&self, _: &Checked<'_>, _: Id<Cluster>, _: &Platform) -> Vec<Derived> {
            Vec::new()
        }
        fn objects(&self, _: &Lowered<'_>, _: &mut Objects) -> Findings {
            Findings::new()
        }
    }

    /// The footprint of a machine of this size.
    fn footprint(size: &str) -> Footprint {
        let text = format!(
            r#"{KUBERNETES}
            tenant shop {{
                workload db {{
                    vm image="registry.example.com/vm/debian:13"
                    on general
                    {size}
                    disk root "20GiB"
                }}
            }}
            "#
        );
        let watched = Watched::default();
        let library = Library {
            files: tenantry_stdlib::FILES,
            index: tenantry_stdlib::INDEX,
        };
        let world = Memory::new([("tenantry.kdl", text.as_str())]);
        let built = build(&world, library, &[&watched], &Options::default());
        assert!(built.run.findings.is_empty(), "{:#?}", built.run.findings);
        let seen = watched.0.into_inner().unwrap();
        seen.into_iter().next().unwrap()
    }

    #[test]
    fn a_shared_machine_takes_its_cpus_by_the_ratio_and_memory_with_all_beside() {
        let footprint = footprint("cpu cores=4 overcommit=\"1:4\"\nmemory \"8GiB\"");
        assert_eq!(footprint.dedicated, Cores::ZERO);
        assert_eq!(footprint.shared, Cores::millis(1000 + 5));
        let beside = Bytes::mib(260 + 32).get() + 35_000_000;
        assert_eq!(footprint.memory.get(), Bytes::gib(8).get() + beside);
        assert_eq!(footprint.pods, 1);
        assert_eq!(footprint.pinned, None, "of the class Burstable");
    }

    #[test]
    fn a_pinned_machine_on_huge_pages_takes_ordinary_memory_for_what_is_beside_it_alone() {
        let size = "cpu cores=8 dedicated=#true\nmemory \"16GiB\" hugepages=\"2MiB\"";
        let footprint = footprint(size);
        assert_eq!(footprint.dedicated, Cores::whole(8));
        assert_eq!(footprint.shared, Cores::millis(15), "the console's log");
        assert_eq!(footprint.memory.get(), Bytes::mib(424).get() + 60_000_000);
        assert_eq!(footprint.hugepages[&Bytes::mib(2)], Bytes::gib(16));
        let pinned = footprint.pinned.unwrap();
        assert_eq!(pinned.threads, 8);
        assert_eq!(pinned.memory, Bytes::mib(424), "of the machine's container");
        assert_eq!(pinned.beside.get(), 60_000_000);
    }

    #[test]
    fn the_emulator_s_own_core_is_one_more() {
        let size = "cpu cores=4 dedicated=#true isolate-emulator=#true\nmemory \"4GiB\"";
        let footprint = footprint(size);
        assert_eq!(footprint.dedicated, Cores::whole(5));
        assert_eq!(footprint.pinned.map(|pinned| pinned.threads), Some(5));
    }

    #[test]
    fn the_parts_add_up_to_what_is_beside_the_guest() {
        let footprint = footprint("cpu cores=2\nmemory \"4GiB\"");
        let parts: u64 = footprint.overhead.iter().map(|(_, size)| size.get()).sum();
        assert_eq!(footprint.memory.get(), Bytes::gib(4).get() + parts);
    }
}
