//! Target-neutral resources: what every backend needs to know, decided once. Names with their
//! limits, instances with their hosts and addresses, volumes, and who may talk to whom as
//! groups of equal port sets.

mod allocate;
mod attached;
pub mod changes;
mod isolation;
pub mod names;
pub mod ways;

use std::{collections::BTreeMap, sync::Arc};

pub(crate) use attached::attached;
pub use changes::{Changed, Changes};
pub use isolation::{PeerRule, RuleGroup, Sides};

use crate::{
    check::Checked,
    close::Platform,
    diag::Findings,
    flows::{FlowSet, Peer},
    lock::Allocations,
    model::{Cluster, Estate, Id, Tenant, Workload},
    origin::OriginId,
    outcome::Outcome,
    place::{Host, Placement},
    units::IpLen,
};

/// One replica with an identity of its own: a virtual machine, or a system container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its name, unique in its namespace: the workload's, or the workload's and a number.
    pub name: String,
    /// Its number, from 0.
    pub index: u32,
    /// Its machine, for backends that take one.
    pub host: Option<Host>,
    /// Its number in a Proxmox cluster.
    pub vmid: Option<u32>,
    /// Addresses by interface, where the network has a range of its own.
    pub addresses: BTreeMap<Arc<str>, IpLen>,
    /// Why it is there.
    pub origin: OriginId,
}

/// A workload, lowered.
#[derive(Debug, Clone)]
pub struct LoweredWorkload {
    /// The workload.
    pub id: Id<Workload>,
    /// The name of its objects.
    pub name: String,
    /// Its namespace, or on Proxmox its pool.
    pub namespace: String,
    /// Replicas that have an identity; empty where a controller makes equal ones.
    pub instances: Vec<Instance>,
    /// Who may call it.
    pub ingress: Vec<RuleGroup>,
    /// Whom it may call.
    pub egress: Vec<RuleGroup>,
}

/// A tenant in a cluster.
#[derive(Debug, Clone)]
pub struct LoweredTenant {
    /// The tenant.
    pub id: Id<Tenant>,
    /// Its namespace.
    pub namespace: String,
    /// What every pod of the namespace may, whoever made it.
    pub every: Sides,
    /// What those may beside that fill its machines' disks.
    pub importer: Sides,
    /// Its workloads, by name.
    pub workloads: Vec<LoweredWorkload>,
}

/// A cluster.
#[derive(Debug, Clone)]
pub struct LoweredCluster {
    /// The cluster.
    pub id: Id<Cluster>,
    /// The tenants that live there, by name.
    pub tenants: Vec<LoweredTenant>,
}

/// Everything that targets need.
#[derive(Debug)]
pub struct Lowered<'a> {
    /// The model.
    pub estate: &'a Estate,
    /// What each cluster runs.
    pub platform: &'a Platform,
    /// What each replica takes, and where.
    pub placement: &'a Placement,
    /// Who talks to whom.
    pub flows: &'a FlowSet,
    /// The clusters.
    pub clusters: Vec<LoweredCluster>,
    /// The choices to remember.
    pub allocations: Allocations,
    /// What of them is not as the build before had chosen it.
    pub changes: Changes,
}

impl Lowered<'_> {
    /// All workloads of a cluster.
    pub fn workloads<'l>(
        &'l self,
        cluster: &'l LoweredCluster,
    ) -> impl Iterator<Item = (&'l LoweredTenant, &'l LoweredWorkload)> {
        cluster.tenants.iter().flat_map(|tenant| {
            tenant
                .workloads
                .iter()
                .map(move |workload| (tenant, workload))
        })
    }

    /// A workload, lowered.
    pub fn find(&self, id: Id<Workload>) -> Option<(&LoweredTenant, &LoweredWorkload)> {
        self.clusters
            .iter()
            .flat_map(|cluster| &cluster.tenants)
            .flat_map(|tenant| {
                tenant
                    .workloads
                    .iter()
                    .map(move |workload| (tenant, workload))
            })
            .find(|(_, workload)| workload.id == id)
    }
}

/// What replicas with an identity have of their own.
#[derive(Debug)]
pub struct Allocated {
    /// By workload.
    instances: Vec<Vec<Instance>>,
    /// The choices to remember.
    pub allocations: Allocations,
    /// What of them is not as the build before had chosen it.
    pub changes: Changes,
}

/// Gives replicas their names, numbers and addresses: the part of lowering in which something may
/// be wrong. Choices that the build before made are kept while they still hold.
pub fn allocate(checked: &Checked<'_>, placement: &Placement) -> Outcome<Allocated> {
    let estate = checked.estate();
    let workloads: Vec<&Workload> = estate.workloads.values().collect();
    let named = crate::par::map(&workloads, |workload| names::check(workload));
    let mut findings: Findings = named.into_iter().flatten().collect();
    let mut allocator = allocate::Allocator::new(estate, placement.allocations.clone());
    let mut instances = vec![Vec::new(); estate.workloads.len()];
    for (cluster, _) in estate.clusters.iter() {
        for (tenant, _) in estate.tenants.iter() {
            for (id, _) in estate.workloads_in(tenant, cluster) {
                instances[id.index()] = self::instances(estate, id, placement, &mut allocator);
            }
        }
    }
    let (allocations, changes, full) = allocator.finish();
    findings.extend(full);
    let allocated = Allocated {
        instances,
        allocations,
        changes,
    };
    Outcome::new(allocated, findings)
}

/// Lowers an estate to what targets need.
pub fn lower<'a>(
    checked: &Checked<'a>,
    placement: &'a Placement,
    flows: &'a FlowSet,
    allocated: Allocated,
) -> Lowered<'a> {
    let Allocated {
        mut instances,
        allocations,
        changes,
    } = allocated;
    let estate = checked.estate();
    let mut clusters = Vec::new();
    for (cluster, _) in estate.clusters.iter() {
        let isolation = isolation::ByEnd::of(flows.of(cluster));
        let mut tenants = Vec::new();
        for (tenant, spec) in estate
            .tenants
            .iter()
            .filter(|(tenant, _)| estate.lives_in(*tenant, cluster))
        {
            let namespace = spec.namespace.value.to_string();
            let workloads = estate
                .workloads_in(tenant, cluster)
                .map(|(id, workload)| {
                    let Sides { ingress, egress } = isolation.sides(&Peer::Workload(id));
                    LoweredWorkload {
                        id,
                        name: workload.name.value.to_string(),
                        namespace: namespace.clone(),
                        instances: std::mem::take(&mut instances[id.index()]),
                        ingress,
                        egress,
                    }
                })
                .collect();
            tenants.push(LoweredTenant {
                id: tenant,
                namespace,
                every: isolation.sides(&Peer::Namespace(tenant)),
                importer: isolation.sides(&Peer::Importer(tenant)),
                workloads,
            });
        }
        clusters.push(LoweredCluster {
            id: cluster,
            tenants,
        });
    }
    Lowered {
        estate,
        platform: checked.platform(),
        placement,
        flows,
        clusters,
        allocations,
        changes,
    }
}

fn instances(
    estate: &Estate,
    id: Id<Workload>,
    placement: &Placement,
    allocator: &mut allocate::Allocator<'_>,
) -> Vec<Instance> {
    allocate::replicas(estate, id)
        .map(|replica| Instance {
            host: placement.hosts.get(&(id, replica.index)).copied(),
            vmid: allocator.number(&replica),
            addresses: allocator.addresses(&replica),
            origin: replica.workload.spec.meta.origin,
            index: replica.index,
            name: replica.name,
        })
        .collect()
}
