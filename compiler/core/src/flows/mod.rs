//! Who may talk to whom: what the spec declares, and what follows from it.

mod declared;
pub mod rules;
pub mod site;

use std::sync::Arc;

pub use declared::collect;

use crate::{
    model::{Cluster, External, Id, Workload},
    origin::OriginId,
    units::{Cidr, Host},
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
    /// The disk importer that runs beside a virtual machine in its namespace.
    Importer,
    /// KubeVirt's API, for consoles and port forwards.
    VirtApi,
    /// Cloud metadata.
    Metadata,
}

/// One end of a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// A workload: all its replicas.
    Workload(Id<Workload>),
    /// The platform.
    Platform(Service),
    /// A declared outside system, narrowed to these addresses and names.
    External {
        /// Which one; none for `internet`.
        system: Option<Id<External>>,
        /// Addresses; empty with no hosts means everywhere public.
        cidrs: Vec<Cidr>,
        /// Names, which only a DNS-aware policy can hold.
        hosts: Vec<Host>,
    },
    /// Addresses of clients.
    Clients(Vec<Cidr>),
}

/// Why a flow is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// `connect`, and the `offer` that answers it where tenants differ.
    Declared,
    /// It follows from something declared; says from what.
    Derived(Arc<str>),
}

/// New connections from one end to ports of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Who opens it.
    pub from: Peer,
    /// Who is called.
    pub to: Peer,
    /// On which ports.
    pub ports: Vec<Port>,
    /// Why.
    pub reason: Reason,
    /// Where it was said.
    pub origin: OriginId,
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
