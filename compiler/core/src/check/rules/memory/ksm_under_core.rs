//! Equal pages are merged beneath what others depend on.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::Criticality,
};

declare_rule! { pub RULE = "ksm-under-core", Memory, Error, "a `criticality=core` workload on hosts that merge equal pages", include_str!("ksm_under_core.md") }

/// Reports the first such pool of each core workload that is not made of huge pages, which are
/// never merged.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let criticality = &workload.spec.criticality;
        let memory = workload.spec.memory.as_ref();
        let paged = memory.is_some_and(|memory| memory.hugepages.is_some());
        let mut pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
        let merging = pools.find(|pool| pool.spec.memory.ksm.value);
        let Some(pool) = merging.filter(|_| !paged && criticality.value == Criticality::Core) else {
            continue;
        };
        let message = format!(
            "`{}` is `criticality=core`, and the hosts of pool `{}` merge equal pages",
            workload.path, pool.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(pool.spec.memory.ksm.origin), message)
                .label("merged")
                .also(estate.span(criticality.origin), "others depend on it")
                .why("a merged page must be copied before it is written, which comes unasked and in the middle of work; and how long a write takes tells a neighbour what is in a page")
                .help("leave `ksm` out here, or run it on another pool"),
        );
    }
}
