//! The disks of a storage class ask for more than it holds.

use tenantry_syntax::Span;

use super::storage_not_chosen::of_cluster;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Estate, Id, Storage},
    place::least_replicas,
    units::Bytes,
};

declare_rule! { pub RULE = "storage-over-capacity", Storage, Error, "disks that together are larger than their storage", include_str!("storage_over_capacity.md") }

/// Reports each class whose disks, all replicas counted, are more than its `capacity`.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for ((id, storage), total) in estate.storages.iter().zip(planned(estate)) {
        let Some(capacity) = &storage.spec.capacity else {
            continue;
        };
        let has = u128::from(capacity.size.value.get());
        if total <= has {
            continue;
        }
        let mut asks = asks(estate, id, storage);
        asks.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        let message = format!(
            "storage `{}` holds {}, and its disks ask for {}, {} too much",
            storage.name.value,
            capacity.size.value,
            bytes(total),
            bytes(total - has)
        );
        let mut finding = Diagnostic::new(&RULE, estate.span(capacity.size.origin), message)
            .label(format!("{} asked of it", bytes(total)));
        for (asker, size) in asks.iter().take(5) {
            finding = finding.also(
                asker.span,
                format!("{} asks for {}{}", asker.name, bytes(*size), asker.times),
            );
        }
        findings.push(finding.help(format!(
            "make disks smaller or fewer, or `capacity \"{}\"` if there is more",
            bytes(total)
        )));
    }
}

/// What is asked of each class by all, by its number: one walk over the workloads.
pub(super) fn planned(estate: &Estate) -> Vec<u128> {
    let mut only: Vec<Option<Id<Storage>>> = vec![None; estate.clusters.len()];
    for (id, _) in estate.clusters.iter() {
        let mut classes = of_cluster(estate, id);
        let first = classes.next().filter(|_| classes.next().is_none());
        if let (Some(only), Some((class, _))) = (only.get_mut(id.index()), first) {
            *only = Some(class);
        }
    }
    let mut sums = vec![0_u128; estate.storages.len()];
    let mut add = |class: Option<Id<Storage>>, bytes: u128| {
        let sum = class.and_then(|class| sums.get_mut(class.index()));
        if let Some(sum) = sum {
            *sum = sum.saturating_add(bytes);
        }
    };
    for workload in estate.workloads.values() {
        let only = only.get(workload.cluster.index()).copied().flatten();
        let replicas = u128::from(least_replicas(estate, workload));
        for disk in workload
            .disks
            .iter()
            .filter(|disk| !disk.spec.ephemeral.value)
        {
            let class = disk.storage.map(|named| named.to).or(only);
            add(class, replicas * u128::from(disk.spec.size.value.get()));
        }
    }
    for (owner, tenant) in estate.tenants.iter() {
        for volume in &tenant.volumes {
            let class = estate.class_for(owner, volume.cluster, volume.storage);
            add(class, volume.spec.size.value.get().into());
        }
    }
    sums
}

/// Who asks for room on a class, for a message.
struct Asker {
    name: String,
    span: Span,
    /// How many times, in brackets.
    times: String,
}

/// What each workload asks of a class, all of its replicas together, and each volume of a tenant;
/// a disk that names no class lies on the cluster's only one.
fn asks(estate: &Estate, id: Id<Storage>, storage: &Storage) -> Vec<(Asker, u128)> {
    let only = of_cluster(estate, storage.cluster).count() == 1;
    let mut asks = Vec::new();
    for (_, workload) in estate.workloads_of(storage.cluster) {
        let each: u128 = workload
            .disks
            .iter()
            .filter(|disk| !disk.spec.ephemeral.value)
            .filter(|disk| disk.storage.map_or(only, |used| used.to == id))
            .map(|disk| u128::from(disk.spec.size.value.get()))
            .sum();
        let replicas = least_replicas(estate, workload);
        let asker = Asker {
            name: format!("`{}`", workload.path),
            span: workload.spec.meta.span,
            times: format!(" ({})", words::count(replicas, "replica")),
        };
        asks.push((asker, each * u128::from(replicas)));
    }
    for (owner, tenant) in estate.tenants.iter() {
        for volume in &tenant.volumes {
            if estate.class_for(owner, volume.cluster, volume.storage) != Some(id) {
                continue;
            }
            let asker = Asker {
                name: format!(
                    "volume `{}` of tenant `{}`",
                    volume.spec.name.value, tenant.name.value
                ),
                span: volume.spec.meta.span,
                times: String::new(),
            };
            asks.push((asker, volume.spec.size.value.get().into()));
        }
    }
    asks.retain(|(_, size)| *size > 0);
    asks
}

fn bytes(amount: u128) -> Bytes {
    Bytes::new(u64::try_from(amount).unwrap_or(u64::MAX))
}
