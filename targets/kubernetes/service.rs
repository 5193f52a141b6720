//! The names by which containers are reached, and the addresses that clients outside reach.
//! Those of virtual machines are the `kubevirt` target's; what is exposed of them is ours.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{Service, ServicePort, ServiceSpec},
    apimachinery::pkg::util::intstr::IntOrString,
};
use tenantry_core::{
    emit::Objects,
    flows::Port,
    lower::ways::{port_name, ways},
    model::Expose,
    schema::kinds::{AppProtocol, CniName, Via},
};

use super::subject::{Controller, Subject};

/// The Service under which the pods of a stateful set have names of their own.
pub(super) fn headless_name(subject: &Subject<'_>) -> String {
    format!("{}-peers", subject.plan.name)
}

/// The Service of a container's ports, and the headless one of a stateful set. A range of ports
/// has no place in a Service: such ports are reached at the pods themselves.
pub(super) fn emit(subject: &Subject<'_>, out: &mut Objects) {
    if subject.pod().is_none() {
        return;
    }
    if subject.controller() == Controller::StatefulSet {
        let spec = ServiceSpec {
            cluster_ip: Some("None".to_owned()),
            // Members of a group must find each other before they are ready.
            publish_not_ready_addresses: Some(true),
            ..spec(subject, ports(subject))
        };
        push(subject, headless_name(subject), spec, out);
    }
    let ports = ports(subject);
    if !ports.is_empty() {
        push(
            subject,
            subject.plan.name.clone(),
            spec(subject, ports),
            out,
        );
    }
}

fn push(subject: &Subject<'_>, name: String, spec: ServiceSpec, out: &mut Objects) {
    let scope = &subject.scope;
    let mut draft = scope.object(&Service {
        metadata: scope.metadata(name),
        spec: Some(spec),
        status: None,
    });
    // What is exposed by number has no name of its own; the others are found by theirs.
    for expose in &subject.workload.exposes {
        let name = expose.port.name();
        draft = draft.mark_items("/spec/ports", "name", &name, expose.spec.meta.origin);
    }
    for port in subject.workload.spec.ports() {
        let name = port.name.value.as_str();
        draft = draft.mark_items("/spec/ports", "name", name, port.meta.origin);
    }
    draft.push(out);
}

fn spec(subject: &Subject<'_>, ports: Vec<ServicePort>) -> ServiceSpec {
    ServiceSpec {
        ports: (!ports.is_empty()).then_some(ports),
        selector: subject.scope.selector().match_labels,
        type_: Some("ClusterIP".to_owned()),
        ..ServiceSpec::default()
    }
}

fn ports(subject: &Subject<'_>) -> Vec<ServicePort> {
    let declared = subject.workload.spec.ports().filter_map(|port| {
        let number = i32::from(port.number.value.as_single()?);
        Some(ServicePort {
            app_protocol: port
                .app
                .as_ref()
                .map(|app| app_protocol(app.value).to_owned()),
            name: Some(port.name.value.to_string()),
            port: number,
            protocol: Some(port.protocol.value.word().to_uppercase()),
            target_port: Some(IntOrString::Int(number)),
            ..ServicePort::default()
        })
    });
    let mut ports: Vec<ServicePort> = declared.collect();
    // What is exposed by number alone needs a name here to be routed to.
    for expose in &subject.workload.exposes {
        ports.extend(undeclared(subject, expose.port));
    }
    ports.sort_by_key(|port| (port.port, port.protocol.clone()));
    ports.dedup_by_key(|port| (port.port, port.protocol.clone()));
    ports
}

fn undeclared(subject: &Subject<'_>, port: Port) -> Option<ServicePort> {
    let declared = subject.workload.spec.ports();
    let mut numbers = declared.map(|declared| declared.number.value);
    (!numbers.any(|number| number.contains(port.from))).then(|| service_port(port))
}

fn service_port(port: Port) -> ServicePort {
    ServicePort {
        name: Some(port.name()),
        port: i32::from(port.from),
        protocol: Some(port.protocol.name().to_owned()),
        target_port: Some(IntOrString::Int(i32::from(port.from))),
        ..ServicePort::default()
    }
}

/// As the Gateway API and service meshes read it: gRPC is HTTP/2 without TLS.
fn app_protocol(app: AppProtocol) -> &'static str {
    match app {
        AppProtocol::Http => "http",
        AppProtocol::Grpc => "kubernetes.io/h2c",
        AppProtocol::Tls => "tls",
    }
}

/// The Services that clients outside reach directly, one for each exposed port. Traffic goes to
/// pods of the node that it enters by, so that the client's address survives and policies that
/// name it hold.
pub(super) fn exposed(subject: &Subject<'_>, out: &mut Objects) {
    for (expose, way) in ways(subject.workload) {
        let kind = match expose.spec.via.value {
            Via::LoadBalancer => "LoadBalancer",
            Via::NodePort => "NodePort",
            _ => continue,
        };
        let scope = subject.scope.clone().because(expose.spec.meta.origin);
        let mut metadata = scope.metadata(format!("{}-{way}", subject.plan.name));
        if let Some(annotations) = metadata.annotations.as_mut() {
            annotations.extend(annotations_of(subject, expose));
        }
        let ranges = expose
            .clients
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        let balanced = kind == "LoadBalancer";
        let port = ServicePort {
            name: Some(port_name(expose)),
            ..service_port(expose.port)
        };
        let spec = ServiceSpec {
            external_traffic_policy: Some("Local".to_owned()),
            load_balancer_source_ranges: (balanced && !ranges.is_empty()).then_some(ranges),
            type_: Some(kind.to_owned()),
            ..spec(subject, vec![port])
        };
        let draft = scope.object(&Service {
            metadata,
            spec: Some(spec),
            status: None,
        });
        let draft = draft.mark("/spec/type", expose.spec.via.origin);
        let draft = match &expose.spec.from {
            Some(from) => draft.mark_there("/spec/loadBalancerSourceRanges", from.meta.origin),
            None => draft,
        };
        draft.push(out);
    }
}

/// The address that is asked for, in the words of who hands them out, and the name that the DNS
/// shall have for it.
fn annotations_of(subject: &Subject<'_>, expose: &Expose) -> BTreeMap<String, String> {
    let cni = subject.estate.clusters[subject.cluster.id]
        .spec
        .cni
        .as_ref();
    let cilium = cni.is_some_and(|cni| cni.name.value == CniName::Cilium);
    let key = if cilium {
        "lbipam.cilium.io/ips"
    } else {
        "metallb.io/loadBalancerIPs"
    };
    let address = expose
        .spec
        .ip
        .as_ref()
        .map(|ip| (key.to_owned(), ip.value.to_string()));
    let host = expose.spec.host.as_ref().map(|host| {
        let key = "external-dns.alpha.kubernetes.io/hostname".to_owned();
        (key, host.value.to_string())
    });
    address.into_iter().chain(host).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::compile_tenant;

    #[test]
    fn single_ports_are_served_and_a_range_is_not() {
        let made = compile_tenant(
            r#"tenant shop {
                workload web {
                    container image="registry.example.com/shop/web:1.2.0"
                    on general
                    cpu "250m"
                    memory "256MiB"
                    port http 8080 app=http
                    port media "40000-40100" protocol=udp
                    expose http via=load-balancer ip="10.1.0.200" host="web.example.com" {
                        from "203.0.113.0/24"
                    }
                }
            }"#,
        );
        let service = &made.object("Service", "web")["spec"];
        assert_eq!(service["ports"].as_sequence().unwrap().len(), 1);
        assert_eq!(service["ports"][0]["targetPort"], 8080);
        let outside = made.object("Service", "web-http");
        assert_eq!(outside["spec"]["type"], "LoadBalancer");
        assert_eq!(outside["spec"]["externalTrafficPolicy"], "Local");
        assert_eq!(
            outside["spec"]["loadBalancerSourceRanges"][0],
            "203.0.113.0/24"
        );
        let annotations = &outside["metadata"]["annotations"];
        assert_eq!(annotations["lbipam.cilium.io/ips"], "10.1.0.200");
    }
}
