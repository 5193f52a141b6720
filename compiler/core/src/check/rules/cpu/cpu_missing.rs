//! A workload does not say how much CPU it takes.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Workload},
};

declare_rule! { pub RULE = "cpu-missing", Cpu, Error, "a workload that does not say how much CPU it takes", include_str!("cpu_missing.md") }

/// Reports each workload without an amount of CPU, or with none of it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let unknown = matches!(workload.body, Body::Chart(_));
        if unknown || says_how_much(workload) {
            continue;
        }
        let span = workload
            .spec
            .cpu
            .as_ref()
            .map_or(workload.spec.meta.span, |cpu| cpu.meta.span);
        let message = format!("`{}` does not say how much CPU it takes", workload.path);
        let help = match workload.body {
            Body::Vm(..) => "add its topology, for example `cpu cores=4`",
            _ if has_topology(workload) => {
                "`cores`, `sockets` and `threads` are a machine's; write an amount, for example `cpu 2`"
            }
            _ => "add an amount, for example `cpu 2` or `cpu \"500m\"`",
        };
        findings.push(
            Diagnostic::new(&RULE, span, message)
                .label("how much CPU?")
                .why("without it neither the scheduler nor the tenant's quota can hold it to anything")
                .help(help),
        );
    }
}

/// Whether it is told as for a machine, as a profile for both may tell it.
fn has_topology(workload: &Workload) -> bool {
    let cpu = workload.spec.cpu.as_ref();
    cpu.is_some_and(|cpu| cpu.cores.is_some())
}

fn says_how_much(workload: &Workload) -> bool {
    let sized_by_type = workload
        .vm()
        .is_some_and(|vm| vm.instance_type.is_some());
    let cpu = workload.spec.cpu.as_ref();
    match workload.body {
        Body::Vm(..) => sized_by_type || workload.vcpus().is_some_and(|vcpus| vcpus > 0),
        _ => cpu
            .and_then(|cpu| cpu.request.as_ref())
            .is_some_and(|request| !request.value.is_zero()),
    }
}
