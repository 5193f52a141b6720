//! Kata on the nodes: only the runtimes that a workload uses, only where one may land.

use std::collections::BTreeMap;

use tenantry_core::{
    model::{Body, Pool, Workload},
    origin::OriginId,
    schema::kinds::{Distribution, Role},
};

use crate::kube::kata;

use super::{
    Context, Values,
    context::{keep_away, tolerate},
    rook_ceph_cluster::on_pools,
};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let Some(component) = cx.component("kata-deploy") else {
        return;
    };
    let origin = component.origin();
    let kubernetes = cx.cluster().spec.kubernetes.as_ref();
    let distribution = kubernetes.map(|kubernetes| &kubernetes.distribution);
    let k3s = distribution.is_some_and(|distribution| distribution.value == Distribution::K3s);
    let why = distribution.map_or(origin, |distribution| distribution.origin);
    values.set("k8sDistribution", if k3s { "k3s" } else { "k8s" }, why);
    values.set("shims.disableAll", true, origin);
    let mut shims: BTreeMap<&str, OriginId> = BTreeMap::new();
    for workload in cx.workloads() {
        if let Some((shim, origin)) = shim(workload) {
            shims.entry(shim).or_insert(origin);
        }
    }
    for (shim, origin) in shims {
        values.set(&format!("shims.{shim}.enabled"), true, origin);
    }
    // The classes are objects of the `kata` target, with the overhead that placement counted.
    values.set("runtimeClasses.enabled", false, origin);
    let pools = pools(cx);
    if pools.is_empty() {
        return;
    }
    values.at("affinity.nodeAffinity", |affinity| {
        on_pools(affinity, &pools)
    });
    if keep_away(pools.iter().copied(), cx.estate) {
        values.list("tolerations", origin, |list| {
            tolerate(list, pools.iter().copied(), cx.estate)
        });
    }
}

/// The pools on which a sandboxed workload may land.
fn pools<'a>(cx: &Context<'a>) -> Vec<&'a Pool> {
    let named = |id| {
        cx.workloads()
            .filter(|workload| shim(workload).is_some())
            .any(|workload| workload.pools.iter().any(|pool| pool.to == id))
    };
    let anywhere = cx
        .workloads()
        .any(|workload| shim(workload).is_some() && workload.pools.is_empty());
    let pools = cx.estate.pools_of(cx.id);
    pools
        .filter(|(id, pool)| named(*id) || (anywhere && pool.spec.role.value == Role::Worker))
        .map(|(_, pool)| pool)
        .collect()
}

/// The runtime of a sandboxed workload, which is the name of its class without the prefix that
/// kata-deploy gives each; and why.
fn shim(workload: &Workload) -> Option<(&'static str, OriginId)> {
    let sandbox = match &workload.body {
        Body::Container(container) => &container.sandbox,
        Body::Job(job) => &job.sandbox,
        Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => return None,
    };
    let class = kata::runtime_class_name(sandbox.value)?;
    Some((class.strip_prefix("kata-")?, sandbox.origin))
}
