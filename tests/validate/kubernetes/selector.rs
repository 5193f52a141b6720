//! Label selectors, wherever in an object they are.

use super::metadata;
use super::names;
use crate::validate::{Findings, Node};

/// Every `matchLabels`, `matchExpressions` and `nodeSelector` of the object.
pub(super) fn everywhere(root: &Node<'_>, findings: &mut Findings) {
    let mut pending = vec![root.clone()];
    while let Some(node) = pending.pop() {
        for (key, child) in node.entries() {
            match key {
                "matchLabels" => metadata::labels(&child, findings),
                "matchExpressions" => child.items().for_each(|term| expression(&term, findings)),
                "nodeSelector" if is_flat_map(&child) => metadata::labels(&child, findings),
                _ => pending.push(child),
            }
        }
        pending.extend(node.items());
    }
}

fn is_flat_map(node: &Node<'_>) -> bool {
    node.entries().all(|(_, value)| value.str().is_some())
}

/// One term: `In` and `NotIn` list values, `Exists` and `DoesNotExist` list none.
fn expression(term: &Node<'_>, findings: &mut Findings) {
    if let Some(Err(reason)) = term.key("key").str().map(names::qualified) {
        findings.refuse(&term.key("key"), reason);
    }
    let values = term.key("values");
    match (term.key("operator").str().unwrap_or_default(), values.len()) {
        ("In" | "NotIn", 0) => findings.refuse(&values, "In and NotIn need a value"),
        ("In" | "NotIn", _) => {}
        ("Exists" | "DoesNotExist", 0) => {}
        ("Exists" | "DoesNotExist", _) => findings.refuse(&values, "this operator takes no values"),
        // Numbers, in node affinity only.
        ("Gt" | "Lt", 1) => {}
        ("Gt" | "Lt", _) => findings.refuse(&values, "Gt and Lt take one value"),
        (other, _) => {
            findings.refuse(
                &term.key("operator"),
                format!("`{other}` is not an operator"),
            );
        }
    }
}

/// Whether `labels` carry everything a selector's `matchLabels` ask for.
pub(super) fn selects(match_labels: &Node<'_>, labels: &Node<'_>) -> bool {
    match_labels
        .entries()
        .all(|(key, value)| labels.key(key).value() == value.value())
}

/// Whether a whole selector matches. An empty one matches everything.
pub(super) fn matches(selector: &Node<'_>, labels: &Node<'_>) -> bool {
    let term = |term: Node<'_>| {
        let label = labels.key(term.key("key").str().unwrap_or_default());
        let is_listed = term
            .key("values")
            .items()
            .any(|value| value.value() == label.value());
        match term.key("operator").str().unwrap_or_default() {
            "In" => is_listed,
            // An absent key is in no list.
            "NotIn" => !is_listed,
            "Exists" => label.is_set(),
            "DoesNotExist" => !label.is_set(),
            _ => false,
        }
    };
    selects(&selector.key("matchLabels"), labels)
        && selector.key("matchExpressions").items().all(term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn with(term: Value) -> Value {
        json!({ "spec": { "podSelector": { "matchExpressions": [term] } } })
    }

    #[test]
    fn operators_and_their_values_go_together() {
        let values = "/spec/podSelector/matchExpressions/0/values";
        accepts(
            everywhere,
            with(json!({ "key": "a", "operator": "In", "values": ["b"] })),
        );
        accepts(
            everywhere,
            with(json!({ "key": "a", "operator": "Exists" })),
        );
        refuses(
            everywhere,
            with(json!({ "key": "a", "operator": "In" })),
            values,
            "need a value",
        );
        let superfluous = with(json!({ "key": "a", "operator": "Exists", "values": ["b"] }));
        refuses(everywhere, superfluous, values, "no values");
        let unknown = with(json!({ "key": "a", "operator": "Equals", "values": ["b"] }));
        let operator = "/spec/podSelector/matchExpressions/0/operator";
        refuses(everywhere, unknown, operator, "Equals");
    }

    #[test]
    fn an_absent_label_is_in_no_list() {
        let matches = |operator: &str, values: Value, labels: Value| {
            let selector = json!({ "matchExpressions": [
                { "key": "tier", "operator": operator, "values": values }] });
            matches(&Node::root(&selector), &Node::root(&labels))
        };
        assert!(matches("In", json!(["a", "b"]), json!({ "tier": "b" })));
        assert!(!matches("In", json!(["a"]), json!({})));
        assert!(matches("NotIn", json!(["a"]), json!({})));
        assert!(!matches("NotIn", json!(["a"]), json!({ "tier": "a" })));
        assert!(matches("Exists", json!([]), json!({ "tier": "" })));
        assert!(matches("DoesNotExist", json!([]), json!({})));
    }

    #[test]
    fn a_selector_asks_for_valid_labels() {
        accepts(
            everywhere,
            json!({ "selector": { "matchLabels": { "app": "web" } } }),
        );
        let bad = json!({ "selector": { "matchLabels": { "app": "a b" } } });
        refuses(everywhere, bad, "/selector/matchLabels/app", "a b");
    }
}
