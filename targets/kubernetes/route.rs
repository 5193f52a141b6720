//! Ways in through the edge of the cluster: routes of the Gateway API, or an Ingress. Addresses
//! and node ports are Services, which are elsewhere.
//!
//! The Gateway is not ours; its listeners are found by convention: `http` for clear text, `https`
//! where it ends TLS, `tls` where it passes TLS through. It must let routes of the tenants'
//! namespaces attach. Which clients may come, and how often, has no words in the Gateway API's
//! standard channel: those are policies of Envoy Gateway, which must then be what runs there.

mod envoy;

use k8s_openapi::{
    api::networking::v1::{
        HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule,
        IngressServiceBackend, IngressSpec, IngressTLS, ServiceBackendPort,
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use serde::Serialize;
use tenantry_core::{
    emit::{Need, Objects},
    lower::ways::ways,
    model::Expose,
    schema::kinds::{AppProtocol, IngressFact, IngressKind, Via},
};

use super::subject::Subject;
use crate::kube::{Custom, Scope};

/// The group of routes and of the Gateways that they attach to.
const GROUP: &str = "gateway.networking.k8s.io";

/// The version in which the standard channel has all three kinds of routes.
const VERSION: &str = "gateway.networking.k8s.io/v1";

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct RouteSpec {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hostnames: Vec<String>,
    parent_refs: Vec<Parent>,
    rules: Vec<RouteRule>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Parent {
    group: &'static str,
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    section_name: &'static str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct RouteRule {
    backend_refs: Vec<Backend>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    matches: Vec<RouteMatch>,
}

#[derive(Debug, Clone, Serialize)]
struct Backend {
    group: &'static str,
    kind: &'static str,
    name: String,
    port: u16,
    weight: u32,
}

#[derive(Debug, Clone, Serialize)]
struct RouteMatch {
    path: PathMatch,
}

#[derive(Debug, Clone, Serialize)]
struct PathMatch {
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

/// Emits the ways in of a workload, one for each `expose` through the edge.
pub(super) fn emit(subject: &Subject<'_>, out: &mut Objects) {
    let facts = subject.estate.clusters[subject.cluster.id]
        .spec
        .facts
        .as_ref();
    // Without the fact there is nothing to attach to, which `missing-fact` has said.
    let Some(edge) = facts.and_then(|facts| facts.ingress.as_ref()) else {
        return;
    };
    for (expose, way) in ways(subject.workload) {
        if !matches!(expose.spec.via.value, Via::Gateway | Via::Ingress) {
            continue;
        }
        let way = Way {
            subject,
            expose,
            edge,
            scope: subject.scope.clone().because(expose.spec.meta.origin),
            name: format!("{}-{way}", subject.plan.name),
        };
        match edge.kind.value {
            IngressKind::Gateway => way.route(out),
            IngressKind::Ingress => way.ingress(out),
        }
    }
}

/// One way in.
struct Way<'s, 'a> {
    subject: &'s Subject<'a>,
    expose: &'s Expose,
    edge: &'s IngressFact,
    scope: Scope<'a>,
    name: String,
}

impl Way<'_, '_> {
    fn host(&self) -> Option<String> {
        let host = self.expose.spec.host.as_ref();
        host.map(|host| host.value.to_string())
    }

    /// The path below which it answers; all of them where none is said.
    fn path(&self) -> String {
        let path = self.expose.spec.path.as_ref();
        path.map_or_else(|| "/".to_owned(), |path| path.value.to_string())
    }

    fn app(&self) -> AppProtocol {
        let said = self.subject.workload.app(self.expose);
        said.unwrap_or(AppProtocol::Http)
    }

    /// The Service must have the port that the way leads to.
    fn service(&self) -> Need {
        self.subject.needs("v1", "Service", &self.subject.plan.name)
    }

    fn route(&self, out: &mut Objects) {
        let app = self.app();
        let kind = match app {
            AppProtocol::Http => "HTTPRoute",
            AppProtocol::Grpc => "GRPCRoute",
            AppProtocol::Tls => "TLSRoute",
        };
        let listener = match app {
            AppProtocol::Tls => "tls",
            _ if self.expose.spec.tls.value => "https",
            _ => "http",
        };
        let paths = (app == AppProtocol::Http).then(|| RouteMatch {
            path: PathMatch {
                kind: "PathPrefix",
                value: self.path(),
            },
        });
        let spec = RouteSpec {
            hostnames: self.host().into_iter().collect(),
            parent_refs: vec![self.gateway(listener)],
            rules: vec![RouteRule {
                backend_refs: vec![Backend {
                    group: "",
                    kind: "Service",
                    name: self.subject.plan.name.clone(),
                    port: self.expose.port.from,
                    weight: 1,
                }],
                matches: paths.into_iter().collect(),
            }],
        };
        let asked = &self.expose.spec;
        let mut draft = self
            .scope
            .object(&Custom {
                api_version: VERSION,
                kind,
                metadata: self.scope.metadata(&self.name),
                spec,
            })
            .mark("/spec/rules/0/backendRefs/0/port", asked.port.origin)
            .mark_if("/spec/rules/0/matches/0/path/value", asked.path.as_ref())
            .need(self.service())
            .needs(self.clients(kind, out))
            .needs(self.limit(kind, out));
        if let Some(class) = &self.edge.class {
            draft = draft
                .mark("/spec/parentRefs/0", class.origin)
                .mark("/spec/parentRefs/0/sectionName", asked.tls.origin);
        }
        if let Some(host) = &asked.host {
            draft = draft.mark("/spec/hostnames", host.origin);
        }
        draft.push(out);
    }

    fn gateway(&self, section_name: &'static str) -> Parent {
        let class = self.edge.class.as_ref();
        let namespace = self.edge.namespace.as_ref();
        Parent {
            group: GROUP,
            kind: "Gateway",
            name: class
                .map(|class| class.value.to_string())
                .unwrap_or_default(),
            namespace: namespace.map(|namespace| namespace.value.to_string()),
            section_name,
        }
    }

    fn ingress(&self, out: &mut Objects) {
        let asked = &self.expose.spec;
        let host = self.host();
        let tls = asked.tls.value.then(|| IngressTLS {
            hosts: host.clone().map(|host| vec![host]),
            secret_name: Some(format!("{}-tls", self.name)),
        });
        let path = HTTPIngressPath {
            backend: IngressBackend {
                service: Some(IngressServiceBackend {
                    name: self.subject.plan.name.clone(),
                    port: Some(ServiceBackendPort {
                        number: Some(i32::from(self.expose.port.from)),
                        ..ServiceBackendPort::default()
                    }),
                }),
                ..IngressBackend::default()
            },
            path: Some(self.path()),
            path_type: "Prefix".to_owned(),
        };
        let class = self.edge.class.as_ref();
        let ingress = Ingress {
            metadata: self.ingress_metadata(),
            spec: Some(IngressSpec {
                ingress_class_name: class.map(|class| class.value.to_string()),
                rules: Some(vec![IngressRule {
                    host,
                    http: Some(HTTPIngressRuleValue { paths: vec![path] }),
                }]),
                tls: tls.map(|tls| vec![tls]),
                ..IngressSpec::default()
            }),
            status: None,
        };
        let mut draft = self
            .scope
            .object(&ingress)
            .mark_if("/spec/ingressClassName", class)
            .mark_if("/spec/rules/0/host", asked.host.as_ref())
            .mark_there("/spec/tls", asked.tls.origin)
            .need(self.service());
        if asked.issuer.is_some() {
            draft = draft.need(Need::Component("cert-manager"));
        }
        draft.push(out);
    }

    /// cert-manager fills the secret when the annotation names an issuer of the whole cluster.
    fn ingress_metadata(&self) -> ObjectMeta {
        let mut metadata = self.scope.metadata(&self.name);
        let issuer = self.expose.spec.issuer.as_ref();
        if let (Some(issuer), Some(annotations)) = (issuer, metadata.annotations.as_mut()) {
            annotations.insert(
                "cert-manager.io/cluster-issuer".to_owned(),
                issuer.value.to_string(),
            );
        }
        metadata
    }
}

#[cfg(test)]
mod tests;
