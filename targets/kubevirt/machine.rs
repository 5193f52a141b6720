//! One VirtualMachine for each instance of a workload.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use tenantry_core::{
    emit::{KubeId, Need},
    flows::cni,
    lower::{Instance, LoweredCluster, LoweredWorkload},
    model::{Estate, Workload},
    schema::kinds::{Arch, Eviction, Firmware as Boot, ProbeKind, Run, Vm},
};

use super::{cloud_init, compute, disks, folders, network, options, probes};
use crate::kube::{
    Draft, Scope,
    cdi::DataVolumeTemplate,
    controller,
    kubevirt::{
        Bootloader, CloudInit, Devices, Disk, DiskTarget, Domain, Efi, Empty, Enabled, Features,
        Firmware, InstanceSpec, InstanceTemplate, LocalReference, Machine, VirtualMachineSpec,
        Volume,
    },
    scheduling,
};

/// How long a guest may take to shut down, in seconds: a database that writes its pages back
/// takes more than a pod's usual 30.
const GRACE: i64 = 180;

/// The disk that tells the guest who it is.
const CLOUD_INIT: &str = "cloud-init";

/// A workload and what stands around it.
pub(super) struct Subject<'a> {
    pub(super) scope: Scope<'a>,
    pub(super) estate: &'a Estate,
    pub(super) cluster: &'a LoweredCluster,
    pub(super) workload: &'a Workload,
    pub(super) plan: &'a LoweredWorkload,
    pub(super) vm: &'a Vm,
}

/// What a machine is; `name` is its own, or its pool's.
pub(super) fn spec(
    subject: &Subject<'_>,
    name: &str,
    instance: Option<&Instance>,
) -> VirtualMachineSpec {
    VirtualMachineSpec {
        data_volume_templates: templates(subject, name),
        run_strategy: match subject.workload.spec.run.value {
            Run::Always => "Always",
            Run::Halted => "Halted",
            Run::Manual => "Manual",
            Run::Once => "Once",
            Run::OnFailure => "RerunOnFailure",
        },
        template: InstanceTemplate {
            metadata: subject.scope.pod_metadata(),
            spec: instance_spec(subject, name, instance),
        },
    }
}

fn instance_spec(subject: &Subject<'_>, name: &str, instance: Option<&Instance>) -> InstanceSpec {
    let &Subject {
        estate, workload, ..
    } = subject;
    let placing = scheduling::of(estate, workload);
    let (interfaces, networks) = network::of(estate, workload, instance);
    let (mut disks, mut volumes) = storage(subject, name);
    for folder in folders::of(workload) {
        disks.push(folder.disk());
        volumes.push(folder.volume());
    }
    if let Some((disk, volume)) = cloud_init(subject, instance) {
        disks.push(disk);
        volumes.push(volume);
    }
    if let Some((disk, volume)) = options::sysprep(subject.vm) {
        disks.push(disk);
        volumes.push(volume);
    }
    let numbered = instance.is_some() && workload.spec.replicas.is_some();
    InstanceSpec {
        affinity: placing.affinity,
        architecture: match compute::architecture(estate, workload) {
            Arch::Amd64 => "amd64",
            Arch::Arm64 => "arm64",
        },
        domain: domain(
            subject,
            Devices {
                autoattach_mem_balloon: balloon(workload),
                disks,
                gpus: compute::gpus(estate, workload),
                interfaces,
                network_interface_multiqueue: network::multiqueue(workload),
                tpm: subject
                    .vm
                    .tpm
                    .as_ref()
                    .filter(|tpm| tpm.value)
                    .map(|_| Empty {}),
                watchdog: options::watchdog(workload),
            },
        ),
        eviction_strategy: match estate.eviction(workload).0 {
            Eviction::None => "None",
            Eviction::LiveMigrate => "LiveMigrate",
            Eviction::LiveMigrateIfPossible => "LiveMigrateIfPossible",
            Eviction::External => "External",
        },
        hostname: hostname(workload, instance),
        liveness_probe: probes::of(workload, ProbeKind::Live),
        networks,
        node_selector: placing.node_selector,
        priority_class_name: workload
            .priority
            .map(|priority| estate.priorities[priority.to].name.value.to_string()),
        readiness_probe: probes::of(workload, ProbeKind::Ready),
        subdomain: numbered.then(|| super::service::peers_name(workload)),
        termination_grace_period_seconds: GRACE,
        tolerations: placing.tolerations,
        topology_spread_constraints: placing.topology_spread_constraints,
        volumes,
    }
}

fn domain(subject: &Subject<'_>, devices: Devices) -> Domain {
    let &Subject {
        estate,
        workload,
        vm,
        ..
    } = subject;
    let secure = vm.secure_boot.value;
    let firmware = estate.firmware(workload).unwrap_or(vm.firmware);
    let bootloader = match firmware.value {
        Boot::Bios => Bootloader {
            bios: Some(Empty {}),
            efi: None,
        },
        Boot::Uefi => Bootloader {
            bios: None,
            efi: Some(Efi {
                secure_boot: secure,
            }),
        },
    };
    Domain {
        clock: options::clock(estate, workload),
        cpu: compute::cpu(estate, workload),
        devices,
        // Secure Boot keeps its variables where only firmware in this mode may write.
        features: secure.then_some(Features {
            smm: Some(Enabled { enabled: true }),
        }),
        firmware: Firmware { bootloader },
        launch_security: compute::launch_security(vm.confidential.value),
        machine: Machine {
            kind: match compute::architecture(estate, workload) {
                Arch::Amd64 => "q35",
                Arch::Arm64 => "virt",
            },
        },
        memory: compute::memory(workload),
        resources: compute::resources(estate, workload),
    }
}

/// Whether the host may ask for memory back: as asked, and never of pages that it cannot take.
fn balloon(workload: &Workload) -> Option<bool> {
    let memory = workload.spec.memory.as_ref()?;
    memory
        .balloon
        .as_ref()
        .map(|balloon| balloon.value && memory.hugepages.is_none())
}

/// The disks of the spec and what they hold.
fn storage(subject: &Subject<'_>, name: &str) -> (Vec<Disk>, Vec<Volume>) {
    let &Subject {
        estate, workload, ..
    } = subject;
    workload
        .disks
        .iter()
        .enumerate()
        .map(|(index, disk)| {
            (
                disks::disk(estate, workload, disk, index),
                disks::volume(name, disk),
            )
        })
        .unzip()
}

/// The disks that live and die with the machine.
fn templates(subject: &Subject<'_>, name: &str) -> Vec<DataVolumeTemplate> {
    let &Subject {
        estate, workload, ..
    } = subject;
    workload
        .disks
        .iter()
        .filter(|disk| !disk.spec.ephemeral.value && disks::dies_with_machine(workload, disk))
        .map(|disk| DataVolumeTemplate {
            metadata: ObjectMeta {
                name: Some(disks::claim(name, disk)),
                labels: Some(subject.scope.disk_labels(disk)),
                annotations: Some(disks::annotations(workload)).filter(|all| !all.is_empty()),
                ..ObjectMeta::default()
            },
            spec: disks::data_volume(estate, workload, disk),
        })
        .collect()
}

/// What tells the guest who it is: in the machine while it is short, else in a Secret.
fn cloud_init(subject: &Subject<'_>, instance: Option<&Instance>) -> Option<(Disk, Volume)> {
    let &Subject {
        estate, workload, ..
    } = subject;
    if !estate.has_cloud_init(workload) {
        return None;
    }
    let user_data = cloud_init::user_data(estate, workload);
    let network_data = cloud_init::network_data(estate, workload, instance);
    if user_data.is_none() && network_data.is_none() {
        return None;
    }
    let long = user_data
        .as_ref()
        .is_some_and(|(text, _)| text.len() > cloud_init::INLINE);
    let network_secret = network_data
        .as_ref()
        .filter(|text| text.len() > cloud_init::INLINE)
        .and(instance)
        .map(|instance| LocalReference {
            name: cloud_init::network_secret_name(instance),
        });
    let source = CloudInit {
        network_data: network_data.filter(|_| network_secret.is_none()),
        network_data_secret_ref: network_secret,
        secret_ref: long.then(|| LocalReference {
            name: cloud_init::secret_name(workload),
        }),
        user_data: user_data.filter(|_| !long).map(|(text, _)| text),
    };
    let disk = Disk {
        name: CLOUD_INIT.to_owned(),
        disk: Some(DiskTarget {
            bus: if estate.has_virtio_drivers(workload) {
                "virtio"
            } else {
                "sata"
            },
        }),
        ..Disk::default()
    };
    let volume = Volume {
        name: CLOUD_INIT.to_owned(),
        cloud_init_no_cloud: Some(source),
        ..Volume::default()
    };
    Some((disk, volume))
}

/// The guest's name where it is not the machine's: the first label of what the spec says, with
/// the machine's number where there are several.
fn hostname(workload: &Workload, instance: Option<&Instance>) -> Option<String> {
    let said = workload.spec.cloud_init.as_ref()?.hostname.as_ref()?;
    let label = said.value.as_str().split('.').next().unwrap_or_default();
    let number = instance.filter(|_| workload.spec.replicas.is_some());
    Some(number.map_or_else(
        || label.to_owned(),
        |instance| format!("{label}-{}", instance.index),
    ))
}

/// The objects that a machine cannot start without: its kept disks, its longer text, its configs
/// and secrets, its networks.
pub(super) fn needs(subject: &Subject<'_>, spec: &VirtualMachineSpec) -> Vec<Need> {
    let namespace = subject.plan.namespace.as_str();
    let object = |api: &str, kind: &str, name: &str| {
        Need::Object(KubeId::namespaced(api, kind, namespace, name))
    };
    let mut needs = vec![
        Need::Component("kubevirt"),
        // A machine that is there before the policy may be open until the policy takes hold.
        object("networking.k8s.io/v1", "NetworkPolicy", "default-deny"),
    ];
    let priority = spec.template.spec.priority_class_name.as_deref();
    needs.extend(priority.map(|name| {
        let api = "scheduling.k8s.io/v1";
        Need::Object(KubeId::cluster_wide(api, "PriorityClass", name))
    }));
    needs.extend(controller::before(
        subject.estate,
        subject.cluster,
        subject.workload,
    ));
    let instance = &spec.template.spec;
    let own = |name: &str| {
        let mut templates = spec.data_volume_templates.iter();
        templates.any(|template| template.metadata.name.as_deref() == Some(name))
    };
    for volume in &instance.volumes {
        if let Some(disk) = volume.data_volume.as_ref().filter(|disk| !own(&disk.name)) {
            needs.push(object(crate::kube::cdi::API, "DataVolume", &disk.name));
        }
        let texts = volume.cloud_init_no_cloud.iter();
        let texts = texts.flat_map(|init| [&init.secret_ref, &init.network_data_secret_ref]);
        needs.extend(
            texts
                .flatten()
                .map(|secret| object("v1", "Secret", &secret.name)),
        );
        if let Some(secret) = &volume.secret {
            needs.push(object(
                "external-secrets.io/v1",
                "ExternalSecret",
                &secret.secret_name,
            ));
        }
        if let Some(answers) = &volume.sysprep {
            let api = "external-secrets.io/v1";
            needs.push(object(api, "ExternalSecret", &answers.secret.name));
        }
        if let Some(config) = &volume.config_map {
            needs.push(object("v1", "ConfigMap", &config.name));
        }
    }
    for network in instance
        .networks
        .iter()
        .filter_map(|network| network.multus.as_ref())
    {
        let api = crate::kube::attachment::API;
        needs.push(object(
            api,
            "NetworkAttachmentDefinition",
            &network.network_name,
        ));
    }
    // Closed before anybody is on it, as the pod network is.
    let (api, kind) = crate::kube::attachment::POLICY;
    let nics = subject.workload.nics.iter();
    let policed = nics.filter_map(|nic| cni::policed(subject.estate, subject.workload, nic));
    needs.extend(policed.map(|network| {
        let name = crate::kube::attachment::name(&subject.estate.networks[network]);
        object(api, kind, &name)
    }));
    needs
}

/// Says of each field that a user would ask "why" of where it comes from.
pub(super) fn mark(subject: &Subject<'_>, draft: Draft, at: &str) -> Draft {
    let &Subject {
        estate,
        workload,
        vm,
        ..
    } = subject;
    let template = format!("{at}/template");
    let spec = format!("{template}/spec");
    let domain = format!("{spec}/domain");
    let mut marks = vec![
        // The machine is one because of this line.
        (spec.clone(), vm.meta.origin),
        (format!("{at}/runStrategy"), workload.spec.run.origin),
        (
            format!("{at}/template/spec/evictionStrategy"),
            estate.eviction(workload).1,
        ),
        (
            format!("{domain}/firmware"),
            estate
                .firmware(workload)
                .map_or(vm.firmware.origin, |firmware| firmware.origin),
        ),
        (format!("{domain}/features"), vm.secure_boot.origin),
        (format!("{domain}/launchSecurity"), vm.confidential.origin),
    ];
    marks.extend(options::origins(workload, &domain));
    if let Some(cpu) = &workload.spec.cpu {
        let cores = cpu.cores.as_ref().map(|cores| cores.origin);
        let amount = cpu.request.as_ref().map(|request| request.origin);
        marks.push((format!("{domain}/cpu"), cpu.meta.origin));
        marks.extend(
            cores
                .or(amount)
                .map(|why| (format!("{domain}/cpu/cores"), why)),
        );
        marks.push((format!("{domain}/cpu/sockets"), cpu.sockets.origin));
        marks.push((format!("{domain}/cpu/maxSockets"), cpu.sockets.origin));
        marks.push((format!("{domain}/cpu/threads"), cpu.threads.origin));
        marks.push((format!("{domain}/cpu/model"), cpu.model.origin));
        let switches = [
            ("dedicatedCpuPlacement", &cpu.dedicated),
            ("numa", &cpu.numa),
            ("isolateEmulatorThread", &cpu.isolate_emulator),
            ("realtime", &cpu.realtime),
        ];
        marks.extend(switches.into_iter().filter_map(|(field, switch)| {
            Some((format!("{domain}/cpu/{field}"), switch.as_ref()?.origin))
        }));
        marks.extend(
            cpu.overcommit
                .as_ref()
                .map(|ratio| (format!("{domain}/resources"), ratio.origin)),
        );
    }
    if let Some(memory) = &workload.spec.memory {
        marks.push((format!("{domain}/memory"), memory.size.origin));
        let pages = memory.hugepages.as_ref();
        marks.extend(pages.map(|page| (format!("{domain}/memory/hugepages"), page.origin)));
        let max = memory.max.as_ref();
        marks.extend(max.map(|max| (format!("{domain}/memory/maxGuest"), max.origin)));
    }
    for (index, disk) in workload.disks.iter().enumerate() {
        marks.push((
            format!("{domain}/devices/disks/{index}"),
            disk.spec.meta.origin,
        ));
        marks.push((
            format!("{at}/template/spec/volumes/{index}"),
            disk.spec.meta.origin,
        ));
    }
    let own = workload.disks.iter();
    let own = own
        .filter(|disk| !disk.spec.ephemeral.value && disks::dies_with_machine(workload, disk))
        .map(|disk| disk.spec.meta.origin);
    for (index, why) in own.enumerate() {
        marks.push((format!("{at}/dataVolumeTemplates/{index}"), why));
    }
    for (index, nic) in workload.nics.iter().enumerate() {
        marks.push((
            format!("{domain}/devices/interfaces/{index}"),
            nic.spec.meta.origin,
        ));
        marks.push((
            format!("{at}/template/spec/networks/{index}"),
            nic.spec.meta.origin,
        ));
    }
    let gpus = workload
        .gpus
        .iter()
        .flat_map(|gpu| (0..gpu.spec.count.value).map(move |_| gpu.spec.meta.origin));
    marks.extend(
        gpus.enumerate()
            .map(|(index, why)| (format!("{domain}/devices/gpus/{index}"), why)),
    );
    for (field, kind) in [
        ("livenessProbe", ProbeKind::Live),
        ("readinessProbe", ProbeKind::Ready),
    ] {
        let probe = workload
            .spec
            .probe
            .iter()
            .find(|probe| probe.kind.value == kind);
        marks.extend(probe.map(|probe| (format!("{spec}/{field}"), probe.meta.origin)));
    }
    let priority = workload.priority.iter();
    marks.extend(priority.map(|priority| (format!("{spec}/priorityClassName"), priority.at)));
    let own = subject
        .scope
        .mark_metadata(draft, &format!("{template}/metadata"));
    let draft = marks
        .into_iter()
        .fold(own, |draft, (path, origin)| draft.mark_there(&path, origin));
    let draft = scheduling::mark(estate, workload, draft, &spec);
    mark_guest(subject, draft, &spec)
}

/// Of what the guest is told, line by line.
fn mark_guest(subject: &Subject<'_>, draft: Draft, spec: &str) -> Draft {
    let &Subject {
        estate, workload, ..
    } = subject;
    let user = workload.spec.user.first().map(|user| user.meta.origin);
    let init = workload
        .spec
        .cloud_init
        .as_ref()
        .map(|init| init.meta.origin);
    let folders = folders::of(workload).into_iter();
    let folders = folders.map(|folder| (folder.name.clone(), folder.mount.meta.origin));
    let told = init.or(user).map(|why| (CLOUD_INIT.to_owned(), why));
    let draft = folders.chain(told).fold(draft, |draft, (name, why)| {
        draft
            .mark_items(&format!("{spec}/domain/devices/disks"), "name", &name, why)
            .mark_items(&format!("{spec}/volumes"), "name", &name, why)
    });
    let Some((_, lines)) = cloud_init::user_data(estate, workload) else {
        return draft;
    };
    // It stands behind the disks and the folders.
    let volume = workload.disks.len() + folders::of(workload).len();
    let text = format!("{spec}/volumes/{volume}/cloudInitNoCloud/userData");
    draft.mark_lines(&text, &lines)
}
