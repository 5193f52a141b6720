//! What others depend on may take more memory than it was given.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::Criticality,
};

declare_rule! { pub RULE = "core-memory-burst", Memory, Error, "a `criticality=core` container that may take more memory than it asks for", include_str!("core_memory_burst.md") }

/// Reports each such container. A machine's memory is its size, whatever it says.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let criticality = &workload.spec.criticality;
        if workload.vm().is_some() || criticality.value != Criticality::Core {
            continue;
        }
        let Some((memory, limit)) = workload
            .spec
            .memory
            .as_ref()
            .and_then(|memory| Some((memory, memory.limit.as_ref()?)))
        else {
            continue;
        };
        if limit.value <= memory.size.value {
            continue;
        }
        let message = format!(
            "`{}` is `criticality=core`, asks for {} and may take {}",
            workload.path, memory.size.value, limit.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(limit.origin), message)
                .label("more than it asks for")
                .also(estate.span(memory.size.origin), "asked for")
                .also(estate.span(criticality.origin), "others depend on it")
                .why("what lies above the request is nobody's: when the node runs short, what has taken more than it asked for is ended first")
                .help(format!(
                    "ask for what it needs at its peak: `memory \"{}\"` without `limit`",
                    limit.value
                )),
        );
    }
}
