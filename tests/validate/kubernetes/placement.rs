//! Where a pod may run: affinity, spread, tolerations. VMs have the same fields.

use std::collections::BTreeSet;

use super::names;
use crate::validate::{Findings, Node};

/// The scheduling fields of a pod's or a VM's spec.
pub(super) fn check(spec: &Node<'_>, findings: &mut Findings) {
    affinity(&spec.key("affinity"), findings);
    spread(spec, findings);
    tolerations(&spec.key("tolerations"), findings);
}

fn affinity(affinity: &Node<'_>, findings: &mut Findings) {
    for kind in ["podAffinity", "podAntiAffinity"] {
        let kind = affinity.key(kind);
        for term in kind
            .key("requiredDuringSchedulingIgnoredDuringExecution")
            .items()
        {
            topology_key(&term, findings);
        }
        for preference in kind
            .key("preferredDuringSchedulingIgnoredDuringExecution")
            .items()
        {
            weight(&preference, findings);
            topology_key(&preference.key("podAffinityTerm"), findings);
        }
    }
    let node = affinity.key("nodeAffinity");
    let required = node.key("requiredDuringSchedulingIgnoredDuringExecution");
    if required.is_set() && required.key("nodeSelectorTerms").len() == 0 {
        findings.refuse(&required, "no term: no node ever matches");
    }
    for preference in node
        .key("preferredDuringSchedulingIgnoredDuringExecution")
        .items()
    {
        weight(&preference, findings);
    }
}

fn weight(preference: &Node<'_>, findings: &mut Findings) {
    let weight = preference.key("weight");
    if !weight
        .int()
        .is_some_and(|weight| (1..=100).contains(&weight))
    {
        findings.refuse(&weight, "a weight is 1 to 100");
    }
}

fn topology_key(term: &Node<'_>, findings: &mut Findings) {
    let key = term.key("topologyKey");
    if let Err(reason) = names::qualified(key.str().unwrap_or_default()) {
        findings.refuse(&key, reason);
    }
}

fn spread(spec: &Node<'_>, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for constraint in spec.key("topologySpreadConstraints").items() {
        topology_key(&constraint, findings);
        if constraint.key("maxSkew").int().is_none_or(|skew| skew < 1) {
            findings.refuse(&constraint.key("maxSkew"), "a skew is at least 1");
        }
        let when = constraint.key("whenUnsatisfiable");
        if !matches!(when.str(), Some("DoNotSchedule" | "ScheduleAnyway")) {
            findings.refuse(&when, "DoNotSchedule or ScheduleAnyway");
        }
        let domains = constraint.key("minDomains");
        if domains.is_set() && when.str() != Some("DoNotSchedule") {
            findings.refuse(&domains, "only with DoNotSchedule");
        }
        if !seen.insert((constraint.key("topologyKey").str(), when.str())) {
            findings.refuse(
                &constraint,
                "a constraint with this key and effect is there already",
            );
        }
    }
}

/// The tolerations of a pod, or of a RuntimeClass.
pub(super) fn tolerations(tolerations: &Node<'_>, findings: &mut Findings) {
    for toleration in tolerations.items() {
        let operator = toleration.key("operator").str().unwrap_or("Equal");
        let value = toleration.key("value");
        let has_key = toleration
            .key("key")
            .str()
            .is_some_and(|key| !key.is_empty());
        match operator {
            "Exists" if value.str().is_some_and(|value| !value.is_empty()) => {
                findings.refuse(&value, "Exists takes no value");
            }
            "Equal" if !has_key => {
                findings.refuse(&toleration, "without a key only Exists is allowed")
            }
            "Equal" | "Exists" => {}
            other => findings.refuse(
                &toleration.key("operator"),
                format!("`{other}` is no operator"),
            ),
        }
        effect(&toleration, findings);
    }
}

fn effect(toleration: &Node<'_>, findings: &mut Findings) {
    let effect = toleration.key("effect");
    if !matches!(
        effect.str(),
        None | Some("" | "NoSchedule" | "PreferNoSchedule" | "NoExecute")
    ) {
        findings.refuse(&effect, "NoSchedule, PreferNoSchedule or NoExecute");
    }
    let seconds = toleration.key("tolerationSeconds");
    if seconds.is_set() && effect.str() != Some("NoExecute") {
        findings.refuse(&seconds, "only with effect NoExecute");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    #[test]
    fn tolerations_say_what_they_tolerate() {
        let with = |toleration: Value| json!({ "tolerations": [toleration] });
        accepts(check, with(json!({ "operator": "Exists" })));
        accepts(
            check,
            with(json!({ "key": "gpu", "value": "h200", "effect": "NoSchedule" })),
        );
        refuses(
            check,
            with(json!({ "value": "x" })),
            "/tolerations/0",
            "without a key",
        );
        let valued = with(json!({ "key": "gpu", "operator": "Exists", "value": "x" }));
        refuses(check, valued, "/tolerations/0/value", "no value");
        let seconds = with(
            json!({ "key": "gpu", "operator": "Exists", "effect": "NoSchedule", "tolerationSeconds": 5 }),
        );
        refuses(
            check,
            seconds,
            "/tolerations/0/tolerationSeconds",
            "NoExecute",
        );
    }

    #[test]
    fn spread_constraints_are_distinct_and_positive() {
        let constraint = |skew: i64| {
            json!({
            "maxSkew": skew, "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {} })
        };
        accepts(
            check,
            json!({ "topologySpreadConstraints": [constraint(1)] }),
        );
        let zero = json!({ "topologySpreadConstraints": [constraint(0)] });
        refuses(
            check,
            zero,
            "/topologySpreadConstraints/0/maxSkew",
            "at least 1",
        );
        let twice = json!({ "topologySpreadConstraints": [constraint(1), constraint(2)] });
        refuses(check, twice, "/topologySpreadConstraints/1", "already");
    }

    #[test]
    fn affinity_needs_keys_weights_and_terms() {
        let preferred = |weight: i64| {
            json!({ "affinity": { "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                { "weight": weight, "podAffinityTerm": { "topologyKey": "zone" } }] } } })
        };
        accepts(check, preferred(100));
        let pointer =
            "/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/weight";
        refuses(check, preferred(101), pointer, "1 to 100");
        let empty = json!({ "affinity": { "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [] } } } });
        let pointer = "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution";
        refuses(check, empty, pointer, "no node");
    }
}
