//! kube-proxy's second mode is on its way out.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::ProxyMode,
};

declare_rule! { pub RULE = "ipvs-deprecated", Network, Warn, "kube-proxy by IPVS, which Kubernetes is taking out", include_str!("ipvs_deprecated.md") }

/// Reports clusters that ask for it.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for cluster in subject.estate.clusters.values() {
        let mode = cluster.spec.cni.as_ref().and_then(|cni| cni.kube_proxy());
        let Some(mode) = mode.filter(|mode| mode.value == ProxyMode::Ipvs) else {
            continue;
        };
        let message = format!(
            "kube-proxy of cluster `{}` works by IPVS",
            cluster.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(mode.origin), message)
                .label("deprecated")
                .why("Kubernetes has deprecated it with 1.35; nobody mends its faults any more, and a release to come does not start with it")
                .help("write `proxy=nftables`, which is as fast and stays, or `kube-proxy-replacement=#true`"),
        );
    }
}
