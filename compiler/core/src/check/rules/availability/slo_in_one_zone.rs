//! A promise of uptime, in one of several zones.

use std::collections::BTreeSet;

use crate::{
    check::{Subject, common::is_alone},
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Estate, Workload},
    schema::kinds::SpreadBy,
    units::{Name, Percent},
};

declare_rule! { pub RULE = "slo-in-one-zone", Availability, Warn, "99.95 % of the time or more, promised from one of several zones", include_str!("slo_in_one_zone.md") }

/// 4 hours and 22 minutes in a year, less than many a loss of a room's power or cooling lasts.
const MUCH: Percent = Percent::thousandths(99_950);

/// Reports workloads of several replicas with such an `slo` that may or must all be in one zone.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (_, workload) in subject.whole_workloads() {
        findings.extend(judge(estate, workload));
    }
}

fn judge(estate: &Estate, workload: &Workload) -> Option<Diagnostic> {
    let cluster = &estate.clusters[workload.cluster];
    let slo = workload.spec.availability.as_ref()?.slo.as_ref()?;
    // A single replica is told by its own rule.
    if slo.value < MUCH
        || cluster.zones.len() < 2
        || is_alone(workload)
        || !workload.standbys.is_empty()
    {
        return None;
    }
    let nodes = workload
        .pools
        .iter()
        .flat_map(|pool| &estate.pools[pool.to].nodes);
    let zones: BTreeSet<&Name> = nodes.filter_map(|node| node.zone.as_ref()).collect();
    let allowed = workload.spec.on.as_ref().and_then(|on| on.zone.as_ref());
    let zones = match allowed {
        None => zones,
        Some(allowed) => zones
            .into_iter()
            .filter(|zone| allowed.names.iter().any(|name| name.value == **zone))
            .collect(),
    };
    let spread = workload
        .spec
        .on
        .iter()
        .flat_map(|on| &on.spread)
        .any(|spread| spread.by.value == SpreadBy::Zone);
    let (what, help) = match (zones.len(), spread) {
        (0, _) | (2.., true) => return None,
        (1, _) => {
            let only = zones.first()?;
            (
                format!("runs in zone `{only}` alone"),
                "let it run on a pool with machines in several zones, with `spread by=zone`",
            )
        }
        (_, false) => (
            "may have all its replicas in one zone".to_owned(),
            "write `spread by=zone` in `on`",
        ),
    };
    let many = words::count(
        u32::try_from(cluster.zones.len()).unwrap_or(u32::MAX),
        "zone",
    );
    let message = format!(
        "`{}` shall answer {} of the time, and {what}",
        workload.path, slo.value
    );
    let on = workload
        .spec
        .on
        .as_ref()
        .map_or(workload.spec.meta.name_span, |on| on.meta.span);
    Some(
        Diagnostic::new(&RULE, on, message)
            .label(format!("one of {many}"))
            .also(estate.span(slo.origin), "the promise")
            .why("a zone is what fails together; the loss of its power or its switch is the loss of all replicas, and one such day uses up the promise of years")
            .help(help),
    )
}
