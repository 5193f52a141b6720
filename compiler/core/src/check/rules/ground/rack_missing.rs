//! Something is kept apart over racks, and nobody says which machine stands in which.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Estate, Id, Pool},
    origin::OriginId,
    schema::kinds::{DiskUse, FailureDomain, SpareOf, SpreadBy},
};

declare_rule! { pub RULE = "rack-missing", Availability, Error, "a spread or a spare over racks, on machines whose rack nobody says", include_str!("rack_missing.md") }

/// Looks at spares of pools, failure domains of storage and spreads of workloads.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    let mut report = |what: String, at: OriginId, pools: &mut dyn Iterator<Item = Id<Pool>>| {
        let first = pools.filter_map(|pool| finding(estate, &what, at, &estate.pools[pool])).next();
        findings.extend(first);
    };
    for (id, pool) in estate.pools.iter() {
        let spare = pool.spec.spare.iter().find(|spare| spare.of.value == SpareOf::Rack);
        if let Some(spare) = spare {
            let what = format!("pool `{}` keeps racks to spare", pool.name.value);
            report(what, spare.of.origin, &mut [id].into_iter());
        }
    }
    for storage in estate.storages.values() {
        let domain = storage.spec.rook_ceph.as_ref().map(|ceph| &ceph.failure_domain);
        if let Some(domain) = domain.filter(|domain| domain.value == FailureDomain::Rack) {
            let what = format!("storage `{}` keeps its copies apart over racks", storage.name.value);
            let of_ceph = |pool: &Pool| pool.spec.disk.iter().any(|disk| disk.r#use.as_ref().is_some_and(|use_| use_.value == DiskUse::Ceph));
            let pools = estate.pools_of(storage.cluster).filter(|(_, pool)| of_ceph(pool));
            report(what, domain.origin, &mut pools.map(|(id, _)| id));
        }
    }
    for (_, workload) in subject.whole_workloads() {
        let mut spreads = workload.spec.on.iter().flat_map(|on| &on.spread);
        if let Some(spread) = spreads.find(|spread| spread.by.value == SpreadBy::Rack) {
            let what = format!("`{}` is spread over racks", workload.path);
            report(what, spread.by.origin, &mut workload.pools.iter().map(|pool| pool.to));
        }
    }
}

fn finding(estate: &Estate, what: &str, at: OriginId, pool: &Pool) -> Option<Diagnostic> {
    let unknown = pool.nodes.iter().filter(|node| node.rack.is_none()).count();
    let first = pool.nodes.iter().find(|node| node.rack.is_none())?;
    let message = format!(
        "{what}, and of {} of pool `{}` nobody says the rack",
        words::count(u32::try_from(unknown).unwrap_or(u32::MAX), "machine"),
        pool.name.value
    );
    Some(
        Diagnostic::new(&RULE, estate.span(at), message)
            .label("over racks")
            .also(estate.span(first.origin), "in which rack?")
            .help(format!("list them in pool `{}`: `rack NAME…`, or give each `node` a `rack=`", pool.name.value)),
    )
}
