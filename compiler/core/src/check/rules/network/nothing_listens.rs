//! A connection to a port that the other side does not have.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::Port,
    model::{Connect, Estate, Expose, Offer, Target, Workload},
    units::Name,
};

declare_rule! { pub RULE = "nothing-listens", Network, Error, "a connection to a port, or an offer or a way in of one, that the called workload does not declare", include_str!("nothing_listens.md") }

/// Reports connections within a cluster, offers to other tenants and ways in from outside. Between
/// clusters calls go to what is exposed.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, workload) in subject.whole_workloads() {
        for connect in &workload.connects {
            let Target::Workload(other) = connect.to else {
                continue;
            };
            let called = &estate.workloads[other.to];
            let near = called.cluster == workload.cluster;
            let known = other.to == id || !estate.is_tainted(other.to);
            if near && known {
                findings.extend(connected(estate, workload, called, connect));
            }
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
    let port = connect.ports.iter().find(|port| !called.listens_on(estate, **port))?;
    let span = connect.spec.port.as_ref().map_or(connect.spec.meta.span, |it| estate.span(it.origin));
    let message = format!(
        "`{}` connects to `{}` on port {}, where it does not listen",
        from.path,
        called.path,
        port.number()
    );
    let finding = Diagnostic::new(&RULE, span, message).label("nobody answers");
    Some(explained(finding, called, *port))
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
    let there = match declared.as_slice() {
        [] => "it declares no port".to_owned(),
        some => {
            let words: Vec<String> = some
                .iter()
                .map(|(name, port)| format!("{name} {}", port.number()))
                .collect();
            format!("it listens on {}", words.join(", "))
        }
    };
    let other = declared.iter().find(|(_, known)| {
        (known.from, known.to) == (port.from, port.to) && known.protocol != port.protocol
    });
    let help = match (other, declared.as_slice()) {
        (Some((name, _)), _) | (None, [(name, _)]) => format!("name the port: `{name}`"),
        (None, []) => format!("declare it in `{}`: `port NAME {}`", called.path, port.from),
        (None, _) => format!("name one of its ports, or declare this one in `{}`", called.path),
    };
    finding
        .also(called.spec.meta.name_span, there)
        .why("a `port` is what the workload's Service and its policies are made of: a call to another one is let through and refused, or never gets there")
        .help(help)
}
