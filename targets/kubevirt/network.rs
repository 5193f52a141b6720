//! Interfaces and what they are connected to.

use tenantry_core::{
    emit::Sha256,
    lower::Instance,
    model::{Estate, Nic, Workload},
};

use crate::kube::{
    attachment,
    kubevirt::{Empty, Interface, Multus, Network},
};

/// The interfaces and networks of a machine, one to one. A machine that names none has one on
/// the pod network.
pub(super) fn of(
    estate: &Estate,
    workload: &Workload,
    instance: Option<&Instance>,
) -> (Vec<Interface>, Vec<Network>) {
    if workload.nics.is_empty() {
        return (
            vec![masquerade(
                "default".to_owned(),
                None,
                model(estate, workload),
            )],
            vec![pod("default".to_owned())],
        );
    }
    let model = model(estate, workload);
    workload
        .nics
        .iter()
        .map(|nic| {
            let name = nic.spec.name.value.to_string();
            let mac = mac(workload, instance, nic);
            match nic.network {
                None if is_bridged(nic) => (bridge(name.clone(), mac, model), pod(name)),
                None => (masquerade(name.clone(), mac, model), pod(name)),
                Some(network) => {
                    let network_name = attachment::name(&estate.networks[network.to]);
                    let multus = Network {
                        name: name.clone(),
                        multus: Some(Multus { network_name }),
                        pod: None,
                    };
                    (bridge(name, mac, model), multus)
                }
            }
        })
        .unzip()
}

/// Whether any interface asks for several queues. KubeVirt knows them as on or off: on is one
/// for each virtual CPU.
pub(super) fn multiqueue(workload: &Workload) -> Option<bool> {
    let queues = workload
        .nics
        .iter()
        .filter_map(|nic| nic.spec.queues.as_ref());
    queues
        .map(|queues| queues.value > 1)
        .reduce(|any, one| any || one)
        .filter(|any| *any)
}

/// The card that the guest sees: one that every system knows where it has no drivers for virtio.
fn model(estate: &Estate, workload: &Workload) -> &'static str {
    match estate.has_virtio_drivers(workload) {
        true => "virtio",
        false => "e1000e",
    }
}

fn is_bridged(nic: &Nic) -> bool {
    nic.spec.mode.value == tenantry_core::schema::kinds::NicMode::Bridge
}

fn masquerade(name: String, mac_address: Option<String>, model: &'static str) -> Interface {
    Interface {
        name,
        mac_address,
        masquerade: Some(Empty {}),
        model,
        ..Interface::default()
    }
}

fn bridge(name: String, mac_address: Option<String>, model: &'static str) -> Interface {
    Interface {
        name,
        bridge: Some(Empty {}),
        mac_address,
        model,
        ..Interface::default()
    }
}

fn pod(name: String) -> Network {
    Network {
        name,
        multus: None,
        pod: Some(Empty {}),
    }
}

/// The address of an interface: the one it names, or where the guest must be told which of its
/// interfaces is which, one worked out from the names of both.
pub(super) fn mac(workload: &Workload, instance: Option<&Instance>, nic: &Nic) -> Option<String> {
    if let Some(mac) = &nic.spec.mac {
        return Some(mac.value.to_string());
    }
    if workload.nics.iter().all(|nic| nic.network.is_none()) {
        return None;
    }
    let path = format!(
        "{}/{}/{}",
        workload.path, instance?.index, nic.spec.name.value
    );
    // 02: locally administered, one receiver; 40 bits of a hash are enough for one network.
    let digest = Sha256::of(path.as_bytes()).to_string();
    let octets = (0..10).step_by(2).filter_map(|at| digest.get(at..at + 2));
    Some(
        std::iter::once("02")
            .chain(octets)
            .collect::<Vec<_>>()
            .join(":"),
    )
}
