//! Replicas shall be kept apart over fewer places than there are replicas.

use std::collections::BTreeSet;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Estate, Replicas, Workload},
    schema::kinds::SpreadBy,
};

declare_rule! { pub RULE = "spread-too-narrow", Availability, Error, "a hard spread over fewer places than there are replicas", include_str!("spread_too_narrow.md") }

/// Reports each hard spread whose replicas cannot all stand apart.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (_, workload) in subject.whole_workloads() {
        let replicas = match &workload.replicas {
            Replicas::Fixed(count) => count,
            Replicas::Scaled { min, .. } => min,
            Replicas::PerNode(_) | Replicas::PerZone(_) => continue,
        };
        for spread in workload.spec.on.iter().flat_map(|on| &on.spread) {
            let Some(places) = places(estate, workload, spread.by.value) else {
                continue;
            };
            if !spread.hard.value || replicas.value <= places {
                continue;
            }
            let thing = spread.by.value.word();
            let message = format!(
                "`{}` keeps {} apart, each on its own {thing}, and its pools have {}",
                workload.path,
                words::count(replicas.value, "replica"),
                words::count(places, thing)
            );
            findings.push(
                Diagnostic::new(&RULE, spread.meta.span, message)
                    .label(format!("{} too few", words::count(replicas.value - places, thing)))
                    .also(estate.span(replicas.origin), words::count(replicas.value, "replica"))
                    .why(format!("`hard=#true` promises that the loss of one {thing} costs one replica"))
                    .help(format!("write `replicas {places}`, add to the pools, or leave `hard` out")),
            );
        }
    }
}

/// How many places the pools have; nothing where it cannot be told.
fn places(estate: &Estate, workload: &Workload, by: SpreadBy) -> Option<u32> {
    let nodes = workload
        .pools
        .iter()
        .flat_map(|pool| &estate.pools[pool.to].nodes);
    let count = match by {
        SpreadBy::Node => nodes.count(),
        SpreadBy::Zone => {
            let zones: Option<BTreeSet<_>> = nodes.map(|node| node.zone.clone()).collect();
            zones?.len()
        }
        SpreadBy::Rack => {
            let racks: Option<BTreeSet<_>> = nodes
                .map(|node| node.rack.as_ref().map(|rack| &rack.value))
                .collect();
            racks?.len()
        }
    };
    u32::try_from(count).ok()
}
