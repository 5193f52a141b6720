//! What is asked of an exposed port, and cannot be had by the way that it is exposed.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::Protocol,
    model::{Cluster, Expose, Workload},
    origin::OriginId,
    schema::kinds::{AppProtocol, IngressKind, Via},
};

declare_rule! { pub RULE = "unroutable-expose", Network, Error, "something asked of an exposed port that its way in cannot do", include_str!("unroutable_expose.md") }

/// Reports what the way in would have to leave out.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let cluster = &estate.clusters[workload.cluster];
        if !cluster.is_kubernetes() {
            continue;
        }
        for expose in &workload.exposes {
            for refusal in refusals(cluster, workload, expose) {
                findings.push(
                    Diagnostic::new(
                        &RULE,
                        estate.span(refusal.origin),
                        format!(
                            "`{}` is exposed with {}, which {} cannot do",
                            workload.path, refusal.what, refusal.way
                        ),
                    )
                    .label("cannot be had here")
                    .why(refusal.why)
                    .help(refusal.help),
                );
            }
        }
    }
}

/// How clients come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Gateway,
    Ingress,
    Balancer,
    Node,
}

impl Way {
    fn of(cluster: &Cluster, expose: &Expose) -> Option<Self> {
        let kind = cluster
            .spec
            .facts
            .as_ref()
            .and_then(|facts| facts.ingress.as_ref());
        match expose.spec.via.value {
            Via::Gateway | Via::Ingress => Some(match kind.map(|fact| fact.kind.value) {
                Some(IngressKind::Ingress) => Self::Ingress,
                _ => Self::Gateway,
            }),
            Via::LoadBalancer => Some(Self::Balancer),
            Via::NodePort => Some(Self::Node),
            // No backend of Kubernetes has these; that is another rule's.
            Via::SshGateway | Via::Direct => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gateway => "a route of the Gateway API",
            Self::Ingress => "an Ingress",
            Self::Balancer => "a load balancer's address",
            Self::Node => "a port of each node",
        }
    }

    /// Whether requests are read on the way.
    fn reads(self) -> bool {
        matches!(self, Self::Gateway | Self::Ingress)
    }
}

struct Refusal {
    origin: OriginId,
    what: &'static str,
    way: &'static str,
    why: &'static str,
    help: &'static str,
}

fn refusals(cluster: &Cluster, workload: &Workload, expose: &Expose) -> Vec<Refusal> {
    let Some(way) = Way::of(cluster, expose) else {
        return Vec::new();
    };
    let spec = &expose.spec;
    let app = workload.app(expose);
    let sealed = app == Some(AppProtocol::Tls);
    let (port, range) = (expose.port, expose.port.from != expose.port.to);
    let mut refused = Vec::new();
    let mut refuse = |wrong: bool, origin: OriginId, what, why, help| {
        if wrong {
            refused.push(Refusal {
                origin,
                what,
                way: way.name(),
                why,
                help,
            });
        }
    };
    refuse(
        range,
        spec.port.origin,
        "a range of ports",
        "each port is an object's entry of its own",
        "expose each port that clients need",
    );
    refuse(
        way.reads() && port.protocol != Protocol::Tcp,
        spec.port.origin,
        "a port that is not of TCP",
        "routes carry HTTP, gRPC and TLS",
        "expose it with `via=load-balancer`",
    );
    if let Some(path) = &spec.path {
        refuse(
            !way.reads() || sealed,
            path.origin,
            "a path",
            "nobody on the way reads requests",
            "leave `path` out, or let the gateway read requests",
        );
        refuse(
            way == Way::Gateway && app == Some(AppProtocol::Grpc),
            path.origin,
            "a path",
            "a route of gRPC goes by services and methods",
            "leave `path` out, and give it a `host` of its own",
        );
    }
    refuse(
        spec.tls.value && !way.reads() && !sealed,
        spec.tls.origin,
        "`tls`",
        "nothing stands in between that could encrypt",
        "let the workload speak TLS itself and say `app=tls` on its port, or expose it through the gateway",
    );
    if let Some(issuer) = &spec.issuer {
        refuse(
            way != Way::Ingress,
            issuer.origin,
            "an issuer of its certificate",
            "the certificate belongs to the listener of the Gateway, which is not ours",
            "leave `issuer` out; whoever runs the Gateway gives its listener a certificate",
        );
    }
    if let Some(ip) = &spec.ip {
        refuse(
            way != Way::Balancer,
            ip.origin,
            "an address of its own",
            "the address is that of the edge, or of the nodes",
            "expose it with `via=load-balancer`",
        );
    }
    if let Some(limit) = &spec.limit {
        let origin = limit.meta.origin;
        refuse(
            !way.reads() || sealed,
            origin,
            "a limit of requests",
            "nobody on the way reads requests",
            "expose it through the gateway, or leave `limit` out",
        );
        refuse(
            way == Way::Ingress,
            origin,
            "a limit of requests",
            "the API of Ingress has none; each controller has annotations of its own",
            "use a gateway (`facts { ingress kind=gateway }`), or leave `limit` out",
        );
    }
    if let Some(from) = &spec.from {
        let origin = from.meta.origin;
        refuse(
            way == Way::Gateway && sealed,
            origin,
            "a list of clients",
            "a route that passes TLS through knows no clients",
            "let the gateway end TLS, or expose it with `via=load-balancer`",
        );
        refuse(
            way == Way::Ingress,
            origin,
            "a list of clients",
            "the API of Ingress has none; each controller has annotations of its own",
            "use a gateway (`facts { ingress kind=gateway }`), or expose it with `via=load-balancer`",
        );
    }
    refuse(
        way == Way::Gateway
            && spec.via.value == Via::Ingress
            && cluster
                .spec
                .facts
                .as_ref()
                .is_some_and(|facts| facts.ingress.is_some()),
        spec.via.origin,
        "`via=ingress`",
        "the cluster's facts say that a gateway stands at its edge",
        "write `via=gateway`, or correct `facts { ingress kind=… }`",
    );
    refuse(
        way == Way::Gateway && sealed && spec.host.is_none(),
        spec.meta.origin,
        "TLS of its own and no host",
        "a route that passes TLS through is chosen by the name alone",
        "name the `host`",
    );
    refuse(
        way == Way::Ingress && matches!(app, Some(AppProtocol::Tls | AppProtocol::Grpc)),
        spec.port.origin,
        "a port that speaks TLS or gRPC",
        "the API of Ingress carries HTTP alone",
        "use a gateway (`facts { ingress kind=gateway }`), or expose it with `via=load-balancer`",
    );
    refuse(
        way.reads() && workload.vm().is_some() && is_unserved(workload, expose),
        spec.port.origin,
        "a port that the machine does not declare",
        "the machine's Service has the ports that it declares",
        "declare the port with a name, and expose that",
    );
    refused
}

/// Whether a port that is exposed by its number is none of a machine's Service. Of a machine that
/// declares ports and not this one that is told as such.
fn is_unserved(workload: &Workload, expose: &Expose) -> bool {
    let mut ports = workload.listens().map(|(_, port)| port).peekable();
    let is_open = ports.peek().is_none();
    let holds = ports.find(|port| port.holds(expose.port));
    expose.name.is_none() && holds.map_or(is_open, |port| port != expose.port)
}
