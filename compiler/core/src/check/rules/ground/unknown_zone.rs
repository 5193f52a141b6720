//! A zone that the cluster does not have.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest},
    model::{Cluster, Estate},
    origin::V,
    units::Name,
};

declare_rule! { pub RULE = "unknown-zone", References, Error, "a zone that the cluster does not have", include_str!("unknown_zone.md") }

/// Looks at machines, racks and workloads.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values().filter(|pool| !pool.spec.meta.broken) {
        let spec = &pool.spec;
        let counted = spec.nodes.iter().filter_map(|nodes| nodes.zone.as_ref());
        let named = spec.node.iter().filter_map(|node| node.zone.as_ref());
        let racks = spec.rack.iter().filter_map(|racks| racks.zone.as_ref());
        for zone in counted.chain(named).chain(racks) {
            findings.extend(unknown(estate, &estate.clusters[pool.cluster], zone));
        }
    }
    for (_, workload) in subject.whole_workloads() {
        let zones = workload.spec.on.iter().filter_map(|on| on.zone.as_ref());
        for zone in zones.flat_map(|zones| &zones.names) {
            findings.extend(unknown(estate, &estate.clusters[workload.cluster], zone));
        }
    }
}

fn unknown(estate: &Estate, cluster: &Cluster, zone: &V<Name>) -> Option<Diagnostic> {
    let zones: Vec<&str> = cluster.zones.iter().map(|zone| zone.value.as_str()).collect();
    if cluster.spec.meta.broken || zones.contains(&zone.value.as_str()) {
        return None;
    }
    let span = estate.span(zone.origin);
    let message = format!("cluster `{}` has no zone `{}`", cluster.name.value, zone.value);
    let finding = Diagnostic::new(&RULE, span, message)
        .label("unknown")
        .also(cluster.spec.meta.name_span, "declares its zones");
    Some(match nearest(zone.value.as_str(), zones.iter().copied()) {
        Some(near) => finding
            .help(format!("did you mean `{near}`?"))
            .suggest(format!("write `{near}`"), vec![(span, near.to_owned())]),
        None if zones.is_empty() => finding.help(format!("add `zone {}` to the cluster", zone.value)),
        None => finding.help(format!("it has {}", zones.join(", "))),
    })
}
