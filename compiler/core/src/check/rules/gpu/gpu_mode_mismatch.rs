//! A pool gives its GPUs away in another form than a workload takes them.

use super::gpu_missing::on_pool;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Body, Workload},
    schema::kinds::{GpuMode, Sandbox},
};

declare_rule! { pub RULE = "gpu-mode-mismatch", Gpu, Error, "a GPU asked for in a form that the pool does not give it away in", include_str!("gpu_mode_mismatch.md") }

/// Reports each GPU of a workload that its pool has, in another mode.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        for gpu in &workload.gpus {
            let modes = modes(workload, gpu.spec.slice.is_some());
            for pool in workload.pools.iter().map(|pool| &estate.pools[pool.to]) {
                let all: Vec<_> = on_pool(gpu, pool).collect();
                let Some(has) = all.first() else { continue };
                if all.iter().any(|has| modes.contains(&has.spec.mode.value)) {
                    continue;
                }
                let wanted: Vec<&str> = modes.iter().map(|mode| mode.word()).collect();
                let mode = has.spec.mode.value;
                let message = format!(
                    "`{}` takes {}, and pool `{}` gives its `{}` away as {mode}",
                    workload.path,
                    form(workload, gpu.spec.slice.is_some()),
                    pool.name.value,
                    has.spec.model.value.text
                );
                findings.push(
                    Diagnostic::new(&RULE, gpu.spec.meta.span, message)
                        .label(format!("needs a pool with `mode={}`", wanted.join("` or `mode=")))
                        .also(has.spec.meta.span, format!("`mode={mode}`"))
                        .why("a driver on the host holds a GPU for one kind of use, for all that runs on the node")
                        .help(format!("choose a pool with {}, or change this one's mode", words::names(&wanted))),
                );
            }
        }
    }
}

/// The modes from which a workload can take a whole GPU or a slice of one.
fn modes(workload: &Workload, slice: bool) -> &'static [GpuMode] {
    match (in_a_machine(workload), slice) {
        (true, false) => &[GpuMode::Passthrough],
        (true, true) => &[GpuMode::Vgpu],
        (false, false) => &[GpuMode::Container],
        (false, true) => &[GpuMode::Mig],
    }
}

fn form(workload: &Workload, slice: bool) -> &'static str {
    match (in_a_machine(workload), slice) {
        (true, false) => "a whole GPU into a virtual machine",
        (true, true) => "a slice of a GPU into a virtual machine",
        (false, false) => "a whole GPU into a container",
        (false, true) => "a slice of a GPU into a container",
    }
}

/// Whether a virtual machine stands between the workload and the host's driver.
fn in_a_machine(workload: &Workload) -> bool {
    let sandbox = match &workload.body {
        Body::Vm(..) => return true,
        Body::Lxc(_) | Body::Chart(_) => return false,
        Body::Container(container) => container.sandbox.value,
        Body::Job(job) => job.sandbox.value,
    };
    !matches!(sandbox, Sandbox::None | Sandbox::Gvisor)
}
