//! Memory shall be plugged in while the machine runs, where it cannot be.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Estate, Workload},
    schema::kinds::{Arch, Confidential, Memory},
    units::Bytes,
};

declare_rule! { pub RULE = "memory-hotplug-impossible", Platform, Error, "memory that shall be plugged in where it cannot be", include_str!("memory_hotplug_impossible.md"); refused_by = KubeVirt }

/// Reports each machine's `max` that KubeVirt would refuse (1.9, `pkg/liveupdate/memory`).
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let memory = workload.vm().and(workload.spec.memory.as_ref());
        let on_kubernetes = estate.clusters[workload.cluster].is_kubernetes();
        let Some((memory, max)) = memory.and_then(|memory| Some((memory, memory.max.as_ref()?)))
        else {
            continue;
        };
        let Some(why) = refused(estate, workload, memory, max.value).filter(|_| on_kubernetes)
        else {
            continue;
        };
        let message = format!(
            "`{}` cannot grow from {} to {} while it runs",
            workload.path, memory.size.value, max.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(max.origin), message)
                .label("cannot be plugged in")
                .why(why)
                .help("leave `max` out, or mend what stands against it"),
        );
    }
}

fn refused(estate: &Estate, workload: &Workload, memory: &Memory, max: Bytes) -> Option<String> {
    let size = memory.size.value;
    let is_gib_page = memory
        .hugepages
        .as_ref()
        .is_some_and(|page| page.value == Bytes::gib(1));
    let step = if is_gib_page {
        Bytes::gib(1)
    } else {
        Bytes::mib(2)
    };
    let cpu = workload.spec.cpu.as_ref();
    let on = |choice: Option<&crate::origin::V<bool>>| choice.is_some_and(|choice| choice.value);
    if max < size {
        return Some("`max` is less than the size".to_owned());
    }
    if size < Bytes::gib(1) {
        return Some("a machine below 1 GiB takes no further memory".to_owned());
    }
    if size.div_exact(step).is_none() || max.div_exact(step).is_none() {
        return Some(format!(
            "memory is plugged in by {step}, and one of the two is no multiple of it"
        ));
    }
    if on(cpu.and_then(|cpu| cpu.numa.as_ref())) || on(cpu.and_then(|cpu| cpu.realtime.as_ref())) {
        return Some(
            "with `numa` or `realtime` the layout of memory is fixed when the machine starts"
                .to_owned(),
        );
    }
    if workload
        .vm()
        .is_some_and(|vm| vm.confidential.value != Confidential::None)
    {
        return Some("encrypted memory is measured when the machine starts".to_owned());
    }
    let arm = |pool: &crate::model::Ref<crate::model::Pool>| {
        estate.cpu_models[estate.pools[pool.to].cpu_model.to]
            .arch
            .value
            != Arch::Amd64
    };
    workload
        .pools
        .iter()
        .any(arm)
        .then(|| "only amd64 machines take memory while they run".to_owned())
}
