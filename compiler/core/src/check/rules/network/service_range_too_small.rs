//! More Services than there are addresses for them.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Body, Cluster, Id, Workload},
    schema::kinds::Via,
};

declare_rule! { pub RULE = "service-range-too-small", Network, Error, "a range of services with fewer addresses than there are services", include_str!("service_range_too_small.md") }

/// What a cluster has before anybody runs something: the API server's and the resolver's.
const SYSTEM: u128 = 2;

/// Reports clusters in which a Service would get no address.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut wanted: BTreeMap<Id<Cluster>, u128> = BTreeMap::new();
    for workload in estate.workloads.values() {
        *wanted.entry(workload.cluster).or_default() += services(workload);
    }
    for (id, wanted) in wanted {
        let plan = estate.clusters[id].spec.network_plan.as_ref();
        let ranges = plan
            .into_iter()
            .flat_map(|plan| [&plan.services, &plan.services6]);
        for range in ranges.flatten() {
            let there = range.value.host_count();
            if wanted + SYSTEM <= there {
                continue;
            }

            let message = format!(
                "the workloads of cluster `{}` have {}, and {} has {} addresses beside the API server's and the resolver's",
                estate.clusters[id].name.value,
                words::count(u64::try_from(wanted).unwrap_or(u64::MAX), "Service"),
                range.value,
                there.saturating_sub(SYSTEM)
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(range.origin), message)
                    .label("too small")
                    .why("a Service without an address is refused by the API server, and the range of a running cluster can only be widened by adding a second one")
                    .help("widen `services`; a /20 has 4,094 addresses, and they cost nothing"),
            );
        }
    }
}

/// The Services with an address that a workload has: one for its ports, and one for each port
/// that is exposed past the gateway.
pub(super) fn services(workload: &Workload) -> u128 {
    if matches!(workload.body, Body::Lxc(_) | Body::Chart(_)) {
        return 0;
    }
    let single = workload
        .spec
        .ports()
        .any(|port| port.number.value.as_single().is_some());
    let own = u128::from(single || !workload.exposes.is_empty());
    let past = |via| matches!(via, Via::LoadBalancer | Via::NodePort);
    let exposed = workload
        .exposes
        .iter()
        .filter(|expose| past(expose.spec.via.value))
        .count();
    own + exposed as u128
}
