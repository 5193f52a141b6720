//! Storage classes.

use super::{prelude::*, *};

choices! {
    /// Who may mount a volume.
    pub enum Access {
        /// One node at a time.
        Rwo = "rwo",
        /// Many nodes at once; what a virtual machine needs to move while it runs.
        Rwx = "rwx",
    }
}

choices! {
    /// What a volume is to who mounts it.
    pub enum VolumeMode {
        /// A block device.
        Block = "block",
        /// A file system.
        File = "file",
    }
}

choices! {
    /// When a volume is made.
    pub enum Binding {
        /// When its first user is placed.
        Late = "late",
        /// At once.
        Now = "now",
    }
}

kind! {
    /// A storage class of a cluster.
    pub struct Storage = "storage", key("cluster", "name"), one_of("rook-ceph", "cephfs", "longhorn", "local", "zfs", "lvm", "nfs", "iscsi", "csi") {
        /// Its name.
        arg name: V<Name>;
        /// Its cluster; may be left out in an estate of one.
        prop cluster: Option<V<NameOf<Cluster>>>;
        /// Who may mount a volume.
        prop access: V<Access> = "rwo";
        /// What a volume is.
        prop mode: V<VolumeMode> = "block";
        /// Whether volumes can grow.
        prop expandable: V<bool> = "#false";
        /// Whether it makes snapshots.
        prop snapshots: V<bool> = "#false";
        /// Whether what is written is encrypted.
        prop encrypted: V<bool> = "#false";
        /// The tenant that has it alone.
        prop tenant: Option<V<NameOf<Tenant>>>;
        /// How many operations per second a volume does.
        prop iops: Option<V<u32>>;
        /// When a volume is made.
        prop binding: V<Binding> = "late";
        /// Ceph block devices, run by Rook.
        child rook_ceph: Option<RookCeph>;
        /// Ceph's file system.
        child cephfs: Option<Cephfs>;
        /// Longhorn.
        child longhorn: Option<Longhorn>;
        /// Disks of the node itself.
        child local: Option<LocalDisks>;
        /// A ZFS pool.
        child zfs: Option<Zfs>;
        /// An LVM volume group.
        child lvm: Option<Lvm>;
        /// An NFS export.
        child nfs: Option<NfsStorage>;
        /// iSCSI.
        child iscsi: Option<Iscsi>;
        /// Any other CSI driver.
        child csi: Option<Csi>;
        /// How much it holds, after replication.
        child capacity: Option<Capacity>;
        /// Another class that its volumes are copied to.
        child replicate: Vec<Replicate>;
    }
}

named!(Storage = "storage");

choices! {
    /// What copies are kept apart over.
    pub enum FailureDomain {
        /// Hosts.
        Host = "host",
        /// Racks.
        Rack = "rack",
        /// Zones.
        Zone = "zone",
    }
}

kind! {
    /// Ceph block devices, run by Rook.
    pub struct RookCeph = "rook-ceph" {
        /// The Ceph pool.
        prop pool: V<Name> = "replicapool";
        /// How many copies.
        prop replicas: V<u32> = "3";
        /// What the copies are kept apart over.
        prop failure_domain: V<FailureDomain> = "host";
        /// The network that Ceph's copies take; that of the nodes when left out.
        prop network: Option<V<NameOf<Network>>>;
    }
}

kind! {
    /// Ceph's file system.
    pub struct Cephfs = "cephfs" {
        /// The file system.
        prop pool: V<Name> = "cephfs";
        /// How many copies.
        prop replicas: V<u32> = "3";
        /// The network that Ceph's copies take; that of the nodes when left out.
        prop network: Option<V<NameOf<Network>>>;
    }
}

kind! {
    /// Longhorn.
    pub struct Longhorn = "longhorn" {
        /// How many copies.
        prop replicas: V<u32> = "3";
    }
}

kind! {
    /// Disks of the node itself.
    pub struct LocalDisks = "local" {
        /// The pools' disk.
        prop disk: Option<V<Name>>;
    }
}

kind! {
    /// A ZFS pool.
    pub struct Zfs = "zfs" {
        /// The pool; the class's name when left out.
        prop pool: Option<V<Arc<str>>>;
    }
}

kind! {
    /// An LVM volume group.
    pub struct Lvm = "lvm" {
        /// The volume group; the class's name when left out.
        prop group: Option<V<Arc<str>>>;
    }
}

kind! {
    /// An NFS export.
    pub struct NfsStorage = "nfs" {
        /// The server.
        prop server: V<Server>;
        /// The path that it exports.
        prop export: V<Arc<str>>;
    }
}

kind! {
    /// iSCSI.
    pub struct Iscsi = "iscsi" {
        /// Where the target answers.
        prop portal: V<Arc<str>>;
        /// Its name.
        prop target: V<Arc<str>>;
    }
}

kind! {
    /// Any other CSI driver.
    pub struct Csi = "csi" {
        /// The driver's name.
        arg driver: V<Arc<str>>;
        /// The class's parameters.
        child values: Option<Values>;
    }
}

/// A server: a host name or an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// By name.
    Host(Host),
    /// By address.
    Ip(Ip),
}

impl Unit for Server {
    const NAME: &'static str = "host or ip";
    const EXAMPLE: &'static str = "\"nas.lab.example\"";
    const DOC: &'static str = "A host name or an address.";

    fn parse(text: &str) -> Result<Self, UnitError> {
        <Ip as Unit>::parse(text)
            .map(Self::Ip)
            .or_else(|_| <Host as Unit>::parse(text).map(Self::Host))
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Host(host) => host.fmt(f),
            Self::Ip(ip) => ip.fmt(f),
        }
    }
}

kind! {
    /// How much it holds, after replication.
    pub struct Capacity = "capacity" {
        /// The amount.
        arg size: V<Bytes>;
    }
}

choices! {
    /// When a write is done.
    pub enum ReplicateMode {
        /// When it is on both sides.
        Sync = "sync",
        /// When it is on this side; the other follows.
        Async = "async",
    }
}

kind! {
    /// Copies of all volumes in another class, mostly of another site.
    pub struct Replicate = "replicate", key("to") {
        /// The class.
        arg to: V<NameOf<Storage>>;
        /// When a write is done.
        prop mode: V<ReplicateMode>;
        /// How far the copy may be behind.
        prop rpo: Option<V<Duration>>;
    }
}
