//! A pool's CPU manager shall give cores away and keeps none for the system.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::CpuManager,
};

declare_rule! { pub RULE = "cpu-manager-without-reserve", Cpu, Error, "`manager=static` on nodes that keep no CPU for the system", include_str!("cpu_manager_without_reserve.md") }

/// Reports each such pool of a Kubernetes cluster.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for pool in estate.pools.values() {
        let manager = &pool.spec.cpu.manager;
        let kubelet = estate.clusters[pool.cluster].is_kubernetes();
        let reserve = pool.spec.reserve.as_ref();
        let kept = reserve.is_some_and(|reserve| {
            reserve.cores.is_some() || reserve.cpu.as_ref().is_some_and(|cpu| !cpu.value.is_zero())
        });
        if kept || !kubelet || manager.value != CpuManager::Static {
            continue;
        }
        let message = format!(
            "pool `{}` gives cores away (`manager=static`) and keeps none for the system",
            pool.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(manager.origin), message)
                .label("needs a reserve of CPU")
                .why("a kubelet with the static policy and nothing reserved refuses to start: its own threads would have nowhere to run")
                .help("add `reserve cpu=1 memory=…` to the pool: a core for up to about 50 pods, two or more for many"),
        );
    }
}
