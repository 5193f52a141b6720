//! Ports that the policies of a pod network cannot hold.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::{Port, Protocol, cni},
    model::{Cluster, Workload},
    schema::kinds::CniAbility,
};

declare_rule! { pub RULE = "ports-beyond-policy", Network, Error, "a flow on ports that the policies of its pod network cannot hold", include_str!("ports_beyond_policy.md") }

/// Reports ranges and ports of SCTP where the CNI has no words for them.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let cluster = &estate.clusters[workload.cluster];
        if !cluster.is_kubernetes() {
            continue;
        }
        for (span, does, port) in flows(workload) {
            let Some((what, ability, why)) = unheld(cluster, port) else {
                continue;
            };
            let message = format!(
                "`{}` {does} {what}, and the policies of cluster `{}` ({}) cannot hold that",
                workload.path,
                cluster.name.value,
                cni::name(cluster)
            );
            findings.push(
                Diagnostic::new(&RULE, span, message)
                    .label(what)
                    .why(why)
                    .help(format!(
                        "name single ports of TCP or UDP, take a newer release of the CNI, or say that yours can: `cni … {{ feature {} #true; }}`",
                        ability.word()
                    )),
            );
        }
    }
}

/// Every port that is let through for a workload's own lines, and the line.
fn flows(workload: &Workload) -> impl Iterator<Item = (Span, &'static str, Port)> {
    let connects = workload.connects.iter().flat_map(|connect| {
        let span = connect.spec.meta.span;
        connect.ports.iter().map(move |port| (span, "calls", *port))
    });
    let exposes = workload.exposes.iter();
    connects.chain(exposes.map(|expose| (expose.spec.meta.span, "exposes", expose.port)))
}

fn unheld(cluster: &Cluster, port: Port) -> Option<(String, CniAbility, &'static str)> {
    if port.from != port.to && !cni::can(cluster, CniAbility::EndPort) {
        return Some((
            format!("the ports {}", port.number()),
            CniAbility::EndPort,
            "it takes the first port for the whole range, without a word: the others stay shut",
        ));
    }
    let sctp = port.protocol == Protocol::Sctp && !cni::can(cluster, CniAbility::Sctp);
    sctp.then(|| {
        (
            format!("port {}", port.number()),
            CniAbility::Sctp,
            "where a CNI doesn't know SCTP, such a rule lets nothing through, or everything",
        )
    })
}
