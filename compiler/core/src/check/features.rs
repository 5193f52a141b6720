//! What each workload asks of its backend: one list of features, in the words that the
//! capability tables use, each with the line that asks.

mod machine;

use crate::{
    model::{Body, Cluster, Connect, Estate, Id, Workload},
    origin::OriginId,
};

/// One thing asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The feature's word.
    pub feature: &'static str,
    /// The same for a message: "a virtual machine".
    pub what: String,
    /// Who asks, for a message: "workload `acme.trainer`".
    pub by: String,
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
    asks
}

fn tenants(estate: &Estate, cluster: Id<Cluster>, asks: &mut Vec<Ask>) {
    for (id, tenant) in estate.tenants.iter() {
        if !estate.lives_in(id, cluster) {
            continue;
        }
        let by = format!("tenant `{}`", tenant.name.value);
        let mut ask = |feature, what: &str, origin| {
            asks.push(Ask {
                feature,
                what: what.to_owned(),
                by: by.clone(),
                origin,
            })
        };
        if let Some(secret) = tenant.spec.secret.first() {
            ask("secret", "secrets from outside", secret.meta.origin);
        }
        for quota in tenant
            .quotas
            .iter()
            .filter(|quota| quota.cluster == cluster)
        {
            ask("quota", "a quota", quota.spec.meta.origin);
        }
    }
}

/// What one workload asks for.
pub fn of_workload(estate: &Estate, id: Id<Workload>, asks: &mut Vec<Ask>) {
    let workload = &estate.workloads[id];
    let by = format!("workload `{}`", workload.path);
    let mut ask = |feature, what: &str, origin| {
        asks.push(Ask {
            feature,
            what: what.to_owned(),
            by: by.clone(),
            origin,
        })
    };
    body(workload, &mut ask);
    machine::of(estate, workload, &mut ask);
    for gpu in &workload.gpus {
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
    if let Some(pages) = workload
        .spec
        .memory
        .as_ref()
        .and_then(|memory| memory.hugepages.as_ref())
    {
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
    }
    if let Some(monitor) = &workload.spec.monitor {
        ask("monitor", "monitoring", monitor.meta.origin);
    }
    for backup in &workload.backups {
        ask("backup", "a backup", backup.spec.meta.origin);
    }
    for expose in &workload.exposes {
        ask(expose.feature(), expose.what(), expose.spec.meta.origin);
    }
    for Connect { host, .. } in &workload.connects {
        if let Some(host) = host {
            ask("connect-host", "traffic to a host by name", host.origin);
        }
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

fn body(workload: &Workload, ask: &mut impl FnMut(&'static str, &str, OriginId)) {
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
    }
}

fn sandbox(word: &str, origin: OriginId, ask: &mut impl FnMut(&'static str, &str, OriginId)) {
    match word {
        "none" => {}
        "gvisor" => ask("sandbox-gvisor", "a gVisor sandbox", origin),
        _ => ask("sandbox-kata", "a Kata sandbox", origin),
    }
}
