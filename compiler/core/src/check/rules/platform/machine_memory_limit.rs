//! A machine's memory has a bound that is not its size.

use tenantry_syntax::change::Change;

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "machine-memory-limit", Platform, Error, "a machine with a memory limit that is not its size", include_str!("machine_memory_limit.md"); fixable }

/// Reports each such machine.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let memory = workload.vm().and(workload.spec.memory.as_ref());
        let Some((memory, limit)) =
            memory.and_then(|memory| Some((memory, memory.limit.as_ref()?)))
        else {
            continue;
        };
        if limit.value == memory.size.value {
            continue;
        }
        let message = format!(
            "`{}` has {} of memory and a limit of {}",
            workload.path, memory.size.value, limit.value
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(limit.origin), message)
                .label("not the machine's size")
                .also(subject.estate.span(memory.size.origin), "its size")
                .why("a guest takes all that it sees; what the host adds is worked out, and a bound beside it gets the machine killed")
                .help("leave `limit` out; memory that is plugged in while it runs is `max=`")
                .maybe_fix(
                    "leave `limit` out",
                    subject
                        .estate
                        .literal(limit.origin)
                        .map(|span| vec![Change::RemoveEntry(span)]),
                ),
        );
    }
}
