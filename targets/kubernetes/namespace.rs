//! A tenant's namespace, and what pods may do in it.

use k8s_openapi::api::core::v1::Namespace;
use tenantry_core::{
    emit::Objects, lower::LoweredTenant, model::Workload, origin::V, schema::kinds::PodLevel,
};

use super::Ground;
use crate::kube::pointer;

/// The three ways of Pod Security Admission to take a level: refuse, log, tell the client.
const MODES: [&str; 3] = ["enforce", "audit", "warn"];

/// The namespace. It bears the most permissive level that one of the tenant's workloads asks
/// for. Virtual machines ask for nothing: KubeVirt's launcher runs under `restricted` since 1.0,
/// save for post-copy migration, passt and virtiofs, which are never emitted.
pub(super) fn emit(ground: &Ground<'_>, tenant: &LoweredTenant, out: &mut Objects) {
    let scope = ground.tenant(tenant);
    let level = level(
        tenant
            .workloads
            .iter()
            .map(|plan| &ground.estate.workloads[plan.id]),
    );
    let mut metadata = scope.cluster_wide(&tenant.namespace);
    let keys = MODES.map(|mode| format!("pod-security.kubernetes.io/{mode}"));
    let word = level
        .map_or(PodLevel::Restricted, |level| level.value)
        .word();
    let labels = metadata.labels.get_or_insert_default();
    labels.extend(keys.iter().map(|key| (key.clone(), word.to_owned())));
    let mut draft = scope.object(&Namespace {
        metadata,
        ..Namespace::default()
    });
    if let Some(level) = level {
        for key in &keys {
            draft = draft.mark(&pointer("/metadata/labels", key), level.origin);
        }
    }
    let name = &ground.estate.tenants[tenant.id].namespace;
    draft.mark("/metadata/name", name.origin).push(out);
}

/// The most that a workload asks for, and where it is said.
fn level<'a>(workloads: impl Iterator<Item = &'a Workload>) -> Option<V<PodLevel>> {
    let rank = |level: PodLevel| match level {
        PodLevel::Restricted => 0,
        PodLevel::Baseline => 1,
        PodLevel::Privileged => 2,
    };
    workloads
        .filter_map(|workload| workload.spec.security.as_ref())
        .map(|security| security.pod_level)
        .reduce(|most, next| {
            if rank(next.value) > rank(most.value) {
                next
            } else {
                most
            }
        })
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn a_namespace_refuses_what_its_workloads_do_not_need() {
        let made = compile_tenant("tenant shop { quota pods=5; }");
        let namespace = made.object("Namespace", "shop");
        let labels = &namespace["metadata"]["labels"];
        for mode in ["enforce", "audit", "warn"] {
            assert_eq!(
                labels[format!("pod-security.kubernetes.io/{mode}")],
                "restricted"
            );
        }
        assert_eq!(labels["tenantry.dev/tenant"], "shop");
    }

    #[test]
    fn one_workload_that_needs_more_opens_the_namespace_for_it() {
        let made = compile_tenant(
            r#"tenant ops {
                workload agent {
                    container image="registry.example.com/ops/agent:1.2.0"
                    on general
                    cpu "100m"
                    memory "128MiB"
                    security pod-level=privileged because="reads the node's journal"
                }
            }"#,
        );
        let namespace = made.object("Namespace", "ops");
        assert_eq!(
            namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"],
            "privileged"
        );
    }
}
