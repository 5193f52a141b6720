//! A mode of kube-proxy that this cluster cannot run, or that has no future.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    model::{Backend, Cluster},
    schema::kinds::{Cni, CniName, ProxyMode},
    units::Version,
};

declare_rule! { pub RULE = "proxy-mode-unfit", Network, Error, "a mode of kube-proxy that the cluster cannot run, or where no kube-proxy runs", include_str!("proxy_mode_unfit.md") }

/// Reports each mode that would not work, or that nothing reads.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for cluster in subject.estate.clusters.values() {
        let Some(cni) = &cluster.spec.cni else {
            continue;
        };
        let Some((what, why, help)) = fault(cluster, cni) else {
            continue;
        };
        let message = format!(
            "`proxy={}` in cluster `{}` {what}",
            cni.proxy.value.word(),
            cluster.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, subject.estate.span(cni.proxy.origin), message)
                .label("not here")
                .why(why)
                .help(help),
        );
    }
}

fn fault(cluster: &Cluster, cni: &Cni) -> Option<(String, &'static str, &'static str)> {
    let mode = cni.proxy.value;
    if mode != ProxyMode::Iptables && cni.kube_proxy().is_none() {
        return Some((
            "has no effect".to_owned(),
            "the CNI leads from Services to pods itself, and no kube-proxy runs there",
            "leave `proxy` out",
        ));
    }
    if mode != ProxyMode::Nftables {
        return None;
    }
    let Backend::Kubernetes(version) = &cluster.backend else {
        return None;
    };
    if version.value < Version::of(&[1, 31]) {
        return Some((
            format!(
                "needs Kubernetes 1.31, and the cluster has {}",
                version.value
            ),
            "before 1.31 the mode was switched off, and kube-proxy does not start with it",
            "upgrade first, or leave `proxy` out",
        ));
    }
    (cni.name.value == CniName::Calico).then(|| {
        (
            "does not go with Calico as it is installed".to_owned(),
            "Calico writes its policies as iptables, and what kube-proxy translates by nftables passes them in another order: packets to Services are judged before they are led to a pod, or dropped",
            "write `kube-proxy-replacement=#true`: Calico then does both by eBPF; or leave `proxy` out",
        )
    })
}
