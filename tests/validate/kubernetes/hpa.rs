//! HorizontalPodAutoscalers, version 2.

use crate::validate::{Findings, Node};

/// `1 ≤ minReplicas ≤ maxReplicas`.
pub(super) fn replicas(root: &Node<'_>, findings: &mut Findings) {
    let (min, max) = (root.at("spec/minReplicas"), root.at("spec/maxReplicas"));
    let most = max.int().unwrap_or_default();
    if most < 1 {
        findings.refuse(&max, "at least 1");
    }
    let least = min.int().unwrap_or(1);
    if least < 1 {
        findings.refuse(&min, "at least 1: scaling to zero is behind a gate");
    } else if most >= 1 && least > most {
        findings.refuse(&min, format!("{least} is above maxReplicas {most}"));
    }
    for key in ["kind", "name"] {
        if root
            .at("spec/scaleTargetRef")
            .key(key)
            .str()
            .is_none_or(str::is_empty)
        {
            findings.refuse(
                &root.at("spec/scaleTargetRef").key(key),
                "what is scaled is named",
            );
        }
    }
}

const SOURCES: &[(&str, &str)] = &[
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

/// Every metric has exactly the member its type names, and one target.
pub(super) fn metrics(root: &Node<'_>, findings: &mut Findings) {
    for metric in root.at("spec/metrics").items() {
        let kind = metric.key("type").str().unwrap_or_default();
        let Some((_, member)) = SOURCES.iter().find(|(name, _)| *name == kind) else {
            findings.refuse(
                &metric.key("type"),
                format!("`{kind}` is not a type of metric"),
            );
            continue;
        };
        let set: Vec<_> = metric
            .set_keys()
            .into_iter()
            .filter(|key| *key != "type")
            .collect();
        if set != [*member] {
            findings.refuse(&metric, format!("type {kind} goes with `{member}` alone"));
        }
        target(&metric.key(member).key("target"), kind, findings);
    }
}

fn target(target: &Node<'_>, kind: &str, findings: &mut Findings) {
    const VALUES: &[(&str, &str)] = &[
        ("AverageValue", "averageValue"),
        ("Utilization", "averageUtilization"),
        ("Value", "value"),
    ];
    let named = target.key("type").str().unwrap_or_default();
    let Some((_, member)) = VALUES.iter().find(|(name, _)| *name == named) else {
        return findings.refuse(
            &target.key("type"),
            format!("`{named}` is not a type of target"),
        );
    };
    let members: Vec<_> = VALUES.iter().map(|(_, member)| *member).collect();
    if target.set_among(&members) != [*member] {
        findings.refuse(target, format!("type {named} goes with `{member}` alone"));
    }
    let by_resource = kind.ends_with("Resource");
    if by_resource && named == "Value" || !by_resource && named == "Utilization" {
        findings.refuse(
            &target.key("type"),
            format!("{named} is not possible for {kind}"),
        );
    }
    if target
        .key("averageUtilization")
        .int()
        .is_some_and(|percent| percent < 1)
    {
        findings.refuse(&target.key("averageUtilization"), "at least 1");
    }
}

/// Windows of 0 to 3600 s, periods of 1 to 1800 s.
pub(super) fn behavior(root: &Node<'_>, findings: &mut Findings) {
    for direction in ["scaleUp", "scaleDown"] {
        let direction = root.at("spec/behavior").key(direction);
        let window = direction.key("stabilizationWindowSeconds");
        if window
            .int()
            .is_some_and(|seconds| !(0..=3600).contains(&seconds))
        {
            findings.refuse(&window, "0 to 3600 seconds");
        }
        if direction.key("policies").is_set() && direction.key("policies").len() == 0 {
            findings.refuse(&direction.key("policies"), "at least one policy");
        }
        for policy in direction.key("policies").items() {
            if !policy
                .key("periodSeconds")
                .int()
                .is_some_and(|s| (1..=1800).contains(&s))
            {
                findings.refuse(&policy.key("periodSeconds"), "1 to 1800 seconds");
            }
            if policy.key("value").int().is_none_or(|value| value < 1) {
                findings.refuse(&policy.key("value"), "above 0");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    #[test]
    fn replicas_are_a_range() {
        let with = |min: Value, max: i64| {
            json!({ "spec": { "minReplicas": min, "maxReplicas": max,
            "scaleTargetRef": { "kind": "Deployment", "name": "web" } } })
        };
        accepts(replicas, with(json!(2), 2));
        accepts(replicas, with(Value::Null, 1));
        refuses(replicas, with(json!(3), 2), "/spec/minReplicas", "above");
        refuses(replicas, with(json!(0), 2), "/spec/minReplicas", "gate");
        refuses(
            replicas,
            with(Value::Null, 0),
            "/spec/maxReplicas",
            "at least 1",
        );
    }

    #[test]
    fn a_metric_is_what_it_says() {
        let with = |metric: Value| json!({ "spec": { "metrics": [metric] } });
        let cpu = |target: Value| {
            with(json!({ "type": "Resource", "resource": { "name": "cpu", "target": target } }))
        };
        accepts(
            metrics,
            cpu(json!({ "type": "Utilization", "averageUtilization": 80 })),
        );
        let target = "/spec/metrics/0/resource/target";
        let both = json!({ "type": "Utilization", "averageUtilization": 80, "averageValue": "1" });
        refuses(metrics, cpu(both), target, "alone");
        let value = json!({ "type": "Value", "value": "1" });
        refuses(
            metrics,
            cpu(value),
            &format!("{target}/type"),
            "not possible",
        );
        let mixed = with(
            json!({ "type": "Resource", "pods": {}, "resource": { "target":
            { "type": "Utilization", "averageUtilization": 80 } } }),
        );
        refuses(metrics, mixed, "/spec/metrics/0", "`resource` alone");
    }

    #[test]
    fn windows_and_periods_have_bounds() {
        let with = |window: i64, period: i64| {
            json!({ "spec": { "behavior": { "scaleDown": {
            "stabilizationWindowSeconds": window,
            "policies": [{ "type": "Pods", "value": 1, "periodSeconds": period }] } } } })
        };
        accepts(behavior, with(3600, 1800));
        let down = "/spec/behavior/scaleDown";
        refuses(
            behavior,
            with(3601, 60),
            &format!("{down}/stabilizationWindowSeconds"),
            "3600",
        );
        refuses(
            behavior,
            with(0, 0),
            &format!("{down}/policies/0/periodSeconds"),
            "1800",
        );
    }
}
