//! An interface joins a network of which no host knows the way in.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "bridge-missing", Platform, Error, "an interface on a network without a bridge", include_str!("bridge_missing.md") }

/// Reports each such interface of a Kubernetes cluster.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        if !estate.clusters[workload.cluster].is_kubernetes() {
            continue;
        }
        for nic in &workload.nics {
            let Some(network) = nic.network.map(|network| &estate.networks[network.to].spec) else {
                continue;
            };
            if network.bridge.is_some() {
                continue;
            }
            let message = format!(
                "`{}` cannot join network `{}`, which names no bridge",
                workload.path, network.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, nic.spec.meta.span, message)
                    .label("joins it")
                    .also(network.meta.name_span, "has no `bridge`")
                    .why("a pod joins a network beside the pod network through a bridge that its host has")
                    .help("add `bridge=NAME` to the network, the bridge that the hosts have for it"),
            );
        }
    }
}
