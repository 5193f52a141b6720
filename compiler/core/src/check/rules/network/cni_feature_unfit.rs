//! A feature that is said of a CNI, and that nothing could be written for.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    schema::kinds::{CniAbility, CniName},
};

declare_rule! { pub RULE = "cni-feature-unfit", Network, Error, "a feature that is said of a CNI which has none of it", include_str!("cni_feature_unfit.md") }

/// Reports names, tiers and further networks where no policy of the CNI has them.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, cluster) in subject.estate.clusters.iter() {
        let Some(cni) = &cluster.spec.cni else {
            continue;
        };
        let name = cni.name.value;
        for feature in cni.feature.iter().filter(|feature| feature.on.value) {
            let (what, who, help) = match feature.name.value {
                CniAbility::Fqdn if name != CniName::Cilium => (
                    "follows names",
                    "only Cilium's own kind of policy",
                    "leave it out and declare addresses, or take `cni cilium`",
                ),
                CniAbility::Tier if matches!(name, CniName::Cilium | CniName::Flannel) => (
                    "has policies of the cluster before those of namespaces",
                    "Calico, OVN-Kubernetes and Kube-OVN",
                    "leave it out; the policies of namespaces hold without it",
                ),
                CniAbility::MultiNetwork if name != CniName::Ovn => (
                    "is for networks beside the pod network",
                    "OVN-Kubernetes alone",
                    "leave it out and give such a network to one tenant (`tenant=`), or take `cni ovn`",
                ),
                _ => continue,
            };
            let word = name.word();
            let message = format!(
                "{word} in cluster `{}` is said to have `{}`, which {word} has not",
                cluster.name.value,
                feature.name.value.word()
            );
            findings.push(
                Diagnostic::new(&RULE, feature.meta.span, message)
                    .label(format!("no policy of {word} {what}"))
                    .why(format!("what is written for it nobody would enforce; of the CNIs that are known, {who} can"))
                    .help(help),
            );
        }
    }
}
