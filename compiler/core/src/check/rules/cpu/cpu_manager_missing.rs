//! A workload wants cores of its own on nodes that only share theirs.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, words},
    model::{Estate, Pool, Workload},
    schema::kinds::CpuManager,
};

declare_rule! { pub RULE = "cpu-manager-missing", Cpu, Error, "dedicated cores on a pool whose nodes cannot give any away", include_str!("cpu_manager_missing.md") }

/// Reports a workload once, with all of its pools that cannot.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in estate.workloads.iter() {
        let Some(dedicated) = workload
            .spec
            .cpu
            .as_ref()
            .and_then(|cpu| cpu.dedicated.as_ref())
            .filter(|dedicated| dedicated.value)
        else {
            continue;
        };
        let sharing = sharing_pools(estate, workload);
        if sharing.is_empty() || !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        let names: Vec<&str> = sharing.iter().map(|pool| pool.name.value.as_str()).collect();
        let message = format!(
            "`{}` shall have cores of its own, which the nodes of {} cannot give",
            workload.path,
            words::names(&names)
        );
        let mut finding = Diagnostic::new(&RULE, estate.span(dedicated.origin), message)
            .label("asks for cores of its own")
            .why("only the kubelet's static CPU manager takes cores away from everybody else");
        for pool in &sharing {
            finding = finding.also(pool.spec.cpu.meta.span, format!("pool `{}` shares all its cores", pool.name.value));
        }
        findings.push(finding.help(format!(
            "add `manager=static` to the `cpu` of {}, and say with `reserve cpu=` what stays shared",
            words::names(&names)
        )));
    }
}

fn sharing_pools<'e>(estate: &'e Estate, workload: &Workload) -> Vec<&'e Pool> {
    workload
        .pools
        .iter()
        .map(|pool| &estate.pools[pool.to])
        .filter(|pool| pool.spec.cpu.manager.value != CpuManager::Static)
        .collect()
}
