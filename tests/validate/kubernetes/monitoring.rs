//! Prometheus rules and monitors, which the API server stores unread.

use std::collections::BTreeSet;

use crate::validate::{Findings, Node};

/// Groups are named once; a rule alerts or records, and says what it asks.
pub(super) fn prometheus_rule(root: &Node<'_>, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for group in root.at("spec/groups").items() {
        let name = group.key("name");
        if !seen.insert(name.str().unwrap_or_default()) {
            findings.refuse(&name, "another group has this name");
        }
        if let Some(text) = group.key("interval").str()
            && !is_duration(text)
        {
            findings.refuse(
                &group.key("interval"),
                format!("`{text}` is not a duration like 1m30s"),
            );
        }
        group
            .key("rules")
            .items()
            .for_each(|rule| self::rule(&rule, findings));
    }
}

fn rule(rule: &Node<'_>, findings: &mut Findings) {
    let kinds = rule.set_among(&["alert", "record"]);
    if kinds.len() != 1 {
        findings.refuse(rule, "a rule alerts or records: exactly one");
    }
    if rule
        .key("expr")
        .text()
        .is_none_or(|text| text.trim().is_empty())
    {
        findings.refuse(&rule.key("expr"), "a rule asks something");
    }
    for key in ["for", "keep_firing_for"] {
        let node = rule.key(key);
        let Some(text) = node.str() else { continue };
        if kinds == ["record"] {
            findings.refuse(&node, "only an alert waits");
        }
        if !is_duration(text) {
            findings.refuse(&node, format!("`{text}` is not a duration like 1m30s"));
        }
    }
    for map in ["labels", "annotations"] {
        for (name, value) in rule.key(map).entries() {
            if !is_label_name(name) {
                findings.refuse(
                    &value,
                    format!("`{name}` is not a name: letters, digits and `_`"),
                );
            }
        }
    }
}

/// Prometheus durations: units fall, each is there once. `0` needs none.
fn is_duration(text: &str) -> bool {
    const UNITS: &[&str] = &["y", "w", "d", "h", "m", "s", "ms"];
    let (mut rest, mut next) = (text, 0);
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let Some(place) = UNITS.iter().position(|known| *known == unit) else {
            return text == "0";
        };
        if number.is_empty() || place < next {
            return false;
        }
        (rest, next) = (after, place + 1);
    }
    !text.is_empty()
}

fn is_label_name(name: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_first) && name.chars().all(|c| is_first(c) || c.is_ascii_digit())
}

/// A monitor finds its targets by the name of a port.
pub(super) fn monitor(root: &Node<'_>, findings: &mut Findings) {
    let spec = root.key("spec");
    for list in ["endpoints", "podMetricsEndpoints"] {
        for endpoint in spec.key(list).items() {
            if endpoint
                .set_among(&["port", "targetPort", "portNumber"])
                .len()
                != 1
            {
                findings.refuse(
                    &endpoint,
                    "exactly one of port (a name), portNumber and targetPort",
                );
            }
            for key in ["interval", "scrapeTimeout"] {
                if let Some(text) = endpoint.key(key).str()
                    && !is_duration(text)
                {
                    findings.refuse(
                        &endpoint.key(key),
                        format!("`{text}` is not a duration like 30s"),
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn with(rule: Value) -> Value {
        json!({ "spec": { "groups": [{ "name": "a", "rules": [rule] }] } })
    }

    #[test]
    fn a_rule_alerts_or_records() {
        accepts(
            prometheus_rule,
            with(json!({ "alert": "Down", "expr": "up == 0", "for": "1m30s" })),
        );
        let place = "/spec/groups/0/rules/0";
        let both = json!({ "alert": "Down", "record": "a:b", "expr": "up == 0" });
        refuses(prometheus_rule, with(both), place, "exactly one");
        let waits = json!({ "record": "a:b", "expr": "up", "for": "1m" });
        refuses(
            prometheus_rule,
            with(waits),
            &format!("{place}/for"),
            "alert waits",
        );
        let silent = json!({ "alert": "Down", "expr": "" });
        refuses(
            prometheus_rule,
            with(silent),
            &format!("{place}/expr"),
            "asks",
        );
        let label = json!({ "alert": "Down", "expr": "up", "labels": { "a-b": "c" } });
        refuses(
            prometheus_rule,
            with(label),
            &format!("{place}/labels/a-b"),
            "a-b",
        );
        let twice = json!({ "spec": { "groups": [{ "name": "a" }, { "name": "a" }] } });
        refuses(
            prometheus_rule,
            twice,
            "/spec/groups/1/name",
            "another group",
        );
    }

    #[test]
    fn durations_fall() {
        for good in ["0", "5m", "1h30m", "1d", "500ms", "1y2w"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["", "5", "m", "30m1h", "1m1m", "1.5h", "5 m"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }

    #[test]
    fn a_monitor_names_its_port() {
        let with = |endpoint: Value| json!({ "spec": { "endpoints": [endpoint] } });
        accepts(
            monitor,
            with(json!({ "port": "metrics", "interval": "30s" })),
        );
        refuses(
            monitor,
            with(json!({ "interval": "30s" })),
            "/spec/endpoints/0",
            "port",
        );
        let slow = with(json!({ "port": "metrics", "interval": "30" }));
        refuses(monitor, slow, "/spec/endpoints/0/interval", "duration");
    }
}
