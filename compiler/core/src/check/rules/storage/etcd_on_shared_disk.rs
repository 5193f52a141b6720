//! etcd on a disk that others write to.

use crate::{
    check::{
        Subject,
        common::{disks_for, etcd_pools},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::{Cluster, Estate, Pool},
    schema::kinds::DiskUse,
};

declare_rule! { pub RULE = "etcd-on-shared-disk", Storage, Warn, "an etcd without a disk of its own", include_str!("etcd_on_shared_disk.md") }

/// From so many machines on etcd is busy enough that its disk must be named.
const LARGE: usize = 100;

/// Reports pools with etcd whose disks are declared, none of them etcd's, and in large clusters
/// those that declare none.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (id, cluster) in estate.clusters.iter() {
        if !cluster.is_kubernetes() || cluster.spec.managed.value {
            continue;
        }
        let machines = estate.pools_of(id).map(|(_, pool)| pool.nodes.len()).sum();
        for pool in etcd_pools(estate, id) {
            if disks_for(pool, DiskUse::Etcd).next().is_none() {
                findings.extend(judge(estate, cluster, pool, machines));
            }
        }
    }
}

fn judge(estate: &Estate, cluster: &Cluster, pool: &Pool, machines: usize) -> Option<Diagnostic> {
    let named = pool.spec.disk.first();
    if named.is_none() && machines < LARGE {
        return None;
    }
    let (span, label) = match named {
        Some(disk) => (estate.span(disk.meta.origin), "for etcd and others"),
        None => (pool.spec.meta.name_span, "no `disk … use=etcd`"),
    };
    let message = format!(
        "the etcd of cluster `{}`, of {machines} machines, has no disk of its own in pool `{}`",
        cluster.name.value, pool.name.value
    );
    Some(
        Diagnostic::new(&RULE, span, message)
            .label(label)
            .why("etcd answers when its log is on the disk, within 10 ms for 99 of 100 writes; behind images, logs and swap it takes longer, members lose each other, and the API server times out for the whole cluster")
            .help("add `disk etcd \"480GB\" media=nvme use=etcd` to the pool"),
    )
}
