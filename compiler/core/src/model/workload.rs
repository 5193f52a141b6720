//! Tenants and what they run, every reference looked up.

use std::sync::Arc;

use super::{
    ground::{Cluster, Pool, Storage},
    id::{Id, Ref},
};
use crate::{
    flows::Port,
    origin::V,
    schema::kinds,
    units::{Cidr, Host, Name, OciRef},
};

/// A priority.
pub type Priority = kinds::Priority;

/// A tenant.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Its name.
    pub name: V<Name>,
    /// Its namespace, one per cluster.
    pub namespace: V<Name>,
    /// Its tier.
    pub tier: Option<Ref<kinds::Tier>>,
    /// What it may use, by cluster.
    pub quotas: Vec<Quota>,
    /// Machines that it has alone.
    pub dedicated: Vec<(Ref<Pool>, Arc<kinds::Dedicated>)>,
    /// Its volumes, by name.
    pub volumes: Vec<Volume>,
    /// The rest, as declared. What its workloads lead to is in [`super::Estate::workloads`].
    pub spec: Arc<kinds::Tenant>,
}

/// What a tenant may use in one cluster.
#[derive(Debug, Clone)]
pub struct Quota {
    /// The cluster.
    pub cluster: Id<Cluster>,
    /// GPUs: the model, and the entry that names it.
    pub gpus: Vec<(Ref<kinds::GpuModel>, kinds::QuotaGpu)>,
    /// Storage: the class, and the entry that names it.
    pub storages: Vec<(Ref<Storage>, kinds::QuotaStorage)>,
    /// The rest, as declared.
    pub spec: Arc<kinds::Quota>,
}

/// An image as a workload names it.
#[derive(Debug, Clone)]
pub enum ImageUse {
    /// A declared image.
    Named(Ref<kinds::Image>),
    /// A reference to a registry, and why it is so.
    Oci(V<OciRef>),
    /// It leads nowhere, which was reported; the workload is tainted.
    Unknown,
}

/// What a workload is.
#[derive(Debug, Clone)]
pub enum Body {
    /// A virtual machine, booted from this image.
    Vm(Arc<kinds::Vm>, ImageUse),
    /// A container that runs until it is stopped.
    Container(Arc<kinds::Container>),
    /// A container that ends.
    Job(Arc<kinds::Job>),
    /// A system container on Proxmox.
    Lxc(Arc<kinds::Lxc>),
    /// A Helm chart: what it makes is its own business.
    Chart(Arc<kinds::Chart>),
}

impl Body {
    /// The word of the language.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Vm(..) => "vm",
            Self::Container(_) => "container",
            Self::Job(_) => "job",
            Self::Lxc(_) => "lxc",
            Self::Chart(_) => "chart",
        }
    }
}

/// How many there are.
#[derive(Debug, Clone)]
pub enum Replicas {
    /// This many.
    Fixed(V<u32>),
    /// One on each node of the pools.
    PerNode(V<u32>),
    /// This many in each zone.
    PerZone(V<u32>),
    /// Between two bounds, as load asks.
    Scaled {
        /// At least.
        min: V<u32>,
        /// At most.
        max: V<u32>,
    },
}

/// GPUs that one replica asks for.
#[derive(Debug, Clone)]
pub struct Gpu {
    /// The model.
    pub model: Ref<kinds::GpuModel>,
    /// The rest, as declared.
    pub spec: Arc<kinds::Gpu>,
}

/// A disk of each replica.
#[derive(Debug, Clone)]
pub struct Disk {
    /// Its storage class; none is the cluster's only one, or an ephemeral disk.
    pub storage: Option<Ref<Storage>>,
    /// The rest, as declared.
    pub spec: Arc<kinds::Disk>,
}

/// A network interface of each replica.
#[derive(Debug, Clone)]
pub struct Nic {
    /// The network; none is the cluster's pod network, or on Proxmox its first bridge.
    pub network: Option<Ref<super::NetworkIn>>,
    /// The rest, as declared.
    pub spec: Arc<kinds::Nic>,
}

/// The same workload in a second place.
#[derive(Debug, Clone)]
pub struct Standby {
    /// Where.
    pub pool: Ref<Pool>,
    /// As declared.
    pub spec: Arc<kinds::Standby>,
}

/// A volume of a tenant.
#[derive(Debug, Clone)]
pub struct Volume {
    /// The cluster that it lies in: that of the workloads that mount it, else of its storage.
    pub cluster: Id<Cluster>,
    /// Its storage class; none is the cluster's only one.
    pub storage: Option<Ref<Storage>>,
    /// Who mounts it, in the order of the model, and where that is said.
    pub mounted_by: Vec<Ref<Workload>>,
    /// The rest, as declared.
    pub spec: Arc<kinds::Volume>,
}

/// Where a mount's content comes from.
#[derive(Debug, Clone)]
pub struct Mount {
    /// As declared.
    pub spec: kinds::Mount,
}

/// What a workload calls.
#[derive(Debug, Clone)]
pub enum Target {
    /// A workload, of this tenant or another.
    Workload(Ref<Workload>),
    /// A declared outside system.
    External(Ref<kinds::External>),
    /// The public internet.
    Internet,
    /// A part of the platform.
    Platform(crate::flows::Service),
}

/// A `connect`.
#[derive(Debug, Clone)]
pub struct Connect {
    /// Whom.
    pub to: Target,
    /// On which ports; empty only for parts of the platform, whose ports are known.
    pub ports: Vec<Port>,
    /// Narrowed to this address range.
    pub cidr: Option<V<Cidr>>,
    /// Narrowed to this name.
    pub host: Option<V<Host>>,
    /// As declared.
    pub spec: Arc<kinds::Connect>,
}

/// Who may call, of other tenants.
#[derive(Debug, Clone)]
pub enum OfferTo {
    /// All workloads of a tenant.
    Tenant(Ref<Tenant>),
    /// One workload.
    Workload(Ref<Workload>),
}

/// An `offer`: the provider's half of a flow between tenants.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The port of ours.
    pub port: Port,
    /// To whom.
    pub to: OfferTo,
    /// As declared.
    pub spec: Arc<kinds::Offer>,
}

/// An `expose`: a port that outside clients reach.
#[derive(Debug, Clone)]
pub struct Expose {
    /// The port of ours.
    pub port: Port,
    /// The declared port's name, if it was named.
    pub name: Option<Name>,
    /// The addresses of who may reach it, in order; empty is everybody.
    pub clients: Vec<Cidr>,
    /// As declared.
    pub spec: Arc<kinds::Expose>,
}

/// A `backup`.
#[derive(Debug, Clone)]
pub struct Backup {
    /// Where to.
    pub to: Option<Ref<kinds::BackupStore>>,
    /// As declared.
    pub spec: Arc<kinds::Backup>,
}

/// Something that a tenant runs.
#[derive(Debug, Clone)]
pub struct Workload {
    /// `acme.trainer`: its path in messages, labels and the manifest.
    pub path: Arc<str>,
    /// Its name.
    pub name: V<Name>,
    /// Whose it is.
    pub tenant: Id<Tenant>,
    /// Where it runs.
    pub cluster: Id<Cluster>,
    /// The pools that it may run on; alternatives.
    pub pools: Vec<Ref<Pool>>,
    /// What it is.
    pub body: Body,
    /// How many.
    pub replicas: Replicas,
    /// Its priority, its own or its tier's.
    pub priority: Option<Ref<Priority>>,
    /// Where else it stands ready, for when this place is lost.
    pub standbys: Vec<Standby>,
    /// GPUs of each replica.
    pub gpus: Vec<Gpu>,
    /// Disks of each replica, `root` first.
    pub disks: Vec<Disk>,
    /// Interfaces of each replica, `default` first.
    pub nics: Vec<Nic>,
    /// What is mounted.
    pub mounts: Vec<Mount>,
    /// Whom it calls.
    pub connects: Vec<Connect>,
    /// Whom of other tenants it serves.
    pub offers: Vec<Offer>,
    /// What outside clients reach.
    pub exposes: Vec<Expose>,
    /// What must run before it.
    pub needs: Vec<(Ref<Workload>, Arc<kinds::Needs>)>,
    /// Workloads that it must not share a node with.
    pub apart: Vec<Ref<Workload>>,
    /// Workloads that it must share a node, rack or zone with.
    pub together: Vec<Ref<Workload>>,
    /// The queue that it waits in.
    pub queue: Option<Ref<super::Queue>>,
    /// Its backups.
    pub backups: Vec<Backup>,
    /// The rest, as declared.
    pub spec: Arc<kinds::Workload>,
}

impl Expose {
    /// The feature's word in capability tables.
    pub fn feature(&self) -> &'static str {
        match self.spec.via.value {
            kinds::Via::Gateway => "expose-gateway",
            kinds::Via::Ingress => "expose-ingress",
            kinds::Via::LoadBalancer => "expose-load-balancer",
            kinds::Via::NodePort => "expose-node-port",
            kinds::Via::SshGateway => "expose-ssh-gateway",
            kinds::Via::Direct => "expose-direct",
        }
    }

    /// The same for a message.
    pub fn what(&self) -> &'static str {
        match self.spec.via.value {
            kinds::Via::Gateway => "a route through the gateway",
            kinds::Via::Ingress => "a route through an ingress controller",
            kinds::Via::LoadBalancer => "a load balancer's address",
            kinds::Via::NodePort => "a port of each node",
            kinds::Via::SshGateway => "the gateway for shells",
            kinds::Via::Direct => "an address that clients reach directly",
        }
    }

    /// Whether a proxy of the cluster stands between clients and the workload.
    pub fn through_gateway(&self) -> bool {
        matches!(
            self.spec.via.value,
            kinds::Via::Gateway | kinds::Via::Ingress | kinds::Via::SshGateway
        )
    }
}

impl Workload {
    /// Whether it has a port: declares it, or exposes it. Where no Service stands before guests,
    /// who declares no port at all leaves open which it has.
    pub fn listens_on(&self, estate: &super::Estate, port: Port) -> bool {
        let cluster = &estate.clusters[self.cluster];
        let silent = !cluster.is_kubernetes() && self.listens().next().is_none();
        let exposed = self.exposes.iter().map(|expose| expose.port);
        let mut known = self.listens().map(|(_, known)| known).chain(exposed);
        silent || known.any(|known| known.holds(port))
    }

    /// Whether it is a machine all of whose interfaces are on further networks. A machine that names
    /// none has one on the pod network, as has every pod.
    pub fn is_off_pod_network(&self) -> bool {
        let nics = &self.nics;
        self.vm().is_some() && !nics.is_empty() && nics.iter().all(|nic| nic.network.is_some())
    }

    /// The virtual machine, if it is one.
    pub fn vm(&self) -> Option<&kinds::Vm> {
        match &self.body {
            Body::Vm(vm, _) => Some(vm),
            _ => None,
        }
    }

    /// What stands between a container and its host, if it is one.
    pub fn sandbox(&self) -> Option<&V<kinds::Sandbox>> {
        match &self.body {
            Body::Container(container) => Some(&container.sandbox),
            Body::Job(job) => Some(&job.sandbox),
            Body::Vm(..) | Body::Lxc(_) | Body::Chart(_) => None,
        }
    }

    /// Whether its replicas are told apart: machines and system containers are, and what says so.
    pub fn has_identity(&self) -> bool {
        let said = self
            .spec
            .replicas
            .as_ref()
            .and_then(|replicas| replicas.identity.as_ref());
        match (said.map(|identity| identity.value), &self.body) {
            (Some(identity), _) => identity == kinds::Identity::Stable,
            (None, Body::Vm(..)) => self.spec.scale.is_none(),
            (None, Body::Lxc(_)) => true,
            (None, Body::Container(_) | Body::Job(_) | Body::Chart(_)) => false,
        }
    }

    /// Virtual CPUs of a machine: its topology, or the whole cores that it asks for.
    pub fn vcpus(&self) -> Option<u32> {
        let cpu = self.spec.cpu.as_ref()?;
        cpu.vcpus().or_else(|| {
            let request = cpu.request.as_ref()?.value.as_millis();
            u32::try_from(request.div_ceil(1000)).ok()
        })
    }

    /// The port that a name or a number stands for; none for a name that no port has. A number
    /// alone is of TCP.
    pub fn port_of(&self, port: &kinds::PortRef) -> Option<Port> {
        let (number, protocol) = match port {
            kinds::PortRef::Name(name) => {
                let port = self.port(name.as_str())?;
                (port.number.value, port.protocol.value)
            }
            kinds::PortRef::Number(number) => (*number, kinds::PortProtocol::Tcp),
        };
        Some(Port::of(number, protocol))
    }

    /// The ports that it listens on, by name: its own, and those of its sidecars.
    pub fn listens(&self) -> impl Iterator<Item = (&Name, Port)> {
        self.spec.ports().map(|port| {
            let means = Port::of(port.number.value, port.protocol.value);
            (&port.name.value, means)
        })
    }

    /// The declared single port that a name or a number stands for.
    pub fn declared_port(&self, port: &kinds::PortRef) -> Option<&kinds::Port> {
        let found = match port {
            kinds::PortRef::Name(name) => self.port(name.as_str()),
            kinds::PortRef::Number(number) => {
                let mut ports = self.spec.ports();
                ports.find(|port| port.number.value == *number)
            }
        };
        found.filter(|port| port.number.value.as_single().is_some())
    }

    /// The declared port of that name, its own or a sidecar's.
    pub fn port(&self, name: &str) -> Option<&kinds::Port> {
        let mut ports = self.spec.ports();
        ports.find(|port| port.name.value.as_str() == name)
    }

    /// What is spoken on the port that is exposed, if its declaration says so.
    pub fn app(&self, expose: &Expose) -> Option<kinds::AppProtocol> {
        let port = match &expose.name {
            Some(name) => self.port(name.as_str()),
            None => self
                .spec
                .ports()
                .find(|port| Port::of(port.number.value, port.protocol.value) == expose.port),
        };
        port?.app.as_ref().map(|app| app.value)
    }
}
