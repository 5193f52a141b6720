//! A machine shall run in real time on hosts that keep a part of each second for themselves.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Pool,
    schema::ty::Lit,
};

declare_rule! { pub RULE = "realtime-unprepared", Cpu, Error, "`realtime` on hosts that bound real-time threads", include_str!("realtime_unprepared.md") }

/// The kernel's bound on real-time threads; -1 is none. KubeVirt marks a node as fit
/// (`kubevirt.io/realtime`) where it is -1 (`pkg/virt-handler/node-labeller`).
const BOUND: &str = "kernel.sched_rt_runtime_us";

/// Reports the first pool of each machine that is not set up so.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.kubevirt_machines() {
        let cpu = workload.spec.cpu.as_ref();
        let realtime = cpu.and_then(|cpu| cpu.realtime.as_ref());
        let Some(realtime) = realtime.filter(|realtime| realtime.value) else {
            continue;
        };
        let mut pools = workload.pools.iter().map(|pool| &estate.pools[pool.to]);
        let Some(pool) = pools.find(|pool| !is_prepared(pool)) else {
            continue;
        };
        let message = format!(
            "`{}` runs in real time, and the hosts of pool `{}` bound real-time threads",
            workload.path, pool.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(realtime.origin), message)
                .label("finds no node")
                .also(pool.spec.meta.name_span, format!("does not set `{BOUND}`"))
                .why("a kernel takes 5% of each second from real-time threads unless told otherwise; KubeVirt starts such a machine only on nodes where it does not")
                .help(format!("add `prepare {{ sysctl \"{BOUND}\" -1; }}` to the pool")),
        );
    }
}

fn is_prepared(pool: &Pool) -> bool {
    let prepare = pool.spec.prepare.as_ref();
    let mut sysctls = prepare.into_iter().flat_map(|prepare| &prepare.sysctl);
    sysctls.any(|sysctl| {
        let unbounded = match &sysctl.value.value {
            Lit::Int(value) => *value == -1,
            other => other.to_string() == "-1",
        };
        &*sysctl.key.value == BOUND && unbounded
    })
}
