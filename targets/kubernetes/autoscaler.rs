//! Replicas that follow load.

use k8s_openapi::{
    api::autoscaling::v2::{
        CrossVersionObjectReference, HPAScalingRules, HorizontalPodAutoscaler,
        HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerSpec, MetricIdentifier, MetricSpec,
        MetricTarget, PodsMetricSource, ResourceMetricSource,
    },
    apimachinery::pkg::api::resource::Quantity,
};
use tenantry_core::{emit::Objects, schema::kinds::Scale, units::Percent};

use super::subject::{Controller, Subject};
use crate::kube::kubevirt;

/// What Kubernetes aims at where nothing is said: that share of the CPU that is asked for.
const DEFAULT_CPU: i32 = 80;

/// The autoscaler of a container or machine that scales.
pub(super) fn emit(subject: &Subject<'_>, out: &mut Objects) {
    let (api_version, kind) = match subject.controller() {
        Controller::Deployment => ("apps/v1", "Deployment"),
        Controller::StatefulSet => ("apps/v1", "StatefulSet"),
        // A machine that scales is one of a pool. Its launcher asks for its virtual CPUs, so that
        // a share of the request is a share of the machine.
        Controller::Machine => (kubevirt::POOL_API, "VirtualMachinePool"),
        Controller::DaemonSet | Controller::Job | Controller::CronJob => return,
    };
    let Some(scale) = subject
        .workload
        .spec
        .scale
        .as_ref()
        .filter(|_| subject.is_on())
    else {
        return;
    };
    let scope = subject.scope.clone().because(scale.meta.origin);
    let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    scope
        .object(&HorizontalPodAutoscaler {
            metadata: scope.metadata(&subject.plan.name),
            spec: Some(HorizontalPodAutoscalerSpec {
                behavior: behavior(scale),
                max_replicas: count(scale.max.value),
                metrics: Some(metrics(scale)),
                min_replicas: Some(count(scale.min.value)),
                scale_target_ref: CrossVersionObjectReference {
                    api_version: Some(api_version.to_owned()),
                    kind: kind.to_owned(),
                    name: subject.plan.name.clone(),
                },
            }),
            status: None,
        })
        .mark("/spec/minReplicas", scale.min.origin)
        .mark("/spec/maxReplicas", scale.max.origin)
        .need(subject.needs(api_version, kind, &subject.plan.name))
        .push(out);
}

fn behavior(scale: &Scale) -> Option<HorizontalPodAutoscalerBehavior> {
    let cooldown = scale.cooldown.as_ref()?.value.as_secs_ceil();
    Some(HorizontalPodAutoscalerBehavior {
        scale_down: Some(HPAScalingRules {
            stabilization_window_seconds: Some(i32::try_from(cooldown).unwrap_or(i32::MAX)),
            ..HPAScalingRules::default()
        }),
        scale_up: None,
    })
}

fn metrics(scale: &Scale) -> Vec<MetricSpec> {
    let mut all = Vec::new();
    all.extend(
        scale
            .cpu
            .as_ref()
            .map(|cpu| resource("cpu", whole(cpu.share.value))),
    );
    all.extend(
        scale
            .memory
            .as_ref()
            .map(|memory| resource("memory", whole(memory.share.value))),
    );
    all.extend(
        scale
            .metric
            .iter()
            .map(|metric| pods(&metric.name.value, metric.value.value)),
    );
    if all.is_empty() {
        all.push(resource("cpu", DEFAULT_CPU));
    }
    all
}

/// Kubernetes counts whole percents; a fraction is rounded up, so that it scales no earlier.
fn whole(share: Percent) -> i32 {
    i32::try_from(share.of_ceil(100).unwrap_or(100)).unwrap_or(100)
}

fn resource(name: &str, share: i32) -> MetricSpec {
    MetricSpec {
        resource: Some(ResourceMetricSource {
            name: name.to_owned(),
            target: MetricTarget {
                average_utilization: Some(share),
                type_: "Utilization".to_owned(),
                ..MetricTarget::default()
            },
        }),
        type_: "Resource".to_owned(),
        ..MetricSpec::default()
    }
}

fn pods(name: &str, value: u32) -> MetricSpec {
    MetricSpec {
        pods: Some(PodsMetricSource {
            metric: MetricIdentifier {
                name: name.to_owned(),
                selector: None,
            },
            target: MetricTarget {
                average_value: Some(Quantity(value.to_string())),
                type_: "AverageValue".to_owned(),
                ..MetricTarget::default()
            },
        }),
        type_: "Pods".to_owned(),
        ..MetricSpec::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn a_scaled_workload_leaves_its_count_to_the_autoscaler() {
        let made = compile_tenant(
            r#"tenant shop {
                workload web {
                    like web-service
                    container image="registry.example.com/shop/web:1.2.0"
                    on general
                }
            }"#,
        );
        assert!(
            made.object("Deployment", "web")["spec"]
                .get("replicas")
                .is_none()
        );
        let spec = &made.object("HorizontalPodAutoscaler", "web")["spec"];
        assert_eq!(
            (&spec["minReplicas"], &spec["maxReplicas"]),
            (&3.into(), &10.into())
        );
        assert_eq!(
            spec["metrics"][0]["resource"]["target"]["averageUtilization"],
            70
        );
    }
}
