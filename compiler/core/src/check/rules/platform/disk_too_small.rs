//! A machine's disk is smaller than anything that could be on it.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    units::Bytes,
};

declare_rule! { pub RULE = "disk-too-small", Platform, Error, "a machine's disk of less than 1 MiB", include_str!("disk_too_small.md") }

/// The least that CDI makes (1.66, `datavolume-validate.go`).
const LEAST: Bytes = Bytes::mib(1);

/// Reports each such disk.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (workload, _) in subject.kubevirt_machines() {
        for disk in &workload.disks {
            let size = &disk.spec.size;
            if size.value >= LEAST {
                continue;
            }
            let message = format!(
                "the disk `{}` of `{}` has {}",
                disk.spec.name.value, workload.path, size.value
            );
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(size.origin), message)
                    .label(format!("less than {LEAST}"))
                    .why("CDI makes no disk below 1 MiB, and no file system fits in it")
                    .help("did you mean GiB?"),
            );
        }
    }
}
