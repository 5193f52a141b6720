//! Who goes first: the priorities that workloads of a cluster have.

use k8s_openapi::api::scheduling::v1::PriorityClass;
use tenantry_core::{
    emit::Objects,
    model::{Id, Priority},
};

use super::Ground;

/// The classes of the priorities in use.
pub(super) fn emit(ground: &Ground<'_>, out: &mut Objects) {
    for (id, priority) in ground.estate.priorities.iter() {
        if is_used(ground, id) {
            priority_class(ground, priority, out);
        }
    }
}

/// Whether a workload of the cluster has this priority: the library's unused ones are not emitted.
fn is_used(ground: &Ground<'_>, priority: Id<Priority>) -> bool {
    ground
        .estate
        .workloads_of(ground.cluster.id)
        .filter_map(|(_, workload)| workload.priority)
        .any(|used| used.to == priority)
}

fn priority_class(ground: &Ground<'_>, priority: &Priority, out: &mut Objects) {
    let name = priority.name.value.as_str();
    let scope = ground.platform(&format!("priority.{name}"), priority.meta.origin);
    let policy = if priority.preempts.value {
        "PreemptLowerPriority"
    } else {
        "Never"
    };
    scope
        .object(&PriorityClass {
            global_default: Some(false),
            metadata: scope.cluster_wide(name),
            preemption_policy: Some(policy.to_owned()),
            value: priority.value.value,
            ..PriorityClass::default()
        })
        .mark("/value", priority.value.origin)
        .mark("/preemptionPolicy", priority.preempts.origin)
        .push(out);
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn a_tiers_priority_is_a_class_and_unused_ones_are_none() {
        let made = compile_tenant(
            r#"tenant shop tier=gold {
                workload web {
                    container image="registry.example.com/shop/web:1.2.0"
                    on general
                    cpu "250m"
                    memory "256MiB"
                }
            }"#,
        );
        let class = made.object("PriorityClass", "tier-gold");
        assert_eq!(class["value"], 2000);
        assert_eq!(class["preemptionPolicy"], "Never");
        assert!(!made.has("PriorityClass", "tier-diamond"));
    }
}
