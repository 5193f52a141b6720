//! A capacity that the disks below it do not have.

use std::collections::BTreeMap;

use crate::{
    check::{Subject, common::disks_for},
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Estate, Id, Pool, Storage},
    schema::kinds::DiskUse,
    units::Bytes,
};

declare_rule! { pub RULE = "capacity-beyond-disks", Storage, Error, "a capacity on Ceph that its disks do not have once each copy is counted", include_str!("capacity_beyond_disks.md") }

/// Sums each cluster's classes on Ceph, all copies counted, and compares with the disks that its
/// machines keep for it; silent where no pool names such disks.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    let mut asked: BTreeMap<Id<Cluster>, Vec<(&Storage, u128, u32)>> = BTreeMap::new();
    for class in estate.storages.values() {
        let Some((size, copies)) = claim(class) else {
            continue;
        };
        let raw = u128::from(size.get()) * u128::from(copies);
        asked
            .entry(class.cluster)
            .or_default()
            .push((class, raw, copies));
    }
    for (cluster, classes) in asked {
        let raw = raw(estate, cluster);
        let total: u128 = classes.iter().map(|(_, bytes, _)| bytes).sum();
        if raw > 0 && total > raw {
            findings.extend(finding(estate, cluster, &classes, total, raw));
        }
    }
}

fn finding(
    estate: &Estate,
    cluster: Id<Cluster>,
    classes: &[(&Storage, u128, u32)],
    total: u128,
    raw: u128,
) -> Option<Diagnostic> {
    let (largest, _, copies) = classes.iter().max_by_key(|(_, bytes, _)| *bytes)?;
    let capacity = largest.spec.capacity.as_ref()?;
    let message = match classes {
        [_] => format!(
            "storage `{}` holds {} in {copies} copies, {} in all, and the disks for Ceph are {}",
            largest.name.value,
            capacity.size.value,
            bytes(total),
            bytes(raw)
        ),
        _ => format!(
            "the {} classes on Ceph of cluster `{}` take {} with all their copies, and the disks for Ceph are {}",
            classes.len(),
            estate.clusters[cluster].name.value,
            bytes(total),
            bytes(raw)
        ),
    };
    let mut finding = Diagnostic::new(&RULE, estate.span(capacity.size.origin), message)
        .label("more than there is");
    for (_, pool) in estate.pools_of(cluster) {
        if let Some(disk) = disks_for(pool, DiskUse::Ceph).next() {
            let each = words_of(pool.nodes.len(), disk.count.value, disk.size.value);
            finding = finding.also(estate.span(disk.meta.origin), each);
        }
    }
    let usable = raw / u128::from((*copies).max(1));
    Some(
        finding
            .why("`capacity` is what is left for volumes after replication; disks given out beyond it fill before their time, and Ceph stops all writing at 95 %")
            .help(format!("write `capacity \"{}\"` or less, or add disks", bytes(usable))),
    )
}

/// What a class says that it holds, and in how many copies.
fn claim(class: &Storage) -> Option<(Bytes, u32)> {
    let size = class.spec.capacity.as_ref()?.size.value;
    let block = class
        .spec
        .rook_ceph
        .as_ref()
        .map(|ceph| ceph.replicas.value);
    let copies = block.or_else(|| Some(class.spec.cephfs.as_ref()?.replicas.value))?;
    Some((size, copies))
}

/// All disks of a cluster's machines that are Ceph's.
fn raw(estate: &Estate, cluster: Id<Cluster>) -> u128 {
    let pools = estate.pools_of(cluster).map(|(_, pool)| pool);
    let of_pool = |pool: &Pool| -> u128 {
        let disks = disks_for(pool, DiskUse::Ceph);
        let each: u128 = disks
            .map(|disk| u128::from(disk.size.value.get()) * u128::from(disk.count.value))
            .sum();
        each * pool.nodes.len() as u128
    };
    pools.map(of_pool).sum()
}

fn words_of(nodes: usize, count: u32, size: Bytes) -> String {
    format!("{nodes} machines × {count} × {size}")
}

/// Rounded down to what one reads at a glance.
fn bytes(amount: u128) -> Bytes {
    const GIB: u128 = 1 << 30;
    const TIB: u128 = 1 << 40;
    let round = if amount >= 10 * TIB { TIB } else { GIB };
    Bytes::new(u64::try_from(amount - amount % round).unwrap_or(u64::MAX))
}
