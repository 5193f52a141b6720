//! Hosts swap the memory of what must not wait for a disk.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Pool, Workload},
    schema::kinds::Criticality,
};

declare_rule! { pub RULE = "swap-on-hosts", Memory, Error, "machines, or what others depend on, on hosts that swap", include_str!("swap_on_hosts.md") }

/// Reports each pool that swaps, with the first machine or core workload that may run there.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let mut told = vec![false; estate.pools.len()];
    for (_, workload) in subject.whole_workloads() {
        let Some(what) = held_up(workload) else {
            continue;
        };
        for of in &workload.pools {
            let pool = &estate.pools[of.to];
            let Some(first) = told.get_mut(of.to.index()).filter(|told| !**told) else {
                continue;
            };
            if pool.spec.memory.swap.value {
                *first = true;
                findings.push(report(subject, pool, workload, what));
            }
        }
    }
}

/// What is wrong with swapping this one.
fn held_up(workload: &Workload) -> Option<&'static str> {
    if workload.vm().is_some() {
        return Some("is a virtual machine");
    }
    (workload.spec.criticality.value == Criticality::Core).then_some("is `criticality=core`")
}

fn report(subject: &Subject<'_>, pool: &Pool, workload: &Workload, what: &str) -> Diagnostic {
    let message = format!(
        "the hosts of pool `{}` swap, and `{}`, which may run there, {what}",
        pool.name.value, workload.path
    );
    Diagnostic::new(&RULE, subject.estate.span(pool.spec.memory.swap.origin), message)
        .label("swaps")
        .also(workload.spec.meta.name_span, what)
        .why("a guest takes what it has for memory: a page that lies on a disk stops a whole virtual CPU for milliseconds, and the guest's own swapping does the work twice")
        .help("leave `swap` out; if memory is short, promise less of it")
}
