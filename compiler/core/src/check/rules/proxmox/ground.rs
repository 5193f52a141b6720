//! What a cluster's own nodes ask for.

use super::not_on_proxmox::Gap;
use crate::{
    model::{Cluster, Estate, Id, Storage},
    schema::kinds::{Network, NetworkZone},
    units::SubjectKind,
};

pub(super) fn gaps(estate: &Estate, id: Id<Cluster>) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let cluster = &estate.clusters[id].spec;
    if let Some(cni) = &cluster.cni {
        gaps.push(Gap::new(
            cni.meta.origin,
            "a pod network",
            "guests stand on bridges and have no pod network",
            "leave `cni` out, and declare `network`s",
        ));
    }
    if let Some(component) = cluster
        .platform
        .iter()
        .flat_map(|platform| &platform.component)
        .next()
    {
        gaps.push(Gap::new(
            component.meta.origin,
            "a component of a platform",
            "components are charts, and charts run on Kubernetes",
            "leave it out",
        ));
    }
    gaps.extend(
        estate
            .storages
            .values()
            .filter(|storage| storage.cluster == id)
            .filter_map(storage),
    );
    let networks = estate
        .networks
        .values()
        .filter(|network| network.cluster == id);
    gaps.extend(networks.flat_map(|network| self::network(estate, id, &network.spec)));
    gaps.extend(service_accounts(estate, id));
    gaps
}

fn storage(storage: &Storage) -> Option<Gap> {
    let spec = &storage.spec;
    let other = [
        ("rook-ceph", spec.rook_ceph.is_some()),
        ("cephfs", spec.cephfs.is_some()),
        ("longhorn", spec.longhorn.is_some()),
        ("iscsi", spec.iscsi.is_some()),
        ("csi", spec.csi.is_some()),
    ];
    let (word, _) = other.into_iter().find(|(_, is_set)| *is_set)?;
    Some(Gap::new(
        spec.meta.origin,
        format!("storage by `{word}`"),
        "the volumes of such a class are made by a driver that runs on Kubernetes, or by hand",
        "use `zfs`, `lvm`, `nfs`, or `local` for the storage that is there already",
    ))
}

fn network(estate: &Estate, id: Id<Cluster>, network: &Network) -> Vec<Gap> {
    let mut gaps = Vec::new();
    if let Some(route) = network.route.first() {
        gaps.push(Gap::new(
            route.meta.origin,
            "a further route",
            "a guest is given an address and a gateway, and no other route",
            "let the gateway know the route",
        ));
    }
    let Some(zone) = &network.zone else {
        if network.masquerade.value {
            gaps.push(Gap::new(
                network.masquerade.origin,
                "masquerading on a bridge",
                "a bridge that is there already is the host's own business",
                "give the network a `zone`, or let its router do it",
            ));
        }
        return gaps;
    };
    if zone.value == NetworkZone::Evpn {
        gaps.push(Gap::new(
            zone.origin,
            "an EVPN zone",
            "it needs a controller with a number and peers, which the language has no words for",
            "use `zone=vxlan`",
        ));
    }
    if network.vlan.is_none() {
        gaps.push(Gap::new(
            zone.origin,
            "a zone without a number",
            "the networks of a zone are told apart by their number",
            "write `vlan=`: the tag, or the number of the VXLAN",
        ));
    }
    let unaddressed = estate
        .pools_of(id)
        .flat_map(|(_, pool)| &pool.nodes)
        .any(|node| node.ip.is_none());
    if zone.value == NetworkZone::Vxlan && unaddressed {
        gaps.push(Gap::new(
            zone.origin,
            "an overlay between machines without addresses",
            "the machines of an overlay know each other by address",
            "give each `node` an `ip`, or `nodes` a `first-ip`",
        ));
    }
    gaps
}

fn service_accounts(estate: &Estate, id: Id<Cluster>) -> Vec<Gap> {
    let tenants = estate
        .tenants
        .iter()
        .filter(|(tenant, _)| estate.lives_in(*tenant, id));
    let members = tenants.filter_map(|(_, tenant)| tenant.spec.members.as_ref());
    let subjects = members.flat_map(|members| {
        let admin = members.admin.iter().flat_map(|role| &role.subjects);
        let edit = members.edit.iter().flat_map(|role| &role.subjects);
        let view = members.view.iter().flat_map(|role| &role.subjects);
        let user = members.vm_user.iter().flat_map(|role| &role.subjects);
        let others = members.role.iter().flat_map(|role| &role.subjects);
        admin.chain(edit).chain(view).chain(user).chain(others)
    });
    subjects
        .filter(|subject| subject.value.kind() == SubjectKind::ServiceAccount)
        .map(|subject| {
            Gap::new(
                subject.origin,
                "rights for a service account",
                "service accounts are Kubernetes' own",
                "name a user: `user:NAME@pve`",
            )
        })
        .collect()
}
