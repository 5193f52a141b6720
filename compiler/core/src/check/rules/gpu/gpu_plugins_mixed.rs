//! One cluster shall give whole GPUs to virtual machines and into sandboxes.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Gpu, Workload},
    schema::kinds::Sandbox,
};

declare_rule! { pub RULE = "gpu-plugins-mixed", Gpu, Error, "a cluster that gives GPUs to virtual machines and into sandboxes", include_str!("gpu_plugins_mixed.md") }

/// Reports of each cluster the first GPU that goes into a sandbox where others go into machines.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter() {
        let first = |takes: fn(&Workload) -> bool| -> Option<(&Workload, &Gpu)> {
            let mut workloads = estate.workloads_of(id).map(|(_, workload)| workload);
            workloads.find_map(|it| Some((it, it.gpus.first().filter(|_| takes(it))?)))
        };
        let machine = first(|workload| workload.vm().is_some());
        let sandbox = first(|workload| {
            workload
                .sandbox()
                .is_some_and(|sandbox| sandbox.value == Sandbox::KataGpu)
        });
        let (Some((machine, of_machine)), Some((sandbox, of_sandbox))) = (machine, sandbox) else {
            continue;
        };
        if !cluster.is_kubernetes() {
            continue;
        }
        let message = format!(
            "cluster `{}` gives GPUs to the virtual machine `{}` and into the sandbox of `{}`",
            cluster.name.value, machine.path, sandbox.path
        );
        findings.push(
            Diagnostic::new(&RULE, of_sandbox.spec.meta.span, message)
                .label("into a sandbox")
                .also(of_machine.spec.meta.span, "into a virtual machine")
                .why("one plugin gives out the cluster's whole GPUs: KubeVirt's or Kata's")
                .help("make both virtual machines, both sandboxes, or put one of them into another cluster"),
        );
    }
}
