//! The domain's own shape: clusters with their pools, tenants with their workloads, every
//! reference looked up. Equal estates have equal models, whatever the order of their text.

mod build;
mod compute;
mod firmware;
mod ground;
mod id;
mod migration;
mod names;
pub mod rules;
pub mod threshold;
mod workload;

use std::sync::Arc;

pub use build::{Memo, build, build_again};
pub use compute::Cells;
pub use ground::{Backend, Cluster, Link, Node, Pool, PoolGpu, PoolNic, Queue, Storage};
pub use id::{Arena, Id, Ref};
pub use migration::Obstacle;
use tenantry_syntax::Span;
pub use workload::{
    Backup, Body, Connect, Disk, Expose, Gpu, ImageUse, Mount, Nic, Offer, OfferTo, Priority,
    Quota, Replicas, Standby, Target, Tenant, Volume, Workload,
};

pub use crate::schema::kinds::{
    BackupStore, CpuModel, External, GpuModel, Image, Network, Price, Site,
};
use crate::{
    origin::{How, OriginId, Origins, V},
    query::Text,
    schema::{
        construct::Meta,
        kinds::{self, Role},
    },
    units::{Ip, Name},
};

/// An estate in one environment.
#[derive(Debug)]
pub struct Estate {
    /// Its name.
    pub name: V<Name>,
    /// The environment; none where none is declared.
    pub env: Option<Arc<str>>,
    /// The estate's own node.
    pub spec: kinds::Estate,
    /// Sites, by name.
    pub sites: Arena<Site>,
    /// Connections between sites, by their ends.
    pub links: Vec<Link>,
    /// Clusters, by name.
    pub clusters: Arena<Cluster>,
    /// Pools, by cluster and name.
    pub pools: Arena<Pool>,
    /// Storage classes, by cluster and name.
    pub storages: Arena<Storage>,
    /// Networks, by cluster and name.
    pub networks: Arena<NetworkIn>,
    /// Outside systems, by name.
    pub externals: Arena<External>,
    /// Images, by name.
    pub images: Arena<Image>,
    /// Where backups go, by name.
    pub backup_stores: Arena<BackupStore>,
    /// Queues, by cluster and name.
    pub queues: Arena<Queue>,
    /// What things cost, by what it is of.
    pub prices: Vec<Price>,
    /// Priorities, by name.
    pub priorities: Arena<Priority>,
    /// Tiers, by name.
    pub tiers: Arena<kinds::Tier>,
    /// Processor models that are used or declared, by name.
    pub cpu_models: Arena<CpuModel>,
    /// GPU models that are used or declared, by name.
    pub gpu_models: Arena<GpuModel>,
    /// Tenants, by name.
    pub tenants: Arena<Tenant>,
    /// Workloads, by tenant and name.
    pub workloads: Arena<Workload>,
    /// Why each value is so.
    pub origins: Origins,
    /// The nodes that it was built from, for what expressions ask.
    pub text: Text,
    /// Workloads of which a part is broken and was dropped, sorted: what is said of them must hold
    /// however the mistake is mended.
    pub tainted: Vec<Id<Workload>>,
    /// Tenants of which a broken workload was dropped whole: what the others of theirs do not do,
    /// that one may.
    pub bereft: Vec<Id<Tenant>>,
    /// Whether something outside workloads is broken: sums over the ground cannot be trusted.
    pub broken_ground: bool,
}

/// A network and its cluster.
#[derive(Debug, Clone)]
pub struct NetworkIn {
    /// The network.
    pub spec: Network,
    /// Its cluster.
    pub cluster: Id<Cluster>,
    /// The tenant that has it alone.
    pub tenant: Option<Ref<Tenant>>,
}

impl Estate {
    /// Where to point for an origin.
    pub fn span(&self, origin: OriginId) -> Span {
        self.origins.span(origin).unwrap_or_default()
    }

    /// Where a value stands that may be written anew for this alone: one that was written there.
    /// What a name, an expression, a profile or a default gives has no such place.
    pub fn literal(&self, origin: OriginId) -> Option<Span> {
        let origin = self.origins.get(origin);
        let written = origin.how == How::Literal && origin.from.is_empty();
        origin.span.filter(|span| written && self.is_own(*span))
    }

    /// Where a node stands that may be taken away or added to for this alone: one that no profile
    /// brought.
    pub fn own_node(&self, meta: &Meta) -> Option<Span> {
        let brought = self.origins.get(meta.origin).how == How::Profile;
        Some(meta.span).filter(|span| !brought && self.is_own(*span))
    }

    /// Whether a place is in text that serves nothing else.
    fn is_own(&self, span: Span) -> bool {
        !self.origins.instances.is_expanded(span)
    }

    /// The pools of a cluster.
    pub fn pools_of(&self, cluster: Id<Cluster>) -> impl Iterator<Item = (Id<Pool>, &Pool)> {
        self.pools
            .iter()
            .filter(move |(_, pool)| pool.cluster == cluster)
    }

    /// The workloads of a cluster.
    pub fn workloads_of(
        &self,
        cluster: Id<Cluster>,
    ) -> impl Iterator<Item = (Id<Workload>, &Workload)> {
        self.workloads
            .iter()
            .filter(move |(_, workload)| workload.cluster == cluster)
    }

    /// The workloads of a tenant in a cluster.
    pub fn workloads_in(
        &self,
        tenant: Id<Tenant>,
        cluster: Id<Cluster>,
    ) -> impl Iterator<Item = (Id<Workload>, &Workload)> {
        self.workloads_by(tenant)
            .filter(move |(_, workload)| workload.cluster == cluster)
    }

    /// The workloads of a tenant: they stand side by side.
    pub fn workloads_by(
        &self,
        tenant: Id<Tenant>,
    ) -> impl Iterator<Item = (Id<Workload>, &Workload)> {
        let all = &self.workloads;
        let first = all.partition_point(|workload| workload.tenant < tenant);
        let after = all.partition_point(|workload| workload.tenant <= tenant);
        all.range(first..after)
    }

    /// Whether a tenant lives in a cluster: it has a workload, a quota, a volume or an object of
    /// its own there.
    pub fn lives_in(&self, tenant: Id<Tenant>, cluster: Id<Cluster>) -> bool {
        if self.workloads_in(tenant, cluster).next().is_some() {
            return true;
        }
        let tenant = &self.tenants[tenant];
        let here = self.clusters[cluster].name.value.as_str();
        let raw_here = |raw: &kinds::Raw| match &raw.cluster {
            Some(named) => &*named.value.text == here,
            None => self.clusters.len() == 1,
        };
        tenant.quotas.iter().any(|quota| quota.cluster == cluster)
            || tenant
                .volumes
                .iter()
                .any(|volume| volume.cluster == cluster)
            || tenant.spec.raw.iter().any(raw_here)
    }

    /// The addresses at which a cluster's API server answers: those of `facts { api }`, else
    /// those of the control plane's machines.
    pub fn api_addresses(&self, cluster: Id<Cluster>) -> Vec<V<Ip>> {
        let facts = self.clusters[cluster].spec.facts.as_ref();
        let said = facts.and_then(|facts| facts.api.as_ref()?.ip.as_ref());
        if let Some(said) = said {
            return said.addresses.clone();
        }
        self.pools_of(cluster)
            .filter(|(_, pool)| pool.spec.role.value == Role::ControlPlane)
            .flat_map(|(_, pool)| &pool.nodes)
            .filter_map(|node| Some(V::new(node.ip?, node.origin)))
            .collect()
    }

    /// The first of [`Estate::api_addresses`].
    pub fn api_address(&self, cluster: Id<Cluster>) -> Option<V<Ip>> {
        self.api_addresses(cluster).into_iter().next()
    }

    /// Whether a part of the workload is broken.
    pub fn is_tainted(&self, workload: Id<Workload>) -> bool {
        self.tainted.binary_search(&workload).is_ok()
    }
}
