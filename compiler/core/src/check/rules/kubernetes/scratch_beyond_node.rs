//! More space that is empty at each start than a node's own disk has.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Pool},
    schema::kinds::DiskUse,
    units::Bytes,
};

declare_rule! { pub RULE = "scratch-beyond-node", Storage, Error, "ephemeral disks of a pod that are larger than its node's system disk", include_str!("scratch_beyond_node.md") }

/// Reports each container or job whose ephemeral disks fit no node of its pools. Only disks that
/// a pool declares for the system are compared.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if !matches!(workload.body, Body::Container(_) | Body::Job(_)) || !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        let scratch = || workload.disks.iter().filter(|disk| disk.spec.ephemeral.value);
        let asked = scratch().fold(0_u64, |sum, disk| sum.saturating_add(disk.spec.size.value.get()));
        let rooms: Option<Vec<u64>> = workload.pools.iter().map(|pool| room(&estate.pools[pool.to])).collect();
        let most = rooms.and_then(|rooms| rooms.into_iter().max());
        let (Some(most), Some(largest)) = (most, scratch().max_by_key(|disk| disk.spec.size.value)) else {
            continue;
        };
        if asked <= most {
            continue;
        }
        let message = format!("a replica of `{}` may fill {} of its node's own disk, and that has {}", workload.path, Bytes::new(asked), Bytes::new(most));
        findings.push(
            Diagnostic::new(&RULE, estate.span(largest.spec.size.origin), message)
                .label("more than the node has")
                .why("an ephemeral disk lies in a folder of the node: before it is full the kubelet throws pods out to save the node")
                .help("make it smaller, or leave `ephemeral` out and name a storage class"),
        );
    }
}

/// What the system disk of a machine holds, where the pool says so.
fn room(pool: &Pool) -> Option<u64> {
    let system = pool.spec.disk.iter().filter(|disk| disk.r#use.as_ref().is_some_and(|used| used.value == DiskUse::Os));
    // Several of one kind mirror each other.
    system.map(|disk| disk.size.value.get()).max()
}
