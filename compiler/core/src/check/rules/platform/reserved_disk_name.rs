//! A disk of a machine has the name of one that the compiler adds.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "reserved-disk-name", Platform, Error, "a machine's disk with the name of one that is added to it", include_str!("reserved_disk_name.md"); refused_by = KubeVirt }

/// The disk that tells the guest who it is.
const CLOUD_INIT: &str = "cloud-init";

/// The disc with which Windows sets itself up.
const SYSPREP: &str = "sysprep";

/// What the disks of mounted configs and secrets begin with.
const FOLDER: &str = "folder-";

/// Reports each such disk.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if workload.vm().is_none() || !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        for disk in &workload.disks {
            let name = disk.spec.name.value.as_str();
            let what = match name {
                CLOUD_INIT => "tells the guest who it is",
                SYSPREP if workload.vm().is_some_and(|vm| vm.sysprep.is_some()) => {
                    "holds the answers for Windows' setup"
                }
                _ if name.starts_with(FOLDER) => "holds a mounted config or secret",
                _ => continue,
            };
            findings.push(
                Diagnostic::new(
                    &RULE,
                    estate.span(disk.spec.name.origin),
                    format!("`{}` cannot have a disk `{name}`", workload.path),
                )
                .label("taken")
                .why(format!("the disk of that name {what}"))
                .help("call it something else"),
            );
        }
    }
}
