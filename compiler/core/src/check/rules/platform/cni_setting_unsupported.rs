//! Something is asked of a CNI that somebody else sets up.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    origin::OriginId,
    schema::kinds::{CniName, Encryption},
};

declare_rule! { pub RULE = "cni-setting-unsupported", Platform, Error, "a setting of a CNI that nothing passes on to it", include_str!("cni_setting_unsupported.md") }

/// Cilium and Calico are installed with their settings; the others come with the cluster.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (_, cluster) in subject.estate.clusters.iter() {
        let Some(cni) = &cluster.spec.cni else {
            continue;
        };
        if cluster.spec.managed.value || matches!(cni.name.value, CniName::Cilium | CniName::Calico) {
            continue;
        }
        let encryption = &cni.encryption;
        let replacement = &cni.kube_proxy_replacement;
        let asked: [(bool, OriginId, &str); 3] = [
            (encryption.value != Encryption::None, encryption.origin, "encrypted traffic between nodes"),
            (replacement.value, replacement.origin, "the work of kube-proxy"),
            (cni.mtu.is_some(), cni.mtu.as_ref().map_or(OriginId::NONE, |mtu| mtu.origin), "an MTU"),
        ];
        for (_, origin, what) in asked.into_iter().filter(|(asked, ..)| *asked) {
            let name = cni.name.value.word();
            findings.push(
                Diagnostic::new(&RULE, subject.estate.span(origin), format!("{name} in cluster `{}` is asked for {what}, which nothing sets up", cluster.name.value))
                    .label(format!("not passed on to {name}"))
                    .why(format!("{name} comes with the cluster's installer; only cilium and calico are installed with settings of the estate"))
                    .help("take cilium or calico, or leave the setting out"),
            );
        }
    }
}
