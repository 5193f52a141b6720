//! Two of a pod's ports are one.

use std::collections::BTreeMap;

use tenantry_syntax::Span;

use super::companions::companions;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    schema::kinds::{Port, PortProtocol},
};

declare_rule! { pub RULE = "port-taken-twice", Platform, Error, "two ports of a workload with one number and protocol, or with one name", include_str!("port_taken_twice.md"); refused_by = ApiServer }

/// Reports each port of a workload or of a container beside it that another has. Ranges may
/// overlap with single ports: only these are listened on for certain.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let mut numbers: BTreeMap<(PortProtocol, u16), (Whose<'_>, Span)> = BTreeMap::new();
        let mut names: BTreeMap<&str, (Whose<'_>, Span)> = BTreeMap::new();
        for (whose, port) in ports(subject, workload) {
            let (number, name) = (estate.span(port.number.origin), estate.span(port.name.origin));
            let single = port.number.value.as_single();
            let key = single.map(|single| (port.protocol.value, single));
            // Two of one name in one block were told as such.
            if let Some((first, _)) = names.get(port.name.value.as_str())
                && *first == whose
            {
                continue;
            }
            // Who has both of another's has one mistake.
            if let Some((first, at)) = key.and_then(|key| numbers.get(&key)) {
                findings.push(same_number(workload, port, (whose, number), (*first, *at)));
            } else if let Some((first, at)) = names.get(port.name.value.as_str()) {
                findings.push(same_name(workload, port, (whose, name), (*first, *at)));
            }
            if let Some(key) = key {
                numbers.entry(key).or_insert((whose, number));
            }
            names.entry(port.name.value.as_str()).or_insert((whose, name));
        }
    }
}

/// The sidecar whose port it is; none of the workload's own.
type Whose<'w> = Option<&'w str>;

/// The ports of a workload's containers, in the order of the text: the first is the one that stands
/// first. What ends before the main container starts has its ports for itself.
fn ports<'w>(subject: &Subject<'_>, workload: &'w Workload) -> Vec<(Whose<'w>, &'w Port)> {
    let mut all: Vec<(Whose<'w>, &Port)> = Vec::new();
    all.extend(workload.spec.port.iter().map(|port| (None, port)));
    for beside in companions(workload).into_iter().filter(|one| one.stays()) {
        all.extend(beside.port.iter().map(|port| (Some(beside.name.value.as_str()), port)));
    }
    all.sort_by_key(|(_, port)| subject.estate.span(port.number.origin));
    all
}

fn told(workload: &Workload, whose: Whose<'_>) -> String {
    match whose {
        Some(sidecar) => format!("the sidecar `{sidecar}` of `{}`", workload.path),
        None => format!("`{}`", workload.path),
    }
}

fn same_number(workload: &Workload, port: &Port, (whose, span): (Whose<'_>, Span), (first, at): (Whose<'_>, Span)) -> Diagnostic {
    let protocol = port.protocol.value.word().to_uppercase();
    let message = format!("{protocol} {} of {} is a port of {} already", port.number.value, told(workload, whose), told(workload, first));
    Diagnostic::new(&RULE, span, message)
        .label("the second")
        .also(at, "the first")
        .why("containers of a pod share its ports: only one can listen there, and a Service has each port once")
        .help("give it another number, or use the first one's name for both")
}

fn same_name(workload: &Workload, port: &Port, (whose, span): (Whose<'_>, Span), (first, at): (Whose<'_>, Span)) -> Diagnostic {
    let message = format!("the port `{}` of {} is called like one of {}", port.name.value, told(workload, whose), told(workload, first));
    Diagnostic::new(&RULE, span, message)
        .label("the second")
        .also(at, "the first")
        .why("a port is called by its name, by `connect` and `expose` too, and the workload's Service has each name once")
        .help("give one of them another name")
}
