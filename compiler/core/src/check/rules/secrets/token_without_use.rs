//! A token for an API that the workload may not call.

use super::pod::Pod;
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::Service,
    model::{Target, Workload},
};

declare_rule! { pub RULE = "token-without-use", Secrets, Warn, "a token for the cluster's API in a workload that does not call it", include_str!("token_without_use.md") }

/// Reports each token that no declared connection could be for.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Some(pod) = Pod::of(workload).filter(|pod| pod.token.value) else {
            continue;
        };
        if calls_api(workload) {
            continue;
        }
        let message = format!(
            "`{}` gets a token for the cluster's API, which it may not call",
            workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(pod.token.origin), message)
                .label("of no use here")
                .why("its policies let it reach no API server, so the token can only be stolen: whoever reads it acts in the workload's name from somewhere else")
                .help("leave `service-account-token` out, or add `connect platform.kube-api`"),
        );
    }
}

/// Whether a connection leads to the API server.
pub(super) fn calls_api(workload: &Workload) -> bool {
    let mut targets = workload.connects.iter().map(|connect| &connect.to);
    targets.any(|target| matches!(target, Target::Platform(Service::KubeApi)))
}
