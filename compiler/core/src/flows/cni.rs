//! What the policies of a cluster's pod network can say.

use crate::{
    model::{Cluster, Estate, Id, NetworkIn, Nic, Workload},
    schema::kinds::{CniAbility, CniName, NicMode},
    units::Version,
};

/// The release with which Cilium reads `endPort`; those before take the first port of a range for
/// the whole of it (cilium/cilium#16622).
const CILIUM_END_PORT: [u64; 2] = [1, 16];

/// Whether a cluster's policies can: as the spec says of its CNI, else as is usual for it. A
/// release that nobody names is a recent one.
pub fn can(cluster: &Cluster, ability: CniAbility) -> bool {
    let Some(cni) = &cluster.spec.cni else {
        return matches!(ability, CniAbility::EndPort | CniAbility::Sctp);
    };
    let mut said = cni.feature.iter();
    if let Some(feature) = said.find(|feature| feature.name.value == ability) {
        return feature.on.value;
    }
    let before = |release: &[u64]| {
        let version = cni.version.as_ref();
        version.is_some_and(|version| version.value < Version::of(release))
    };
    let cilium = cni.name.value == CniName::Cilium;
    match ability {
        CniAbility::EndPort => !(cilium && before(&CILIUM_END_PORT)),
        CniAbility::Sctp => true,
        CniAbility::Fqdn => cilium,
        // Calico's blocks match pods (projectcalico/calico#6634), Cilium's do not by design
        // (cilium/cilium#9209).
        CniAbility::IpBlockPods => !cilium,
        // They may have to be switched on, or their kinds to be installed, so that it must be said.
        CniAbility::Tier | CniAbility::MultiNetwork => false,
    }
}

/// The network beside the pod network on which policies of the workload's cluster hold an
/// interface; none where they do not. What a card itself hands out passes by everything that
/// could.
pub fn policed(estate: &Estate, workload: &Workload, nic: &Nic) -> Option<Id<NetworkIn>> {
    let cluster = &estate.clusters[workload.cluster];
    let held = cluster.is_kubernetes() && can(cluster, CniAbility::MultiNetwork);
    let network = nic.network?.to;
    (held && nic.spec.mode.value != NicMode::Sriov).then_some(network)
}

/// What to call a cluster's pod network in a sentence: `cilium 1.15`.
pub fn name(cluster: &Cluster) -> String {
    match &cluster.spec.cni {
        None => "a pod network that the spec does not name".to_owned(),
        Some(cni) => match &cni.version {
            Some(version) => format!("{} {}", cni.name.value.word(), version.value),
            None => cni.name.value.word().to_owned(),
        },
    }
}
