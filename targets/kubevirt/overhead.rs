//! The memory that a machine's pod takes beside the guest's own.
//!
//! The formula is KubeVirt 1.9.0's (`pkg/hypervisor/kvm/hypervisorbackend.go`,
//! `GetMemoryOverhead`), term by term in its order. It has moved and changed between versions:
//! carry the version with it.

use tenantry_core::units::Bytes;

/// What of a machine the overhead depends on.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    /// `resources.requests.memory`; nothing where only `memory.guest` is set.
    pub requested: Bytes,
    /// Sockets × cores × threads.
    pub vcpus: u32,
    /// Whether it has a graphics device.
    pub graphics: bool,
    /// Whether it is an Arm machine.
    pub arm64: bool,
    /// Whether a device of the host is passed through, however many.
    pub passthrough: bool,
    /// Probes that run a command in the guest.
    pub exec_probes: u32,
    /// Whether its memory is encrypted by AMD SEV, SEV-ES or SEV-SNP. TDX adds nothing.
    pub sev: bool,
    /// Whether it has a TPM.
    pub tpm: bool,
    /// Whether its pod is of the Guaranteed class: dedicated CPUs, or limits equal to requests.
    pub guaranteed: bool,
}

/// The parts of the overhead, those that are not nothing.
pub(super) fn parts(shape: &Shape) -> Vec<(String, Bytes)> {
    let mib = Bytes::mib;
    let when = |is: bool, size: Bytes| if is { size } else { Bytes::ZERO };
    // Kubernetes' `ScaledValue(kilo)` rounds up to thousands before the table size is taken.
    let thousands = shape.requested.get().div_ceil(1000).saturating_mul(1000);
    let vcpus = shape.vcpus.max(1);
    let probes = u64::from(shape.exec_probes);
    [
        ("page tables".to_owned(), Bytes::new(thousands / 512)),
        ("virt-launcher and its monitor".to_owned(), mib(125)),
        ("virtlogd, virtqemud and QEMU".to_owned(), mib(95)),
        (
            format!("{vcpus} virtual CPUs, 8 MiB each"),
            mib(8 * u64::from(vcpus)),
        ),
        ("the I/O thread".to_owned(), mib(8)),
        (
            "the graphics device".to_owned(),
            when(shape.graphics, mib(32)),
        ),
        (
            "UEFI's flash on Arm".to_owned(),
            when(shape.arm64, mib(128)),
        ),
        (
            "passed-through devices".to_owned(),
            when(shape.passthrough, Bytes::gib(1)),
        ),
        (
            "probes that run a command".to_owned(),
            when(probes > 0, mib(100 + 10 * probes)),
        ),
        ("encrypted memory".to_owned(), when(shape.sev, mib(256))),
        ("the TPM".to_owned(), when(shape.tpm, mib(53))),
        (
            "the margin of a Guaranteed pod".to_owned(),
            when(shape.guaranteed, mib(100)),
        ),
    ]
    .into_iter()
    .filter(|(_, size)| !size.is_zero())
    .collect()
}

/// All of it.
#[cfg(test)]
pub(super) fn total(shape: &Shape) -> Bytes {
    let sum = parts(shape)
        .iter()
        .fold(0_u64, |sum, (_, size)| sum.saturating_add(size.get()));
    Bytes::new(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(vcpus: u32) -> Shape {
        Shape {
            vcpus,
            graphics: true,
            ..Shape::default()
        }
    }

    #[test]
    fn a_machine_with_nothing_special_takes_260_mib_and_8_for_each_cpu() {
        assert_eq!(total(&machine(1)), Bytes::mib(268));
        assert_eq!(total(&machine(8)), Bytes::mib(260 + 64));
    }

    #[test]
    fn no_cpu_counts_as_one() {
        assert_eq!(total(&machine(0)), total(&machine(1)));
    }

    #[test]
    fn memory_requested_in_the_spec_adds_its_page_tables() {
        // KubeVirt's own unit test: a machine that requests 1Gi. 2^30 rounded up to thousands
        // and divided by 512 is 2 MiB and not quite 1 KiB.
        let requested = Shape {
            requested: Bytes::gib(1),
            ..machine(1)
        };
        let tables = 1_073_742_000 / 512;
        assert_eq!(total(&requested).get(), Bytes::mib(268).get() + tables);
        assert_eq!(tables >> 10, 2048, "2 MiB, and a remainder below 1 KiB");
    }

    #[test]
    fn a_trainer_with_a_gpu_and_its_own_cpus() {
        let trainer = Shape {
            passthrough: true,
            guaranteed: true,
            ..machine(8)
        };
        assert_eq!(total(&trainer), Bytes::mib(1448));
        let headless = Shape {
            graphics: false,
            ..trainer
        };
        assert_eq!(total(&headless), Bytes::mib(1416));
    }

    #[test]
    fn a_database_on_one_gib_pages_with_its_own_cpus() {
        // The worked check of the sizing notes: 8 dedicated CPUs, no GPU.
        let database = Shape {
            guaranteed: true,
            ..machine(8)
        };
        assert_eq!(total(&database), Bytes::mib(424));
    }

    #[test]
    fn commands_in_the_guest_cost_a_hundred_once_and_ten_each() {
        let probed = |exec_probes| Shape {
            exec_probes,
            ..machine(1)
        };
        assert_eq!(total(&probed(1)), Bytes::mib(268 + 110));
        assert_eq!(total(&probed(2)), Bytes::mib(268 + 120));
    }

    #[test]
    fn sev_a_tpm_and_arm_add_theirs() {
        let shape = Shape {
            sev: true,
            tpm: true,
            arm64: true,
            ..machine(1)
        };
        assert_eq!(total(&shape), Bytes::mib(268 + 256 + 53 + 128));
    }

    #[test]
    fn the_parts_say_what_they_are_for_and_none_is_nothing() {
        let parts = parts(&machine(2));
        assert!(parts.iter().all(|(_, size)| !size.is_zero()));
        assert!(
            parts
                .iter()
                .any(|(what, _)| what.contains("2 virtual CPUs"))
        );
    }
}
