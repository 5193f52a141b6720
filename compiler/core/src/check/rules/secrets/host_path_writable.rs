//! What a container writes on its node is read by the node.

use super::{
    host_folder::{everywhere, is_refused},
    pod::{Pod, level},
};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::PodLevel,
};

declare_rule! { pub RULE = "host-path-writable", Secrets, Warn, "a container that can write to its node", include_str!("host_path_writable.md") }

/// Reports each path of a node that is not mounted to be read alone.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for host in everywhere(subject) {
        let read_only = host.mount.read_only.is_some_and(|it| it.value);
        // What its level refuses, or every level, is told by the rules for those.
        let told = level(host.workload) != PodLevel::Privileged || is_refused(host.path);
        if read_only || told {
            continue;
        }
        let root = Pod::of(host.workload).is_some_and(|pod| pod.uid.value == 0);
        let message = format!(
            "`{}` can write to \"{}\" of its node{}",
            host.workload.path,
            host.path,
            if root { ", as root" } else { "" }
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(host.at), message)
                .label("not read-only")
                .why("programs of the node and later pods trust what lies there: a link or a file planted in it leads out of the container, and a full disk takes the node with it")
                .help("add `read-only=#true`, or keep the data on a `disk` or a `volume`"),
        );
    }
}
