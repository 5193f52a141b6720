//! What a virtual machine on Kubernetes asks for that only some backends know: told so that
//! nothing of it is dropped silently.

use crate::{
    model::{Body, Estate, ImageUse, Replicas, Workload},
    origin::OriginId,
    schema::kinds::{ImageSource, NicMode, ProbeKind},
};

/// Asks for what a machine wants beside its size. Proxmox does most of it and decides by itself.
pub(super) fn of(
    estate: &Estate,
    workload: &Workload,
    ask: &mut impl FnMut(&'static str, &'static str, OriginId),
) {
    let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
    if !on_kubernetes || !matches!(workload.body, Body::Vm(..)) {
        return;
    }
    if let Replicas::PerNode(count) | Replicas::PerZone(count) = &workload.replicas {
        ask(
            "machine-per-node",
            "a machine on each node or in each zone",
            count.origin,
        );
    }
    let scale = workload.spec.scale.as_ref();
    if let Some(scale) = scale {
        let what = "machines that follow load";
        ask("machine-scale", what, scale.meta.origin);
    }
    if let Some(memory) = scale.and_then(|scale| scale.memory.as_ref()) {
        ask(
            "machine-scale-memory",
            "machines that follow the use of memory",
            memory.meta.origin,
        );
    }
    for source in sources(estate, workload) {
        if let (Some(_), Some(sum)) = (&source.http, &source.sha256) {
            let what = "a downloaded image that is compared with a checksum";
            ask("image-checksum", what, sum.origin);
        }
    }
    for var in &workload.spec.var {
        ask(
            "machine-variables",
            "variables of a machine",
            var.meta.origin,
        );
    }
    for user in &workload.spec.user {
        if let Some(password) = &user.password {
            ask("user-password", "a user's password", password.origin);
        }
    }
    for probe in &workload.spec.probe {
        if probe.grpc.value {
            ask(
                "machine-probe-grpc",
                "a gRPC probe of a machine",
                probe.grpc.origin,
            );
        }
        if probe.kind.value == ProbeKind::Startup {
            ask(
                "machine-probe-startup",
                "a startup probe of a machine",
                probe.kind.origin,
            );
        }
    }
    for mount in &workload.mounts {
        if let Some(path) = &mount.spec.host_path {
            ask(
                "machine-host-path",
                "a path of the host in a machine",
                path.origin,
            );
        } else if let Some(volume) = &mount.spec.volume {
            ask(
                "machine-volume",
                "a volume of a tenant in a machine",
                volume.origin,
            );
        } else if mount.spec.disk.is_none() {
            ask(
                "machine-folder",
                "a config or secret mounted in a machine",
                mount.spec.meta.origin,
            );
        }
    }
    for disk in &workload.disks {
        if let Some(limit) = &disk.spec.iops_limit {
            ask(
                "disk-iops-limit",
                "a bound on a disk's operations",
                limit.origin,
            );
        }
    }
    for nic in &workload.nics {
        if nic.spec.mode.value == NicMode::Sriov {
            ask(
                "nic-sriov",
                "a virtual function of a network card",
                nic.spec.mode.origin,
            );
        }
        if let Some(limit) = &nic.spec.rate_limit {
            ask(
                "nic-rate-limit",
                "a bound on what an interface sends",
                limit.origin,
            );
        }
        if let Some(name) = &nic.spec.dns_name {
            ask(
                "nic-name",
                "a name of an interface in the DNS",
                name.meta.origin,
            );
        }
        if let (None, Some(ip)) = (nic.network, &nic.spec.ip) {
            ask(
                "nic-pod-address",
                "a fixed address on the pod network",
                ip.meta.origin,
            );
        }
    }
    for gpu in &workload.gpus {
        if let Some(other) = &gpu.spec.or {
            ask(
                "gpu-alternative",
                "another GPU model that will do as well",
                other.origin,
            );
        }
    }
}

/// What the disks of a machine are filled from, where the estate says more than a reference.
fn sources<'e>(
    estate: &'e Estate,
    workload: &'e Workload,
) -> impl Iterator<Item = &'e ImageSource> {
    let cluster = estate.clusters[workload.cluster].name.value.as_str();
    let image = match &workload.body {
        Body::Vm(_, ImageUse::Named(image)) => Some(&estate.images[image.to]),
        _ => None,
    };
    let here = move |source: &&ImageSource| match &source.cluster {
        Some(own) => &*own.value.text == cluster,
        None => true,
    };
    let own = workload
        .disks
        .iter()
        .filter_map(|disk| disk.spec.source.as_ref());
    let of_image = image.into_iter().flat_map(|image| &image.source);
    of_image.filter(here).take(1).chain(own)
}
