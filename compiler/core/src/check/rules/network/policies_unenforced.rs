//! A pod network that enforces no policy.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::CniName,
};

declare_rule! { pub RULE = "policies-unenforced", Network, Error, "tenants on a pod network that enforces no policy", include_str!("policies_unenforced.md") }

/// Reports each cluster with tenants whose CNI lets everything through.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter() {
        let Some(cni) = &cluster.spec.cni else {
            continue;
        };
        let inhabited = estate.tenants.ids().any(|tenant| estate.lives_in(tenant, id));
        if cni.name.value != CniName::Flannel || !inhabited {
            continue;
        }
        let message = format!(
            "flannel enforces no policy, so that in cluster `{}` everything may call everything",
            cluster.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, estate.span(cni.name.origin), message)
                .label("lets everything through")
                .why("tenants are kept apart by network policies; the API server takes them from us, and flannel never reads them")
                .help("write `cni cilium` or `cni calico`"),
        );
    }
}
