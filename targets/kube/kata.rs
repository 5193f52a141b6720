//! Kata's sandboxes as a cluster knows them: the class of each, and what its virtual machine
//! takes beside the containers.

use tenantry_core::{
    close::Platform,
    model::{Cluster, Estate, GpuModel, Id, Workload},
    schema::kinds::Sandbox,
    units::{Bytes, Cores, Version},
};

/// The component that installs Kata.
pub(crate) const COMPONENT: &str = "kata-deploy";

/// The version that is taken where the cluster says none.
const CURRENT: [u64; 3] = [4, 1, 0];

/// The sandbox of a workload, if it is one of Kata's.
pub(crate) fn sandbox_of(workload: &Workload) -> Option<Sandbox> {
    let sandbox = workload.sandbox()?.value;
    sandbox.is_kata().then_some(sandbox)
}

/// The RuntimeClass of a sandbox, which is its handler's name too; `None` for none and for
/// gVisor's, which is not Kata's.
pub(crate) fn runtime_class_name(sandbox: Sandbox) -> Option<&'static str> {
    Some(match sandbox {
        Sandbox::None | Sandbox::Gvisor => return None,
        Sandbox::Kata => "kata-qemu",
        Sandbox::KataClh => "kata-clh",
        Sandbox::KataFc => "kata-fc",
        Sandbox::KataGpu => "kata-qemu-nvidia-gpu",
        Sandbox::KataSnp => "kata-qemu-snp",
        Sandbox::KataTdx => "kata-qemu-tdx",
    })
}

/// Whether it is a sandbox into which whole GPUs are passed through.
pub(crate) fn takes_gpus(workload: &Workload) -> bool {
    !workload.gpus.is_empty() && sandbox_of(workload) == Some(Sandbox::KataGpu)
}

/// The first workload of a cluster that takes GPUs into a sandbox.
pub(crate) fn first_with_gpus(estate: &Estate, cluster: Id<Cluster>) -> Option<&Workload> {
    let mut workloads = estate.workloads_of(cluster).map(|(_, workload)| workload);
    workloads.find(|workload| takes_gpus(workload))
}

/// What a sandbox asks for when it wants a whole card: NVIDIA's plugin for Kata gives out all
/// models under one name (kata-containers' `docs/how-to` for NVIDIA GPUs, GPU operator's
/// `sandboxWorkloads.mode: kata`). None for other vendors, which have no such plugin.
pub(crate) fn gpu_resource(model: &GpuModel) -> Option<&'static str> {
    (model.vendor.value.as_str() == "nvidia").then_some("nvidia.com/pgpu")
}

/// Kata's version in a cluster: what the platform says, else the one this was written for.
pub(crate) fn version(platform: &Platform, cluster: Id<Cluster>) -> Version {
    platform
        .get(cluster, COMPONENT)
        .and_then(|component| component.version.as_ref())
        .map_or_else(|| Version::of(&CURRENT), |version| version.value.clone())
}

/// What a sandbox's virtual machine takes of its node beside its containers' limits: CPU and
/// memory, the `podFixed` that kata-deploy's chart of that version sets
/// (`tools/packaging/kata-deploy/helm-chart/kata-deploy/values.yaml`).
///
/// Between the versions whose chart was read, the older figure holds until the newer one's.
pub(crate) fn overhead(sandbox: Sandbox, version: &Version) -> (Cores, Bytes) {
    let at_least = |numbers: &[u64]| *version >= Version::of(numbers);
    let quarter = Cores::millis(250);
    match sandbox {
        Sandbox::None | Sandbox::Gvisor => (Cores::ZERO, Bytes::ZERO),
        Sandbox::Kata if at_least(&[4, 0, 0]) => (quarter, Bytes::mib(320)),
        Sandbox::Kata => (quarter, Bytes::mib(160)),
        Sandbox::KataClh | Sandbox::KataFc => (quarter, Bytes::mib(130)),
        Sandbox::KataGpu if at_least(&[3, 28, 0]) => (Cores::whole(1), Bytes::mib(10240)),
        Sandbox::KataGpu if at_least(&[3, 20, 0]) => (Cores::whole(1), Bytes::mib(4096)),
        Sandbox::KataGpu => (quarter, Bytes::mib(160)),
        Sandbox::KataSnp | Sandbox::KataTdx => (Cores::whole(1), Bytes::mib(2048)),
    }
}

/// The labels of the nodes that a sandbox can run on.
pub(crate) fn node_labels(sandbox: Sandbox) -> &'static [(&'static str, &'static str)] {
    match sandbox {
        Sandbox::KataGpu => &[
            ("katacontainers.io/kata-runtime", "true"),
            ("nvidia.com/cc.ready.state", "false"),
        ],
        Sandbox::KataSnp => &[
            ("amd.feature.node.kubernetes.io/snp", "true"),
            ("katacontainers.io/kata-runtime", "true"),
        ],
        Sandbox::KataTdx => &[
            ("intel.feature.node.kubernetes.io/tdx", "true"),
            ("katacontainers.io/kata-runtime", "true"),
        ],
        _ => &[("katacontainers.io/kata-runtime", "true")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_general_sandbox_doubled_with_version_4() {
        let old = overhead(Sandbox::Kata, &Version::of(&[3, 32, 0]));
        let new = overhead(Sandbox::Kata, &Version::of(&[4, 1, 0]));
        assert_eq!(old, (Cores::millis(250), Bytes::mib(160)));
        assert_eq!(new, (Cores::millis(250), Bytes::mib(320)));
    }

    #[test]
    fn a_sandbox_with_gpus_takes_ten_gib_since_3_28() {
        let of = |minor| overhead(Sandbox::KataGpu, &Version::of(&[3, minor, 0])).1;
        assert_eq!(of(16), Bytes::mib(160));
        assert_eq!(of(20), Bytes::gib(4));
        assert_eq!(of(28), Bytes::gib(10));
    }

    #[test]
    fn encrypted_sandboxes_take_two_gib_and_a_core() {
        for sandbox in [Sandbox::KataSnp, Sandbox::KataTdx] {
            let taken = overhead(sandbox, &Version::of(&[4, 1, 0]));
            assert_eq!(taken, (Cores::whole(1), Bytes::gib(2)));
        }
    }

    #[test]
    fn what_is_not_kata_has_no_class_of_it() {
        assert_eq!(runtime_class_name(Sandbox::None), None);
        assert_eq!(runtime_class_name(Sandbox::Gvisor), None);
        assert_eq!(runtime_class_name(Sandbox::KataFc), Some("kata-fc"));
    }
}
