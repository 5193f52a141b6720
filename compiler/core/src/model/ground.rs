//! The ground: clusters, pools and their nodes, storage.

use std::sync::Arc;

use super::id::{Id, Ref};
use crate::{
    origin::{OriginId, V},
    schema::kinds,
    units::{Bytes, Cores, Ip, Name, Version},
};

/// What runs a cluster.
#[derive(Debug, Clone)]
pub enum Backend {
    /// Kubernetes, in this version.
    Kubernetes(V<Version>),
    /// Proxmox VE, in this version.
    Proxmox(V<Version>),
    /// Plain machines without a control plane.
    Hosts,
}

impl Backend {
    /// The word of the language.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Kubernetes(_) => "kubernetes",
            Self::Proxmox(_) => "proxmox",
            Self::Hosts => "hosts",
        }
    }

    /// The version; plain machines have none.
    pub fn version(&self) -> Option<&V<Version>> {
        match self {
            Self::Kubernetes(version) | Self::Proxmox(version) => Some(version),
            Self::Hosts => None,
        }
    }
}

/// A cluster.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Its name.
    pub name: V<Name>,
    /// What runs it.
    pub backend: Backend,
    /// The site that it stands on.
    pub site: Option<Ref<kinds::Site>>,
    /// Its zones, in the order of the text.
    pub zones: Vec<V<Name>>,
    /// The rest, as declared.
    pub spec: kinds::Cluster,
}

impl Cluster {
    /// Whether it is a Kubernetes cluster.
    pub fn is_kubernetes(&self) -> bool {
        matches!(self.backend, Backend::Kubernetes(_))
    }

    /// Whether its CNI itself answers for the addresses of load balancers: Cilium does, where it
    /// does the work of kube-proxy (its layer 2 announcements need that).
    pub fn announces_addresses(&self) -> bool {
        self.spec.cni.as_ref().is_some_and(|cni| {
            cni.name.value == kinds::CniName::Cilium && cni.kube_proxy_replacement.value
        })
    }
}

/// One machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its host name.
    pub name: String,
    /// Its zone.
    pub zone: Option<Name>,
    /// Its rack, where known.
    pub rack: Option<V<Name>>,
    /// Its address, where known.
    pub ip: Option<Ip>,
    /// Why it is there.
    pub origin: OriginId,
}

/// GPUs of one model on each node of a pool.
#[derive(Debug, Clone)]
pub struct PoolGpu {
    /// The model.
    pub model: Ref<kinds::GpuModel>,
    /// The rest, as declared.
    pub spec: kinds::PoolGpu,
}

/// A network interface of each node of a pool.
#[derive(Debug, Clone)]
pub struct PoolNic {
    /// The networks that it carries.
    pub carries: Vec<Ref<super::NetworkIn>>,
    /// The rest, as declared.
    pub spec: kinds::PoolNic,
}

/// A pool of equal machines.
#[derive(Debug, Clone)]
pub struct Pool {
    /// Its name.
    pub name: V<Name>,
    /// Its cluster.
    pub cluster: Id<Cluster>,
    /// The tenant that has it alone.
    pub tenant: Option<Ref<super::Tenant>>,
    /// Its machines, in the order of their names.
    pub nodes: Vec<Node>,
    /// The processor.
    pub cpu_model: Ref<kinds::CpuModel>,
    /// Logical CPUs of one machine.
    pub threads: u32,
    /// GPUs of one machine.
    pub gpus: Vec<PoolGpu>,
    /// Network interfaces of one machine, by name.
    pub nics: Vec<PoolNic>,
    /// The rest, as declared.
    pub spec: kinds::Pool,
}

impl Pool {
    /// Huge pages of one machine, by page size.
    pub fn hugepages(&self) -> impl Iterator<Item = (&V<Bytes>, &V<Bytes>)> {
        self.spec
            .memory
            .hugepages
            .iter()
            .map(|pages| (&pages.size, &pages.total))
    }

    /// CPU of one machine that workloads may have: all threads less the reserve.
    pub fn allocatable_cpu(&self) -> Cores {
        let reserved = self
            .spec
            .reserve
            .as_ref()
            .and_then(|reserve| reserve.cpu.as_ref())
            .map_or(0, |cpu| cpu.value.as_millis());
        Cores::millis((u64::from(self.threads) * 1000).saturating_sub(reserved))
    }

    /// Memory of one machine that no pod may have: the reserve and the kubelet's hard eviction
    /// threshold (100 MiB by default, `memory.available`).
    pub fn kept_memory(&self) -> Bytes {
        let reserved = self
            .spec
            .reserve
            .as_ref()
            .and_then(|reserve| reserve.memory.as_ref())
            .map_or(0, |memory| memory.value.get());
        Bytes::new(reserved.saturating_add(100 << 20))
    }

    /// Ordinary memory of one machine that workloads may have: what is left of all of it after
    /// huge pages and what is kept.
    pub fn allocatable_memory(&self) -> Bytes {
        let pages: u64 = self.hugepages().map(|(_, total)| total.value.get()).sum();
        let size = self.spec.memory.size.value.get();
        Bytes::new(
            size.saturating_sub(pages)
                .saturating_sub(self.kept_memory().get()),
        )
    }

    /// The path in messages and in the manifest: `sz1.gpu-train`.
    pub fn path(&self, cluster: &Cluster) -> Arc<str> {
        format!("{}.{}", cluster.name.value, self.name.value).into()
    }
}

/// A storage class.
#[derive(Debug, Clone)]
pub struct Storage {
    /// Its name.
    pub name: V<Name>,
    /// Its cluster.
    pub cluster: Id<Cluster>,
    /// The tenant that has it alone.
    pub tenant: Option<Ref<super::Tenant>>,
    /// The network that Ceph's copies take.
    pub network: Option<Ref<super::NetworkIn>>,
    /// The classes that its volumes are copied to, and the entry that says so.
    pub replicas: Vec<(Ref<Storage>, kinds::Replicate)>,
    /// The rest, as declared.
    pub spec: kinds::Storage,
}

/// A connection between two sites.
#[derive(Debug, Clone)]
pub struct Link {
    /// The sites.
    pub ends: [Ref<kinds::Site>; 2],
    /// The rest, as declared.
    pub spec: kinds::Link,
}

/// A queue that jobs wait in.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Its name.
    pub name: V<Name>,
    /// Its cluster.
    pub cluster: Id<Cluster>,
    /// The machines that its jobs run on.
    pub pools: Vec<Ref<Pool>>,
    /// What tenants have of it, and the entry that says so.
    pub shares: Vec<(Ref<super::Tenant>, kinds::QueueShare)>,
    /// The rest, as declared.
    pub spec: kinds::Queue,
}
