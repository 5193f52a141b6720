//! A capability that ends at no container's border.

use super::pod::{Pod, level};
use crate::{
    check::{Subject, rules::platform::pod_level_too_strict::admits},
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "node-wide-capability", Secrets, Warn, "a capability with which a container can take over its node or its neighbours", include_str!("node_wide_capability.md") }

/// What each of them lets a container do.
const WIDE: &[(&str, &str)] = &[
    ("ALL", "has every right of root on the node"),
    (
        "BPF",
        "can load programs into the kernel and read what all others do",
    ),
    (
        "DAC_READ_SEARCH",
        "can open any file of the node by its handle, keys among them",
    ),
    ("MAC_ADMIN", "can change what SELinux or AppArmor confine"),
    (
        "MKNOD",
        "can make the device of the node's disk, and read the disk",
    ),
    (
        "NET_ADMIN",
        "can change routes and filters, those that its policies rest on among them",
    ),
    (
        "NET_RAW",
        "can forge packets, and answer in the name of its neighbours (ARP, DNS)",
    ),
    (
        "PERFMON",
        "can watch what other programs of the node compute",
    ),
    (
        "SYS_ADMIN",
        "can mount the node's disk, and is root there in effect",
    ),
    ("SYS_BOOT", "can restart the node"),
    ("SYS_MODULE", "can load code into the kernel"),
    (
        "SYS_PTRACE",
        "can read and change every process that it sees",
    ),
    ("SYS_RAWIO", "can write to the node's memory and devices"),
    (
        "SYS_TIME",
        "can set the clock of the node, which certificates and logs rest on",
    ),
];

/// Reports each such capability of a container on the host's kernel.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        // A user gets none of them, and a virtual machine has a kernel of its own.
        let Some(pod) = Pod::of(workload).filter(|pod| pod.uid.value == 0 && pod.on_host_kernel)
        else {
            continue;
        };
        // What the level refuses is another rule's.
        for capability in pod
            .capabilities
            .iter()
            .filter(|one| admits(level(workload), one))
        {
            let name = capability.name.value.as_str();
            let Some((_, may)) = WIDE.iter().find(|(wide, _)| *wide == name) else {
                continue;
            };
            let message = format!("`{}` has the capability {name}: it {may}", workload.path);
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(capability.meta.origin), message)
                    .label("reaches beyond the container")
                    .why("whoever takes over the container has it too, and other tenants run on the same node")
                    .help("leave it out; or run the workload with `sandbox=kata`, where the kernel is its own"),
            );
        }
    }
}
