//! A container may take less than it asks for.

use std::fmt::Display;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Body, Workload},
    origin::V,
};

declare_rule! { pub RULE = "limit-below-request", Capacity, Error, "a container that may take less than it asks for", include_str!("limit_below_request.md"); refused_by = ApiServer }

/// Reports limits of CPU and memory below what is asked for.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        // What a machine is given is its size; `machine-memory-limit` looks at its bound.
        if matches!(workload.body, Body::Vm(..)) {
            continue;
        }
        if let Some(cpu) = &workload.spec.cpu {
            let pair = cpu.request.as_ref().zip(cpu.limit.as_ref());
            findings.extend(pair.and_then(|(asked, limit)| {
                judge(subject, workload, "CPU", asked, limit)
            }));
        }
        if let Some(memory) = &workload.spec.memory {
            findings.extend(memory.limit.as_ref().and_then(|limit| {
                judge(subject, workload, "memory", &memory.size, limit)
            }));
        }
    }
}

fn judge<T: Ord + Display>(
    subject: &Subject<'_>,
    workload: &Workload,
    what: &str,
    asked: &V<T>,
    limit: &V<T>,
) -> Option<Diagnostic> {
    if limit.value >= asked.value {
        return None;
    }
    let message = format!(
        "`{}` asks for {} of {what} and may take {} at most",
        workload.path, asked.value, limit.value
    );
    Some(
        Diagnostic::new(&RULE, subject.estate.span(limit.origin), message)
            .label("less than is asked for")
            .also(subject.estate.span(asked.origin), "asked for")
            .why("what is asked for is kept free for it, and the API server refuses a limit below that")
            .help("raise the limit, or ask for less"),
    )
}
