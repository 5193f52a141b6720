//! Where the parts of the platform are, as a policy can name them: by the labels of their pods,
//! or by addresses where they run in the host's network. One function answers for the rule that
//! asks for a missing fact and for the targets that write policies, so that nothing that is asked
//! for can go unsaid.

use super::{Port, Protocol, Service};
use crate::{
    close::Platform,
    model::{Cluster, Estate, Id},
    origin::V,
    schema::kinds::{DnsMode, Facts, IngressFact, IngressKind, PortProtocol, Select},
    units::Cidr,
};

/// The label that CDI's controller puts on the pods that it makes in a tenant's namespace.
pub const IMPORTER: (&str, &str) = ("app", "containerized-data-importer");

/// The port on which those tell how far they are.
pub const IMPORTER_METRICS: Port = Port {
    protocol: Protocol::Tcp,
    from: 8443,
    to: 8443,
};

/// The ports of a resolver of which nothing else is said.
pub const DNS_PORTS: [Port; 2] = [
    Port {
        protocol: Protocol::Tcp,
        from: 53,
        to: 53,
    },
    Port {
        protocol: Protocol::Udp,
        from: 53,
        to: 53,
    },
];

/// Pods of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pods {
    /// Their namespace.
    pub namespace: String,
    /// Labels that all of them bear, and nobody else in that namespace. Never empty.
    pub labels: Vec<(String, String)>,
}

/// Where a part of the platform is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Site {
    /// Its pods, where it has an address of its own.
    pub pods: Option<Pods>,
    /// Addresses, where it runs in the host's network.
    pub addresses: Vec<Cidr>,
    /// The ports that it listens on, unless a `connect` says others.
    pub ports: Vec<Port>,
}

/// What the spec must say before a flow can be let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// What is not known, for a message: "where the resolver runs".
    pub what: &'static str,
    /// What to write.
    pub fact: &'static str,
}

const DNS: Missing = Missing {
    what: "where the resolver runs",
    fact: "facts { dns namespace=kube-system { select k8s-app kube-dns; }; }",
};
const DNS_ADDRESS: Missing = Missing {
    what: "the addresses of the cache that runs on each node, which no selector reaches",
    fact: "facts { dns mode=node-local { ip \"169.254.20.10\" \"10.96.0.10\"; }; }",
};
const API: Missing = Missing {
    what: "the addresses of the API server, which runs in the host's network",
    fact: "facts { api port=6443 { ip \"10.10.0.11\"; }; }",
};
const INGRESS: Missing = Missing {
    what: "which pods stand at the edge",
    fact: "facts { ingress class=NAME namespace=NAMESPACE { select KEY VALUE; }; }",
};
const NODES: Missing = Missing {
    what: "the addresses of the nodes, from which a controller in the host's network calls",
    fact: "network-plan nodes=CIDR",
};
const MONITORING: Missing = Missing {
    what: "which pods read metrics",
    fact: "facts { monitoring namespace=monitoring { select \"app.kubernetes.io/name\" prometheus; }; }",
};
const STORAGE: Missing = Missing {
    what: "which pods answer for stored objects",
    fact: "facts { storage namespace=rook-ceph port=8080 { select app rook-ceph-rgw; }; }",
};
const METADATA: Missing = Missing {
    what: "the addresses of cloud metadata",
    fact: "facts { metadata-ip \"169.254.169.254\"; }",
};

/// Where a part of a cluster's platform is, or what the spec must say first.
pub fn find(
    estate: &Estate,
    platform: &Platform,
    on: Id<Cluster>,
    service: Service,
) -> Result<Site, Missing> {
    let cluster = &estate.clusters[on];
    let facts = cluster.spec.facts.as_ref();
    match service {
        Service::Dns => dns(facts),
        Service::KubeApi => api(estate, on),
        Service::Ingress => ingress(cluster, platform, on),
        Service::Monitoring => monitoring(facts, platform, on),
        Service::Storage => storage(facts),
        Service::Metadata => metadata(facts),
        Service::VirtApi => Ok(virt_api(facts, platform, on)),
        Service::Cdi => Ok(cdi(facts, platform, on)),
    }
}

fn dns(facts: Option<&Facts>) -> Result<Site, Missing> {
    let fact = facts.and_then(|facts| facts.dns.as_ref()).ok_or(DNS)?;
    let port = fact.port.value.first();
    let pods = pods(Some(&fact.namespace), &fact.select);
    let addresses: Vec<Cidr> = fact
        .ip
        .iter()
        .flat_map(|ip| &ip.addresses)
        .map(|ip| Cidr::host(ip.value))
        .collect();
    let site = |pods, addresses| Site {
        pods,
        addresses,
        ports: vec![Port::tcp(port), Port::udp(port)],
    };
    match fact.mode.value {
        // A policy sees the pod behind the service, not the service's address.
        DnsMode::Service => Ok(site(Some(pods.ok_or(DNS)?), Vec::new())),
        DnsMode::NodeLocal if addresses.is_empty() => Err(DNS_ADDRESS),
        DnsMode::NodeLocal => Ok(site(pods, addresses)),
    }
}

fn api(estate: &Estate, on: Id<Cluster>) -> Result<Site, Missing> {
    let addresses = estate.api_addresses(on);
    if addresses.is_empty() {
        return Err(API);
    }
    let facts = estate.clusters[on].spec.facts.as_ref();
    let port = facts
        .and_then(|facts| facts.api.as_ref())
        .map_or(6443, |api| api.port.value.first());
    Ok(Site {
        addresses: addresses.iter().map(|ip| Cidr::host(ip.value)).collect(),
        ports: vec![Port::tcp(port)],
        ..Site::default()
    })
}

/// Where Envoy Gateway's proxies listen for what comes to 80 and 443: they run without privileges,
/// so that it moves ports below 1024 up by 10000, as the API of its EnvoyProxy says
/// (`useListenerPortAsContainerPort`).
const ENVOY_PORTS: [u16; 2] = [10_080, 10_443];

/// The ports of an edge's pods, which is what a policy sees behind its Service: those that are
/// said, else those of the controller that runs, else those of the web.
fn edge_ports(fact: &IngressFact, platform: &Platform, on: Id<Cluster>) -> Vec<Port> {
    let envoy =
        fact.kind.value == IngressKind::Gateway && platform.get(on, "envoy-gateway").is_some();
    let usual = if envoy { ENVOY_PORTS } else { [80, 443] };
    let said = [&fact.port, &fact.tls_port];
    let ports = said.into_iter().zip(usual).map(|(said, usual)| match said {
        Some(port) => Port::of(port.value, PortProtocol::Tcp),
        None => Port::tcp(usual),
    });
    ports.collect()
}

fn ingress(cluster: &Cluster, platform: &Platform, on: Id<Cluster>) -> Result<Site, Missing> {
    let facts = cluster.spec.facts.as_ref();
    let fact = facts
        .and_then(|facts| facts.ingress.as_ref())
        .ok_or(INGRESS)?;
    // What is exposed names the gateway that it hangs on.
    if fact.class.is_none() || fact.namespace.is_none() {
        return Err(INGRESS);
    }
    let ports = edge_ports(fact, platform, on);
    if fact.host_network.value {
        let nodes = nodes(cluster);
        return match nodes.is_empty() {
            true => Err(NODES),
            false => Ok(Site {
                addresses: nodes,
                ports,
                ..Site::default()
            }),
        };
    }
    let pods = pods(fact.namespace.as_ref(), &fact.select).ok_or(INGRESS)?;
    Ok(Site {
        pods: Some(pods),
        ports,
        ..Site::default()
    })
}

/// The stack that we install is known without being told: its Prometheus has this label.
fn monitoring(
    facts: Option<&Facts>,
    platform: &Platform,
    on: Id<Cluster>,
) -> Result<Site, Missing> {
    const STACK: &str = "kube-prometheus-stack";
    let said = facts
        .and_then(|facts| facts.monitoring.as_ref())
        .and_then(|fact| pods(fact.namespace.as_ref(), &fact.select));
    let ours = platform
        .get(on, STACK)
        .filter(|component| component.is_ours())
        .and_then(|_| platform.namespace(on, STACK))
        .map(|namespace| Pods {
            namespace,
            labels: vec![("app.kubernetes.io/name".to_owned(), "prometheus".to_owned())],
        });
    Ok(Site {
        pods: Some(said.or(ours).ok_or(MONITORING)?),
        ports: vec![Port::tcp(9090)],
        ..Site::default()
    })
}

fn storage(facts: Option<&Facts>) -> Result<Site, Missing> {
    let fact = facts
        .and_then(|facts| facts.storage.as_ref())
        .ok_or(STORAGE)?;
    let pods = pods(Some(&fact.namespace), &fact.select).ok_or(STORAGE)?;
    Ok(Site {
        pods: Some(pods),
        ports: vec![Port::of(fact.port.value, PortProtocol::Tcp)],
        ..Site::default()
    })
}

fn metadata(facts: Option<&Facts>) -> Result<Site, Missing> {
    let fact = facts
        .and_then(|facts| facts.metadata_ip.as_ref())
        .ok_or(METADATA)?;
    Ok(Site {
        addresses: fact
            .addresses
            .iter()
            .map(|ip| Cidr::host(ip.value))
            .collect(),
        ports: vec![Port::tcp(80)],
        ..Site::default()
    })
}

fn virt_api(facts: Option<&Facts>, platform: &Platform, on: Id<Cluster>) -> Site {
    let said = facts
        .and_then(|facts| facts.kubevirt.as_ref())
        .map(|fact| fact.namespace.value.to_string());
    Site {
        pods: Some(Pods {
            namespace: home(said, platform, on, "kubevirt"),
            labels: vec![("kubevirt.io".to_owned(), "virt-api".to_owned())],
        }),
        ..Site::default()
    }
}

/// CDI's controller bears the label of the pods that it makes; none of CDI's other parts does.
fn cdi(facts: Option<&Facts>, platform: &Platform, on: Id<Cluster>) -> Site {
    let said = facts
        .and_then(|facts| facts.cdi.as_ref())
        .map(|fact| fact.namespace.value.to_string());
    Site {
        pods: Some(Pods {
            namespace: home(said, platform, on, "cdi"),
            labels: vec![(IMPORTER.0.to_owned(), IMPORTER.1.to_owned())],
        }),
        ..Site::default()
    }
}

/// The namespace of a component: as the spec says, as we install it, or as its project does.
fn home(said: Option<String>, platform: &Platform, on: Id<Cluster>, component: &str) -> String {
    said.or_else(|| platform.namespace(on, component))
        .unwrap_or_else(|| component.to_owned())
}

/// Pods need both: a namespace alone would let in all that runs there.
fn pods(namespace: Option<&V<crate::units::Name>>, select: &[Select]) -> Option<Pods> {
    let mut labels: Vec<(String, String)> = select
        .iter()
        .map(|label| (label.key.value.to_string(), label.value.value.to_string()))
        .collect();
    labels.sort();
    let namespace = namespace?.value.to_string();
    (!labels.is_empty()).then_some(Pods { namespace, labels })
}

fn nodes(cluster: &Cluster) -> Vec<Cidr> {
    let plan = cluster.spec.network_plan.as_ref();
    plan.into_iter()
        .flat_map(|plan| [&plan.nodes, &plan.nodes6])
        .flatten()
        .map(|cidr| cidr.value)
        .collect()
}

/// The ranges that are a cluster's own: whether an address block in a policy matches them
/// depends on the pod network, so that no policy may lean on it.
pub fn ranges(cluster: &Cluster) -> Vec<(&'static str, V<Cidr>)> {
    let plan = cluster.spec.network_plan.as_ref();
    plan.into_iter()
        .flat_map(|plan| {
            [
                ("pods", &plan.pods),
                ("services", &plan.services),
                ("nodes", &plan.nodes),
                ("pods", &plan.pods6),
                ("services", &plan.services6),
                ("nodes", &plan.nodes6),
            ]
        })
        .filter_map(|(what, cidr)| Some((what, (*cidr)?)))
        .collect()
}
