//! The pods of containers and jobs.

use k8s_openapi::api::core::v1::{
    LocalObjectReference, PodSecurityContext, PodSpec, PodTemplateSpec, SeccompProfile,
    TopologySpreadConstraint,
};
use tenantry_core::{
    model::Replicas,
    origin::OriginId,
    schema::kinds::{Port, Sandbox},
};

use super::{
    container::{self, some},
    runtime,
    subject::{Pod, Subject},
    volumes,
};
use crate::kube::{Draft, kata, scheduling};

/// The group of every file that a pod mounts, where its image has none of its own.
const GROUP: i64 = 1000;

/// The template of a workload's pods.
pub(super) fn template(subject: &Subject<'_>, restart: &str) -> Option<PodTemplateSpec> {
    let pod = subject.pod()?;
    let volumes = volumes::of(subject, &pod);
    let main = container::main(subject, &pod, &volumes);
    let placed = scheduling::of(subject.estate, subject.workload);
    let mut spread = placed.topology_spread_constraints;
    spread.extend(per_zone(subject, &spread));
    let spec = PodSpec {
        affinity: placed.affinity,
        automount_service_account_token: Some(pod.token.value),
        containers: vec![main],
        // Links of every service of the namespace are no business of a container's.
        enable_service_links: Some(false),
        image_pull_secrets: pod.pull_secret.map(|name| {
            vec![LocalObjectReference {
                name: name.to_owned(),
            }]
        }),
        init_containers: some(container::before(&pod)),
        node_selector: (!placed.node_selector.is_empty()).then_some(placed.node_selector),
        priority_class_name: subject.workload.priority.map(|priority| {
            subject.estate.priorities[priority.to]
                .name
                .value
                .to_string()
        }),
        restart_policy: Some(restart.to_owned()),
        runtime_class_name: runtime_class(pod.sandbox.value).map(str::to_owned),
        security_context: Some(security(&pod)),
        service_account_name: Some(subject.plan.name.clone()),
        tolerations: some(placed.tolerations),
        topology_spread_constraints: some(spread),
        volumes: some(volumes.volumes),
        ..PodSpec::default()
    };
    Some(PodTemplateSpec {
        metadata: Some(subject.scope.pod_metadata()),
        spec: Some(spec),
    })
}

/// The class of runtime that a sandbox is.
fn runtime_class(sandbox: Sandbox) -> Option<&'static str> {
    match sandbox {
        Sandbox::Gvisor => Some(runtime::GVISOR),
        sandbox => kata::runtime_class_name(sandbox),
    }
}

fn security(pod: &Pod<'_>) -> PodSecurityContext {
    let user = i64::from(pod.uid.value);
    PodSecurityContext {
        fs_group: Some(if user == 0 { GROUP } else { user }),
        fs_group_change_policy: Some("OnRootMismatch".to_owned()),
        run_as_group: Some(user),
        run_as_non_root: Some(user != 0),
        run_as_user: Some(user),
        seccomp_profile: Some(SeccompProfile {
            localhost_profile: None,
            type_: "RuntimeDefault".to_owned(),
        }),
        ..PodSecurityContext::default()
    }
}

/// So many in each zone is so many in all, which must not stand in fewer zones.
fn per_zone(
    subject: &Subject<'_>,
    declared: &[TopologySpreadConstraint],
) -> Option<TopologySpreadConstraint> {
    const ZONE: &str = "topology.kubernetes.io/zone";
    let Replicas::PerZone(_) = subject.workload.replicas else {
        return None;
    };
    let said = declared.iter().any(|spread| spread.topology_key == ZONE);
    (!said).then(|| TopologySpreadConstraint {
        label_selector: Some(subject.scope.selector()),
        max_skew: 1,
        node_taints_policy: Some("Honor".to_owned()),
        topology_key: ZONE.to_owned(),
        when_unsatisfiable: "DoNotSchedule".to_owned(),
        ..TopologySpreadConstraint::default()
    })
}

/// Says of the fields of a template at `at` why they are so.
pub(super) fn mark(subject: &Subject<'_>, draft: Draft, at: &str) -> Draft {
    let draft = subject
        .scope
        .mark_metadata(draft, &format!("{at}/metadata"));
    let draft = origins(subject, at)
        .into_iter()
        .fold(draft, |draft, (path, origin)| {
            draft.mark_there(&path, origin)
        });
    let draft = mark_volumes(subject, draft, &format!("{at}/spec"));
    scheduling::mark(
        subject.estate,
        subject.workload,
        draft,
        &format!("{at}/spec"),
    )
}

/// Of the volumes and of the paths at which the main container sees them.
fn mark_volumes(subject: &Subject<'_>, draft: Draft, spec: &str) -> Draft {
    let volumes = format!("{spec}/volumes");
    let mounts = format!("{spec}/containers/0/volumeMounts");
    let disks = subject.workload.disks.iter().fold(draft, |draft, disk| {
        let (name, why) = (disk.spec.name.value.as_str(), disk.spec.meta.origin);
        let at = disk.spec.mount.as_ref().map_or(why, |mount| mount.origin);
        draft
            .mark_items(&volumes, "name", name, why)
            .mark_items(&mounts, "name", name, at)
    });
    let mounts_of = subject.workload.spec.mount.iter();
    mounts_of.fold(disks, |draft, mount| {
        draft.mark_items(
            &mounts,
            "mountPath",
            mount.path.value.as_ref(),
            mount.meta.origin,
        )
    })
}

/// The fields that the spec decides, where they are there, and what decides them.
fn origins(subject: &Subject<'_>, at: &str) -> Vec<(String, OriginId)> {
    let mut all = Vec::new();
    let (workload, Some(pod)) = (subject.workload, subject.pod()) else {
        return all;
    };
    let spec = &workload.spec;
    let main = format!("{at}/spec/containers/0");
    let mut mark = |path: String, origin: OriginId| all.push((path, origin));
    // The container is there, and the pod with it, because of the line that names its image.
    mark(format!("{at}/spec"), pod.image.origin);
    let single = |port: &&Port| port.number.value.as_single().is_some();
    for (n, port) in spec.port.iter().filter(single).enumerate() {
        mark(format!("{main}/ports/{n}"), port.meta.origin);
    }
    let before = pod.sidecar.iter().map(|one| one.meta.origin);
    let before = before.chain(pod.init.iter().map(|one| one.meta.origin));
    for (n, origin) in before.enumerate() {
        mark(format!("{at}/spec/initContainers/{n}"), origin);
    }
    mark(format!("{at}/spec/runtimeClassName"), pod.sandbox.origin);
    mark(
        format!("{at}/spec/securityContext/runAsUser"),
        pod.uid.origin,
    );
    mark(
        format!("{at}/spec/automountServiceAccountToken"),
        pod.token.origin,
    );
    let read_only = format!("{main}/securityContext/readOnlyRootFilesystem");
    mark(read_only, pod.read_only_root.origin);
    if let Some(cpu) = &spec.cpu {
        let request = cpu
            .request
            .as_ref()
            .map_or(cpu.meta.origin, |cpu| cpu.origin);
        let limit = cpu.limit.as_ref().map_or(request, |limit| limit.origin);
        mark(format!("{main}/resources/requests/cpu"), request);
        mark(format!("{main}/resources/limits/cpu"), limit);
    }
    if let Some(memory) = &spec.memory {
        let limit = memory
            .limit
            .as_ref()
            .map_or(memory.size.origin, |limit| limit.origin);
        mark(
            format!("{main}/resources/requests/memory"),
            memory.size.origin,
        );
        mark(format!("{main}/resources/limits/memory"), limit);
    }
    if let Some(priority) = workload.priority {
        mark(format!("{at}/spec/priorityClassName"), priority.at);
    }
    for (at, var) in spec.var.iter().enumerate() {
        mark(format!("{main}/env/{at}"), var.meta.origin);
    }
    for (field, kind) in [
        ("livenessProbe", "live"),
        ("readinessProbe", "ready"),
        ("startupProbe", "startup"),
    ] {
        let probe = spec
            .probe
            .iter()
            .find(|probe| probe.kind.value.word() == kind);
        if let Some(probe) = probe {
            mark(format!("{main}/{field}"), probe.meta.origin);
        }
    }
    all
}
