//! A pool cuts more slices than a card has.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::PoolGpu,
    schema::kinds::{GpuMode, GpuModel, GpuSlice, PoolSlice, SliceKind},
    units::Bytes,
};

declare_rule! { pub RULE = "gpu-slices-beyond-card", Gpu, Error, "more slices of a GPU than it can be divided into", include_str!("gpu_slices_beyond_card.md") }

/// Reports the first slice of each card that does not fit on it any more.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values() {
        for gpu in &pool.gpus {
            let model = &estate.gpu_models[gpu.model.to];
            let Some((slice, what)) = surplus(gpu, model) else {
                continue;
            };
            let message = format!(
                "each {} of pool `{}` is cut into {} × {}, {what}",
                model.name.value, pool.name.value, slice.count.value, slice.profile.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(slice.count.origin), message)
                    .label("does not fit on the card")
                    .also(gpu.spec.meta.span, format!("{} of memory", model.memory.value))
                    .why("memory of a card is divided for good: the driver refuses a slice for which none is left, and what counts on it is never placed")
                    .help("write fewer, or smaller ones"),
            );
        }
    }
}

/// The first slice beyond what its model allows, and what is wrong with it.
fn surplus<'p>(gpu: &'p PoolGpu, model: &GpuModel) -> Option<(&'p PoolSlice, String)> {
    let kind = match gpu.spec.mode.value {
        GpuMode::Mig => SliceKind::Mig,
        GpuMode::Vgpu => SliceKind::Vgpu,
        GpuMode::Container | GpuMode::Passthrough => return None,
    };
    let mut taken = Bytes::ZERO;
    for slice in &gpu.spec.slice {
        let Some(known) = described(model, kind, &slice.profile.value) else {
            continue;
        };
        let (count, most) = (slice.count.value, known.per_gpu.value);
        if count > most {
            return Some((slice, format!("of which it has {most} at most")));
        }
        let more = known.memory.value.checked_mul(count.into());
        taken = more.and_then(|more| taken.checked_add(more))?;
        if taken > model.memory.value {
            return Some((slice, format!("so that {taken} of its memory are given away")));
        }
    }
    None
}

/// What is known of a profile.
pub(super) fn described<'m>(
    model: &'m GpuModel,
    kind: SliceKind,
    profile: &str,
) -> Option<&'m GpuSlice> {
    let mut slices = model.slice.iter();
    slices.find(|slice| slice.kind.value == kind && *slice.profile.value == *profile)
}
