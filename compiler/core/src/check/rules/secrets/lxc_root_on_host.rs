//! A system container whose root is the host's.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Body,
};

declare_rule! { pub RULE = "lxc-root-on-host", Secrets, Warn, "a system container whose root is root on the host", include_str!("lxc_root_on_host.md") }

/// Reports each system container without a range of users of its own.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Body::Lxc(lxc) = &workload.body else {
            continue;
        };
        if lxc.unprivileged.value {
            continue;
        }
        let nested = if lxc.nesting.value {
            ", and containers may run in it"
        } else {
            ""
        };
        let message = format!("root in `{}` is root on its host{nested}", workload.path);
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(lxc.unprivileged.origin), message)
                .label("no users of its own")
                .why("what holds it is a list of things that are forbidden to root, and each thing that was forgotten leads to the host and to all guests on it; Proxmox VE's own manual says that such containers are not safe")
                .help("leave `unprivileged` out; what needs the host's root, such as NFS mounts, belongs into a `vm`"),
        );
    }
}
