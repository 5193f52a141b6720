//! Data that others depend on, on one machine's disks.

use crate::{
    check::{
        Subject,
        common::{class_place, is_alone, is_core, is_node_bound, kept_disks},
    },
    diag::{Diagnostic, Findings, declare_rule},
    model::Storage,
};

declare_rule! { pub RULE = "core-on-single-copy", Storage, Warn, "data of a lone `criticality=core` workload that is on one machine alone", include_str!("core_on_single_copy.md") }

/// Reports lone core workloads on Kubernetes whose data is on a node's own disks, or on Longhorn in
/// one copy. Where an `rto` is said, `rto-on-local-disk` judges.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let judged = workload
            .spec
            .availability
            .as_ref()
            .is_some_and(|it| it.rto.is_some());
        let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
        if judged || !on_kubernetes || !is_core(workload) || !is_alone(workload) {
            continue;
        }
        let bound = kept_disks(workload).find_map(|disk| {
            let storage = &estate.storages[estate.storage_of(workload, disk)?];
            is_single(storage).then_some((disk, storage))
        });
        let Some((disk, storage)) = bound else {
            continue;
        };
        let message = format!(
            "`{}` is `criticality=core`, and its disk `{}` is on one machine alone",
            workload.path, disk.spec.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(class_place(disk)), message)
                .label("one copy")
                .also(storage.spec.meta.span, "kept on one machine")
                .also(estate.span(workload.spec.criticality.origin), "others depend on it")
                .why("when that machine is away, so is the data: nothing can be started elsewhere, and every update of the machine is an outage")
                .help("use storage that keeps copies on several machines, or let the application keep one: `replicas 2` with `pattern=primary-replica`"),
        );
    }
}

fn is_single(storage: &Storage) -> bool {
    let longhorn = storage.spec.longhorn.as_ref();
    is_node_bound(storage) || longhorn.is_some_and(|it| it.replicas.value < 2)
}
