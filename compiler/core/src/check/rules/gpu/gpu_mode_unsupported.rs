//! A pool divides a GPU that cannot be divided so.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::GpuMode,
};

declare_rule! { pub RULE = "gpu-mode-unsupported", Gpu, Error, "a pool that divides a GPU in a way its model cannot be", include_str!("gpu_mode_unsupported.md") }

/// Reports pools with `mode=mig` or `mode=vgpu` on cards without it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, pool) in estate.pools.iter() {
        for gpu in &pool.gpus {
            let model = &estate.gpu_models[gpu.model.to];
            let (can, what) = match gpu.spec.mode.value {
                GpuMode::Mig => (model.mig.value > 0, "be partitioned (MIG)"),
                GpuMode::Vgpu => (model.vgpu.value, "be shared as vGPU"),
                GpuMode::Container | GpuMode::Passthrough => continue,
            };
            if can {
                continue;
            }
            let mode = &gpu.spec.mode;
            let message = format!(
                "the `{}` of pool `{}` cannot {what}",
                model.name.value, pool.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(mode.origin), message)
                    .label("not with this model")
                    .also(model.meta.span, "described here")
                    .help("write `mode=passthrough` for virtual machines or `mode=container` for containers, or choose another model"),
            );
        }
    }
}
