//! A container that reads its node's keys has what the node may do.

use super::host_folder::{credentials, everywhere, socket};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "node-secrets-mounted", Secrets, Error, "a container that can read the keys of its node", include_str!("node_secrets_mounted.md") }

/// Reports each mount in which credentials of the node lie.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for host in everywhere(subject) {
        let Some((path, what)) = credentials(&host.folder) else {
            continue;
        };
        if socket(&host.folder).is_some() {
            continue;
        }
        let message = format!(
            "`{}` mounts \"{}\" of its node, where {path} has {what}",
            host.workload.path, host.path
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(host.at), message)
                .label("keys of the node")
                .why("what reads them acts as the node: it sees the secrets of every pod that runs there, of all tenants, and `read-only` does not hide them")
                .help("mount the folder that is needed and nothing above it, such as \"/var/log/pods\""),
        );
    }
}
