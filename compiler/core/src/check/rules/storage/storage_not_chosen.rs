//! A disk that does not say where it lies, in a cluster of several classes or none.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Cluster, Disk, Estate, Id, Storage, Workload},
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
            let classes = classes(estate, workload);
            if classes.len() == 1 {
                continue;
            }
            let cluster = &estate.clusters[workload.cluster].name.value;
            let message = format!(
                "disk `{}` of `{}` does not say on which storage it lies",
                disk.spec.name.value, workload.path
            );
            let finding = Diagnostic::new(&RULE, disk.spec.meta.span, message).label("on which storage?");
            findings.push(match classes.as_slice() {
                [] => finding.help(format!("cluster `{cluster}` has no storage that it may use: add one, `storage NAME {{ … }}`, or write `ephemeral=#true`")),
                several => finding.help(format!("add `storage=` with one of {}", words::names(several))),
            });
        }
    }
}

fn needs_class(disk: &Disk) -> bool {
    disk.storage.is_none() && !disk.spec.ephemeral.value
}

/// The classes of the workload's cluster that its tenant may use.
fn classes<'e>(estate: &'e Estate, workload: &Workload) -> Vec<&'e str> {
    of_cluster(estate, workload.cluster)
        .filter(|(_, storage)| storage.tenant.is_none_or(|owner| owner.to == workload.tenant))
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
