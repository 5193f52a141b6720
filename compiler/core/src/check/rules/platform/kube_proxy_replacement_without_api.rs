//! Without kube-proxy nothing leads from a pod to the API server until Cilium does, and Cilium
//! has to reach it first.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
};

declare_rule! { pub RULE = "kube-proxy-replacement-without-api", Platform, Error, "a CNI that replaces kube-proxy and is not told where the API server answers", include_str!("kube_proxy_replacement_without_api.md") }

/// Looks for an address of the API server: `facts { api }`, or a machine of the control plane.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (id, cluster) in subject.estate.clusters.iter() {
        let Some(cni) = &cluster.spec.cni else {
            continue;
        };
        let replaces = cni.kube_proxy_replacement.value && !cluster.spec.managed.value;
        if !replaces || subject.estate.api_address(id).is_some() {
            continue;
        }
        let message = format!("{} replaces kube-proxy in cluster `{}`, and no address of its API server is known", cni.name.value.word(), cluster.name.value);
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(cni.kube_proxy_replacement.origin), message)
                .label("needs the address")
                .why("the service address of the API is made by what kube-proxy did, so the CNI must know another one to start with")
                .help("write `api { ip \"ADDRESS\" }` into the cluster's `facts`, or give the control plane's machines addresses with `first-ip`"),
        );
    }
}
