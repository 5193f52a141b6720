//! What clients outside send in the clear.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::Protocol,
    schema::kinds::{AppProtocol, Via},
    units::Cidr,
};

declare_rule! { pub RULE = "expose-without-tls", Network, Warn, "a port that clients outside reach through the gateway without encryption", include_str!("expose_without_tls.md") }

/// Reports each such port, unless all who may reach it are on private networks.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        for expose in &workload.exposes {
            let read = matches!(expose.spec.via.value, Via::Gateway | Via::Ingress)
                && expose.port.protocol == Protocol::Tcp;
            let inside = expose.spec.from.is_some()
                && expose.clients.iter().all(|cidr| is_private(*cidr));
            if !read || expose.spec.tls.value || workload.app(expose) == Some(AppProtocol::Tls) || inside {
                continue;
            }
            let under = match &expose.spec.host {
                Some(host) => format!("http://{}", host.value),
                None => "plain HTTP".to_owned(),
            };
            let message = format!("`{}` is reached from outside as {under}", workload.path);
            findings.push(
                Diagnostic::new(&RULE, expose.spec.meta.span, message)
                    .label("not encrypted")
                    .why("everybody on the way reads and changes what is sent, passwords and cookies first")
                    .help("add `tls=#true`; if only private networks may reach it, say which with `from`"),
            );
        }
    }
}

/// Whether all of a range is private (RFC 1918, RFC 4193).
fn is_private(cidr: Cidr) -> bool {
    use crate::units::Unit;
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
        .iter()
        .filter_map(|text| <Cidr as Unit>::parse(text).ok())
        .any(|private| private.contains_net(cidr))
}
