//! A call of the API by somebody without a name.

use super::{pod::Pod, token_without_use::calls_api};
use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::Service,
    model::{Target, Workload},
    schema::kinds::mounts_of,
};

declare_rule! { pub RULE = "api-without-token", Secrets, Warn, "a workload that calls the cluster's API and has nothing to prove who it is", include_str!("api_without_token.md") }

/// Reports each connection to the API server of a container without a token or secret.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, workload) in subject.whole_workloads() {
        let Some(pod) = Pod::of(workload).filter(|pod| !pod.token.value) else {
            continue;
        };
        if !calls_api(workload) || has_secret(workload, &pod) {
            continue;
        }
        let to_api = |target: &Target| matches!(target, Target::Platform(Service::KubeApi));
        let Some(connect) = workload.connects.iter().find(|connect| to_api(&connect.to)) else {
            continue;
        };
        let message = format!(
            "`{}` calls the cluster's API and has no token for it",
            workload.path
        );
        findings.push(
            Diagnostic::new(&RULE, connect.spec.meta.span, message)
                .label("as whom?")
                .why("no token is mounted unless it is asked for, and without one every call is anonymous: 401 or 403")
                .help("add `service-account-token=#true`, or take the connection away"),
        );
    }
}

/// Whether it has a secret, in which a kubeconfig may be.
fn has_secret(workload: &Workload, pod: &Pod<'_>) -> bool {
    let beside = pod.init.iter().flat_map(|one| &one.var);
    let beside = beside.chain(pod.sidecar.iter().flat_map(|one| &one.var));
    let mut vars = workload.spec.var.iter().chain(beside);
    mounts_of(&workload.spec).any(|mount| mount.secret.is_some())
        || vars.any(|var| var.secret.is_some())
}
