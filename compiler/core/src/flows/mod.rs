//! Who may talk to whom: what the spec declares, and what follows from it.
//!
//! A [`FlowSet`] is the whole of it. Of a Kubernetes cluster it says exactly what the emitted
//! policies let through, so that these can be read back and compared:
//!
//! - Every rule of a policy follows from a flow, and every flow is in the policies of each of its
//!   ends that has any: egress where it begins, ingress where it ends ([`Peer::is_held`]).
//! - A flow has ports, always. What a spec leaves to a part of the platform is filled in.
//! - An outside end has addresses or names, never both ([`Holder`] says what that means).
//! - What the addresses of an outside end mean, with what they leave out, is [`blocks::Blocks`]'
//!   to say; where the platform's pods are, [`site::find`]'s.
//!
//! No flow stands for what no policy can forbid: the kubelet's probes and whatever else comes
//! from a pod's own node, answers, a pod's calls to itself, and the traffic of interfaces beside
//! the pod network.

pub mod blocks;
pub mod cni;
mod declared;
pub mod rules;
pub mod site;

use std::sync::Arc;

pub use declared::collect;

use crate::{
    model::{Cluster, External, Id, Tenant, Workload},
    origin::OriginId,
    schema::kinds::PortProtocol,
    units::{Cidr, Host, Name, Ports},
};

/// A transport protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// As Kubernetes writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }
}

impl From<PortProtocol> for Protocol {
    fn from(protocol: PortProtocol) -> Self {
        match protocol {
            PortProtocol::Tcp => Self::Tcp,
            PortProtocol::Udp => Self::Udp,
            PortProtocol::Sctp => Self::Sctp,
        }
    }
}

/// A port, or a range of them, of one protocol; always the destination's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port {
    /// The protocol.
    pub protocol: Protocol,
    /// The first port.
    pub from: u16,
    /// The last port; the same for a single one.
    pub to: u16,
}

impl Port {
    /// The ports that the spec means by a number or range, and a protocol.
    pub fn of(numbers: Ports, protocol: PortProtocol) -> Self {
        Self {
            protocol: protocol.into(),
            from: numbers.first(),
            to: numbers.last(),
        }
    }

    /// Whether all of another's ports are among these.
    pub fn holds(self, other: Self) -> bool {
        self.protocol == other.protocol && self.from <= other.from && other.to <= self.to
    }

    /// In words, without what goes without saying: `5432`, `8000-8010`, `53/UDP`.
    pub fn number(self) -> String {
        let number = match self.from == self.to {
            true => self.from.to_string(),
            false => format!("{}-{}", self.from, self.to),
        };
        match self.protocol {
            Protocol::Tcp => number,
            other => format!("{number}/{}", other.name()),
        }
    }

    /// What a port is called that has no name of its own: `tcp-8080`.
    pub fn name(self) -> String {
        format!("{}-{}", self.protocol.name().to_lowercase(), self.from)
    }

    /// A single TCP port.
    pub fn tcp(port: u16) -> Self {
        Self {
            protocol: Protocol::Tcp,
            from: port,
            to: port,
        }
    }

    /// A single UDP port.
    pub fn udp(port: u16) -> Self {
        Self {
            protocol: Protocol::Udp,
            from: port,
            to: port,
        }
    }
}

/// The ports that an outside system declares, by name.
pub fn ports_of_system(system: &External) -> impl Iterator<Item = (&Name, Port)> {
    system.port.iter().map(|port| {
        let means = Port::of(port.number.value, port.protocol.value);
        (&port.name.value, means)
    })
}

/// A part of the platform that workloads meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// The cluster's resolver.
    Dns,
    /// The API server.
    KubeApi,
    /// The gateway or ingress controller.
    Ingress,
    /// Whoever scrapes metrics.
    Monitoring,
    /// The store of objects.
    Storage,
    /// The controller of KubeVirt's disk importers, which asks them how far they are.
    Cdi,
    /// KubeVirt's API, for port forwards.
    VirtApi,
    /// Cloud metadata.
    Metadata,
}

impl Service {
    /// All parts.
    pub const ALL: [Self; 8] = [
        Self::Dns,
        Self::KubeApi,
        Self::Ingress,
        Self::Monitoring,
        Self::Storage,
        Self::Cdi,
        Self::VirtApi,
        Self::Metadata,
    ];

    /// What it is called: after `platform.` where a spec can say it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::KubeApi => "kube-api",
            Self::Ingress => "ingress",
            Self::Monitoring => "metrics",
            Self::Storage => "storage",
            Self::Cdi => "cdi",
            Self::VirtApi => "virt-api",
            Self::Metadata => "metadata",
        }
    }
}

/// One end of a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// A workload: all its replicas.
    Workload(Id<Workload>),
    /// Every pod of a tenant's namespace: those of its workloads, and whatever else is there.
    Namespace(Id<Tenant>),
    /// The pods that fill disks of a tenant's machines, in its namespace ([`site::IMPORTER`]).
    Importer(Id<Tenant>),
    /// The platform.
    Platform(Service),
    /// A declared outside system, narrowed to these addresses or names.
    External {
        /// Which one; none for `internet`.
        system: Option<Id<External>>,
        /// Addresses; empty with no hosts means everywhere public.
        cidrs: Vec<Cidr>,
        /// Names, which only a DNS-aware policy can hold; none beside addresses.
        hosts: Vec<Host>,
    },
    /// Addresses of clients; none means everybody outside of the cluster.
    Clients(Vec<Cidr>),
}

impl Peer {
    /// Whether policies select it, so that a flow is in the policies of this end too.
    pub fn is_held(&self) -> bool {
        matches!(
            self,
            Self::Workload(_) | Self::Namespace(_) | Self::Importer(_)
        )
    }
}

/// Why a flow is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// `connect`, and the `offer` that answers it where tenants differ.
    Declared,
    /// It follows from something declared, or from what every workload needs of its platform;
    /// says from what.
    Derived(Arc<str>),
}

/// By which means a Kubernetes cluster keeps a flow to what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A NetworkPolicy: pods and addresses.
    Policy,
    /// The pod network's own policy, which follows what the resolver answers. No NetworkPolicy
    /// has a rule of it.
    Names,
}

/// New connections from one end to ports of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Who opens it.
    pub from: Peer,
    /// Who is called.
    pub to: Peer,
    /// On which ports; never empty.
    pub ports: Vec<Port>,
    /// Why.
    pub reason: Reason,
    /// Where it was said.
    pub origin: OriginId,
}

impl Flow {
    /// By which means it is kept to what is said.
    pub fn holder(&self) -> Holder {
        match &self.to {
            Peer::External { hosts, .. } if !hosts.is_empty() => Holder::Names,
            _ => Holder::Policy,
        }
    }
}

/// A flow that a target adds for a workload's life on it.
pub type Derived = Flow;

/// All flows of one cluster, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlowSet {
    /// By cluster.
    pub clusters: Vec<(Id<Cluster>, Vec<Flow>)>,
}

impl FlowSet {
    /// The flows of a cluster.
    pub fn of(&self, cluster: Id<Cluster>) -> &[Flow] {
        self.clusters
            .iter()
            .find(|(id, _)| *id == cluster)
            .map_or(&[], |(_, flows)| flows)
    }
}
