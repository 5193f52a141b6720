//! A disk that does not say where it lies, in a cluster of several classes or none.

use tenantry_syntax::Span;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Cluster, Disk, Estate, Id, Storage, Tenant},
};

declare_rule! { pub RULE = "storage-not-chosen", Storage, Error, "a disk without a storage class, where the cluster has several or none", include_str!("storage_not_chosen.md") }

/// Reports each disk whose class cannot be told.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    if estate.broken_ground {
        return;
    }
    for (_, workload) in subject.whole_workloads() {
        for disk in workload.disks.iter().filter(|disk| needs_class(disk)) {
            let what = format!("disk `{}` of `{}`", disk.spec.name.value, workload.path);
            let instead = ", or write `ephemeral=#true`";
            findings.extend(unclear(estate, (workload.tenant, workload.cluster), &what, disk.spec.meta.span, instead));
        }
    }
    for (owner, tenant) in estate.tenants.iter() {
        for volume in tenant.volumes.iter().filter(|volume| volume.storage.is_none()) {
            let what = format!("volume `{}` of tenant `{}`", volume.spec.name.value, tenant.name.value);
            findings.extend(unclear(estate, (owner, volume.cluster), &what, volume.spec.meta.span, ""));
        }
    }
}

/// A finding unless there is exactly one class that it can lie on. `place` says whose it is and
/// in which cluster.
fn unclear(
    estate: &Estate,
    place: (Id<Tenant>, Id<Cluster>),
    what: &str,
    span: Span,
    instead: &str,
) -> Option<Diagnostic> {
    let classes = classes(estate, place);
    if classes.len() == 1 {
        return None;
    }
    let cluster = &estate.clusters[place.1].name.value;
    let message = format!("{what} does not say on which storage it lies");
    let finding = Diagnostic::new(&RULE, span, message).label("on which storage?");
    Some(match classes.as_slice() {
        [] => finding.help(format!(
            "cluster `{cluster}` has no storage that it may use: add one, `storage NAME {{ … }}`{instead}"
        )),
        several => finding.help(format!("add `storage=` with one of {}", words::names(several))),
    })
}

fn needs_class(disk: &Disk) -> bool {
    disk.storage.is_none() && !disk.spec.ephemeral.value
}

/// The classes of a cluster that a tenant may use.
fn classes(estate: &Estate, (tenant, cluster): (Id<Tenant>, Id<Cluster>)) -> Vec<&str> {
    of_cluster(estate, cluster)
        .filter(|(_, storage)| storage.tenant.is_none_or(|owner| owner.to == tenant))
        .map(|(_, storage)| storage.name.value.as_str())
        .collect()
}

/// The storage classes of a cluster.
pub(super) fn of_cluster(
    estate: &Estate,
    cluster: Id<Cluster>,
) -> impl Iterator<Item = (Id<Storage>, &Storage)> {
    estate
        .storages
        .iter()
        .filter(move |(_, storage)| storage.cluster == cluster)
}
