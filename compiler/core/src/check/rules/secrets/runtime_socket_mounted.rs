//! Who speaks to the container runtime is root on the node.

use super::host_folder::{everywhere, socket};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "runtime-socket-mounted", Secrets, Error, "a container that can speak to its node's container runtime", include_str!("runtime_socket_mounted.md") }

/// Reports each mount that is the socket of a container runtime, or holds one.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for host in everywhere(subject) {
        let Some((path, whose)) = socket(&host.folder) else {
            continue;
        };
        let message = format!(
            "`{}` mounts \"{}\", with the socket that {whose} takes orders on",
            host.workload.path, host.path
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(host.at), message)
                .label(format!("leads to {path}"))
                .why("who can write to that socket can start a privileged container, and is root on the node; `read-only` does not help, because a socket is spoken to, not written")
                .help("take the mount away; images are built without a daemon (BuildKit rootless, Kaniko), scanned in the registry, and logs and metrics are read from the kubelet"),
        );
    }
}
