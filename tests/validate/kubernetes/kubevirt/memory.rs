//! Memory of a virtual machine: amount, pages, hot-plug.

use crate::validate::kubernetes::quantity::{self, Quantity};
use crate::validate::{Findings, Node};

/// The smallest memory request: 1 MB, decimal.
const REQUEST_MIN: Quantity = Quantity::units(1_000_000);
/// Below this memory is not hot-plugged: 1 GiB.
const HOT_PLUG_MIN: Quantity = Quantity::units(1 << 30);
const MEBIBYTES_2: Quantity = Quantity::units(2 << 20);

/// The rules over `domain.memory` and the memory half of `domain.resources`.
pub(super) fn check(spec: &Node<'_>, typed: bool, findings: &mut Findings) {
    let domain = spec.key("domain");
    let amounts = amounts(&domain, findings);
    if amounts.is_empty() && !typed {
        findings.refuse(&domain.key("memory"), "how much memory is not said");
    }
    let resources = domain.key("resources");
    let (request, limit) = (
        resources.at("requests/memory"),
        resources.at("limits/memory"),
    );
    let (asked, most) = (Quantity::read(&request), Quantity::read(&limit));
    if asked.is_some_and(|asked| asked < REQUEST_MIN) {
        findings.refuse(&request, "at least 1M");
    }
    if let (Some(asked), Some(most)) = (asked, most) {
        if asked > most {
            findings.refuse(
                &request,
                format!("requests {asked} bytes, above the limit of {most}"),
            );
        } else if asked != most && domain.at("cpu/dedicatedCpuPlacement").is_true() {
            findings.refuse(
                &limit,
                "dedicated CPUs need equal memory requests and limits",
            );
        }
    }
    let guest = domain.at("memory/guest");
    if let (Some(inside), Some(most)) = (Quantity::read(&guest), most)
        && inside > most
    {
        findings.refuse(
            &guest,
            format!("{inside} bytes, above the limit of {most}: killed when used"),
        );
    }
    pages(&domain, &amounts, findings);
    hot_plug(spec, findings);
}

/// Every statement of an amount, with its place.
fn amounts<'a>(domain: &Node<'a>, findings: &mut Findings) -> Vec<(Node<'a>, Quantity)> {
    [
        "memory/guest",
        "resources/requests/memory",
        "resources/limits/memory",
    ]
    .iter()
    .map(|path| domain.at(path))
    .filter_map(|node| quantity::non_negative(&node, findings).map(|amount| (node, amount)))
    .collect()
}

/// The webhook looks at the first amount only, the pod at each: all must be whole pages.
fn pages(domain: &Node<'_>, amounts: &[(Node<'_>, Quantity)], findings: &mut Findings) {
    let size = domain.at("memory/hugepages/pageSize");
    let Some(text) = size.text() else { return };
    let page = match Quantity::parse(&text) {
        Some(page) if page > Quantity::ZERO => page,
        _ => return findings.refuse(&size, format!("`{text}` is not a page size")),
    };
    for (node, amount) in amounts {
        if *amount < page || !amount.is_multiple_of(page) {
            findings.refuse(
                node,
                format!("{amount} bytes are not whole pages of {text}"),
            );
        }
    }
}

fn hot_plug(spec: &Node<'_>, findings: &mut Findings) {
    let domain = spec.key("domain");
    let (guest, ceiling) = (domain.at("memory/guest"), domain.at("memory/maxGuest"));
    let Some(most) = quantity::non_negative(&ceiling, findings) else {
        return;
    };
    for obstacle in [
        "cpu/realtime",
        "cpu/numa/guestMappingPassthrough",
        "launchSecurity",
    ] {
        if domain.at(obstacle).is_set() {
            findings.refuse(
                &ceiling,
                format!("memory is not hot-plugged with {obstacle}"),
            );
        }
    }
    if spec
        .key("architecture")
        .str()
        .is_some_and(|name| name != "amd64")
    {
        findings.refuse(&ceiling, "memory is hot-plugged on amd64 only");
    }
    let Some(now) = Quantity::read(&guest) else {
        return findings.refuse(&guest, "maxGuest needs guest");
    };
    if now > most {
        findings.refuse(&guest, format!("{now} bytes, above maxGuest {most}"));
    }
    if now < HOT_PLUG_MIN {
        findings.refuse(&guest, "at least 1Gi for memory that is hot-plugged");
    }
    let gigantic = domain.at("memory/hugepages/pageSize").str() == Some("1Gi");
    let step = if gigantic { HOT_PLUG_MIN } else { MEBIBYTES_2 };
    for (node, amount) in [(&guest, now), (&ceiling, most)] {
        if !amount.is_multiple_of(step) {
            findings.refuse(node, format!("{amount} bytes are not a multiple of {step}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn check(spec: &Node<'_>, findings: &mut Findings) {
        super::check(spec, false, findings);
    }

    fn memory(memory: Value) -> Value {
        json!({ "domain": { "memory": memory } })
    }

    #[test]
    fn an_amount_is_said_and_fits_its_limit() {
        accepts(check, memory(json!({ "guest": "1Gi" })));
        refuses(check, memory(json!({})), "/domain/memory", "not said");
        let above = json!({ "domain": { "memory": { "guest": "2Gi" }, "resources": { "limits": { "memory": "1Gi" } } } });
        refuses(check, above, "/domain/memory/guest", "killed");
        let tiny = json!({ "domain": { "resources": { "requests": { "memory": "1k" } } } });
        refuses(check, tiny, "/domain/resources/requests/memory", "1M");
    }

    #[test]
    fn memory_is_whole_pages() {
        let with = |guest: &str, page: &str| {
            memory(json!({ "guest": guest, "hugepages": { "pageSize": page } }))
        };
        accepts(check, with("4Gi", "1Gi"));
        refuses(
            check,
            with("1536Mi", "1Gi"),
            "/domain/memory/guest",
            "whole pages",
        );
        refuses(
            check,
            with("512Mi", "1Gi"),
            "/domain/memory/guest",
            "whole pages",
        );
        refuses(
            check,
            with("1Gi", "big"),
            "/domain/memory/hugepages/pageSize",
            "big",
        );
    }

    #[test]
    fn hot_plug_has_its_conditions() {
        let with = |guest: &str, most: &str| memory(json!({ "guest": guest, "maxGuest": most }));
        accepts(check, with("2Gi", "8Gi"));
        refuses(
            check,
            with("8Gi", "2Gi"),
            "/domain/memory/guest",
            "above maxGuest",
        );
        refuses(
            check,
            with("512Mi", "2Gi"),
            "/domain/memory/guest",
            "at least 1Gi",
        );
        refuses(
            check,
            with("2Gi", "8193Mi"),
            "/domain/memory/maxGuest",
            "multiple",
        );
        let mut arm = with("2Gi", "8Gi");
        arm["architecture"] = json!("arm64");
        refuses(check, arm, "/domain/memory/maxGuest", "amd64");
        let mut secured = with("2Gi", "8Gi");
        secured["domain"]["launchSecurity"] = json!({ "sev": {} });
        refuses(check, secured, "/domain/memory/maxGuest", "launchSecurity");
    }
}
