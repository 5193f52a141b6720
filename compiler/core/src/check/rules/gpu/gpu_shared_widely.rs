//! A GPU is shared by more than can work on it.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::GpuMode,
};

declare_rule! { pub RULE = "gpu-shared-widely", Gpu, Warn, "a GPU in more than eight time slices", include_str!("gpu_shared_widely.md") }

/// The most slices of a card with which each still gets enough of it, by common practice 4 to 8.
const MOST: u32 = 8;

/// Reports each slice of a pool that is cut more often.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values() {
        let vgpu = |gpu: &&crate::model::PoolGpu| gpu.spec.mode.value == GpuMode::Vgpu;
        for slice in pool.gpus.iter().filter(vgpu).flat_map(|gpu| &gpu.spec.slice) {
            let count = slice.count.value;
            if count <= MOST {
                continue;
            }
            let message = format!(
                "each GPU of pool `{}` is shared by {count} (`{}`)",
                pool.name.value, slice.profile.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(slice.count.origin), message)
                    .label(format!("more than {MOST}"))
                    .why(format!("they take turns: when all work each gets one part in {count} of the card, less what changing over costs"))
                    .help(format!("cut {MOST} or fewer of a larger profile")),
            );
        }
    }
}
