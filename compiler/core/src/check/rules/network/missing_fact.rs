//! A flow to or from a part of the platform of which the spec does not say where it is.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::{
        Service,
        site::{self, Missing},
    },
    model::{Cluster, Id, Target, Workload},
    origin::OriginId,
};

declare_rule! { pub RULE = "missing-fact", Network, Error, "a flow to a part of the platform that the cluster's facts do not name", include_str!("missing_fact.md") }

/// Reports each part that a cluster's workloads need once, at the first line that needs it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter() {
        if !cluster.is_kubernetes() || !is_read(cluster) {
            continue;
        }
        let mut seen: Vec<Missing> = Vec::new();
        for (_, workload) in estate.workloads_of(id) {
            for (service, origin, what) in needed(workload) {
                let Err(missing) = site::find(estate, subject.platform, id, service) else {
                    continue;
                };
                if !seen.contains(&missing) {
                    seen.push(missing);
                    findings.push(finding(subject, id, workload, missing, origin, what));
                }
            }
        }
    }
}

/// Whether all facts could be read.
fn is_read(cluster: &Cluster) -> bool {
    let facts = cluster.spec.facts.as_ref();
    !facts.map_or(cluster.spec.meta.broken, |facts| facts.meta.broken)
}

/// The parts that a workload's flows meet: where it is said, and what for.
fn needed(workload: &Workload) -> Vec<(Service, OriginId, &'static str)> {
    let mut needed = Vec::new();
    for connect in &workload.connects {
        let origin = connect.spec.meta.origin;
        match connect.to {
            Target::Platform(service) => needed.push((service, origin, "connects to it")),
            // Everybody else is called by a name.
            _ => needed.push((Service::Dns, origin, "calls somebody by name")),
        }
    }
    for expose in workload
        .exposes
        .iter()
        .filter(|expose| expose.through_gateway())
    {
        needed.push((
            Service::Ingress,
            expose.spec.meta.origin,
            "is reached through it",
        ));
    }
    let port = workload
        .spec
        .monitor
        .as_ref()
        .and_then(|monitor| monitor.port.as_ref());
    if let Some(port) = port {
        needed.push((Service::Monitoring, port.origin, "serves metrics to it"));
    }
    needed
}

fn finding(
    subject: &Subject<'_>,
    on: Id<Cluster>,
    workload: &Workload,
    missing: Missing,
    origin: OriginId,
    what: &str,
) -> Diagnostic {
    let estate = subject.estate;
    let cluster = &estate.clusters[on];
    Diagnostic::new(
        &RULE,
        estate.span(origin),
        format!(
            "cluster `{}` does not say {}, and `{}` {what}",
            cluster.name.value, missing.what, workload.path
        ),
    )
    .label("needs it")
    .also(cluster.spec.meta.name_span, "to be said of this cluster")
    .why("every namespace is closed, and a policy must name whom it lets through")
    .help(format!(
        "in `cluster {}` write `{}`",
        cluster.name.value, missing.fact
    ))
}
