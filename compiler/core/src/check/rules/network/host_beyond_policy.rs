//! Traffic to a name on a pod network whose policies know addresses alone.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::cni,
    model::{Connect, Estate, Target},
    origin::OriginId,
    schema::kinds::CniAbility,
};

declare_rule! { pub RULE = "host-beyond-policy", Network, Error, "a connection to a name on a pod network whose policies know no names", include_str!("host_beyond_policy.md") }

/// Reports connections to names where the pod network is not Cilium.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let cluster = &estate.clusters[workload.cluster];
        // Of a pod network that could not be read nobody knows what it can do.
        let unread = cluster.spec.meta.broken && cluster.spec.cni.is_none();
        if unread || !cluster.is_kubernetes() || cni::can(cluster, CniAbility::Fqdn) {
            continue;
        }
        for connect in &workload.connects {
            let Some((host, said)) = host(estate, connect) else {
                continue;
            };
            let network = cni::name(cluster);
            let own = connect.host.is_some();
            let span = if own { estate.span(said) } else { connect.spec.meta.span };
            let mut finding = Diagnostic::new(
                &RULE,
                span,
                format!(
                    "`{}` connects to `{host}`, and the policies of cluster `{}` ({network}) know addresses alone",
                    workload.path, cluster.name.value
                ),
            )
            .label("a name");
            if !own {
                finding = finding.also(estate.span(said), "the name");
            }
            findings.push(
                finding
                    .why("a network policy of Kubernetes holds address ranges; only Cilium's own follow what the resolver answers")
                    .help("declare the addresses with `cidr` in an `external`, or write `cni cilium` in the cluster"),
            );
        }
    }
}

/// The name that a connection goes to, and where it is said.
fn host(estate: &Estate, connect: &Connect) -> Option<(String, OriginId)> {
    if let Some(host) = &connect.host {
        return Some((host.value.to_string(), host.origin));
    }
    match connect.to {
        Target::External(system) if connect.cidr.is_none() => {
            let hosts = &estate.externals[system.to].host.as_ref()?.hosts;
            hosts
                .first()
                .map(|host| (host.value.to_string(), host.origin))
        }
        _ => None,
    }
}
