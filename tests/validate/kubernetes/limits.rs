//! LimitRanges.

use std::collections::BTreeSet;

use super::quantity::{self, Quantity};
use crate::validate::{Findings, Node};

/// The order in which the bounds of one resource must grow.
const GROWING: &[&str] = &["min", "defaultRequest", "default", "max"];

/// One item per type, with bounds that grow.
pub(super) fn limit_range(root: &Node<'_>, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for item in root.at("spec/limits").items() {
        let kind = item.key("type").str().unwrap_or_default();
        if !seen.insert(kind) {
            findings.refuse(&item.key("type"), format!("{kind} is there already"));
        }
        for bound in ["default", "defaultRequest"] {
            if kind == "Pod" && item.key(bound).is_set() {
                findings.refuse(&item.key(bound), "a Pod has no defaults, its containers do");
            }
        }
        let bounds_storage = item.at("min/storage").is_set() || item.at("max/storage").is_set();
        if kind == "PersistentVolumeClaim" && !bounds_storage {
            findings.refuse(&item, "a claim is bounded by min or max storage");
        }
        bounds(&item, findings);
    }
}

fn bounds(item: &Node<'_>, findings: &mut Findings) {
    let ratios = item.key("maxLimitRequestRatio");
    let tables = GROWING
        .iter()
        .map(|bound| item.key(bound))
        .chain([ratios.clone()]);
    let resources: BTreeSet<_> = tables.flat_map(|table| table.set_keys()).collect();
    for resource in resources {
        let mut below: Option<(&str, Quantity)> = None;
        for bound in GROWING {
            let node = item.key(bound).key(resource);
            let Some(amount) = quantity::non_negative(&node, findings) else {
                continue;
            };
            if let Some((name, lower)) = below
                && lower > amount
            {
                findings.refuse(&node, format!("{bound} {amount} is below {name} {lower}"));
            }
            below = Some((bound, amount));
        }
        ratio(item, resource, findings);
    }
}

fn ratio(item: &Node<'_>, resource: &str, findings: &mut Findings) {
    let node = item.key("maxLimitRequestRatio").key(resource);
    let Some(ratio) = quantity::non_negative(&node, findings) else {
        return;
    };
    if ratio < Quantity::units(1) {
        findings.refuse(&node, "a ratio is at least 1");
    }
    let read = |bound| Quantity::read(&item.key(bound).key(resource));
    let spread = read("max").zip(read("min"));
    if spread.is_some_and(|(max, min)| ratio.exceeds_quotient(max, min)) {
        findings.refuse(&node, "above max divided by min");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn with(item: Value) -> Value {
        json!({ "spec": { "limits": [item] } })
    }

    #[test]
    fn bounds_grow() {
        let cpu = |min: &str, default: &str| {
            with(json!({ "type": "Container",
            "min": { "cpu": min }, "default": { "cpu": default }, "max": { "cpu": "2" } }))
        };
        accepts(limit_range, cpu("100m", "2"));
        refuses(
            limit_range,
            cpu("1", "500m"),
            "/spec/limits/0/default/cpu",
            "below min",
        );
        refuses(
            limit_range,
            cpu("1", "3"),
            "/spec/limits/0/max/cpu",
            "below default",
        );
    }

    #[test]
    fn types_have_their_own_bounds_once() {
        let pod = with(json!({ "type": "Pod", "default": { "cpu": "1" } }));
        refuses(limit_range, pod, "/spec/limits/0/default", "containers");
        let claim = with(json!({ "type": "PersistentVolumeClaim" }));
        refuses(limit_range, claim, "/spec/limits/0", "storage");
        let twice = json!({ "spec": { "limits": [{ "type": "Pod" }, { "type": "Pod" }] } });
        refuses(limit_range, twice, "/spec/limits/1/type", "already");
    }

    #[test]
    fn a_ratio_fits_its_bounds() {
        let cpu = |ratio: &str| {
            with(json!({ "type": "Container", "min": { "cpu": "1" },
            "max": { "cpu": "4" }, "maxLimitRequestRatio": { "cpu": ratio } }))
        };
        let pointer = "/spec/limits/0/maxLimitRequestRatio/cpu";
        accepts(limit_range, cpu("4"));
        refuses(limit_range, cpu("5"), pointer, "divided");
        refuses(limit_range, cpu("0.5"), pointer, "at least 1");
    }
}
