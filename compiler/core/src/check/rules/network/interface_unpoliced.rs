//! An interface that no policy of the cluster sees, on a network that others are on too.

use crate::{
    check::Subject,
    diag::{Diagnostic, Findings, declare_rule},
    flows::cni,
    model::Cluster,
    schema::kinds::{CniName, NicMode},
};

declare_rule! { pub RULE = "interface-unpoliced", Network, Error, "an interface past the cluster's policies, on a network that is not the tenant's alone", include_str!("interface_unpoliced.md") }

/// Reports each interface beside the pod network that nobody says is meant so.
pub fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let estate = subject.estate;
    for (_, workload) in subject.whole_workloads() {
        let cluster = &estate.clusters[workload.cluster];
        // What is wrong in a cluster was told; its CNI may have been meant to hold policies there.
        if !cluster.is_kubernetes() || cluster.spec.meta.broken {
            continue;
        }
        for nic in &workload.nics {
            let Some(used) = nic.network else { continue };
            let network = &estate.networks[used.to];
            let alone = network
                .tenant
                .is_some_and(|owner| owner.to == workload.tenant);
            // Another tenant's network is refused as such.
            let others = network
                .tenant
                .is_some_and(|owner| owner.to != workload.tenant);
            let said = nic
                .spec
                .unpoliced_because
                .as_ref()
                .is_some_and(|why| !why.value.trim().is_empty());
            let held = cni::policed(estate, workload, nic).is_some();
            if alone || others || said || held {
                continue;
            }
            let how = match nic.spec.mode.value {
                NicMode::Sriov => "a virtual function of the card",
                NicMode::Masquerade | NicMode::Bridge => "a bridge of its node",
            };
            let message = format!(
                "`{}` is on network `{}` by {how}, where no policy holds it off from anybody",
                workload.path, network.spec.name.value
            );
            findings.push(
                Diagnostic::new(&RULE, estate.span(used.at), message)
                    .label("past the policies")
                    .also(network.spec.meta.span, "not one tenant's alone")
                    .why("network policies are about the pod network; what else a pod or machine is plugged into they neither see nor filter, whatever `connect` and `offer` say")
                    .help(help(&estate.clusters[workload.cluster], nic.spec.mode.value)),
            );
        }
    }
}

/// What mends it.
fn help(cluster: &Cluster, mode: NicMode) -> String {
    let alone = "give the network to the tenant alone (`tenant=…` on it), call over the pod network instead";
    let cni = cluster.spec.cni.as_ref();
    let could = cni.is_some_and(|cni| cni.name.value == CniName::Ovn) && mode != NicMode::Sriov;
    let hold = match could {
        true => ", let OVN-Kubernetes attach the network and hold policies on it (`cni ovn { feature multi-network #true; }`)",
        false => "",
    };
    format!("{alone}{hold}, or say why it may be: `unpoliced-because=\"…\"` on the `nic`")
}
