//! What a machine's life needs of the network beside what it declares.

use tenantry_core::{
    flows::{Derived, Peer, Port, Protocol, Reason, Service},
    model::{Cluster, Estate, Id, Tenant, Workload},
    schema::kinds::PortProtocol,
    units::{Host, Unit},
};

use crate::kube::importer;

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
    let fetches = machines().flat_map(|(_, workload)| importer::fetches(estate, workload));
    forwards.chain(fetches.map(fetched)).collect()
}

/// What fills a disk comes by a pod of the importer's, where no node pulls it.
fn fetched(fetch: importer::Fetch) -> Derived {
    let named = fetch.host.as_deref().filter(|_| fetch.cidrs.is_empty());
    let hosts = named.and_then(|host| Host::parse(host).ok());
    Derived {
        from: Peer::Platform(Service::Importer),
        to: Peer::External {
            system: None,
            hosts: hosts.into_iter().collect(),
            cidrs: fetch.cidrs,
        },
        ports: vec![fetch.port],
        reason: Reason::Derived("a disk is filled from there".into()),
        origin: fetch.origin,
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
fn members(estate: &Estate, tenant: Id<Tenant>) -> Option<tenantry_core::origin::OriginId> {
    let members = estate.tenants[tenant].spec.members.as_ref()?;
    let user = members.vm_user.as_ref().map(|user| user.meta.origin);
    user.or_else(|| members.admin.as_ref().map(|admin| admin.meta.origin))
}
