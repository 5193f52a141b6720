//! A machine has two interfaces on the pod network.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "pod-network-twice", Network, Error, "a second interface of a machine on the pod network", include_str!("pod_network_twice.md"); refused_by = KubeVirt }

/// Reports each further one of a machine on Kubernetes.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (workload, _) in subject.kubevirt_machines() {
        let mut on_pods = workload.nics.iter().filter(|nic| nic.network.is_none());
        let Some(first) = on_pods.next() else { continue };
        for nic in on_pods {
            let message = format!(
                "`{}` has its interfaces `{}` and `{}` on the pod network",
                workload.path, first.spec.name.value, nic.spec.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, nic.spec.meta.name_span, message)
                    .label("a second one")
                    .also(first.spec.meta.name_span, "the first")
                    .why("a pod has one address on the pod network; KubeVirt refuses a machine that shall have two")
                    .help("write `network=` with the network that it is for, or leave it out"),
            );
        }
    }
}
