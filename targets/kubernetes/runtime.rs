//! The runtime of containers in gVisor. Kata's classes are the `kata` target's.

use k8s_openapi::api::node::v1::RuntimeClass;
use tenantry_core::{
    emit::{Need, Objects},
    model::{Body, Workload},
    schema::kinds::Sandbox,
};

use super::Ground;

/// The class, as gVisor's installation guide names it.
pub(super) const GVISOR: &str = "gvisor";

/// gVisor's shim in the container runtime's configuration, named likewise.
const RUNSC: &str = "runsc";

/// gVisor's class, where a workload of the cluster runs in it.
pub(super) fn emit(ground: &Ground<'_>, out: &mut Objects) {
    let in_gvisor = |workload: &&Workload| match &workload.body {
        Body::Container(container) => container.sandbox.value == Sandbox::Gvisor,
        Body::Job(job) => job.sandbox.value == Sandbox::Gvisor,
        Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => false,
    };
    let mut workloads = ground.estate.workloads_of(ground.cluster.id);
    let Some((_, first)) = workloads.find(|(_, workload)| in_gvisor(workload)) else {
        return;
    };
    let scope = ground.platform("gvisor", first.spec.meta.origin);
    scope
        .object(&RuntimeClass {
            handler: RUNSC.to_owned(),
            metadata: scope.cluster_wide(GVISOR),
            overhead: None,
            scheduling: None,
        })
        .need(Need::Component("gvisor"))
        .push(out);
}
