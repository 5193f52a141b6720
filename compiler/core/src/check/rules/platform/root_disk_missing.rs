//! A machine has nothing that its image could be put on.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "root-disk-missing", Platform, Error, "a machine without a root disk, or with one that is empty at each start", include_str!("root_disk_missing.md") }

/// Reports each such machine.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(vm) = workload.vm() else { continue };
        let root = workload
            .disks
            .iter()
            .find(|disk| disk.spec.name.value.as_str() == "root");
        let finding = match root {
            None => Diagnostic::new(
                &RULE,
                workload.spec.meta.name_span,
                format!("`{}` has no disk `root`", workload.path),
            )
            .label("boots from nothing")
            .also(estate.span(vm.image.origin), "has nowhere to go")
            .help("add `disk root SIZE`"),
            Some(root) if root.spec.ephemeral.value => {
                let message = format!(
                    "the root disk of `{}` is empty at each start",
                    workload.path
                );
                Diagnostic::new(&RULE, estate.span(root.spec.ephemeral.origin), message)
                    .label("holds the image")
                    .help(
                        "leave `ephemeral` out; with `keep=#false` the disk goes with its machine",
                    )
            }
            Some(_) => continue,
        };
        findings.push(finding.why("the image of a machine is copied to its root disk once, and the machine starts from there"));
    }
}
