//! What others depend on takes turns on a GPU.

use super::gpu_missing::on_pool;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::{Criticality, GpuMode},
};

declare_rule! { pub RULE = "core-on-shared-gpu", Gpu, Warn, "a `criticality=core` workload on a GPU that it takes turns on", include_str!("core_on_shared_gpu.md") }

/// Reports each time-shared slice of a core workload.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let criticality = &workload.spec.criticality;
        if criticality.value != Criticality::Core {
            continue;
        }
        for gpu in &workload.gpus {
            let Some(slice) = &gpu.spec.slice else {
                continue;
            };
            let mut pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
            let shared = pools.find_map(|pool| {
                on_pool(gpu, pool).find(|has| has.spec.mode.value == GpuMode::Vgpu)
            });
            let Some(has) = shared else { continue };
            let message = format!(
                "`{}` is `criticality=core` and takes turns on a GPU (`{}`)",
                workload.path, slice.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(slice.origin), message)
                    .label("shared in time")
                    .also(estate.span(has.spec.mode.origin), "time slices")
                    .also(estate.span(criticality.origin), "others depend on it")
                    .why("a vGPU has its memory alone and its processors in turn: who else is on the card decides how long an answer takes")
                    .help("give it a whole GPU, or a partition of one (`mode=mig`), or write `criticality=standard`"),
            );
        }
    }
}
