//! A machine has less memory than any system starts with.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::Bytes,
};

declare_rule! { pub RULE = "memory-too-small", Memory, Warn, "a machine with less memory than a system starts with", include_str!("memory_too_small.md") }

/// Below this not even the firmware and a kernel with its first file system fit: UEFI for virtual
/// machines lays itself out in the lowest 64 MiB and more.
const LEAST: Bytes = Bytes::mib(64);

/// Reports each such machine.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (workload, _) in subject.whole_machines() {
        let Some(memory) = &workload.spec.memory else {
            continue;
        };
        let size = memory.size.value;
        if size >= LEAST {
            continue;
        }
        let message = format!("`{}` is a machine with {size} of memory", workload.path);
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(memory.size.origin), message)
                .label(format!("less than {LEAST}"))
                .why("firmware, a kernel and its first file system do not fit in it, and the machine stops before it says anything")
                .help("did you mean GiB? A small Linux wants 512 MiB"),
        );
    }
}
