//! A range that stands for everybody.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    origin::V,
    schema::kinds::ClientRange,
    units::Cidr,
};

declare_rule! { pub RULE = "range-too-wide", Network, Warn, "an outside system, or a list of clients, that is everybody", include_str!("range_too_wide.md") }

/// Reports ranges of outside systems and of clients that cover half of all addresses or more.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for external in estate.externals.values() {
        for cidr in external
            .cidr
            .iter()
            .flat_map(|cidr| &cidr.cidrs)
            .filter(|cidr| is_everybody(cidr.value))
        {
            let message = format!(
                "the outside system `{}` is {}: everybody",
                external.name.value, cidr.value
            );
            findings.push(finding(estate.span(cidr.origin), message, "who connects to it may call the whole internet, and the line that says so reads as if it were one system", "write the addresses that it has, or `connect internet` where everybody is meant"));
        }
    }
    for (_, workload) in subject.whole_workloads() {
        for expose in &workload.exposes {
            let clients = expose.spec.from.iter().flat_map(|from| &from.clients);
            for client in clients {
                let ClientRange::Cidr(cidr) = &client.value else {
                    continue;
                };
                let cidr = V::new(*cidr, client.origin);
                if is_everybody(cidr.value) {
                    let message = format!("`{}` lets in {}: everybody", workload.path, cidr.value);
                    findings.push(finding(estate.span(cidr.origin), message, "a list with everybody on it holds nobody off, and looks as if it did", "write the ranges of those who may come, or leave `from` out where everybody may"));
                }
            }
        }
    }
}

fn finding(at: tenantry_syntax::Span, message: String, why: &str, help: &str) -> Diagnostic {
    Diagnostic::new(&RULE, at, message)
        .label("everybody")
        .why(why)
        .help(help)
}

/// Half of all addresses or more; of IPv6 also all that are given out today, 2000::/3.
fn is_everybody(cidr: Cidr) -> bool {
    cidr.prefix_len() <= if cidr.is_ipv4() { 1 } else { 3 }
}
