//! How the pods of a new version take the place of the old ones.

use k8s_openapi::{
    api::apps::v1::{
        DaemonSetUpdateStrategy, DeploymentStrategy, RollingUpdateDaemonSet,
        RollingUpdateDeployment,
    },
    apimachinery::pkg::util::intstr::IntOrString,
};
use tenantry_core::schema::kinds::{CountOrShare, Rollout, Strategy};

use super::{subject::Subject, tenant_volume};
use crate::kube::Draft;

fn said<'a>(subject: &Subject<'a>) -> Option<&'a Rollout> {
    subject.workload.spec.rollout.as_ref()
}

/// Replica by replica unless the spec wants the old ones gone first. The others are refused.
pub(super) fn of_deployment(subject: &Subject<'_>) -> DeploymentStrategy {
    let strategy = said(subject).map(|rollout| rollout.strategy.value);
    // What one replica holds alone the next cannot have before that one is gone.
    let held = tenant_volume::held_alone(subject).is_some();
    if held || strategy == Some(Strategy::Recreate) {
        return DeploymentStrategy {
            rolling_update: None,
            type_: Some("Recreate".to_owned()),
        };
    }
    DeploymentStrategy {
        rolling_update: Some(rolling(subject)),
        type_: Some("RollingUpdate".to_owned()),
    }
}

/// A new version comes up before an old one goes down, unless the spec says how many may be
/// away. GPUs are too few for a spare pod: there the old one goes first.
fn rolling(subject: &Subject<'_>) -> RollingUpdateDeployment {
    let scarce = !subject.workload.gpus.is_empty();
    let surge = surge(subject).unwrap_or(IntOrString::Int(i32::from(!scarce)));
    // Without a spare pod one must be away, or nothing would ever be replaced.
    let away = i32::from(is_none(&surge));
    RollingUpdateDeployment {
        max_unavailable: Some(max_unavailable(subject).unwrap_or(IntOrString::Int(away))),
        max_surge: Some(surge),
    }
}

/// One node after the other; with a surge the new pod is there before the old one goes.
pub(super) fn of_daemon_set(subject: &Subject<'_>) -> DaemonSetUpdateStrategy {
    let surge = surge(subject).filter(|surge| !is_none(surge));
    DaemonSetUpdateStrategy {
        rolling_update: surge.map(|surge| RollingUpdateDaemonSet {
            max_surge: Some(surge),
            // The API takes one of the two, and this one's default is 1.
            max_unavailable: Some(IntOrString::Int(0)),
        }),
        type_: Some("RollingUpdate".to_owned()),
    }
}

/// How long a new replica must be ready before the next one is replaced, in seconds.
pub(super) fn pause(subject: &Subject<'_>) -> Option<i32> {
    let pause = said(subject)?.pause.as_ref()?;
    Some(i32::try_from(pause.value.as_secs_ceil()).unwrap_or(i32::MAX))
}

/// How long a Deployment may take for a step before it counts as failed, where that must be said:
/// it is 600 seconds by itself, and the API server refuses one that is not longer than the pause.
pub(super) fn deadline(subject: &Subject<'_>) -> Option<i32> {
    const OWN: i32 = 600;
    let pause = pause(subject).filter(|pause| *pause >= OWN)?;
    Some(pause.saturating_add(OWN))
}

/// How many there may be beyond the number wanted, as the spec says it.
fn surge(subject: &Subject<'_>) -> Option<IntOrString> {
    Some(amount(&said(subject)?.max_surge.as_ref()?.value))
}

/// How many may be away on purpose, as the spec says it.
pub(super) fn max_unavailable(subject: &Subject<'_>) -> Option<IntOrString> {
    let availability = subject.workload.spec.availability.as_ref()?;
    Some(amount(&availability.max_unavailable.as_ref()?.value))
}

fn amount(amount: &CountOrShare) -> IntOrString {
    match amount {
        CountOrShare::Count(count) => IntOrString::Int(i32::try_from(*count).unwrap_or(i32::MAX)),
        CountOrShare::Share(share) => IntOrString::String(share.to_string()),
    }
}

fn is_none(amount: &IntOrString) -> bool {
    match amount {
        IntOrString::Int(count) => *count == 0,
        IntOrString::String(share) => share == "0%",
    }
}

/// Says of the strategy why it is so.
pub(super) fn mark(subject: &Subject<'_>, draft: Draft) -> Draft {
    let mut draft = draft;
    if let Some(held) = tenant_volume::held_alone(subject) {
        draft = draft.mark_there("/spec/strategy", held);
    }
    let Some(rollout) = said(subject) else {
        return draft;
    };
    for field in ["/spec/strategy", "/spec/updateStrategy"] {
        draft = draft.mark_there(field, rollout.strategy.origin).mark_if(
            &format!("{field}/rollingUpdate/maxSurge"),
            rollout.max_surge.as_ref(),
        );
    }
    if let Some(pause) = &rollout.pause {
        draft = draft.mark_there("/spec/progressDeadlineSeconds", pause.origin);
    }
    draft.mark_if("/spec/minReadySeconds", rollout.pause.as_ref())
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    fn web(more: &str) -> String {
        format!(
            r#"tenant shop {{
                workload web {{
                    container image="registry.example.com/shop/web:1.2.0"
                    on general
                    cpu 1
                    memory "1GiB"
                    {more}
                }}
            }}"#
        )
    }

    #[test]
    fn a_rollout_says_how_many_more_and_how_long_each_must_hold() {
        let made = compile_tenant(&web("replicas 8; rollout max-surge=\"25%\" pause=\"2m\""));
        let spec = &made.object("Deployment", "web")["spec"];
        assert_eq!(spec["strategy"]["rollingUpdate"]["maxSurge"], "25%");
        assert_eq!(spec["strategy"]["rollingUpdate"]["maxUnavailable"], 0);
        assert_eq!(spec["minReadySeconds"], 120);
    }

    #[test]
    fn a_long_pause_is_no_failure() {
        let spec = |pause: &str| {
            let made = compile_tenant(&web(&format!("replicas 2; rollout pause=\"{pause}\"")));
            made.object("Deployment", "web")["spec"].clone()
        };
        assert_eq!(spec("15m")["minReadySeconds"], 900);
        assert_eq!(spec("15m")["progressDeadlineSeconds"], 1500);
        assert!(spec("5m").get("progressDeadlineSeconds").is_none());
    }

    #[test]
    fn without_a_spare_replica_one_goes_first() {
        let made = compile_tenant(&web("replicas 2; rollout max-surge=0"));
        let rolling = &made.object("Deployment", "web")["spec"]["strategy"]["rollingUpdate"];
        assert_eq!(rolling["maxSurge"], 0);
        assert_eq!(rolling["maxUnavailable"], 1);
    }

    #[test]
    fn what_is_recreated_is_gone_before_it_comes() {
        let made = compile_tenant(&web("rollout strategy=recreate"));
        let strategy = &made.object("Deployment", "web")["spec"]["strategy"];
        assert_eq!(strategy["type"], "Recreate");
        assert!(strategy["rollingUpdate"].is_null());
    }

    #[test]
    fn on_each_node_the_new_one_may_come_first() {
        let made = compile_tenant(&web("replicas 1 per=node; rollout max-surge=1"));
        let strategy = &made.object("DaemonSet", "web")["spec"]["updateStrategy"];
        assert_eq!(strategy["rollingUpdate"]["maxSurge"], 1);
        assert_eq!(strategy["rollingUpdate"]["maxUnavailable"], 0);
    }

    #[test]
    fn what_no_controller_does_is_refused_at_its_line() {
        for (more, what) in [
            ("rollout strategy=canary", "for a share of the requests"),
            ("rollout strategy=blue-green", "beside the old one"),
            (
                "rollout { rollback after=\"10m\"; }",
                "comes back by itself",
            ),
            ("rollout { step \"10%\"; }", "in shares"),
            (
                "replicas 2 identity=stable; rollout max-surge=1",
                "beyond the number wanted",
            ),
        ] {
            let found = compile_tenant(&web(more)).findings();
            assert_eq!(found.len(), 1, "{more}: {found:#?}");
            assert!(found[0].starts_with("unsupported-feature"), "{found:?}");
            assert!(found[0].contains(what), "{more}: {found:?}");
        }
    }
}
