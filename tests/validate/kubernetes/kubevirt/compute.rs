//! CPUs of a virtual machine: topology, pinning, NUMA, real time.

use crate::validate::kubernetes::quantity::Quantity;
use crate::validate::{Findings, Node};

/// The rules over `domain.cpu` and the CPU half of `domain.resources`.
pub(super) fn check(spec: &Node<'_>, typed: bool, findings: &mut Findings) {
    let domain = spec.key("domain");
    let cpu = domain.key("cpu");
    topology(&cpu, findings);
    depends_on_pinning(&domain, findings);
    if cpu.key("dedicatedCpuPlacement").is_true() {
        dedicated(spec, typed, findings);
    }
    let resources = domain.key("resources");
    let (request, limit) = (resources.at("requests/cpu"), resources.at("limits/cpu"));
    if let (Some(asked), Some(most)) = (Quantity::read(&request), Quantity::read(&limit))
        && asked > most
    {
        findings.refuse(
            &request,
            format!("requests {asked} CPUs, above the limit of {most}"),
        );
    }
    for feature in cpu.key("features").items() {
        let policy = feature.key("policy");
        let known = ["", "force", "require", "optional", "disable", "forbid"];
        if policy.str().is_some_and(|policy| !known.contains(&policy)) {
            findings.refuse(&policy, "force, require, optional, disable or forbid");
        }
    }
}

fn topology(cpu: &Node<'_>, findings: &mut Findings) {
    let (sockets, ceiling) = (cpu.key("sockets").int(), cpu.key("maxSockets").int());
    if let (Some(sockets), Some(ceiling)) = (sockets, ceiling)
        && sockets > ceiling
    {
        findings.refuse(
            &cpu.key("sockets"),
            format!("{sockets} sockets, above maxSockets {ceiling}"),
        );
    }
}

/// What only makes sense with pinned CPUs.
fn depends_on_pinning(domain: &Node<'_>, findings: &mut Findings) {
    let cpu = domain.key("cpu");
    let dedicated = cpu.key("dedicatedCpuPlacement").is_true();
    let numa = cpu.at("numa/guestMappingPassthrough");
    if cpu.key("isolateEmulatorThread").is_true() && !dedicated {
        findings.refuse(
            &cpu.key("isolateEmulatorThread"),
            "only with dedicatedCpuPlacement",
        );
    }
    if numa.is_set() && !dedicated {
        findings.refuse(&numa, "only with dedicatedCpuPlacement");
    }
    if numa.is_set() && !domain.at("memory/hugepages").is_set() {
        findings.refuse(&numa, "only with memory in hugepages");
    }
    if cpu.key("realtime").is_set() && !(dedicated && numa.is_set()) {
        findings.refuse(
            &cpu.key("realtime"),
            "only with dedicated CPUs and NUMA passthrough",
        );
    }
}

fn dedicated(spec: &Node<'_>, typed: bool, findings: &mut Findings) {
    let domain = spec.key("domain");
    let (cpu, resources) = (domain.key("cpu"), domain.key("resources"));
    let most_threads = if spec.key("architecture").str() == Some("arm64") {
        1
    } else {
        2
    };
    if cpu
        .key("threads")
        .int()
        .is_some_and(|threads| threads > most_threads)
    {
        findings.refuse(
            &cpu.key("threads"),
            format!("at most {most_threads} with dedicated CPUs"),
        );
    }
    let counts: Vec<_> = ["sockets", "cores", "threads"]
        .iter()
        .filter_map(|part| cpu.key(part).int())
        .collect();
    let given: Vec<_> = ["requests/cpu", "limits/cpu"]
        .iter()
        .map(|path| resources.at(path))
        .filter_map(|node| Quantity::read(&node).map(|amount| (node, amount)))
        .collect();
    for (node, amount) in &given {
        if !amount.is_whole() {
            findings.refuse(
                node,
                format!("{amount} CPUs cannot be pinned: whole numbers"),
            );
        }
    }
    if let [(_, request), (node, limit)] = &given[..]
        && request != limit
    {
        findings.refuse(node, "dedicated CPUs have equal requests and limits");
    }
    if counts.is_empty() && given.is_empty() && !typed {
        findings.refuse(&cpu, "how many CPUs are dedicated is not said");
    }
    let product = counts
        .iter()
        .try_fold(1_i64, |product, count| product.checked_mul(*count));
    let vcpus = Quantity::units(product.unwrap_or(i64::MAX));
    if !counts.is_empty() && !given.is_empty() && given.iter().all(|(_, amount)| *amount != vcpus) {
        findings.refuse(
            &cpu,
            format!("{vcpus} vCPUs, and neither request nor limit is that"),
        );
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

    fn with(cpu: Value, resources: Value) -> Value {
        json!({ "domain": { "cpu": cpu, "resources": resources,
            "memory": { "guest": "2Gi", "hugepages": { "pageSize": "1Gi" } } } })
    }

    #[test]
    fn pinned_cpus_are_whole_and_agree() {
        let pinned = |resources| {
            with(
                json!({ "cores": 4, "dedicatedCpuPlacement": true }),
                resources,
            )
        };
        accepts(check, pinned(json!({})));
        accepts(check, pinned(json!({ "limits": { "cpu": "4" } })));
        refuses(
            check,
            pinned(json!({ "limits": { "cpu": 8 } })),
            "/domain/cpu",
            "4 vCPUs",
        );
        let threads = with(
            json!({ "threads": 4, "dedicatedCpuPlacement": true }),
            json!({}),
        );
        refuses(check, threads, "/domain/cpu/threads", "at most 2");
        let none = with(json!({ "dedicatedCpuPlacement": true }), json!({}));
        refuses(check, none, "/domain/cpu", "not said");
        let half = with(
            json!({ "dedicatedCpuPlacement": true }),
            json!({ "limits": { "cpu": "1500m" } }),
        );
        refuses(check, half, "/domain/resources/limits/cpu", "whole");
    }

    #[test]
    fn numa_and_realtime_need_pinned_cpus() {
        let numa = json!({ "guestMappingPassthrough": {} });
        let full =
            json!({ "cores": 2, "dedicatedCpuPlacement": true, "numa": numa, "realtime": {} });
        accepts(check, with(full, json!({})));
        let loose = with(json!({ "cores": 2, "numa": numa }), json!({}));
        refuses(
            check,
            loose,
            "/domain/cpu/numa/guestMappingPassthrough",
            "dedicated",
        );
        let mut small_pages = with(
            json!({ "cores": 2, "dedicatedCpuPlacement": true, "numa": numa }),
            json!({}),
        );
        small_pages["domain"]["memory"] = json!({ "guest": "2Gi" });
        refuses(
            check,
            small_pages,
            "/domain/cpu/numa/guestMappingPassthrough",
            "hugepages",
        );
        let realtime = with(
            json!({ "cores": 2, "dedicatedCpuPlacement": true, "realtime": {} }),
            json!({}),
        );
        refuses(check, realtime, "/domain/cpu/realtime", "NUMA");
    }

    #[test]
    fn requests_and_sockets_stay_below_their_ceilings() {
        let above = with(
            json!({}),
            json!({ "requests": { "cpu": 2 }, "limits": { "cpu": 1 } }),
        );
        refuses(check, above, "/domain/resources/requests/cpu", "above");
        let sockets = with(json!({ "sockets": 4, "maxSockets": 2 }), json!({}));
        refuses(check, sockets, "/domain/cpu/sockets", "maxSockets");
        let feature = with(
            json!({ "features": [{ "name": "vmx", "policy": "allow" }] }),
            json!({}),
        );
        refuses(check, feature, "/domain/cpu/features/0/policy", "require");
    }
}
