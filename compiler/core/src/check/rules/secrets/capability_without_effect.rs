//! A capability that is given to root of a container in which nobody is root.

use super::{
    pod::{Pod, level},
    unknown_capability::is_known,
};
use crate::{
    check::{Subject, rules::platform::pod_level_too_strict::admits},
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "capability-without-effect", Secrets, Warn, "a capability of a container that does not run as root", include_str!("capability_without_effect.md") }

/// Reports each capability of a container with a user of its own.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let Some(pod) = Pod::of(workload).filter(|pod| pod.uid.value != 0) else {
            continue;
        };
        for capability in pod.capabilities {
            let name = capability.name.value.as_str();
            if !is_known(name) || !admits(level(workload), capability) {
                continue;
            }
            let message = format!(
                "`{}` adds the capability {name} and runs as user {}, who does not get it",
                workload.path, pod.uid.value
            );
            let help = match name {
                "NET_BIND_SERVICE" => {
                    "listen on a port from 1024 up and let the Service or gateway answer on the low one, and leave the capability out"
                }
                _ => {
                    "leave it out, or if it is needed run as root: `uid=0`, with `security pod-level=… because=\"…\"`"
                }
            };
            findings.push(
                Diagnostic::new(&RULE, estate.span(capability.meta.origin), message)
                    .label("has no effect")
                    .also(estate.span(pod.uid.origin), format!("the user, {}", pod.uid.value))
                    .why("what Kubernetes adds is lost when a program starts as another user than root, because it sets no ambient capabilities; and those that an image gives its files are held off by `allowPrivilegeEscalation: false`, which every container gets")
                    .help(help),
            );
        }
    }
}
