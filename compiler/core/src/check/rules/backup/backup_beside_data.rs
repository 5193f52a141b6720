//! Backups that are lost together with what they save.

use std::collections::BTreeMap;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{BackupStore, Cluster, Estate, Id, Workload},
};

declare_rule! { pub RULE = "backup-beside-data", Backup, Warn, "backups on the site of what they save, and nowhere else", include_str!("backup_beside_data.md") }

/// Reports each store once for each cluster of its own site whose workloads save nowhere else.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut beside: BTreeMap<(Id<BackupStore>, Id<Cluster>), Vec<&Workload>> = BTreeMap::new();
    for (_, workload) in subject.whole_workloads() {
        let mut stores = workload.backups.iter().filter_map(|backup| backup.to);
        let Some(first) = stores.next() else { continue };
        let here = |store: Id<BackupStore>| is_beside(estate, store, workload.cluster);
        if here(first.to) && stores.all(|store| here(store.to)) {
            beside
                .entry((first.to, workload.cluster))
                .or_default()
                .push(workload);
        }
    }
    for ((store, cluster), workloads) in beside {
        findings.extend(finding(estate, store, cluster, &workloads));
    }
}

/// Whether both say their site, and it is one.
fn is_beside(estate: &Estate, store: Id<BackupStore>, cluster: Id<Cluster>) -> bool {
    let theirs = estate.backup_stores[store].site.as_ref();
    let ours = estate.clusters[cluster].site;
    let (Some(theirs), Some(ours)) = (theirs, ours) else {
        return false;
    };
    estate.sites[ours.to].name.value.as_str() == &*theirs.value.text
}

fn finding(
    estate: &Estate,
    store: Id<BackupStore>,
    cluster: Id<Cluster>,
    workloads: &[&Workload],
) -> Option<Diagnostic> {
    let (store, cluster) = (&estate.backup_stores[store], &estate.clusters[cluster]);
    let site = store.site.as_ref()?;
    let first = workloads.first()?;
    let many = u32::try_from(workloads.len()).unwrap_or(u32::MAX);
    let message = format!(
        "the backups of {} of cluster `{}` lie on its own site, `{}`, and nowhere else",
        words::count(many, "workload"),
        cluster.name.value,
        site.value.text
    );
    let mut finding =
        Diagnostic::new(&RULE, estate.span(site.origin), message).label("the same site");
    if let Some(ours) = &cluster.spec.site {
        finding = finding.also(estate.span(ours.origin), "what they save");
    }
    if let Some(backup) = first.backups.first() {
        finding = finding.also(
            estate.span(backup.spec.meta.origin),
            format!("of `{}`", first.path),
        );
    }
    Some(
        finding
            .why("a fire, a flood or whoever has the keys of the building takes the data and its backups together")
            .help("let one more `backup`, a weekly one perhaps, go `to=` a store on another site"),
    )
}
