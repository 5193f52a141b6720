//! A connection to a port that the other side does not have.

use std::collections::BTreeSet;

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::{Port, Protocol, ports_of_system},
    model::{Connect, Estate, Expose, External, Offer, Target, Workload},
    units::Name,
};

declare_rule! { pub RULE = "nothing-listens", Network, Error, "a connection to a port, or an offer or a way in of one, that the called side does not declare", include_str!("nothing_listens.md") }

/// Reports connections within a cluster, offers to other tenants and ways in from outside. Between
/// clusters calls go to what is exposed.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    // A profile's line is one, whoever is like it.
    let mut seen = BTreeSet::new();
    for (id, workload) in subject.whole_workloads() {
        for connect in &workload.connects {
            let finding = match connect.to {
                Target::Workload(other) => {
                    let called = &estate.workloads[other.to];
                    let near = called.cluster == workload.cluster;
                    let known = other.to == id || !estate.is_tainted(other.to);
                    (near && known)
                        .then(|| connected(estate, workload, called, connect))
                        .flatten()
                }
                Target::External(system) => {
                    called_outside(estate, workload, &estate.externals[system.to], connect)
                }
                Target::Internet | Target::Platform(_) => None,
            };
            let new = |finding: &Diagnostic| {
                let whom: Vec<Span> = finding.related.iter().map(|label| label.span).collect();
                seen.insert((finding.span, whom))
            };
            findings.extend(finding.filter(new));
        }
        for offer in &workload.offers {
            findings.extend(offered(estate, workload, offer));
        }
        for expose in &workload.exposes {
            findings.extend(exposed(estate, workload, expose));
        }
    }
}

fn connected(
    estate: &Estate,
    from: &Workload,
    called: &Workload,
    connect: &Connect,
) -> Option<Diagnostic> {
    let port = connect
        .ports
        .iter()
        .find(|port| !called.listens_on(estate, **port))?;
    let finding = calls(estate, from, &called.path, connect, *port);
    Some(explained(finding, called, *port))
}

/// Of whom ports are declared, those are all; of whom none is, everybody knows by themselves.
fn called_outside(
    estate: &Estate,
    from: &Workload,
    called: &External,
    connect: &Connect,
) -> Option<Diagnostic> {
    let declared: Vec<(&Name, Port)> = ports_of_system(called).collect();
    // A port that could not be read may be this one.
    if declared.is_empty() || called.meta.broken {
        return None;
    }
    let is_there = |port: Port| declared.iter().any(|(_, known)| known.holds(port));
    let port = connect.ports.iter().find(|port| !is_there(**port))?;
    let name = called.name.value.as_str();
    let finding = calls(estate, from, name, connect, *port)
        .also(called.meta.name_span, there(&declared))
        .why("the ports of an outside system are what is known of it: a call to another one is let out where nobody answers, or to what the spec does not speak of");
    Some(finding.help(instead(name, &declared, *port)))
}

/// What to write instead of a port that a system outside does not declare.
fn instead(name: &str, declared: &[(&Name, Port)], port: Port) -> String {
    let number = |port: Port| (port.from, port.to);
    let other = |(_, known): &&(&Name, Port)| number(*known) == number(port);
    if let Some((known, means)) = declared.iter().find(other) {
        return format!("name its port, `{known}`, which is {}", means.number());
    }
    let which = match declared {
        [(only, _)] => format!("name its port, `{only}`"),
        _ => "name one of its ports".to_owned(),
    };
    format!("{which}, or declare this one in `{name}`: `port NAME {}`", declaration(port))
}

/// A port as a system outside declares it, without its name.
fn declaration(port: Port) -> String {
    let protocol = match port.protocol {
        Protocol::Tcp => "",
        Protocol::Udp => " protocol=udp",
        Protocol::Sctp => " protocol=sctp",
    };
    match port.from == port.to {
        true => format!("{}{protocol}", port.from),
        false => format!("\"{}-{}\"{protocol}", port.from, port.to),
    }
}

fn calls(
    estate: &Estate,
    from: &Workload,
    called: &str,
    connect: &Connect,
    port: Port,
) -> Diagnostic {
    let said = connect.spec.port.as_ref();
    let span = said.map_or(connect.spec.meta.span, |it| estate.span(it.origin));
    let message = format!(
        "`{}` connects to `{called}` on port {}, where it does not listen",
        from.path,
        port.number()
    );
    Diagnostic::new(&RULE, span, message).label("nobody answers")
}

fn offered(estate: &Estate, owner: &Workload, offer: &Offer) -> Option<Diagnostic> {
    if owner.listens_on(estate, offer.port) {
        return None;
    }
    let message = format!(
        "`{}` offers port {}, where it does not listen",
        owner.path,
        offer.port.number()
    );
    let span = estate.span(offer.spec.port.origin);
    let finding = Diagnostic::new(&RULE, span, message).label("nobody answers");
    Some(explained(finding, owner, offer.port))
}

/// Who declares some ports declares those that are exposed; who declares none leaves open which it
/// has.
fn exposed(estate: &Estate, owner: &Workload, expose: &Expose) -> Option<Diagnostic> {
    let mut declared = owner.listens().map(|(_, known)| known).peekable();
    if declared.peek().is_none() || declared.any(|known| known.holds(expose.port)) {
        return None;
    }
    let message = format!(
        "`{}` exposes port {}, where it does not listen",
        owner.path,
        expose.port.number()
    );
    let span = estate.span(expose.spec.port.origin);
    let finding = Diagnostic::new(&RULE, span, message).label("nobody answers");
    Some(explained(finding, owner, expose.port))
}

fn explained(finding: Diagnostic, called: &Workload, port: Port) -> Diagnostic {
    let declared: Vec<(&Name, Port)> = called.listens().collect();
    let other = declared.iter().find(|(_, known)| {
        (known.from, known.to) == (port.from, port.to) && known.protocol != port.protocol
    });
    let help = match (other, declared.as_slice()) {
        (Some((name, _)), _) | (None, [(name, _)]) => format!("name the port: `{name}`"),
        (None, []) => format!("declare it in `{}`: `port NAME {}`", called.path, port.from),
        (None, _) => format!("name one of its ports, or declare this one in `{}`", called.path),
    };
    finding
        .also(called.spec.meta.name_span, there(&declared))
        .why("a `port` is what the workload's Service and its policies are made of: a call to another one is let through and refused, or never gets there")
        .help(help)
}

/// Where somebody listens.
fn there(declared: &[(&Name, Port)]) -> String {
    let words: Vec<String> = declared
        .iter()
        .map(|(name, port)| format!("{name} {}", port.number()))
        .collect();
    match words.as_slice() {
        [] => "it declares no port".to_owned(),
        some => format!("it listens on {}", some.join(", ")),
    }
}
