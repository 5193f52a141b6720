//! Replicas over zones whose disks are not.

use std::collections::BTreeSet;

use crate::{
    check::{
        Subject,
        common::{disks_for, kept_disks},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Estate, Id, Storage, Workload},
    origin::OriginId,
    schema::kinds::{DiskUse, FailureDomain, RookCeph, SpreadBy},
};

declare_rule! { pub RULE = "copies-within-one-zone", Storage, Warn, "replicas spread over zones, on storage whose copies are not", include_str!("copies_within_one_zone.md") }

/// Reports each class on Ceph that keeps its copies apart over less than zones, where a workload
/// on it is spread over zones and Ceph has machines in as many as it has copies.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    let mut told: BTreeSet<Id<Storage>> = BTreeSet::new();
    for (_, workload) in subject.whole_workloads() {
        let mut spreads = workload.spec.on.iter().flat_map(|on| &on.spread);
        let Some(spread) = spreads.find(|spread| spread.by.value == SpreadBy::Zone) else {
            continue;
        };
        let classes = kept_disks(workload).filter_map(|disk| estate.storage_of(workload, disk));
        for class in classes {
            let Some(ceph) = narrow(&estate.storages[class]) else {
                continue;
            };
            // Once for each class, whatever the answer.
            if told.insert(class) && zones_of_ceph(estate, workload.cluster) >= ceph.replicas.value
            {
                findings.push(finding(estate, class, ceph, workload, spread.meta.origin));
            }
        }
    }
}

fn finding(
    estate: &Estate,
    class: Id<Storage>,
    ceph: &RookCeph,
    workload: &Workload,
    spread: OriginId,
) -> Diagnostic {
    let domain = ceph.failure_domain.value;
    let message = format!(
        "`{}` is spread over zones, and the copies of its storage `{}` only over {domain}s",
        workload.path, estate.storages[class].name.value
    );
    Diagnostic::new(&RULE, ceph.meta.span, message)
        .label(format!("`failure-domain={domain}`"))
        .also(estate.span(spread), "over zones")
        .why("all copies of a volume may lie in one zone; when it is lost, the replicas in the other zones lose disks too, and nothing survives that was meant to")
        .help("write `failure-domain=zone`: Ceph then keeps one copy in each")
}

/// The class's Ceph, where it keeps its copies apart over less than zones.
fn narrow(class: &Storage) -> Option<&RookCeph> {
    let ceph = class.spec.rook_ceph.as_ref()?;
    (ceph.failure_domain.value != FailureDomain::Zone).then_some(ceph)
}

/// In how many zones machines with disks for Ceph stand.
fn zones_of_ceph(estate: &Estate, cluster: Id<Cluster>) -> u32 {
    let pools = estate.pools_of(cluster).map(|(_, pool)| pool);
    let pools = pools.filter(|pool| disks_for(pool, DiskUse::Ceph).next().is_some());
    let zones = pools
        .flat_map(|pool| &pool.nodes)
        .filter_map(|node| node.zone.as_ref());
    u32::try_from(zones.collect::<BTreeSet<_>>().len()).unwrap_or(u32::MAX)
}
