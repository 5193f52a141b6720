//! A door for operators and programs, open to the whole internet.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::Port,
    schema::kinds::Via,
};

declare_rule! { pub RULE = "admin-port-open", Network, Warn, "a shell, desktop, database or control port that everybody outside may reach", include_str!("admin_port_open.md") }

/// Ports that scanners try first, and what answers there.
const PORTS: [(u16, &str); 18] = [
    (22, "SSH"),
    (23, "Telnet"),
    (445, "SMB"),
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (2375, "Docker"),
    (2379, "etcd"),
    (3306, "MySQL"),
    (3389, "RDP"),
    (5432, "PostgreSQL"),
    (5900, "VNC"),
    (5985, "WinRM"),
    (6379, "Redis"),
    (6443, "the Kubernetes API"),
    (9200, "Elasticsearch"),
    (10250, "the kubelet"),
    (11211, "memcached"),
    (27017, "MongoDB"),
];

/// Reports each such port past the gateway that names no clients.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        for expose in &workload.exposes {
            let direct = matches!(
                expose.spec.via.value,
                Via::LoadBalancer | Via::NodePort | Via::Direct
            );
            let Some(what) = known(expose.port).filter(|_| direct && expose.spec.from.is_none())
            else {
                continue;
            };
            let message = format!(
                "{what} of `{}` is open to everybody who reaches its address",
                workload.path
            );
            findings.push(
                Diagnostic::new(&RULE, expose.spec.meta.span, message)
                    .label("no `from`")
                    .why("such ports are tried within minutes of an address being seen, with stolen passwords and with the last hole that became known")
                    .help("say who may come: `from OFFICE` with an `external`, or `from \"203.0.113.0/24\"`"),
            );
        }
    }
}

fn known(port: Port) -> Option<&'static str> {
    PORTS
        .into_iter()
        .find(|(number, _)| (port.from..=port.to).contains(number))
        .map(|(_, what)| what)
}
