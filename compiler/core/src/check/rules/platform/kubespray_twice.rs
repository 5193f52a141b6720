//! Two clusters that one inventory would make into one.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::Cluster,
    schema::kinds::{Distribution, Installer},
};

declare_rule! { pub RULE = "kubespray-twice", Platform, Error, "a second cluster that Kubespray installs from the same inventory", include_str!("kubespray_twice.md") }

/// Reports every such cluster after the first.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    let asked = estate.spec.emit.as_ref();
    let is_emitted = asked.is_none_or(|emit| {
        emit.targets
            .iter()
            .any(|target| target.value.word() == "ansible")
    });
    let mut installed = estate
        .clusters
        .values()
        .filter(|cluster| is_emitted && is_installed(cluster));
    let Some(first) = installed.next() else {
        return;
    };
    for cluster in installed {
        let message = format!(
            "Kubespray would install cluster `{}` and cluster `{}` from one inventory",
            first.name.value, cluster.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, cluster.spec.meta.span, message)
                .label("the second")
                .also(first.spec.meta.span, "the first")
                .why("Kubespray's groups have fixed names: it would make one cluster of the machines of both")
                .help("give the cluster an estate of its own, or write `managed=#true` where somebody else installs it"),
        );
    }
}

fn is_installed(cluster: &Cluster) -> bool {
    let kubernetes = cluster.spec.kubernetes.as_ref();
    !cluster.spec.managed.value
        && kubernetes.is_some_and(|kubernetes| {
            kubernetes.installer.value == Installer::Kubespray
                && kubernetes.distribution.value == Distribution::Kubeadm
        })
}
