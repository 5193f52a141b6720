//! Processors and memory of a machine.

use std::collections::BTreeMap;

use tenantry_core::{
    model::{Estate, Workload},
    origin::How,
    schema::kinds::{Arch, Confidential, FeaturePolicy},
    units::Cores,
};

use crate::kube::kubevirt::{
    Cpu, CpuFeature, Empty, Gpu, Hugepages, LaunchSecurity, Memory, Numa, Resources,
};

/// Whether each virtual CPU has a real one alone.
pub(super) fn is_dedicated(workload: &Workload) -> bool {
    let dedicated = workload
        .spec
        .cpu
        .as_ref()
        .and_then(|cpu| cpu.dedicated.as_ref());
    dedicated.is_some_and(|dedicated| dedicated.value)
}

/// Whether the emulator has a CPU of its own.
pub(super) fn isolates_emulator(workload: &Workload) -> bool {
    let isolate = workload
        .spec
        .cpu
        .as_ref()
        .and_then(|cpu| cpu.isolate_emulator.as_ref());
    isolate.is_some_and(|isolate| isolate.value)
}

/// The architecture of the pools that a machine may run on; they are alternatives, so a rule
/// holds that they agree.
pub(super) fn architecture(estate: &Estate, workload: &Workload) -> Arch {
    workload.pools.first().map_or(Arch::Amd64, |pool| {
        estate.cpu_models[estate.pools[pool.to].cpu_model.to]
            .arch
            .value
    })
}

/// The processor that a machine sees: what it says, else what its architecture offers. KVM on
/// arm64 shows the host's own and no other.
fn model(estate: &Estate, workload: &Workload) -> String {
    let said = workload.spec.cpu.as_ref().map(|cpu| &cpu.model);
    let said = said.filter(|model| {
        let how = estate.origins.get(model.origin).how;
        !matches!(how, How::Default(_))
    });
    match (said, architecture(estate, workload)) {
        (Some(model), _) => model.value.to_string(),
        (None, Arch::Amd64) => "host-model".to_owned(),
        (None, Arch::Arm64) => "host-passthrough".to_owned(),
    }
}

/// The processors.
pub(super) fn cpu(estate: &Estate, workload: &Workload) -> Cpu {
    let model = model(estate, workload);
    let Some(spec) = &workload.spec.cpu else {
        return Cpu {
            cores: 1,
            max_sockets: 1,
            model,
            sockets: 1,
            threads: 1,
            ..Cpu::default()
        };
    };
    let on = |choice: &Option<tenantry_core::origin::V<bool>>| {
        choice.as_ref().filter(|choice| choice.value).map(|_| true)
    };
    // An amount without a topology is that many cores of one socket.
    let cores = match &spec.cores {
        Some(cores) => cores.value,
        None => workload.vcpus().unwrap_or(1) / (spec.sockets.value * spec.threads.value).max(1),
    };
    Cpu {
        cores: cores.max(1),
        dedicated_cpu_placement: on(&spec.dedicated),
        features: spec
            .feature
            .iter()
            .map(|feature| CpuFeature {
                name: feature.name.value.to_string(),
                policy: match feature.policy.value {
                    FeaturePolicy::Require => "require",
                    FeaturePolicy::Disable => "disable",
                },
            })
            .collect(),
        isolate_emulator_thread: on(&spec.isolate_emulator),
        // Left out it would be four times as many, with memory for CPUs that never come.
        max_sockets: spec.sockets.value,
        model,
        numa: on(&spec.numa).map(|_| Numa::default()),
        realtime: on(&spec.realtime).map(|_| Empty {}),
        sockets: spec.sockets.value,
        threads: spec.threads.value,
    }
}

/// The memory. Only the guest's size is ever said: a limit beside it is what gets launchers
/// killed, and a request below it is what passed-through devices cannot start with.
pub(super) fn memory(workload: &Workload) -> Memory {
    let Some(spec) = &workload.spec.memory else {
        return Memory::default();
    };
    Memory {
        guest: spec.size.value.quantity(),
        hugepages: spec.hugepages.as_ref().map(|page| Hugepages {
            page_size: page.value.quantity(),
        }),
        max_guest: spec.max.as_ref().map(|max| max.value.quantity()),
    }
}

/// What the pod asks for: nothing beside dedicated CPUs, which say it themselves.
pub(super) fn resources(estate: &Estate, workload: &Workload) -> Option<Resources> {
    if is_dedicated(workload) {
        return None;
    }
    let cpu = |cores: Cores| BTreeMap::from([("cpu".to_owned(), cores.quantity())]);
    let limit = workload
        .spec
        .cpu
        .as_ref()
        .and_then(|cpu| cpu.limit.as_ref());
    Some(Resources {
        limits: limit.map(|limit| cpu(limit.value)).unwrap_or_default(),
        requests: cpu(estate.cpu_asked(workload)),
    })
}

/// The GPUs, numbered over all models. A model or slice without a name that a device plugin
/// gives out was refused before.
pub(super) fn gpus(estate: &Estate, workload: &Workload) -> Vec<Gpu> {
    let devices = workload.gpus.iter().flat_map(|gpu| {
        let device = estate.gpu_device(gpu).unwrap_or_default().to_owned();
        (0..gpu.spec.count.value).map(move |_| device.clone())
    });
    devices
        .enumerate()
        .map(|(index, device_name)| Gpu {
            name: format!("gpu-{index}"),
            device_name,
        })
        .collect()
}

/// How its memory is encrypted.
pub(super) fn launch_security(confidential: Confidential) -> Option<LaunchSecurity> {
    match confidential {
        Confidential::None => None,
        Confidential::SevSnp => Some(LaunchSecurity {
            snp: Some(Empty {}),
            tdx: None,
        }),
        Confidential::Tdx => Some(LaunchSecurity {
            snp: None,
            tdx: Some(Empty {}),
        }),
    }
}
