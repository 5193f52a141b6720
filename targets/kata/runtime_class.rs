//! The class of each sandbox that a cluster uses. We own them, so that what the scheduler and
//! quotas count is what placement counted; kata-deploy's own are switched off in its values.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::node::v1::{Overhead, RuntimeClass, Scheduling},
    apimachinery::pkg::{api::resource::Quantity, apis::meta::v1::ObjectMeta},
};
use tenantry_core::{
    emit::{Need, Objects},
    lower::{Lowered, LoweredCluster},
    model::Workload,
    schema::kinds::Sandbox,
    units::Version,
};

use crate::kube::{Scope, kata};

/// Emits the classes in use.
pub(super) fn emit(lowered: &Lowered<'_>, cluster: &LoweredCluster, out: &mut Objects) {
    let estate = lowered.estate;
    let version = kata::version(lowered.platform, cluster.id);
    let mut users: BTreeMap<&str, (Sandbox, Vec<&Workload>)> = BTreeMap::new();
    for (_, plan) in lowered.workloads(cluster) {
        let workload = &estate.workloads[plan.id];
        let class = kata::sandbox_of(workload)
            .and_then(|sandbox| Some((kata::runtime_class_name(sandbox)?, sandbox)));
        if let Some((name, sandbox)) = class {
            users
                .entry(name)
                .or_insert((sandbox, Vec::new()))
                .1
                .push(workload);
        }
    }
    for (name, (sandbox, users)) in users {
        let Some((first, rest)) = users.split_first() else {
            continue;
        };
        let origin = first.spec.meta.origin;
        let scope = Scope::platform("kata", estate, cluster.id, first.path.clone(), origin);
        let draft = scope.object(&class(&scope, name, sandbox, &version));
        let draft = draft.need(Need::Component(kata::COMPONENT));
        rest.iter()
            .fold(draft, |draft, workload| draft.also(workload.path.clone()))
            .push(out);
    }
}

fn class(scope: &Scope<'_>, name: &str, sandbox: Sandbox, version: &Version) -> RuntimeClass {
    let (cpu, memory) = kata::overhead(sandbox, version);
    let labels = kata::node_labels(sandbox).iter();
    RuntimeClass {
        handler: name.to_owned(),
        // Several workloads share it, so none of their paths is its own.
        metadata: ObjectMeta {
            labels: Some(scope.labels()),
            name: Some(name.to_owned()),
            ..ObjectMeta::default()
        },
        overhead: Some(Overhead {
            pod_fixed: Some(BTreeMap::from([
                ("cpu".to_owned(), Quantity(cpu.quantity())),
                ("memory".to_owned(), Quantity(memory.quantity())),
            ])),
        }),
        scheduling: Some(Scheduling {
            node_selector: Some(
                labels
                    .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                    .collect(),
            ),
            tolerations: None,
        }),
    }
}
