//! A door as wide as the wall.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::Port,
    model::Target,
};

declare_rule! { pub RULE = "ports-too-wide", Network, Warn, "a flow to another tenant or to the outside on thousands of ports", include_str!("ports_too_wide.md") }

/// More than any protocol that is known by its ports: the widest in use, of media servers and
/// passive FTP, are some thousands.
const MOST: u32 = 10_000;

/// Reports each offer, exposed port and connection to the outside of more ports. Within a tenant
/// wide ranges are its own business.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        for offer in &workload.offers {
            report(
                findings,
                offer.spec.meta.span,
                &workload.path,
                "offers another tenant",
                offer.port,
            );
        }
        for expose in &workload.exposes {
            report(
                findings,
                expose.spec.meta.span,
                &workload.path,
                "exposes",
                expose.port,
            );
        }
        for connect in &workload.connects {
            if matches!(connect.to, Target::External(_) | Target::Internet) {
                for port in &connect.ports {
                    report(
                        findings,
                        connect.spec.meta.span,
                        &workload.path,
                        "may call the outside on",
                        *port,
                    );
                }
            }
        }
    }
}

fn report(findings: &mut Findings, at: Span, path: &str, does: &str, port: Port) {
    let count = u32::from(port.to) - u32::from(port.from).min(u32::from(port.to)) + 1;
    if count <= MOST {
        return;
    }
    let message = format!(
        "`{path}` {does} {count} ports, {} to {}",
        port.from, port.to
    );
    findings.push(
        Diagnostic::new(&RULE, at, message)
            .label("nearly everything")
            .why("what listens there by accident is reached too: a debugger, a metrics page, the next thing that is installed; and a policy that lets nearly everything through is one that nobody reads")
            .help("name the ports that are called; a program that takes any can mostly be told a range"),
    );
}
