//! What policies of Kubernetes do not decide. It is listed, so that nobody takes it for proved.

use std::collections::BTreeSet;

use tenantry_reach::{Basis, Cluster, cluster::Effect};

use super::{Beyond, Cell, Ground, Whose, pods::Pods};
use crate::{
    flows::{Peer, Service},
    model::{self, Backend, Estate, Id},
};

/// What no proof of a cluster speaks of; sorted, each once.
pub(super) fn of(
    ground: Ground<'_>,
    on: Id<model::Cluster>,
    cluster: &Cluster,
    pods: &Pods<'_>,
    held: &[Beyond],
) -> Vec<Cell> {
    let proved = held.iter().flat_map(|network| &network.definitions);
    let proved: BTreeSet<&str> = proved.map(String::as_str).collect();
    let mut cells = vec![Cell {
        basis: Some(Basis::SpecException),
        what: "a pod and its own node".to_owned(),
        why: "a node always reaches the pods that run on it: probes come that way, and so does \
              whatever else runs in the network of that node"
            .to_owned(),
    }];
    for (at, pod) in cluster.pods.iter().enumerate() {
        let what = || match &pods.whose[at] {
            Whose::Workload(path) | Whose::Own(path) => path.to_string(),
            _ => pod.path(),
        };
        if pod.host_network {
            cells.push(Cell {
                basis: Some(Basis::UndefinedHostNetwork),
                what: what(),
                why:
                    "its pods are in the network of their nodes, where policies do not reach: the \
                      hosts' own firewall decides"
                        .to_owned(),
            });
        }
        let networks = pod.networks.keys().map(String::as_str);
        let networks: Vec<&str> = networks.filter(|it| !proved.contains(it)).collect();
        if !networks.is_empty() {
            cells.push(Cell {
                basis: Some(Basis::SecondaryNetwork),
                what: what(),
                why: format!(
                    "what goes over {} passes by every policy: the network beyond decides",
                    networks.join(", ")
                ),
            });
        }
    }
    cells.extend(pods.absent.iter().map(|id| {
        Cell {
        basis: None,
        what: ground.estate.workloads[*id].path.to_string(),
        why: "no target that is asked for makes its pods, so that they are taken to bear the label \
              by which policies select them"
            .to_owned(),
    }
    }));
    cells.extend(held.iter().map(|network| Cell {
        basis: Some(Basis::SecondaryNetwork),
        what: format!("network {}", network.name),
        why: "its policies go by addresses: what is on the wire and not in the cluster is taken for \
              whoever has the address that it takes"
            .to_owned(),
    }));
    cells.extend(beside(cluster));
    cells.extend(on_hosts(ground, on, pods));
    cells.sort();
    cells.dedup();
    cells
}

/// Services and policies of other kinds.
fn beside(cluster: &Cluster) -> impl Iterator<Item = Cell> {
    cluster.beside.iter().map(|object| {
        let path = match &object.namespace {
            Some(namespace) => format!("{namespace}/{}", object.name),
            None => object.name.clone(),
        };
        let (basis, why) = match object.effect {
            Effect::Translated => (
                Basis::UndefinedSnat,
                "clients from outside may arrive with the address of a node, so that rules about \
                 their addresses may admit others than they say",
            ),
            Effect::OtherPolicies => (
                Basis::L7OrFqdn,
                "the pod network's own policies add to what goes through, by names or by what is \
                 asked for",
            ),
        };
        Cell {
            basis: Some(basis),
            what: format!("{} {path}", object.kind),
            why: why.to_owned(),
        }
    })
}

/// Parts of the platform that a policy can name by the address of a node alone: whatever else
/// runs in that node's network is let in with them.
fn on_hosts(ground: Ground<'_>, on: Id<model::Cluster>, pods: &Pods<'_>) -> Vec<Cell> {
    let flows = ground.flows.of(on).iter();
    let mut met: Vec<Service> = flows
        .flat_map(|flow| [&flow.from, &flow.to])
        .filter_map(|end| match end {
            Peer::Platform(service) => Some(*service),
            _ => None,
        })
        .collect();
    met.sort_unstable();
    met.dedup();
    // Metadata has an address of its own, which no node has.
    let met = met
        .into_iter()
        .filter(|service| *service != Service::Metadata);
    met.filter_map(|service| {
        let site = pods.sites.get(&service)?;
        (!site.addresses.is_empty()).then(|| Cell {
            basis: Some(Basis::UndefinedHostNetwork),
            what: format!("platform.{}", service.word()),
            why: "it is told by addresses of nodes, and so is everything else in the network of \
                  those nodes"
                .to_owned(),
        })
    })
    .collect()
}

/// Why a cluster has no proof at all, where it has none.
pub(super) fn without_proof(estate: &Estate, on: Id<model::Cluster>) -> Cell {
    let cluster = &estate.clusters[on];
    let why = match cluster.backend {
        Backend::Kubernetes(_) => {
            "`emit` leaves the target `kubernetes` out, and with it all policies"
        }
        Backend::Proxmox(_) => {
            "its flows are held by the firewall of Proxmox VE, which is written and not read back"
        }
        Backend::Hosts => "its machines have no control plane that would hold flows",
    };
    Cell {
        basis: None,
        what: format!("cluster {}", cluster.name.value),
        why: why.to_owned(),
    }
}
