//! What each workload asks of its backend: one list of features, in the words that the
//! capability tables use, each with the line that asks.

mod container;
mod ground;
mod life;
mod machine;

use std::sync::Arc;

use crate::{
    flows::Protocol,
    model::{
        Backup, Body, Cluster, Connect, Estate, Expose, Id, Target as Called, Tenant, Workload,
    },
    origin::OriginId,
    schema::kinds::{BackupKind, ConnectTls, ExposeAuth, Mesh, Monitor, Via},
    units::SecretStore,
};

/// One thing asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The feature's word.
    pub feature: &'static str,
    /// The same for a message: "a virtual machine".
    pub what: &'static str,
    /// Who asks, for a message: "workload `acme.trainer`".
    pub by: Arc<str>,
    /// Where.
    pub origin: OriginId,
}

/// Everything asked of a cluster, in the order of the model.
pub fn asked(estate: &Estate, cluster: Id<Cluster>) -> Vec<Ask> {
    let mut asks = Vec::new();
    for (id, _) in estate.workloads_of(cluster) {
        of_workload(estate, id, &mut asks);
    }
    tenants(estate, cluster, &mut asks);
    ground::of_cluster(estate, cluster, &mut asks);
    ground::of_estate(estate, cluster, &mut asks);
    let spec = &estate.clusters[cluster].spec;
    let by: Arc<str> = format!("cluster `{}`", spec.name.value).into();
    life::foreign(&spec.raw, &spec.patch, &mut |feature, what, origin| {
        asks.push(Ask {
            feature,
            what,
            by: by.clone(),
            origin,
        })
    });
    asks
}

fn tenants(estate: &Estate, cluster: Id<Cluster>, asks: &mut Vec<Ask>) {
    let kubernetes = estate.clusters[cluster].is_kubernetes();
    for (id, tenant) in estate.tenants.iter() {
        if !estate.lives_in(id, cluster) {
            continue;
        }
        let by: Arc<str> = format!("tenant `{}`", tenant.name.value).into();
        let mut ask = |feature, what: &'static str, origin| {
            asks.push(Ask {
                feature,
                what,
                by: by.clone(),
                origin,
            })
        };
        for secret in &tenant.spec.secret {
            // A file lies on the machine that writes it; only what runs from there can read it.
            if kubernetes && secret.from.value.store() != SecretStore::Vault {
                ask("secret-file", "a secret from a file", secret.from.origin);
            } else {
                ask("secret", "secrets from outside", secret.meta.origin);
            }
        }
        if tenant.spec.mesh.value != Mesh::None {
            ask("mesh", "a service mesh", tenant.spec.mesh.origin);
        }
        ground::compliance(tenant.spec.compliance.as_ref(), &mut ask);
        for quota in tenant
            .quotas
            .iter()
            .filter(|quota| quota.cluster == cluster)
        {
            ask("quota", "a quota", quota.spec.meta.origin);
        }
        if tenant.spec.self_service.value {
            let what = "members who create things by themselves";
            ask("self-service", what, tenant.spec.self_service.origin);
        }
        volumes(tenant, cluster, kubernetes, &mut ask);
        life::foreign(&tenant.spec.raw, &tenant.spec.patch, &mut ask);
    }
}

/// The volumes of a tenant in a cluster. Where nothing can be mounted each mount says so.
fn volumes(
    tenant: &Tenant,
    cluster: Id<Cluster>,
    mountable: bool,
    ask: &mut impl FnMut(&'static str, &'static str, OriginId),
) {
    for volume in tenant
        .volumes
        .iter()
        .filter(|volume| volume.cluster == cluster)
    {
        if mountable || volume.mounted_by.is_empty() {
            ask("volume", "a volume of a tenant", volume.spec.meta.origin);
        }
        if let Some(backup) = volume.spec.backup.first() {
            ask("volume-backup", "a backup of a volume", backup.meta.origin);
        }
        if let Some(source) = &volume.spec.source {
            let what = "a volume that is filled from somewhere";
            ask("volume-source", what, source.meta.origin);
        }
    }
}

/// What one workload asks for.
pub fn of_workload(estate: &Estate, id: Id<Workload>, asks: &mut Vec<Ask>) {
    let workload = &estate.workloads[id];
    let by: Arc<str> = format!("workload `{}`", workload.path).into();
    let mut ask = |feature, what: &'static str, origin| {
        asks.push(Ask {
            feature,
            what,
            by: by.clone(),
            origin,
        })
    };
    body(workload, &mut ask);
    machine::of(estate, workload, &mut ask);
    container::of(workload, &mut ask);
    life::of(workload, &mut ask);
    if let Some(device) = workload.spec.device.first() {
        let feature = match workload.body {
            Body::Vm(..) => "machine-device",
            _ => "device",
        };
        ask(feature, "a device of the host", device.meta.origin);
    }
    for gpu in &workload.gpus {
        if let Some(other) = &gpu.spec.or {
            ask("gpu-alternative", "one GPU or another", other.origin);
        }
        let slice = gpu.spec.slice.as_ref();
        match (&workload.body, slice) {
            (Body::Vm(..), None) => ask(
                "gpu-passthrough",
                "a passed-through GPU",
                gpu.spec.meta.origin,
            ),
            (Body::Vm(..), Some(slice)) => ask(
                "gpu-vgpu",
                "a slice of a GPU in a virtual machine",
                slice.origin,
            ),
            (_, None) => ask(
                "gpu-container",
                "a GPU in a container",
                gpu.spec.meta.origin,
            ),
            (_, Some(slice)) => ask("gpu-slice", "a slice of a GPU in a container", slice.origin),
        }
    }
    let memory = workload.spec.memory.as_ref();
    if let (Body::Vm(..), Some(pages)) = (
        &workload.body,
        memory.and_then(|memory| memory.hugepages.as_ref()),
    ) {
        ask("hugepages", "huge pages", pages.origin);
    }
    if let Some(cpu) = &workload.spec.cpu {
        if let Some(dedicated) = cpu.dedicated.as_ref().filter(|dedicated| dedicated.value) {
            ask("cpu-pinning", "cores of its own", dedicated.origin);
        }
        if let Some(numa) = cpu.numa.as_ref().filter(|numa| numa.value) {
            ask("numa", "its NUMA layout passed through", numa.origin);
        }
    }
    if let Some(scale) = &workload.spec.scale {
        ask("scale", "replicas that follow load", scale.meta.origin);
        if let Some(metric) = scale.metric.first() {
            ask(
                "scale-metric",
                "replicas that follow a metric",
                metric.meta.origin,
            );
        }
        if let Some(queue) = &scale.queue_length {
            ask(
                "scale-queue",
                "replicas that follow a queue",
                queue.meta.origin,
            );
        }
    }
    if let Some(monitor) = &workload.spec.monitor {
        watched(monitor, &mut ask);
    }
    if let Some(lease) = &workload.spec.lease {
        ask("lease", "an end of its own", lease.origin);
    }
    if let Some(idle) = &workload.spec.idle_release {
        ask(
            "idle-release",
            "giving back what it does not use",
            idle.origin,
        );
    }
    if let Some(security) = &workload.spec.security {
        if let Some(mtls) = security.mtls.as_ref().filter(|mtls| mtls.value) {
            ask("mtls", "proof of identity on its connections", mtls.origin);
        }
        if let Some(keep) = &security.audit_keep {
            ask("audit-log", "a log of who did what", keep.origin);
        }
        if let Some(signed) = &security.signed_by {
            ask("image-signature", "images that are signed", signed.origin);
        }
        if let Some(calls) = &security.syscalls {
            let what = "a profile of its calls of the kernel";
            ask("syscalls", what, calls.meta.origin);
        }
        if let Some(audit) = &security.egress_audit {
            ask(
                "egress-audit",
                "a log of what it calls outside",
                audit.meta.origin,
            );
        }
    }
    let meta = &workload.spec.meta;
    if let Some(tag) = meta.labels.values().chain(meta.annotations.values()).next() {
        ask("label", "labels or annotations", tag.origin);
    }
    for backup in &workload.backups {
        copied(workload, backup, &mut ask);
    }
    // Of one that could not be read in full, what it asks for may be what is missing.
    let exposes = workload.exposes.iter();
    for expose in exposes.filter(|expose| !expose.spec.meta.broken) {
        exposed(expose, &mut ask);
    }
    for connect in &workload.connects {
        called(estate, connect, &mut ask);
    }
    for probe in &workload.spec.probe {
        ask("probe", "a probe", probe.meta.origin);
    }
    for nic in workload.nics.iter().filter(|nic| nic.network.is_some()) {
        ask(
            "network-attachment",
            "a further network",
            nic.spec.meta.origin,
        );
    }
}

fn watched(monitor: &Monitor, ask: &mut impl FnMut(&'static str, &'static str, OriginId)) {
    ask("monitor", "monitoring", monitor.meta.origin);
    if let Some(dashboard) = &monitor.dashboard {
        ask("monitor-dashboard", "a dashboard", dashboard.meta.origin);
    }
    if let Some(logs) = &monitor.logs {
        ask("monitor-logs", "logs that are kept", logs.meta.origin);
    }
}

fn copied(
    workload: &Workload,
    backup: &Backup,
    ask: &mut impl FnMut(&'static str, &'static str, OriginId),
) {
    let spec = &backup.spec;
    ask("backup", "a backup", spec.meta.origin);
    if spec.kind.value == BackupKind::Dump {
        ask(
            "backup-dump",
            "a backup that the application writes",
            spec.kind.origin,
        );
    }
    if spec.quiesce.value && workload.vm().is_none() {
        ask(
            "backup-quiesce",
            "a container that holds still",
            spec.quiesce.origin,
        );
    }
    if let Some(verify) = &spec.verify {
        ask(
            "backup-verify",
            "a restore that is tried",
            verify.meta.origin,
        );
    }
}

fn exposed(expose: &Expose, ask: &mut impl FnMut(&'static str, &'static str, OriginId)) {
    let spec = &expose.spec;
    ask(expose.feature(), expose.what(), spec.meta.origin);
    // Where there can be no route, nothing is asked of who would hold to what is said of it.
    let routed = matches!(spec.via.value, Via::Gateway | Via::Ingress)
        && expose.port.protocol == Protocol::Tcp;
    if let Some(from) = spec.from.as_ref().filter(|_| routed) {
        ask(
            "expose-from",
            "a list of clients at the gateway",
            from.meta.origin,
        );
    }
    if let Some(limit) = spec.limit.as_ref().filter(|_| routed) {
        ask("expose-limit", "a limit of requests", limit.meta.origin);
    }
    match spec.auth.value {
        ExposeAuth::None => {}
        ExposeAuth::Mtls => ask("expose-mtls", "clients with certificates", spec.auth.origin),
        ExposeAuth::Oidc => ask(
            "expose-oidc",
            "clients that are signed in",
            spec.auth.origin,
        ),
    }
    if let Some(canary) = &spec.canary {
        ask(
            "expose-canary",
            "a new version step by step",
            canary.meta.origin,
        );
    }
}

fn called(
    estate: &Estate,
    connect: &Connect,
    ask: &mut impl FnMut(&'static str, &'static str, OriginId),
) {
    const HOST: &str = "traffic to a host by name";
    if let Some(host) = &connect.host {
        ask("connect-host", HOST, host.origin);
    } else if let (Called::External(system), None) = (&connect.to, &connect.cidr)
        && estate.externals[system.to].host.is_some()
    {
        ask("connect-host", HOST, connect.spec.meta.origin);
    }
    let tls = &connect.spec.tls;
    if tls.value == ConnectTls::Mutual {
        ask("connect-mtls", "both ends proving who they are", tls.origin);
    }
}

fn body(workload: &Workload, ask: &mut impl FnMut(&'static str, &'static str, OriginId)) {
    match &workload.body {
        Body::Vm(vm, _) => {
            ask("vm", "a virtual machine", vm.meta.origin);
            if let Some(tpm) = vm.tpm.as_ref().filter(|tpm| tpm.value) {
                ask("tpm", "a TPM", tpm.origin);
            }
            if vm.confidential.value.word() != "none" {
                ask(
                    "confidential",
                    "confidential computing",
                    vm.confidential.origin,
                );
            }
            if let Some(sysprep) = &vm.sysprep {
                ask("sysprep", "answers for Windows' setup", sysprep.meta.origin);
            }
            if let Some(instance_type) = &vm.instance_type {
                ask("instance-type", "an instance type", instance_type.origin);
            }
        }
        Body::Container(container) => {
            ask("container", "a container", container.meta.origin);
            sandbox(
                container.sandbox.value.word(),
                container.sandbox.origin,
                ask,
            );
        }
        Body::Job(job) => {
            ask("job", "a job", job.meta.origin);
            sandbox(job.sandbox.value.word(), job.sandbox.origin, ask);
        }
        Body::Lxc(lxc) => ask("lxc", "a system container", lxc.meta.origin),
        Body::Chart(chart) => ask("chart", "a Helm chart of its own", chart.meta.origin),
    }
}

fn sandbox(
    word: &str,
    origin: OriginId,
    ask: &mut impl FnMut(&'static str, &'static str, OriginId),
) {
    match word {
        "none" => {}
        "gvisor" => ask("sandbox-gvisor", "a gVisor sandbox", origin),
        _ => ask("sandbox-kata", "a Kata sandbox", origin),
    }
}
