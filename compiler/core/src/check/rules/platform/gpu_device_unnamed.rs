//! A machine wants a GPU that no device plugin has a name for.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Gpu},
};

declare_rule! { pub RULE = "gpu-device-unnamed", Platform, Error, "a GPU in a machine, of a model without a device name", include_str!("gpu_device_unnamed.md"); refused_by = KubeVirt }

/// Reports each such GPU.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if workload.vm().is_none() || !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        for gpu in workload
            .gpus
            .iter()
            .filter(|gpu| estate.gpu_device(gpu).is_none())
        {
            let model = &estate.gpu_models[gpu.model.to];
            let (what, help) = match &gpu.spec.slice {
                Some(slice) => (
                    format!(
                        "the slice `{}` of `{}` has no name that a machine could ask for",
                        slice.value, model.name.value
                    ),
                    "add `resource=` to that `slice` of the model, the name that its device plugin gives out",
                ),
                None => (
                    format!(
                        "`{}` has no name that a machine could ask for",
                        model.name.value
                    ),
                    "add `passthrough=` to the `gpu-model`, the name that its device plugin gives out",
                ),
            };
            findings.push(
                Diagnostic::new(&RULE, gpu.spec.meta.span, what)
                    .label("asks for it")
                    .also(model.meta.name_span, "described here")
                    .why("a machine gets a device by the name of a resource of its node")
                    .help(help),
            );
        }
    }
}

impl Estate {
    /// The resource that a device plugin gives a machine for a GPU: that of the slice, or of the
    /// whole card passed through. `None` where the model names none.
    pub fn gpu_device(&self, gpu: &Gpu) -> Option<&str> {
        let model = &self.gpu_models[gpu.model.to];
        let resource = match &gpu.spec.slice {
            Some(profile) => {
                let mut slices = model.slice.iter();
                slices
                    .find(|slice| slice.profile.value == profile.value)?
                    .resource
                    .as_ref()
            }
            None => model.passthrough.as_ref(),
        };
        resource.map(|resource| &*resource.value)
    }
}
