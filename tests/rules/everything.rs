//! A backend that does all that can be asked, system containers excepted, so that what the rules
//! find is theirs and not a backend's.

use std::{collections::BTreeMap, sync::LazyLock};

use tenantry_core::{
    check::Checked,
    close::Platform,
    diag::Findings,
    emit::Objects,
    flows::Derived,
    lower::Lowered,
    model::{Cluster, Id, Workload},
    target::{Capabilities, Capability, Footprint, Support, Target},
    units::{Bytes, Cores},
};

/// What can be asked for.
const WORDS: &[&str] = &[
    "backup",
    "confidential",
    "connect-host",
    "container",
    "cpu-pinning",
    "expose-direct",
    "expose-gateway",
    "expose-ingress",
    "expose-load-balancer",
    "expose-node-port",
    "expose-ssh-gateway",
    "gpu-container",
    "gpu-passthrough",
    "gpu-slice",
    "gpu-vgpu",
    "hugepages",
    "instance-type",
    "job",
    "lxc",
    "monitor",
    "network-attachment",
    "numa",
    "probe",
    "quota",
    "sandbox-gvisor",
    "sandbox-kata",
    "scale",
    "secret",
    "tpm",
    "vm",
];

static TABLE: LazyLock<Capabilities> = LazyLock::new(|| Capabilities {
    backend: "kubernetes".to_owned(),
    rows: WORDS
        .iter()
        .map(|word| ((*word).to_owned(), row(word)))
        .collect(),
});

fn row(word: &str) -> Capability {
    Capability {
        feature: word.to_owned(),
        doc: word.to_owned(),
        support: match word {
            "lxc" => Support::None("it has none".to_owned()),
            _ => Support::Native,
        },
        since: None,
        components: match word {
            "vm" => vec!["kubevirt".to_owned()],
            _ => Vec::new(),
        },
    }
}

/// The backend.
pub(crate) struct Everything;

impl Target for Everything {
    fn name(&self) -> &'static str {
        "everything"
    }

    fn serves(&self, _: &Cluster) -> bool {
        true
    }

    fn capabilities(&self) -> &Capabilities {
        &TABLE
    }

    /// What is asked for, and no more.
    fn footprint(&self, checked: &Checked<'_>, id: Id<Workload>) -> Option<Footprint> {
        let workload = &checked.estate().workloads[id];
        let (cpu, memory) = (workload.spec.cpu.as_ref()?, workload.spec.memory.as_ref()?);
        let cores = cpu
            .request
            .as_ref()
            .map_or(Cores::whole(0), |request| request.value);
        let cores = cpu
            .vcpus()
            .map_or(cores, |vcpus| Cores::whole(vcpus.into()));
        let alone = cpu.dedicated.as_ref().is_some_and(|alone| alone.value);
        let (dedicated, shared) = match alone {
            true => (cores, Cores::whole(0)),
            false => (Cores::whole(0), cores),
        };
        let (ordinary, hugepages) = match &memory.hugepages {
            Some(page) => (
                Bytes::new(0),
                BTreeMap::from([(page.value, memory.size.value)]),
            ),
            None => (memory.size.value, BTreeMap::new()),
        };
        let gpus = workload
            .gpus
            .iter()
            .filter(|gpu| gpu.spec.slice.is_none())
            .map(|gpu| (gpu.spec.model.value.text.clone(), gpu.spec.count.value))
            .collect();
        Some(Footprint {
            dedicated,
            shared,
            memory: ordinary,
            hugepages,
            gpus,
            pods: 1,
            overhead: Vec::new(),
        })
    }

    fn traffic(&self, _: &Checked<'_>, _: Id<Cluster>, _: &Platform) -> Vec<Derived> {
        Vec::new()
    }

    fn objects(&self, _: &Lowered<'_>, _: &mut Objects) -> Findings {
        Findings::new()
    }
}
