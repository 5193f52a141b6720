//! A name that is no capability of the kernel.

use super::pod::Pod;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule, nearest::nearest},
};

declare_rule! { pub RULE = "unknown-capability", Secrets, Error, "a capability that the kernel does not have", include_str!("unknown_capability.md"); fixable; refused_by = ApiServer }

/// Linux' capabilities without `CAP_` (capabilities(7), kernel 6.12), and `ALL` of them.
const CAPABILITIES: &[&str] = &[
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

/// Whether the kernel has it.
pub(in crate::check::rules) fn is_known(name: &str) -> bool {
    CAPABILITIES.binary_search(&name).is_ok()
}

/// Reports each name that is none, with the one that is certainly meant.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Some(pod) = Pod::of(workload) else {
            continue;
        };
        for capability in pod.capabilities {
            let name = capability.name.value.as_str();
            if is_known(name) {
                continue;
            }
            let at = subject.estate.span(capability.name.origin);
            let message = format!(
                "`{}` adds the capability {name}, which the kernel does not have",
                workload.path
            );
            let finding = Diagnostic::new(&RULE, at, message)
                .label("not a capability")
                .why("the container runtime refuses a name that it does not know, and the container is never made");
            let upper = name.to_ascii_uppercase();
            let bare = upper.strip_prefix("CAP_").unwrap_or(&upper);
            findings.push(match nearest(bare, CAPABILITIES.iter().copied()) {
                _ if is_known(bare) => finding
                    .help(format!("write `{bare}`: in capitals, and without `CAP_`"))
                    .fix(format!("write `{bare}`"), vec![(at, bare.to_owned())]),
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding
                    .help("see capabilities(7) for their names; they stand here without `CAP_`"),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_searched() {
        assert!(CAPABILITIES.is_sorted());
        assert!(is_known("SYS_ADMIN") && !is_known("CAP_SYS_ADMIN"));
    }
}
