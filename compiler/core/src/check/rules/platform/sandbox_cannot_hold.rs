//! A sandbox that cannot hold what the workload puts into it.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Workload},
    origin::OriginId,
    schema::kinds::{Sandbox, VolumeMode},
};

declare_rule! { pub RULE = "sandbox-cannot-hold", Platform, Error, "a GPU, folder or disk in a Kata sandbox that cannot take it", include_str!("sandbox_cannot_hold.md") }

/// Reports each thing that does not go in.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(sandbox) = workload.sandbox().filter(|sandbox| sandbox.value.is_kata()) else {
            continue;
        };
        for (what, at, why) in refused(estate, workload, sandbox.value) {
            let message = format!(
                "`{}` has {what}, which its sandbox `{}` cannot take",
                workload.path,
                sandbox.value.word()
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(at), message)
                    .label("does not go in")
                    .also(estate.span(sandbox.origin), "the sandbox")
                    .why(why)
                    .help("choose another sandbox, or leave this out"),
            );
        }
    }
}

fn refused(
    estate: &Estate,
    workload: &Workload,
    sandbox: Sandbox,
) -> Vec<(String, OriginId, &'static str)> {
    let mut all = Vec::new();
    if sandbox != Sandbox::KataGpu {
        all.extend(workload.gpus.iter().map(|gpu| {
            let what = format!("the GPU {}", estate.gpu_models[gpu.model.to].name.value);
            (what, gpu.spec.meta.origin, "a device is handed on only by the sandbox that is made for GPUs, `sandbox=kata-gpu`")
        }));
    }
    let shares = matches!(sandbox, Sandbox::Kata | Sandbox::KataClh | Sandbox::KataGpu);
    all.extend(workload.mounts.iter().filter_map(|mount| {
        let path = mount.spec.host_path.as_ref().filter(|_| shares)?;
        let system = ["/dev", "/proc", "/sys"].into_iter().find(|system| {
            path.value.strip_prefix(system).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })?;
        let what = format!("the host's `{}`", path.value);
        let why = match system {
            "/dev" => "below `/dev` it would see its own machine's devices, not those of the host",
            _ => "the runtime refuses to lay another folder over what the kernel of the machine shows there",
        };
        Some((what, path.origin, why))
    }));
    if !shares {
        all.extend(workload.mounts.iter().filter_map(|mount| {
            let path = mount.spec.host_path.as_ref()?;
            let what = format!("the host's `{}`", path.value);
            Some((what, path.origin, "the sandbox shares no folders with its host: it would see a copy of the first moment"))
        }));
    }
    if sandbox == Sandbox::KataFc {
        let on_files = |disk: &&crate::model::Disk| {
            let class = estate
                .storage_of(workload, disk)
                .map(|class| &estate.storages[class]);
            class.is_some_and(|class| class.spec.mode.value == VolumeMode::File)
        };
        all.extend(workload.disks.iter().filter(on_files).map(|disk| {
            let what = format!(
                "the disk `{}`, a file system of its host",
                disk.spec.name.value
            );
            (
                what,
                disk.spec.meta.origin,
                "Firecracker takes block devices alone; what is written to a copy is lost",
            )
        }));
    }
    all
}
