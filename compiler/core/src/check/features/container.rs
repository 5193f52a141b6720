//! What containers and jobs ask of their backend beside what every workload can ask.

use crate::{
    model::{Body, Replicas, Workload},
    origin::OriginId,
    schema::kinds::Run,
};

/// Adds what a container or job asks for; nothing for machines.
pub(super) fn of(workload: &Workload, ask: &mut impl FnMut(&'static str, &'static str, OriginId)) {
    if !matches!(workload.body, Body::Container(_) | Body::Job(_)) {
        return;
    }
    let spec = &workload.spec;
    let sidecars = match &workload.body {
        Body::Container(run) => &*run.sidecar,
        Body::Job(run) => &*run.sidecar,
        Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => &[],
    };
    if let Some(sidecar) = sidecars.first() {
        let what = "a container beside the main one";
        ask("sidecar", what, sidecar.meta.origin);
    }
    if let Body::Job(job) = &workload.body {
        if job.gang.value {
            ask(
                "job-gang",
                "parts that start together or not at all",
                job.gang.origin,
            );
        }
    } else if matches!(spec.run.value, Run::Once | Run::OnFailure) {
        ask(
            "run-once",
            "a container that is not started again",
            spec.run.origin,
        );
    }
    if let Some(pages) = spec
        .memory
        .as_ref()
        .and_then(|memory| memory.hugepages.as_ref())
    {
        ask(
            "hugepages-container",
            "memory of huge pages in a container",
            pages.origin,
        );
    }
    for probe in spec.probe.iter().filter(|probe| probe.agent.value) {
        ask(
            "probe-agent",
            "a probe by the guest's agent",
            probe.agent.origin,
        );
    }
    if let Some(user) = spec.user.first() {
        ask("guest-users", "users of a machine", user.meta.origin);
    }
    if let Some(setup) = &spec.cloud_init {
        ask(
            "guest-setup",
            "what a machine does when it first starts",
            setup.meta.origin,
        );
    }
    disks(workload, ask);
}

fn disks(workload: &Workload, ask: &mut impl FnMut(&'static str, &'static str, OriginId)) {
    let per_node = matches!(workload.replicas, Replicas::PerNode(_));
    for disk in &workload.disks {
        let spec = &disk.spec;
        if let Some(file_system) = &spec.fs {
            ask(
                "disk-file-system",
                "a file system of its own choice",
                file_system.origin,
            );
        }
        if let Some(source) = &spec.source {
            ask(
                "disk-source",
                "a container's disk that is filled from somewhere",
                source.meta.origin,
            );
        }
        if per_node && spec.keep.value && !spec.ephemeral.value {
            ask(
                "disk-per-node",
                "a disk on each node that is kept",
                spec.meta.origin,
            );
        }
    }
}
