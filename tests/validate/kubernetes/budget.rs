//! PodDisruptionBudgets.

use crate::validate::{Findings, Node};

/// One bound, sensible, over some pods.
pub(super) fn pod_disruption_budget(root: &Node<'_>, findings: &mut Findings) {
    let spec = root.key("spec");
    if spec.set_among(&["minAvailable", "maxUnavailable"]).len() != 1 {
        findings.refuse(&spec, "exactly one of minAvailable and maxUnavailable");
    }
    for bound in ["minAvailable", "maxUnavailable"] {
        count_or_percent(&spec.key(bound), findings);
    }
    let selector = spec.key("selector");
    if selector.set_keys().is_empty() {
        findings.refuse(
            &selector,
            "without a term the budget spans every pod of the namespace",
        );
    }
    let policy = spec.key("unhealthyPodEvictionPolicy");
    if !matches!(policy.str(), None | Some("IfHealthyBudget" | "AlwaysAllow")) {
        findings.refuse(&policy, "IfHealthyBudget or AlwaysAllow");
    }
}

/// A number from 0, or `0%` to `100%`.
pub(super) fn count_or_percent(bound: &Node<'_>, findings: &mut Findings) {
    let Some(text) = bound.text() else { return };
    let sound = match text.strip_suffix('%') {
        Some(percent) => percent.parse::<u32>().is_ok_and(|percent| percent <= 100),
        None => bound.int().is_some_and(|count| count >= 0),
    };
    if !sound {
        findings.refuse(
            bound,
            format!("`{text}` is not a number from 0 or 0% to 100%"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    #[test]
    fn a_budget_has_one_sensible_bound() {
        let with = |min: Value, max: Value| {
            json!({ "spec": { "minAvailable": min,
            "maxUnavailable": max, "selector": { "matchLabels": { "app": "web" } } } })
        };
        let rule = pod_disruption_budget;
        accepts(rule, with(json!("50%"), Value::Null));
        accepts(rule, with(Value::Null, json!(1)));
        refuses(rule, with(json!(1), json!(1)), "/spec", "exactly one");
        refuses(rule, with(Value::Null, Value::Null), "/spec", "exactly one");
        refuses(
            rule,
            with(json!("101%"), Value::Null),
            "/spec/minAvailable",
            "101%",
        );
        refuses(
            rule,
            with(json!(-1), Value::Null),
            "/spec/minAvailable",
            "-1",
        );
        refuses(
            rule,
            with(json!("1"), Value::Null),
            "/spec/minAvailable",
            "number",
        );
        let all = json!({ "spec": { "minAvailable": 1, "selector": {} } });
        refuses(rule, all, "/spec/selector", "every pod");
    }
}
