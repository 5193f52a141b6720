//! The names by which machines are reached: one for all of a workload's, and one for each.

use k8s_openapi::{
    api::core::v1::{Service, ServicePort, ServiceSpec},
    apimachinery::pkg::util::intstr::IntOrString,
};
use tenantry_core::{
    model::Workload,
    schema::kinds::{AppProtocol, Port, PortProtocol},
};

use super::machine::Subject;
use crate::kube::labels;

/// The headless Service under which each machine of a numbered workload has a name:
/// `trainer-0.trainer-peers`.
pub(super) fn peers_name(workload: &Workload) -> String {
    format!("{}-peers", workload.name.value)
}

/// The Service that all machines answer under, if they listen on anything. A range of ports has
/// no place in one: such ports are reached by the machines' own names.
pub(super) fn all(subject: &Subject<'_>) -> Option<Service> {
    let ports: Vec<ServicePort> = subject.workload.spec.port.iter().filter_map(port).collect();
    let name = subject.plan.name.as_str();
    (!ports.is_empty()).then(|| {
        service(
            subject,
            name,
            ServiceSpec {
                ports: Some(ports),
                type_: Some("ClusterIP".to_owned()),
                ..ServiceSpec::default()
            },
        )
    })
}

/// The Service that gives each machine its name, ready or not: members of a group find each other
/// before they are.
pub(super) fn peers(subject: &Subject<'_>) -> Option<Service> {
    let workload = subject.workload;
    let numbered = workload.spec.replicas.is_some() && !subject.plan.instances.is_empty();
    numbered.then(|| {
        service(
            subject,
            &peers_name(workload),
            ServiceSpec {
                cluster_ip: Some("None".to_owned()),
                publish_not_ready_addresses: Some(true),
                type_: Some("ClusterIP".to_owned()),
                ..ServiceSpec::default()
            },
        )
    })
}

fn service(subject: &Subject<'_>, name: &str, spec: ServiceSpec) -> Service {
    Service {
        metadata: subject.scope.metadata(name),
        spec: Some(ServiceSpec {
            selector: Some(labels::selector(subject.workload)),
            ..spec
        }),
        status: None,
    }
}

fn port(port: &Port) -> Option<ServicePort> {
    let number = i32::from(port.number.value.as_single()?);
    Some(ServicePort {
        app_protocol: port.app.as_ref().map(|app| {
            match app.value {
                AppProtocol::Http => "http",
                AppProtocol::Grpc => "grpc",
                AppProtocol::Tls => "tls",
            }
            .to_owned()
        }),
        name: Some(port.name.value.to_string()),
        port: number,
        protocol: Some(
            match port.protocol.value {
                PortProtocol::Tcp => "TCP",
                PortProtocol::Udp => "UDP",
                PortProtocol::Sctp => "SCTP",
            }
            .to_owned(),
        ),
        target_port: Some(IntOrString::Int(number)),
        ..ServicePort::default()
    })
}
