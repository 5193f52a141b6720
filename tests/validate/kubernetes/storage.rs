//! Claims for storage.

use super::quantity::{self, Quantity};
use crate::validate::{Findings, Node};

const MODES: &[&str] = &[
    "ReadWriteOnce",
    "ReadOnlyMany",
    "ReadWriteMany",
    "ReadWriteOncePod",
];

/// A PersistentVolumeClaim, or the spec of one in a template.
pub(super) fn claim(root: &Node<'_>, findings: &mut Findings) {
    let spec = root.key("spec");
    let modes = spec.key("accessModes");
    if modes.len() == 0 {
        findings.refuse(&modes, "at least one access mode");
    }
    access_modes(&modes, findings);
    if !matches!(
        spec.key("volumeMode").str(),
        None | Some("Filesystem" | "Block")
    ) {
        findings.refuse(&spec.key("volumeMode"), "Filesystem or Block");
    }
    let size = spec.at("resources/requests/storage");
    if !size.is_set() {
        return findings.refuse(&spec.key("resources"), "no size requested");
    }
    if quantity::non_negative(&size, findings) == Some(Quantity::ZERO) {
        findings.refuse(&size, "a size above zero");
    }
}

/// Known modes; the single-pod mode stands alone.
pub(super) fn access_modes(modes: &Node<'_>, findings: &mut Findings) {
    for mode in modes.items() {
        let text = mode.str().unwrap_or_default();
        if !MODES.contains(&text) {
            findings.refuse(&mode, format!("`{text}` is not an access mode"));
        }
        if text == "ReadWriteOncePod" && modes.len() > 1 {
            findings.refuse(&mode, "ReadWriteOncePod stands alone");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn with(modes: Value, size: Value) -> Value {
        json!({ "spec": { "accessModes": modes, "resources": { "requests": { "storage": size } } } })
    }

    #[test]
    fn a_claim_says_how_and_how_much() {
        accepts(claim, with(json!(["ReadWriteOnce"]), json!("10Gi")));
        let mode = "/spec/accessModes/0";
        refuses(claim, with(json!(["RWO"]), json!("1Gi")), mode, "RWO");
        let both = with(json!(["ReadWriteOncePod", "ReadWriteMany"]), json!("1Gi"));
        refuses(claim, both, mode, "alone");
        let size = "/spec/resources/requests/storage";
        refuses(
            claim,
            with(json!(["ReadWriteOnce"]), json!("0")),
            size,
            "above zero",
        );
        refuses(
            claim,
            with(json!(["ReadWriteOnce"]), Value::Null),
            "/spec/resources",
            "no size",
        );
    }
}
