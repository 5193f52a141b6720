//! A workload wants a slice that a pool does not cut.

use super::gpu_missing::on_pool;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::PoolGpu,
    schema::kinds::{GpuMode, PoolSlice},
    units::{Ratio, Unit},
};

declare_rule! { pub RULE = "gpu-slice-missing", Gpu, Error, "a slice of a GPU that the pool does not cut", include_str!("gpu_slice_missing.md") }

/// Reports each slice of a workload that no GPU of its pool is divided into.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        for gpu in &workload.gpus {
            let Some(slice) = &gpu.spec.slice else {
                continue;
            };
            for pool in workload.pools.iter().map(|pool| &estate.pools[pool.to]) {
                let divided: Vec<&PoolGpu> = on_pool(gpu, pool).filter(|has| is_divided(has)).collect();
                let slices: Vec<&PoolSlice> = divided.iter().flat_map(|has| &has.spec.slice).collect();
                let Some(has) = divided.first() else { continue };
                if slices.iter().any(|has| is_slice(&slice.value, has)) {
                    continue;
                }
                let known: Vec<&str> = slices.iter().map(|slice| &*slice.profile.value).collect();
                let message = format!(
                    "`{}` takes a slice `{}`, into which pool `{}` does not divide its `{}`",
                    workload.path, slice.value, pool.name.value, has.spec.model.value.text
                );
                let help = match known.as_slice() {
                    [] => format!("add `slice {} COUNT` to the pool's `gpu`", slice.value),
                    known => format!("it has {}; take one, or add yours to the pool's `gpu`", words::names(known)),
                };
                findings.push(
                    Diagnostic::new(&RULE, estate.span(slice.origin), message)
                        .label("no such slice there")
                        .also(has.spec.meta.span, "divided here")
                        .help(help),
                );
            }
        }
    }
}

fn is_divided(gpu: &PoolGpu) -> bool {
    matches!(gpu.spec.mode.value, GpuMode::Mig | GpuMode::Vgpu)
}

/// Whether a pool's slice is the one asked for: by its name, or by its share of a card (`1:4`).
fn is_slice(asked: &str, has: &PoolSlice) -> bool {
    if *asked == *has.profile.value {
        return true;
    }
    let share = asked.contains(':').then(|| Ratio::parse(asked).ok()).flatten();
    share.is_some_and(|share| Ratio::new(1, has.count.value).is_some_and(|has| has == share))
}
