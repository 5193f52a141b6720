//! Ceph in two zones, of which one always holds the majority.

use std::collections::BTreeMap;

use crate::{
    check::{Subject, common::disks_for},
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Estate, Id, Node},
    schema::kinds::DiskUse,
    units::Name,
};

declare_rule! { pub RULE = "ceph-in-two-zones", Storage, Warn, "a Ceph whose machines stand in two zones", include_str!("ceph_in_two_zones.md") }

/// Reports each Ceph of ours whose machines are in exactly two zones.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (id, cluster) in estate.clusters.iter() {
        let ours = subject
            .platform
            .get(id, "rook-ceph-cluster")
            .is_some_and(|ceph| ceph.is_ours());
        if ours && cluster.zones.len() > 1 {
            findings.extend(judge(estate, id, cluster));
        }
    }
}

fn judge(estate: &Estate, id: Id<Cluster>, cluster: &Cluster) -> Option<Diagnostic> {
    let pools = estate.pools_of(id).map(|(_, pool)| pool);
    let pools: Vec<_> = pools
        .filter(|pool| disks_for(pool, DiskUse::Ceph).next().is_some())
        .collect();
    let mut zones: BTreeMap<&Name, (usize, &Node)> = BTreeMap::new();
    for node in pools.iter().flat_map(|pool| &pool.nodes) {
        let (count, _) = zones.entry(node.zone.as_ref()?).or_insert((0, node));
        *count += 1;
    }
    let [(first, (here, _)), (second, (there, _))] =
        zones.into_iter().collect::<Vec<_>>().try_into().ok()?;
    let pool = pools.first()?;
    let span = pool
        .spec
        .nodes
        .as_ref()
        .map_or(pool.spec.meta.span, |nodes| nodes.meta.span);
    let message = format!(
        "the Ceph of cluster `{}` stands in two zones, {here} machines in `{first}` and {there} in `{second}`",
        cluster.name.value
    );
    Some(
        Diagnostic::new(&RULE, span, message)
            .label("no third to break a tie")
            .why("most of the monitors stand in one of the two; with that zone gone, or the line between them cut, the other half has no quorum and no disk of the cluster answers")
            .help("add a machine with a disk for Ceph in a third zone; where there are only two rooms, two clusters with `backup` between them lose less"),
    )
}
