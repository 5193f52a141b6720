//! An interface shall hide behind the pod's address on a network that has no pods.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::NicMode,
};

declare_rule! { pub RULE = "masquerade-off-pod-network", Network, Error, "`mode=masquerade` on another network than that of pods", include_str!("masquerade_off_pod_network.md") }

/// Reports each such interface of a machine on Kubernetes that says so itself.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (workload, _) in subject.kubevirt_machines() {
        for nic in &workload.nics {
            let mode = &nic.spec.mode;
            let said = mode.value == NicMode::Masquerade && subject.is_said(mode.origin);
            let Some(network) = nic.network.filter(|_| said) else {
                continue;
            };
            let message = format!(
                "the interface `{}` of `{}` shall hide behind the pod's address on network `{}`",
                nic.spec.name.value, workload.path, estate.networks[network.to].spec.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(mode.origin), message)
                    .label("only on the pod network")
                    .why("a pod has an address on the pod network alone; on another one the machine is a member itself")
                    .help("write `mode=bridge`, or leave `mode` out"),
            );
        }
    }
}
