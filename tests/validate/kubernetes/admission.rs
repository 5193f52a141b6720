//! Admission policies: what they ask can be read, and what is found has consequences.

use std::collections::BTreeSet;

use super::names;
use crate::validate::{Findings, Node};

/// A ValidatingAdmissionPolicy.
pub(super) fn policy(root: &Node<'_>, findings: &mut Findings) {
    let spec = root.key("spec");
    let mut known = BTreeSet::new();
    for variable in spec.key("variables").items() {
        expression(&variable.key("expression"), &known, findings);
        known.extend(variable.key("name").str());
    }
    for condition in spec.key("matchConditions").items() {
        expression(&condition.key("expression"), &known, findings);
        let name = condition.key("name");
        if let Err(reason) = names::qualified(name.str().unwrap_or_default()) {
            findings.refuse(&name, reason);
        }
    }
    if spec.key("validations").len() == 0 {
        findings.refuse(&spec, "a policy without a validation refuses nothing");
    }
    for validation in spec.key("validations").items() {
        expression(&validation.key("expression"), &known, findings);
        let said = validation.key("messageExpression");
        if said.is_set() {
            expression(&said, &known, findings);
        }
        let message = validation.key("message");
        if message.str().is_some_and(|text| text.contains('\n')) {
            findings.refuse(&message, "a message is one line");
        }
    }
    if spec.at("matchConstraints/resourceRules").len() == 0 {
        findings.refuse(&spec, "a policy that matches no resource is never asked");
    }
}

/// An expression can be read, and names variables that stand before it.
fn expression(node: &Node<'_>, known: &BTreeSet<&str>, findings: &mut Findings) {
    let text = node.str().unwrap_or_default();
    if let Err(error) = cel::Program::compile(text) {
        return findings.refuse(node, format!("no expression: {error}"));
    }
    for rest in text.split("variables.").skip(1) {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let name = &rest[..end.unwrap_or(rest.len())];
        if !known.contains(name) {
            findings.refuse(node, format!("no variable `{name}` stands before it"));
        }
    }
}

/// A ValidatingAdmissionPolicyBinding.
pub(super) fn binding(root: &Node<'_>, findings: &mut Findings) {
    let actions = root.at("spec/validationActions");
    let words: Vec<&str> = actions.items().filter_map(|action| action.str()).collect();
    if words.is_empty() {
        findings.refuse(&root.key("spec"), "what is found has no consequence");
    }
    if words.contains(&"Deny") && words.contains(&"Warn") {
        findings.refuse(&actions, "Deny and Warn say the same twice");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn asking(expression: &str) -> Value {
        json!({ "spec": {
            "matchConstraints": { "resourceRules": [{}] },
            "variables": [{ "name": "pod", "expression": "object.spec" }],
            "validations": [{ "expression": expression }],
        } })
    }

    #[test]
    fn a_policy_asks_what_can_be_read() {
        accepts(policy, asking("!has(variables.pod.hostNetwork)"));
        let at = "/spec/validations/0/expression";
        refuses(policy, asking("variables.pod ="), at, "no expression");
        refuses(policy, asking("variables.pods == 1"), at, "no variable");
    }

    #[test]
    fn a_binding_has_a_consequence_and_one_only() {
        let doing = |words: Value| json!({ "spec": { "validationActions": words } });
        accepts(binding, doing(json!(["Warn", "Audit"])));
        refuses(binding, doing(json!([])), "/spec", "no consequence");
        let both = doing(json!(["Deny", "Warn"]));
        refuses(binding, both, "/spec/validationActions", "twice");
    }
}
