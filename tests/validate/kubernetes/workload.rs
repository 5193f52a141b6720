//! What owns pods: selectors that find their own template, roll-outs that can move.

use super::{selector as labels, storage};
use crate::validate::{Findings, Node};

/// The selector is there, selects something, and selects the template.
pub(super) fn selector(root: &Node<'_>, findings: &mut Findings) {
    let selector = root.at("spec/selector");
    let match_labels = selector.key("matchLabels");
    let is_empty =
        match_labels.set_keys().is_empty() && selector.key("matchExpressions").len() == 0;
    if is_empty {
        findings.refuse(
            &selector,
            "an empty selector would own every pod of the namespace",
        );
    }
    if !labels::selects(&match_labels, &root.at("spec/template/metadata/labels")) {
        findings.refuse(&selector, "does not select the labels of its own template");
    }
    for count in ["replicas", "minReadySeconds", "revisionHistoryLimit"] {
        if root
            .key("spec")
            .key(count)
            .int()
            .is_some_and(|count| count < 0)
        {
            findings.refuse(&root.key("spec").key(count), "at least 0");
        }
    }
}

/// Pods of a controller are always restarted.
pub(super) fn always_restarts(root: &Node<'_>, findings: &mut Findings) {
    let policy = root.at("spec/template/spec/restartPolicy");
    if policy.str().is_some_and(|policy| policy != "Always") {
        findings.refuse(&policy, "only Always for this kind");
    }
    let deadline = root.at("spec/template/spec/activeDeadlineSeconds");
    if deadline.is_set() {
        findings.refuse(&deadline, "a pod that is kept running has no deadline");
    }
}

/// A Deployment's strategy and its deadlines.
pub(super) fn rollout(root: &Node<'_>, findings: &mut Findings) {
    let spec = root.key("spec");
    let strategy = spec.key("strategy");
    let rolling = strategy.key("rollingUpdate");
    match strategy.key("type").str() {
        Some("Recreate") if rolling.is_set() => findings.refuse(&rolling, "not with Recreate"),
        None | Some("Recreate" | "RollingUpdate") => {}
        Some(other) => findings.refuse(&strategy.key("type"), format!("`{other}` is no strategy")),
    }
    let zero = |node: &Node<'_>| matches!(node.text().as_deref(), Some("0" | "0%"));
    let (surge, unavailable) = (rolling.key("maxSurge"), rolling.key("maxUnavailable"));
    if zero(&surge) && zero(&unavailable) {
        findings.refuse(
            &rolling,
            "with neither a surge nor an outage no pod is ever replaced",
        );
    }
    let deadline = spec.key("progressDeadlineSeconds").int().unwrap_or(600);
    if deadline <= spec.key("minReadySeconds").int().unwrap_or(0) {
        findings.refuse(
            &spec,
            format!("a progress deadline of {deadline} s is not above minReadySeconds"),
        );
    }
}

/// A StatefulSet's claim templates and its modes.
pub(super) fn claims(root: &Node<'_>, findings: &mut Findings) {
    for claim in root.at("spec/volumeClaimTemplates").items() {
        storage::claim(&claim, findings);
    }
    let management = root.at("spec/podManagementPolicy");
    if !matches!(management.str(), None | Some("OrderedReady" | "Parallel")) {
        findings.refuse(&management, "OrderedReady or Parallel");
    }
    let update = root.at("spec/updateStrategy");
    if update.key("type").str() == Some("OnDelete") && update.key("rollingUpdate").is_set() {
        findings.refuse(&update.key("rollingUpdate"), "not with OnDelete");
    }
}

/// A Job ends: its pods are not always restarted.
pub(super) fn job(root: &Node<'_>, findings: &mut Findings) {
    job_spec(&root.key("spec"), findings);
}

fn job_spec(spec: &Node<'_>, findings: &mut Findings) {
    let policy = spec.at("template/spec/restartPolicy");
    if !matches!(policy.str(), Some("OnFailure" | "Never")) {
        findings.refuse(&policy, "a Job says OnFailure or Never");
    }
    for count in [
        "parallelism",
        "completions",
        "backoffLimit",
        "ttlSecondsAfterFinished",
    ] {
        if spec.key(count).int().is_some_and(|count| count < 0) {
            findings.refuse(&spec.key(count), "at least 0");
        }
    }
    let indexed = spec.key("completionMode").str() == Some("Indexed");
    if indexed && !spec.key("completions").is_set() {
        findings.refuse(spec, "an Indexed Job says how many completions it needs");
    }
    if spec.key("podFailurePolicy").is_set() && policy.str() != Some("Never") {
        findings.refuse(
            &spec.key("podFailurePolicy"),
            "only with restartPolicy Never",
        );
    }
}

/// A CronJob's schedule has five fields or is a known word, and its Job is a Job.
pub(super) fn cron(root: &Node<'_>, findings: &mut Findings) {
    let schedule = root.at("spec/schedule");
    let text = schedule.str().unwrap_or_default();
    if !is_schedule(text) {
        findings.refuse(
            &schedule,
            format!("`{text}` is not a cron schedule of five fields"),
        );
    }
    let policy = root.at("spec/concurrencyPolicy");
    if !matches!(policy.str(), None | Some("Allow" | "Forbid" | "Replace")) {
        findings.refuse(&policy, "Allow, Forbid or Replace");
    }
    job_spec(&root.at("spec/jobTemplate/spec"), findings);
}

const WORDS: &[&str] = &[
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];
/// Minute, hour, day of month, month, day of week.
const FIELDS: [(u32, u32); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

fn is_schedule(text: &str) -> bool {
    if WORDS.contains(&text) {
        return true;
    }
    let fields: Vec<_> = text.split_ascii_whitespace().collect();
    fields.len() == FIELDS.len()
        && fields
            .iter()
            .zip(FIELDS)
            .all(|(field, (min, max))| field.split(',').all(|part| is_cron_range(part, min, max)))
}

/// `*`, `5`, `1-5`, `mon`, each with an optional `/step`.
fn is_cron_range(part: &str, min: u32, max: u32) -> bool {
    let (range, step) = part.split_once('/').unwrap_or((part, "1"));
    if !step.parse::<u32>().is_ok_and(|step| step > 0) {
        return false;
    }
    let in_range = |text: &str| {
        let is_name = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_name
            || text
                .parse()
                .is_ok_and(|value: u32| (min..=max).contains(&value))
    };
    range == "*" || range == "?" || range.split('-').count() <= 2 && range.split('-').all(in_range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    #[test]
    fn a_selector_selects_its_own_template() {
        let with = |wanted: Value| {
            json!({ "spec": { "selector": { "matchLabels": wanted },
            "template": { "metadata": { "labels": { "app": "web", "tier": "front" } } } } })
        };
        accepts(selector, with(json!({ "app": "web" })));
        refuses(
            selector,
            with(json!({ "app": "db" })),
            "/spec/selector",
            "own template",
        );
        refuses(selector, with(json!({})), "/spec/selector", "every pod");
    }

    #[test]
    fn restart_policies_follow_the_kind() {
        let with = |policy: Value| json!({ "spec": { "template": { "spec": { "restartPolicy": policy } } } });
        let pointer = "/spec/template/spec/restartPolicy";
        accepts(always_restarts, with(Value::Null));
        refuses(always_restarts, with(json!("Never")), pointer, "Always");
        accepts(job, with(json!("Never")));
        refuses(job, with(Value::Null), pointer, "OnFailure");
    }

    #[test]
    fn a_rollout_can_move() {
        let with = |surge: Value, unavailable: Value| {
            json!({ "spec": { "strategy": {
            "rollingUpdate": { "maxSurge": surge, "maxUnavailable": unavailable } } } })
        };
        accepts(rollout, with(json!(0), json!(1)));
        refuses(
            rollout,
            with(json!(0), json!("0%")),
            "/spec/strategy/rollingUpdate",
            "ever replaced",
        );
        let recreate =
            json!({ "spec": { "strategy": { "type": "Recreate", "rollingUpdate": {} } } });
        refuses(
            rollout,
            recreate,
            "/spec/strategy/rollingUpdate",
            "Recreate",
        );
        let slow = json!({ "spec": { "minReadySeconds": 600 } });
        refuses(rollout, slow, "/spec", "600");
    }

    #[test]
    fn schedules_are_five_fields() {
        for good in ["*/5 * * * *", "0 2 * * 1-5", "0 0 1,15 jan sun", "@daily"] {
            assert!(is_schedule(good), "{good}");
        }
        for bad in [
            "",
            "* * * *",
            "60 * * * *",
            "0 24 * * *",
            "*/0 * * * *",
            "@never",
            "0 0 0 * *",
        ] {
            assert!(!is_schedule(bad), "{bad}");
        }
        let job = json!({ "spec": { "template": { "spec": { "restartPolicy": "Never" } } } });
        accepts(
            cron,
            json!({ "spec": { "schedule": "@daily", "jobTemplate": job } }),
        );
        let bad = json!({ "spec": { "schedule": "daily", "jobTemplate": job } });
        refuses(cron, bad, "/spec/schedule", "daily");
    }

    #[test]
    fn claim_templates_are_claims() {
        let with = |modes: Value| {
            json!({ "spec": { "volumeClaimTemplates": [{ "spec": {
            "accessModes": modes, "resources": { "requests": { "storage": "1Gi" } } } }] } })
        };
        accepts(claims, with(json!(["ReadWriteOnce"])));
        let pointer = "/spec/volumeClaimTemplates/0/spec/accessModes";
        refuses(claims, with(json!([])), pointer, "access mode");
    }
}
