//! What a machine's life needs of the network beside what it declares.

use std::collections::BTreeMap;

use tenantry_core::{
    flows::{Derived, Peer, Port, Protocol, Reason, Service, site},
    model::{Cluster, Estate, Id, Tenant, Workload},
    origin::OriginId,
    schema::kinds::PortProtocol,
};

use crate::kube::importer::{self, Fetch};

/// Where a shell is reached.
const SSH: u16 = 22;

/// The flows of a cluster's machines.
///
/// A console goes from virt-api to virt-handler and into the machine by a socket of the node, and
/// needs nothing here. A port forward is a connection from virt-api to the machine's pod: the
/// tenant's members who may open one (`admin` and `vm-user`) open it to ports that the machine
/// listens on, and to its shell where it has users. Migration runs between virt-handlers in
/// KubeVirt's own namespace.
pub(super) fn of(estate: &Estate, on: Id<Cluster>) -> Vec<Derived> {
    let machines = || {
        estate
            .workloads_of(on)
            .filter(|(_, workload)| workload.vm().is_some())
    };
    let forwards = machines().filter_map(|(id, workload)| forward(estate, id, workload));
    let fetches: Vec<(Id<Tenant>, Fetch)> = machines()
        .flat_map(|(_, workload)| {
            let fetches = importer::fetches(estate, workload).into_iter();
            fetches.map(|fetch| (workload.tenant, fetch))
        })
        .collect();
    let mut watched: BTreeMap<Id<Tenant>, OriginId> = BTreeMap::new();
    for (tenant, fetch) in &fetches {
        watched.entry(*tenant).or_insert(fetch.origin);
    }
    let watched = watched.into_iter().map(|(id, origin)| watch(id, origin));
    let fetched = fetches
        .iter()
        .map(|(tenant, fetch)| fetched(*tenant, fetch));
    forwards.chain(fetched).chain(watched).collect()
}

/// What fills a disk comes by a pod of the importer's, where no node pulls it. A host of images
/// answers from many addresses and mostly leads on to mirrors, so that without a declared address
/// the way is open to whatever is public.
fn fetched(tenant: Id<Tenant>, fetch: &Fetch) -> Derived {
    let reason = match &fetch.host {
        Some(host) => format!("a disk is filled from {host}"),
        None => "a disk is filled from there".to_owned(),
    };
    Derived {
        from: Peer::Importer(tenant),
        to: Peer::External {
            system: None,
            cidrs: fetch.cidrs.clone(),
            hosts: Vec::new(),
        },
        ports: vec![fetch.port],
        reason: Reason::Derived(reason.into()),
        origin: fetch.origin,
    }
}

/// CDI's controller reads from the importer how far it is; without that a disk's progress stays
/// `N/A` until it is whole.
fn watch(tenant: Id<Tenant>, origin: OriginId) -> Derived {
    Derived {
        from: Peer::Platform(Service::Cdi),
        to: Peer::Importer(tenant),
        ports: vec![site::IMPORTER_METRICS],
        reason: Reason::Derived("how far a disk is filled".into()),
        origin,
    }
}

fn forward(estate: &Estate, id: Id<Workload>, workload: &Workload) -> Option<Derived> {
    let origin = members(estate, workload.tenant)?;
    let listens = workload
        .spec
        .port
        .iter()
        .filter(|port| port.protocol.value == PortProtocol::Tcp);
    let mut ports: Vec<Port> = listens
        .map(|port| Port {
            protocol: Protocol::Tcp,
            from: port.number.value.first(),
            to: port.number.value.last(),
        })
        .collect();
    ports.extend((!workload.spec.user.is_empty()).then(|| Port::tcp(SSH)));
    ports.sort_unstable();
    ports.dedup();
    (!ports.is_empty()).then(|| Derived {
        from: Peer::Platform(Service::VirtApi),
        to: Peer::Workload(id),
        ports,
        reason: Reason::Derived("members who may forward ports of machines".into()),
        origin,
    })
}

/// Where the tenant names members who may use its machines.
fn members(estate: &Estate, tenant: Id<Tenant>) -> Option<OriginId> {
    let members = estate.tenants[tenant].spec.members.as_ref()?;
    let user = members.vm_user.as_ref().map(|user| user.meta.origin);
    user.or_else(|| members.admin.as_ref().map(|admin| admin.meta.origin))
}
