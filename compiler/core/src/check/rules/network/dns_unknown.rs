//! A cluster whose resolver nobody names.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::{Service, site},
    model::Target,
};

declare_rule! { pub RULE = "dns-unknown", Network, Warn, "workloads in a cluster of which nobody says where its resolver runs", include_str!("dns_unknown.md") }

/// Reports each such cluster, unless a `connect` needs the resolver: then it is an error of
/// another rule, at that line.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (id, cluster) in estate.clusters.iter() {
        let unknown = || site::find(estate, subject.platform, id, Service::Dns).is_err();
        if !cluster.is_kubernetes() || cluster.spec.meta.broken || !unknown() {
            continue;
        }
        let mut connects = estate.workloads_of(id).flat_map(|(_, workload)| &workload.connects);
        let told = connects.any(|connect| match connect.to {
            Target::Platform(service) => service == Service::Dns,
            _ => true,
        });
        let Some((_, first)) = estate.workloads_of(id).next().filter(|_| !told) else {
            continue;
        };
        let message = format!(
            "nobody says where the resolver of cluster `{}` runs, so its workloads may not ask it",
            cluster.name.value
        );
        findings.push(
            Diagnostic::new(&RULE, cluster.spec.meta.name_span, message)
                .label("resolves no names for tenants")
                .also(first.spec.meta.name_span, "runs there")
                .why("every namespace is closed, and the policy that lets everybody ask the resolver must name its pods")
                .help("write `facts { dns namespace=kube-system { select k8s-app kube-dns; }; }` into the cluster"),
        );
    }
}
