//! Two of a pod's ports are one.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use super::companions::companions;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::{Port, PortProtocol},
};

declare_rule! { pub RULE = "port-taken-twice", Platform, Error, "two ports of a workload with one number and protocol", include_str!("port_taken_twice.md"); refused_by = ApiServer }

/// Reports each port of a workload or of a container beside it that another has. Ranges may
/// overlap with single ports: only these are listened on for certain.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let mut taken: BTreeMap<(PortProtocol, u16), (Option<&str>, Span)> = BTreeMap::new();
        let mut all: Vec<(Option<&str>, &Port)> = Vec::new();
        all.extend(workload.spec.port.iter().map(|port| (None, port)));
        // What ends before the main container starts has its ports for itself.
        for beside in companions(workload).iter().filter(|one| one.stays()) {
            all.extend(beside.port.iter().map(|port| (Some(beside.name.value.as_str()), port)));
        }
        let told = |sidecar: &Option<&str>| match sidecar {
            Some(sidecar) => format!("the sidecar `{sidecar}` of `{}`", workload.path),
            None => format!("`{}`", workload.path),
        };
        // The first is the one that stands first.
        all.sort_by_key(|(_, port)| subject.estate.span(port.number.origin));
        for (whose, port) in all {
            let Some(number) = port.number.value.as_single() else {
                continue;
            };
            let span = subject.estate.span(port.number.origin);
            let Some((first, at)) = taken.get(&(port.protocol.value, number)) else {
                taken.insert((port.protocol.value, number), (whose, span));
                continue;
            };
            let message = format!("{} {number} of {} is a port of {} already", port.protocol.value.word().to_uppercase(), told(&whose), told(first));
            findings.push(
                Diagnostic::new(&RULE, span, message)
                    .label("the second")
                    .also(*at, "the first")
                    .why("containers of a pod share its ports: only one can listen there, and a Service has each port once")
                    .help("give it another number, or use the first one's name for both"),
            );
        }
    }
}
