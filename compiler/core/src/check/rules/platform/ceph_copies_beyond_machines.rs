//! A storage class on Ceph keeps more copies than there are places with disks for them.

use std::collections::BTreeSet;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Pool, Storage},
    origin::V,
    schema::kinds::{DiskUse, FailureDomain},
};

declare_rule! { pub RULE = "ceph-copies-beyond-machines", Platform, Error, "more copies on Ceph than there are places with disks to keep them apart", include_str!("ceph_copies_beyond_machines.md") }

/// Counts the hosts, racks or zones of machines that keep disks for Ceph. A Ceph that runs there
/// already has disks that the estate need not know, and where no pool names any, Ceph looks for
/// them itself.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, class) in subject.estate.storages.iter() {
        let ours = subject
            .platform
            .get(class.cluster, "rook-ceph-cluster")
            .is_some_and(|ceph| ceph.is_ours());
        let Some((copies, domain)) = copies(class).filter(|_| ours) else {
            continue;
        };
        let pools: Vec<&Pool> = subject
            .estate
            .pools_of(class.cluster)
            .map(|(_, pool)| pool)
            .filter(|pool| has_disks(pool))
            .collect();
        let nodes = || pools.iter().flat_map(|pool| &pool.nodes);
        let (room, what) = match domain {
            FailureDomain::Zone => (
                nodes()
                    .filter_map(|node| node.zone.as_ref())
                    .collect::<BTreeSet<_>>()
                    .len(),
                "zones",
            ),
            FailureDomain::Rack => (
                nodes()
                    .filter_map(|node| node.rack.as_ref())
                    .map(|rack| &rack.value)
                    .collect::<BTreeSet<_>>()
                    .len(),
                "racks",
            ),
            FailureDomain::Host => (nodes().count(), "machines"),
        };
        if pools.is_empty() || room as u64 >= u64::from(copies.value) {
            continue;
        }
        let message = format!(
            "storage `{}` keeps {} copies apart, and disks for Ceph are in {room} {what}",
            class.name.value, copies.value
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(copies.origin), message)
                .label(format!("{} copies", copies.value))
                .why("two copies in one place are lost together, so Ceph waits for another place and accepts nothing")
                .help(match room {
                    // Fewer than three are refused as well.
                    0..=2 => format!("give Ceph disks in {} {what}", copies.value),
                    _ => format!("write `replicas={room}`, or give Ceph disks in more {what}"),
                }),
        );
    }
}

fn copies(class: &Storage) -> Option<(V<u32>, FailureDomain)> {
    let block = class.spec.rook_ceph.as_ref();
    let block = block.map(|ceph| (ceph.replicas, ceph.failure_domain.value));
    block.or_else(|| Some((class.spec.cephfs.as_ref()?.replicas, FailureDomain::Host)))
}

fn has_disks(pool: &Pool) -> bool {
    let uses = pool.spec.disk.iter().filter_map(|disk| disk.r#use.as_ref());
    uses.into_iter().any(|what| what.value == DiskUse::Ceph)
}
