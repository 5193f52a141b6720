//! A workload does not say how much memory it takes.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Body,
};

declare_rule! { pub RULE = "memory-missing", Memory, Error, "a workload that does not say how much memory it takes", include_str!("memory_missing.md") }

/// Reports each workload without an amount of memory, or with none of it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let sized_by_type = workload
            .vm()
            .is_some_and(|vm| vm.instance_type.is_some());
        let memory = workload.spec.memory.as_ref();
        let unknown = matches!(workload.body, Body::Chart(_));
        if unknown || sized_by_type || memory.is_some_and(|memory| !memory.size.value.is_zero()) {
            continue;
        }
        let span = memory.map_or(workload.spec.meta.span, |memory| memory.meta.span);
        let message = format!("`{}` does not say how much memory it takes", workload.path);
        findings.push(
            Diagnostic::new(&RULE, span, message)
                .label("how much memory?")
                .why("memory cannot be taken back from who has it, so it is given out by what is asked for")
                .help("add an amount, for example `memory \"2GiB\"`"),
        );
    }
}
