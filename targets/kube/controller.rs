//! Which object keeps a workload's pods or machines, and what `needs` puts before it.

use tenantry_core::{
    emit::{KubeId, Need},
    lower::{LoweredCluster, LoweredWorkload},
    model::{Body, Estate, Replicas, Workload},
};

use super::kubevirt;

/// Which controller keeps a workload's pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Controller {
    /// Equal replicas.
    Deployment,
    /// Replicas that are told apart, or that have disks of their own.
    StatefulSet,
    /// One on each node.
    DaemonSet,
    /// Once.
    Job,
    /// Again and again.
    CronJob,
    /// KubeVirt: the pods are not ours.
    Machine,
}

/// The controller of a workload.
pub(crate) fn of(workload: &Workload) -> Controller {
    let mut disks = workload.disks.iter();
    let own_disks = disks.any(|disk| !disk.spec.ephemeral.value);
    match (&workload.body, &workload.replicas) {
        (Body::Job(job), _) if job.schedule.is_some() => Controller::CronJob,
        (Body::Job(_), _) => Controller::Job,
        (Body::Container(_), Replicas::PerNode(_)) => Controller::DaemonSet,
        (Body::Container(_), _) if own_disks || workload.has_identity() => Controller::StatefulSet,
        (Body::Container(_), _) => Controller::Deployment,
        (Body::Vm(..) | Body::Lxc(_) | Body::Chart(_), _) => Controller::Machine,
    }
}

/// The objects that `needs` puts before a workload: those that keep the ones it names, as far as
/// they are in its cluster.
pub(crate) fn before(estate: &Estate, cluster: &LoweredCluster, workload: &Workload) -> Vec<Need> {
    let plans = || {
        let tenants = cluster.tenants.iter();
        tenants.flat_map(|tenant| &tenant.workloads)
    };
    let needed = workload.needs.iter();
    needed
        .filter_map(|(needed, _)| plans().find(|plan| plan.id == needed.to))
        .flat_map(|plan| kept_by(estate, plan))
        .map(Need::Object)
        .collect()
}

/// The objects that keep a workload: one, or one for each machine.
fn kept_by(estate: &Estate, plan: &LoweredWorkload) -> Vec<KubeId> {
    let (api, kind) = match of(&estate.workloads[plan.id]) {
        Controller::Deployment => ("apps/v1", "Deployment"),
        Controller::StatefulSet => ("apps/v1", "StatefulSet"),
        Controller::DaemonSet => ("apps/v1", "DaemonSet"),
        Controller::Job => ("batch/v1", "Job"),
        Controller::CronJob => ("batch/v1", "CronJob"),
        Controller::Machine if plan.instances.is_empty() => {
            (kubevirt::POOL_API, "VirtualMachinePool")
        }
        Controller::Machine => {
            let names = plan.instances.iter().map(|instance| &instance.name);
            return names
                .map(|name| {
                    KubeId::namespaced(kubevirt::API, "VirtualMachine", &plan.namespace, name)
                })
                .collect();
        }
    };
    vec![KubeId::namespaced(api, kind, &plan.namespace, &plan.name)]
}
