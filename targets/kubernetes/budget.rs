//! How many replicas may be away when a node is drained.

use k8s_openapi::{
    api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec},
    apimachinery::pkg::util::intstr::IntOrString,
};
use tenantry_core::{emit::Objects, model::Replicas};

use super::{
    rollout::max_unavailable,
    subject::{Controller, Subject},
};

/// The budget of a container with several replicas: what the spec says, else one at a time. One
/// replica gets none, because it would hold every drain up. KubeVirt makes the budgets of its
/// machines itself, and a second one over the same pods refuses every eviction.
pub(super) fn emit(subject: &Subject<'_>, out: &mut Objects) {
    let several = match &subject.workload.replicas {
        Replicas::Fixed(count) => count.value > 1,
        Replicas::PerZone(_) => true,
        Replicas::Scaled { min, .. } => min.value > 1,
        Replicas::PerNode(_) => false,
    };
    let kept = matches!(
        subject.controller(),
        Controller::Deployment | Controller::StatefulSet
    );
    if !kept || !several || !subject.is_on() {
        return;
    }
    let scope = &subject.scope;
    let draft = scope.object(&PodDisruptionBudget {
        metadata: scope.metadata(&subject.plan.name),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(max_unavailable(subject).unwrap_or(IntOrString::Int(1))),
            selector: Some(scope.selector()),
            // A replica that is broken anyway must not keep a node from being drained.
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            ..PodDisruptionBudgetSpec::default()
        }),
        status: None,
    });
    let said = subject.workload.spec.availability.as_ref();
    let draft = match said.and_then(|availability| availability.max_unavailable.as_ref()) {
        Some(said) => draft.mark("/spec/maxUnavailable", said.origin),
        None => draft,
    };
    draft.push(out);
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn several_replicas_go_one_at_a_time_and_a_single_one_whenever_it_must() {
        let made = compile_tenant(
            r#"tenant shop {
                workload zonal {
                    container image="registry.example.com/shop/web:1.2.0"
                    on general
                    replicas 2 per=zone
                    cpu "250m"
                    memory "256MiB"
                }
                workload lone {
                    container image="registry.example.com/shop/web:1.2.0"
                    on general
                    cpu "250m"
                    memory "256MiB"
                }
                workload machine {
                    vm image="registry.example.com/vm/old:1.0.0"
                    on general
                    replicas 2
                    cpu cores=2
                    memory "2GiB"
                    disk root "20GiB" storage=fast
                }
            }"#,
        );
        let budget = made.object("PodDisruptionBudget", "zonal");
        assert_eq!(budget["spec"]["maxUnavailable"], 1);
        assert!(!made.has("PodDisruptionBudget", "lone"));
        assert!(!made.has("PodDisruptionBudget", "machine"));

        let zonal = &made.object("Deployment", "zonal")["spec"];
        assert_eq!(zonal["replicas"], 6, "two in each of three zones");
        let spread = &zonal["template"]["spec"]["topologySpreadConstraints"][0];
        assert_eq!(spread["topologyKey"], "topology.kubernetes.io/zone");
        assert_eq!(spread["whenUnsatisfiable"], "DoNotSchedule");
    }
}
