//! A GPU, or a slice of one, has less memory than is needed.

use super::gpu_slices_beyond_card::described;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Gpu, Workload},
    schema::kinds::{GpuModel, SliceKind},
    units::{Bytes, Ratio, Unit},
};

declare_rule! { pub RULE = "gpu-memory-too-small", Gpu, Error, "a GPU or a slice with less memory than its workload needs", include_str!("gpu_memory_too_small.md") }

/// Reports each GPU of a workload that says what it needs and gets less, of its model or of the
/// one that will do as well.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        for gpu in &workload.gpus {
            let Some(needed) = &gpu.spec.memory else {
                continue;
            };
            let models = models(estate, gpu);
            let short = models.iter().find_map(|model| {
                let (what, has) = memory_of(workload, gpu, model)?;
                (has < needed.value).then_some((model, what, has))
            });
            let Some((model, what, has)) = short else {
                continue;
            };
            let message = format!(
                "`{}` needs {} of GPU memory, and {what} has {has}",
                workload.path, needed.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(needed.origin), message)
                    .label(format!("more than {has}"))
                    .also(model.meta.name_span, format!("{} in all", model.memory.value))
                    .why("memory of a GPU is never promised twice and never swapped: what does not fit ends with an error when it is loaded")
                    .help("take a larger slice or another model, or several GPUs if the program can divide its work"),
            );
        }
    }
}

fn models<'e>(estate: &'e Estate, gpu: &Gpu) -> Vec<&'e GpuModel> {
    let or = gpu.spec.or.as_ref();
    let other = or.and_then(|or| {
        let mut all = estate.gpu_models.values();
        all.find(|model| model.name.value.as_str() == &*or.value.text)
    });
    std::iter::once(&estate.gpu_models[gpu.model.to]).chain(other).collect()
}

/// What the workload gets of a model, and its memory; `None` for a slice that nobody describes.
fn memory_of(workload: &Workload, gpu: &Gpu, model: &GpuModel) -> Option<(String, Bytes)> {
    let Some(slice) = &gpu.spec.slice else {
        return Some((format!("a {}", model.name.value), model.memory.value));
    };
    let what = format!("a slice `{}`", slice.value);
    if let Some(share) = slice.value.contains(':').then(|| Ratio::parse(&slice.value).ok()).flatten() {
        return Some((what, Bytes::new(share.backing(model.memory.value.get())?)));
    }
    let kind = match workload.vm() {
        Some(_) => SliceKind::Vgpu,
        None => SliceKind::Mig,
    };
    Some((what, described(model, kind, &slice.value)?.memory.value))
}
