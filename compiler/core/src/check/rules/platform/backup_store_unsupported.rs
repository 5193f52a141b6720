//! A backup of something on Kubernetes goes where Velero cannot write.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "backup-store-unsupported", Platform, Error, "a backup to a store that the cluster's backup software cannot write to", include_str!("backup_store_unsupported.md") }

/// Velero writes to object stores alone.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let cluster = &subject.estate.clusters[workload.cluster];
        if !cluster.is_kubernetes() {
            continue;
        }
        for backup in &workload.backups {
            let Some(to) = &backup.to else { continue };
            let store = &subject.estate.backup_stores[to.to];
            if store.s3.is_some() || store.meta.broken {
                continue;
            }
            let origin = backup.spec.to.as_ref().map_or(backup.spec.meta.origin, |to| to.origin);
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(origin), format!("backup `{}` of workload `{}` goes to `{}`, which is no object store", backup.spec.name.value, workload.path, store.name.value))
                    .label("not reachable from Kubernetes")
                    .also(store.meta.span, "this store")
                    .why("Velero, which takes the backups of a Kubernetes cluster, writes to object stores only")
                    .help("name a `backup-store` with `s3`; many file servers offer one"),
            );
        }
    }
}
