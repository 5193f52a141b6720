//! What Cilium's policies can say and Kubernetes' cannot: names, which change their addresses,
//! and the API server, whose addresses are nodes'. They stand beside the network policies and
//! only add to what those let through.

use std::collections::BTreeMap;

use serde::Serialize;
use tenantry_core::{
    emit::{Need, Objects},
    flows::{Peer, Port, Service, site},
    lower::{RuleGroup, names::WORKLOAD_LABEL},
    model::Estate,
    origin::OriginId,
    schema::kinds::CniName,
    units::Host,
};

use super::subject::Subject;
use crate::kube::Custom;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    description: &'static str,
    endpoint_selector: Endpoints,
    egress: Vec<Egress>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    match_labels: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Egress {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    to_endpoints: Vec<Endpoints>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    to_entities: Vec<&'static str>,
    #[serde(rename = "toFQDNs", skip_serializing_if = "Vec::is_empty")]
    to_fqdns: Vec<Fqdn>,
    to_ports: Vec<Ports>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
enum Fqdn {
    MatchName(String),
    MatchPattern(String),
}

#[derive(Debug, Clone, Serialize)]
struct Ports {
    ports: Vec<PortProtocol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Layer7>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct PortProtocol {
    /// Cilium's schema has text here, because a port may be a name.
    port: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_port: Option<u16>,
    protocol: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct Layer7 {
    dns: Vec<Fqdn>,
}

/// Emits the workload's policy, where it calls names or the API server and Cilium is there.
pub(super) fn emit(
    subject: &Subject<'_>,
    platform: &tenantry_core::close::Platform,
    out: &mut Objects,
) {
    let on = subject.cluster.id;
    let cni = subject.estate.clusters[on].spec.cni.as_ref();
    if cni.is_none_or(|cni| cni.name.value != CniName::Cilium) {
        return;
    }
    let named = named(&subject.plan.egress);
    let mut rules: Vec<(Egress, OriginId)> = Vec::new();
    if !named.is_empty() {
        rules.extend(resolver(subject.estate, platform, subject));
        rules.extend(named);
    }
    rules.extend(api(subject));
    if rules.is_empty() {
        return;
    }
    let (egress, origins): (Vec<Egress>, Vec<OriginId>) = rules.into_iter().unzip();
    let scope = &subject.scope;
    let mut draft = scope.object(&Custom {
        api_version: "cilium.io/v2",
        kind: "CiliumNetworkPolicy",
        metadata: scope.metadata(&subject.plan.name),
        spec: Spec {
            description: "What the network policy of this name has no words for.",
            endpoint_selector: Endpoints {
                match_labels: [(WORKLOAD_LABEL.to_owned(), subject.plan.name.clone())].into(),
            },
            egress,
        },
    });
    for (at, origin) in origins.iter().enumerate() {
        draft = draft.mark(&format!("/spec/egress/{at}"), *origin);
    }
    draft.need(Need::Component("cilium")).push(out);
}

/// One rule for each connection by name.
fn named(groups: &[RuleGroup]) -> Vec<(Egress, OriginId)> {
    let mut rules = Vec::new();
    for group in groups {
        for rule in &group.peers {
            let Peer::External { hosts, .. } = &rule.peer else {
                continue;
            };
            if hosts.is_empty() {
                continue;
            }
            let egress = Egress {
                to_fqdns: hosts.iter().map(fqdn).collect(),
                to_ports: vec![Ports {
                    ports: group.ports.iter().map(port).collect(),
                    rules: None,
                }],
                ..Egress::default()
            };
            rules.push((egress, rule.origin));
        }
    }
    rules
}

/// In a spec `*.` stands for one or more labels; Cilium's `**.` does.
fn fqdn(host: &Host) -> Fqdn {
    if host.is_wildcard() {
        Fqdn::MatchPattern(format!("**.{}", host.base()))
    } else {
        Fqdn::MatchName(host.as_str().to_owned())
    }
}

fn port(port: &Port) -> PortProtocol {
    PortProtocol {
        port: port.from.to_string(),
        end_port: (port.to > port.from).then_some(port.to),
        protocol: port.protocol.name(),
    }
}

/// Cilium learns the addresses of names from the answers that it sees, so questions must pass its
/// proxy: a rule of layer 7 at the resolver. It lets every question through, as the namespace's
/// own policy does. A cache in the host's network has no labels; to Cilium it is the host.
fn resolver(
    estate: &Estate,
    platform: &tenantry_core::close::Platform,
    subject: &Subject<'_>,
) -> Option<(Egress, OriginId)> {
    let on = subject.cluster.id;
    let site = site::find(estate, platform, on, Service::Dns).ok()?;
    let fact = estate.clusters[on].spec.facts.as_ref()?.dns.as_ref()?;
    let ports = vec![Ports {
        ports: site.ports.iter().map(port).collect(),
        rules: Some(Layer7 {
            dns: vec![Fqdn::MatchPattern("*".to_owned())],
        }),
    }];
    let egress = match site.pods.filter(|_| site.addresses.is_empty()) {
        Some(pods) => Egress {
            to_endpoints: vec![endpoints(pods)],
            to_ports: ports,
            ..Egress::default()
        },
        None => Egress {
            to_entities: vec!["host"],
            to_ports: ports,
            ..Egress::default()
        },
    };
    Some((egress, fact.meta.origin))
}

fn endpoints(pods: site::Pods) -> Endpoints {
    let namespace = ("io.kubernetes.pod.namespace".to_owned(), pods.namespace);
    Endpoints {
        match_labels: [namespace].into_iter().chain(pods.labels).collect(),
    }
}

/// The API server's addresses are nodes', which Cilium's address blocks do not match unless it is
/// told to.
fn api(subject: &Subject<'_>) -> Option<(Egress, OriginId)> {
    let mut peers = subject.plan.egress.iter().flat_map(|group| {
        group
            .peers
            .iter()
            .map(move |rule| (rule, group.ports.as_slice()))
    });
    let (rule, ports) = peers.find(|(rule, _)| rule.peer == Peer::Platform(Service::KubeApi))?;
    let egress = Egress {
        to_entities: vec!["kube-apiserver"],
        to_ports: vec![Ports {
            ports: ports.iter().map(port).collect(),
            rules: None,
        }],
        ..Egress::default()
    };
    Some((egress, rule.origin))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Made, compile_tenant};

    fn web(lines: &str) -> Made {
        compile_tenant(&format!(
            r#"
            external store {{ host "s3.example.com" "*.cdn.example.com"; port https 443; }}
            tenant shop {{
                workload web {{
                    container image="registry.example.com/web:1"
                    on general
                    cpu 1
                    memory "1GiB"
                    {lines}
                }}
            }}
            "#
        ))
    }

    #[test]
    fn names_are_cilium_s_alone_and_asked_of_a_resolver_that_it_watches() {
        let made = web("connect store port=https");
        assert!(!made.has("NetworkPolicy", "web"), "names are no addresses");
        let policy = made.object("CiliumNetworkPolicy", "web")["spec"].clone();
        let resolver = &policy["egress"][0];
        assert_eq!(
            resolver["toEndpoints"][0]["matchLabels"]["k8s-app"],
            "kube-dns"
        );
        assert_eq!(
            resolver["toPorts"][0]["rules"]["dns"][0]["matchPattern"],
            "*"
        );
        let store = &policy["egress"][1];
        assert_eq!(store["toFQDNs"][0]["matchName"], "s3.example.com");
        assert_eq!(store["toFQDNs"][1]["matchPattern"], "**.cdn.example.com");
        assert_eq!(store["toPorts"][0]["ports"][0]["port"], "443");
        assert_eq!(store["toPorts"][0]["ports"][0]["protocol"], "TCP");
    }

    #[test]
    fn the_api_server_is_an_entity() {
        let made = web("connect platform.kube-api");
        let policy = made.object("CiliumNetworkPolicy", "web")["spec"].clone();
        assert_eq!(policy["egress"][0]["toEntities"][0], "kube-apiserver");
        assert_eq!(
            policy["egress"][0]["toPorts"][0]["ports"][0]["port"],
            "6443"
        );
    }

    #[test]
    fn who_calls_no_names_has_none() {
        assert!(!web("connect internet port=443").has("CiliumNetworkPolicy", "web"));
    }
}
