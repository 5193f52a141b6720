//! Memory that cannot be given back stands on a pool that promised it more than once.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Workload,
    units::Ratio,
};

declare_rule! { pub RULE = "guaranteed-memory-overcommitted", Capacity, Error, "a machine with a GPU or huge pages on a pool that overcommits memory", include_str!("guaranteed_memory_overcommitted.md") }

/// Reports the first such pool of each workload.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        let Some(what) = guaranteed(workload) else {
            continue;
        };
        let over = workload.pools.iter().map(|pool| &estate.pools[pool.to]).find_map(|pool| {
            let ratio = &pool.spec.overcommit.as_ref()?.memory;
            (ratio.value > Ratio::ONE).then_some((pool, ratio))
        });
        let Some((pool, ratio)) = over else { continue };
        let message = format!(
            "`{}` has {what}, and pool `{}` promises its memory {}",
            workload.path, pool.name.value, ratio.value
        );
        findings.push(
            Diagnostic::new(&RULE, workload.spec.meta.span, message)
                .label("all of its memory is taken when it starts")
                .also(estate.span(ratio.origin), format!("promised {}", ratio.value))
                .why("memory is promised twice in the hope that not all is used; of this workload all is, at once and for good")
                .help("run it on a pool without `overcommit memory=`"),
        );
    }
}

fn guaranteed(workload: &Workload) -> Option<&'static str> {
    let paged = workload
        .spec
        .memory
        .as_ref()
        .is_some_and(|memory| memory.hugepages.is_some());
    if paged {
        return Some("huge pages");
    }
    (workload.vm().is_some() && !workload.gpus.is_empty()).then_some("a GPU passed through")
}
