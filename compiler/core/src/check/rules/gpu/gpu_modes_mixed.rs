//! One node, or the plugins of one cluster, shall give GPUs away in two forms.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Gpu, Workload},
    schema::kinds::Sandbox,
};

declare_rule! { pub RULE = "gpu-modes-mixed", Gpu, Error, "a pool or cluster that gives GPUs away in two forms", include_str!("gpu_modes_mixed.md") }

/// Reports the second mode of each pool, and of each cluster the first GPU that goes into a
/// sandbox where others go into virtual machines.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    of_pools(subject, findings);
    of_clusters(subject, findings);
}

fn of_clusters(subject: &Subject<'_>, findings: &mut Findings) {
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

fn of_pools(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, pool) in estate.pools.iter() {
        let Some(first) = pool.gpus.first() else {
            continue;
        };
        let mode = &first.spec.mode;
        let Some(other) = pool
            .gpus
            .iter()
            .map(|gpu| &gpu.spec.mode)
            .find(|other| other.value != mode.value)
        else {
            continue;
        };
        let message = format!(
            "the nodes of pool `{}` give GPUs away as {} and as {}",
            pool.name.value, mode.value, other.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(other.origin), message)
                .label("a second mode")
                .also(estate.span(mode.origin), "the first")
                .why("the node's label says which driver stack it runs, and it can say only one")
                .help("make two pools of it, one for each mode"),
        );
    }
}
