//! One container: ports, environment, resources, probes, rights.

use std::collections::BTreeSet;

use super::names;
use super::quantity::{self, Quantity};
use crate::validate::{Findings, Node};

/// Everything about one container that does not depend on its neighbours.
pub(super) fn check(container: &Node<'_>, findings: &mut Findings) {
    ports(container, findings);
    environment(container, findings);
    resources(&container.key("resources"), findings);
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        self::probe(&container.key(probe), probe, findings);
    }
    security(&container.key("securityContext"), findings);
}

/// A port number, or `None` where it is none; refused if out of range.
pub(super) fn port_number(port: &Node<'_>, findings: &mut Findings) -> Option<i64> {
    let number = port.int()?;
    if (1..=65_535).contains(&number) {
        return Some(number);
    }
    findings.refuse(port, format!("{number} is not a port (1 to 65535)"));
    None
}

/// TCP where nothing is said.
pub(super) fn protocol<'a>(port: &Node<'a>, findings: &mut Findings) -> &'a str {
    let protocol = port.key("protocol").str().unwrap_or("TCP");
    if !["TCP", "UDP", "SCTP"].contains(&protocol) {
        findings.refuse(
            &port.key("protocol"),
            format!("`{protocol}` is not TCP, UDP or SCTP"),
        );
    }
    protocol
}

fn ports(container: &Node<'_>, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for port in container.key("ports").items() {
        port_number(&port.key("containerPort"), findings);
        port_number(&port.key("hostPort"), findings);
        protocol(&port, findings);
        let Some(name) = port.key("name").str() else {
            continue;
        };
        if let Err(reason) = names::port_name(name) {
            findings.refuse(&port.key("name"), reason);
        }
        if !seen.insert(name) {
            findings.refuse(&port.key("name"), format!("two ports are named `{name}`"));
        }
    }
}

fn environment(container: &Node<'_>, findings: &mut Findings) {
    for variable in container.key("env").items() {
        let name = variable.key("name").str().unwrap_or_default();
        if name.is_empty()
            || name.contains('=')
            || !name.bytes().all(|b| (b' '..=b'~').contains(&b))
        {
            findings.refuse(
                &variable.key("name"),
                format!("`{name}` cannot name a variable"),
            );
        }
        let source = variable.key("valueFrom");
        if !source.is_set() {
            continue;
        }
        if variable
            .key("value")
            .str()
            .is_some_and(|value| !value.is_empty())
        {
            findings.refuse(&variable, "both a value and a source for it");
        }
        if source.set_keys().len() != 1 {
            findings.refuse(&source, "exactly one source is named");
        }
    }
}

/// Requests and limits of a container, of a pod, or of an overhead.
pub(super) fn resources(resources: &Node<'_>, findings: &mut Findings) {
    let (requests, limits) = (resources.key("requests"), resources.key("limits"));
    for (name, limit) in limits.entries() {
        let limit_amount = amount(name, &limit, findings);
        let request = requests.key(name);
        let Some((limit_amount, request_amount)) = limit_amount.zip(Quantity::read(&request))
        else {
            continue;
        };
        if request_amount > limit_amount {
            let message =
                format!("requests {request_amount} of {name}, above its limit of {limit_amount}");
            findings.refuse(&request, message);
        } else if request_amount != limit_amount && !can_overcommit(name) {
            let message = format!(
                "{name} cannot be overcommitted: request {request_amount}, limit {limit_amount}"
            );
            findings.refuse(&request, message);
        }
    }
    for (name, request) in requests.entries() {
        amount(name, &request, findings);
        if !can_overcommit(name) && !limits.key(name).is_set() {
            findings.refuse(
                &request,
                format!("{name} cannot be overcommitted: it needs a limit"),
            );
        }
    }
    hugepages_need_company(resources, findings);
}

fn amount(name: &str, node: &Node<'_>, findings: &mut Findings) -> Option<Quantity> {
    if let Err(reason) = names::qualified(name) {
        findings.refuse(node, reason);
    }
    let amount = quantity::non_negative(node, findings)?;
    if is_extended(name) && !amount.is_whole() {
        findings.refuse(node, format!("{name} comes in whole numbers, not {amount}"));
    }
    if let Some(page) = name.strip_prefix("hugepages-").and_then(Quantity::parse)
        && !amount.is_multiple_of(page)
    {
        findings.refuse(
            node,
            format!("{amount} is not a multiple of the page size {page}"),
        );
    }
    Some(amount)
}

/// Devices and the like: any name with a domain of its own.
fn is_extended(name: &str) -> bool {
    name.split_once('/')
        .is_some_and(|(domain, _)| !domain.ends_with("kubernetes.io"))
}

fn can_overcommit(name: &str) -> bool {
    !is_extended(name) && !name.starts_with("hugepages-")
}

fn hugepages_need_company(resources: &Node<'_>, findings: &mut Findings) {
    let named = |prefix: &str| {
        ["requests", "limits"].into_iter().any(|side| {
            resources
                .key(side)
                .entries()
                .any(|(name, _)| name.starts_with(prefix))
        })
    };
    if named("hugepages-") && !named("cpu") && !named("memory") {
        findings.refuse(
            resources,
            "hugepages need a request for cpu or memory beside them",
        );
    }
}

const HANDLERS: &[&str] = &["exec", "grpc", "httpGet", "tcpSocket"];

fn probe(probe: &Node<'_>, name: &str, findings: &mut Findings) {
    if !probe.is_set() {
        return;
    }
    if probe.set_among(HANDLERS).len() != 1 {
        findings.refuse(probe, "a probe has exactly one handler");
    }
    for port in ["httpGet/port", "tcpSocket/port", "grpc/port"] {
        port_number(&probe.at(port), findings);
    }
    for count in [
        "periodSeconds",
        "timeoutSeconds",
        "failureThreshold",
        "successThreshold",
    ] {
        if probe.key(count).int().is_some_and(|count| count < 1) {
            findings.refuse(&probe.key(count), "at least 1");
        }
    }
    let successes = probe.key("successThreshold");
    if name != "readinessProbe" && successes.int().is_some_and(|count| count > 1) {
        findings.refuse(&successes, format!("a {name} succeeds at once: 1"));
    }
}

fn security(context: &Node<'_>, findings: &mut Findings) {
    if context.key("allowPrivilegeEscalation").bool() == Some(false) {
        if context.key("privileged").is_true() {
            findings.refuse(
                &context.key("privileged"),
                "a privileged container can always escalate",
            );
        }
        if context
            .at("capabilities/add")
            .items()
            .any(|added| added.str() == Some("SYS_ADMIN"))
        {
            findings.refuse(
                &context.at("capabilities/add"),
                "SYS_ADMIN can always escalate",
            );
        }
    }
    runs_as(context, findings);
}

/// Rights that a pod and a container state alike.
pub(super) fn runs_as(context: &Node<'_>, findings: &mut Findings) {
    if context.key("runAsNonRoot").is_true() && context.key("runAsUser").int() == Some(0) {
        findings.refuse(
            &context.key("runAsUser"),
            "the container never starts as root and is told to",
        );
    }
    for id in ["runAsUser", "runAsGroup", "fsGroup"] {
        if context
            .key(id)
            .int()
            .is_some_and(|id| !(0..=i64::from(i32::MAX)).contains(&id))
        {
            findings.refuse(&context.key(id), "0 to 2147483647");
        }
    }
    let seccomp = context.key("seccompProfile");
    match (
        seccomp.key("type").str(),
        seccomp.key("localhostProfile").is_set(),
    ) {
        (Some("Localhost"), false) => findings.refuse(&seccomp, "Localhost needs localhostProfile"),
        (Some("RuntimeDefault" | "Unconfined"), true) => {
            findings.refuse(&seccomp.key("localhostProfile"), "only with type Localhost");
        }
        (Some("RuntimeDefault" | "Unconfined" | "Localhost") | None, _) => {}
        (Some(other), _) => findings.refuse(&seccomp.key("type"), format!("`{other}` is no type")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::testing::{accepts, refuses};
    use serde_json::{Value, json};

    fn amounts(requests: Value, limits: Value) -> Value {
        json!({ "resources": { "requests": requests, "limits": limits } })
    }

    #[test]
    fn a_request_fits_its_limit() {
        accepts(
            check,
            amounts(
                json!({ "cpu": "500m" }),
                json!({ "cpu": 1, "memory": "1Gi" }),
            ),
        );
        let above = amounts(json!({ "memory": "2Gi" }), json!({ "memory": "1Gi" }));
        refuses(
            check,
            above,
            "/resources/requests/memory",
            "above its limit",
        );
        let nonsense = amounts(json!({ "cpu": "1core" }), json!({}));
        refuses(check, nonsense, "/resources/requests/cpu", "not a quantity");
    }

    #[test]
    fn devices_are_whole_and_never_overcommitted() {
        let gpu = "nvidia.com/gpu";
        accepts(check, amounts(json!({ gpu: 1 }), json!({ gpu: "1" })));
        accepts(check, amounts(json!({}), json!({ gpu: 2 })));
        let pointer = "/resources/requests/nvidia.com~1gpu";
        refuses(
            check,
            amounts(json!({ gpu: 1 }), json!({ gpu: 2 })),
            pointer,
            "overcommitted",
        );
        refuses(
            check,
            amounts(json!({ gpu: 1 }), json!({})),
            pointer,
            "needs a limit",
        );
        let half = amounts(json!({}), json!({ gpu: "500m" }));
        refuses(check, half, "/resources/limits/nvidia.com~1gpu", "whole");
    }

    #[test]
    fn hugepages_are_whole_pages_with_company() {
        let pages = |amount: &str| json!({ "hugepages-2Mi": amount, "memory": "1Gi" });
        accepts(check, amounts(pages("4Mi"), pages("4Mi")));
        let limits = "/resources/limits/hugepages-2Mi";
        refuses(check, amounts(json!({}), pages("3Mi")), limits, "multiple");
        let alone = amounts(json!({}), json!({ "hugepages-2Mi": "2Mi" }));
        refuses(check, alone, "/resources", "beside");
    }

    #[test]
    fn ports_are_numbered_and_named() {
        let with = |port: Value| json!({ "ports": [port, { "containerPort": 1, "name": "b" }] });
        accepts(check, with(json!({ "containerPort": 80, "name": "http" })));
        refuses(
            check,
            with(json!({ "containerPort": 0 })),
            "/ports/0/containerPort",
            "65535",
        );
        let duplicate = with(json!({ "containerPort": 80, "name": "b" }));
        refuses(check, duplicate, "/ports/1/name", "two ports");
        let protocol = with(json!({ "containerPort": 80, "protocol": "tcp" }));
        refuses(check, protocol, "/ports/0/protocol", "tcp");
    }

    #[test]
    fn a_variable_has_one_source() {
        accepts(check, json!({ "env": [{ "name": "A", "value": "x" }] }));
        let both = json!({ "env": [
            { "name": "A", "value": "x", "valueFrom": { "secretKeyRef": { "name": "s", "key": "k" } } }] });
        refuses(check, both, "/env/0", "both");
        refuses(
            check,
            json!({ "env": [{ "name": "A=B" }] }),
            "/env/0/name",
            "A=B",
        );
    }

    #[test]
    fn a_probe_has_one_handler() {
        accepts(
            check,
            json!({ "readinessProbe": { "tcpSocket": { "port": "http" }, "successThreshold": 2 } }),
        );
        let two = json!({ "readinessProbe": { "tcpSocket": { "port": 1 }, "exec": { "command": ["a"] } } });
        refuses(check, two, "/readinessProbe", "exactly one");
        let liveness =
            json!({ "livenessProbe": { "tcpSocket": { "port": 1 }, "successThreshold": 2 } });
        refuses(
            check,
            liveness,
            "/livenessProbe/successThreshold",
            "at once",
        );
    }

    #[test]
    fn rights_do_not_contradict_each_other() {
        let with = |context: Value| json!({ "securityContext": context });
        accepts(
            check,
            with(json!({ "runAsNonRoot": true, "runAsUser": 1000 })),
        );
        let root = with(json!({ "runAsNonRoot": true, "runAsUser": 0 }));
        refuses(check, root, "/securityContext/runAsUser", "root");
        let privileged = with(json!({ "privileged": true, "allowPrivilegeEscalation": false }));
        refuses(check, privileged, "/securityContext/privileged", "escalate");
        let local = with(json!({ "seccompProfile": { "type": "Localhost" } }));
        refuses(
            check,
            local,
            "/securityContext/seccompProfile",
            "localhostProfile",
        );
    }
}
