//! A root file system that whoever gets in can change.

use super::pod::Pod;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "root-writable", Secrets, Warn, "a container whose own files can be changed while it runs", include_str!("root_writable.md") }

/// Reports each container that asks for it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Some(pod) = Pod::of(workload).filter(|pod| !pod.read_only_root.value) else {
            continue;
        };
        let message = format!(
            "`{}` can change its own program and libraries",
            workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(pod.read_only_root.origin), message)
                .label("the root can be written")
                .why("what breaks in writes its tools there first; and what is written is gone at the next start and fills the node's disk until then")
                .help("leave `read-only-root` out, and name the folders that it writes: `writable \"/tmp\"`"),
        );
    }
}
