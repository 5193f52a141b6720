//! Machines that a controller makes: alike, numbered by it, and as many as it is told.

use tenantry_core::{model::Replicas, place::least_replicas};

use super::machine::{self, Subject};
use crate::kube::{
    Custom,
    kubevirt::{POOL_API, VirtualMachinePoolSpec, VirtualMachineTemplate},
};

/// The pool of a workload whose machines have no identity. How many there are is left to the
/// autoscaler where one looks after it: a number here would undo its work at every sync.
pub(super) fn of(subject: &Subject<'_>) -> Custom<VirtualMachinePoolSpec> {
    let name = subject.plan.name.as_str();
    Custom {
        api_version: POOL_API,
        kind: "VirtualMachinePool",
        metadata: subject.scope.metadata(name),
        spec: VirtualMachinePoolSpec {
            replicas: match &subject.workload.replicas {
                Replicas::Scaled { .. } => None,
                _ => Some(least_replicas(subject.estate, subject.workload)),
            },
            selector: subject.scope.selector(),
            virtual_machine_template: VirtualMachineTemplate {
                metadata: subject.scope.pod_metadata(),
                spec: machine::spec(subject, name, None),
            },
        },
    }
}
