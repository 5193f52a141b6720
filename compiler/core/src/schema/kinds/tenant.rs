//! Tenants.

use super::{prelude::*, *};

choices! {
    /// How far a tenant is kept apart. Each level includes the ones before it.
    pub enum Isolation {
        /// A namespace of its own, with quota, roles and network policies.
        Namespace = "namespace",
        /// Containers that may do little.
        Hardened = "hardened",
        /// Containers in a sandbox of their own; plain ones are refused.
        Sandbox = "sandbox",
        /// Containers in a virtual machine of their own.
        Vm = "vm",
        /// Nodes that hold this tenant alone.
        DedicatedNodes = "dedicated-nodes",
        /// Memory that the host cannot read.
        Confidential = "confidential",
        /// A cluster of its own.
        OwnCluster = "own-cluster",
    }
}

choices! {
    /// How secret a tenant's data is.
    pub enum DataClass {
        /// Anybody may know it.
        Public = "public",
        /// Everybody inside may know it.
        Internal = "internal",
        /// Few may know it.
        Confidential = "confidential",
        /// Named people may know it.
        Restricted = "restricted",
    }
}

choices! {
    /// A service mesh.
    pub enum Mesh {
        /// None.
        None = "none",
        /// Istio without sidecars.
        IstioAmbient = "istio-ambient",
        /// Istio with a sidecar in each pod.
        IstioSidecar = "istio-sidecar",
        /// Linkerd.
        Linkerd = "linkerd",
    }
}

kind! {
    /// A tenant: who it is, what it may use, and what it runs.
    pub struct Tenant = "tenant", key("name") {
        /// Its name. `internet` and `platform` are taken.
        arg name: V<Name>;
        /// Its class of service.
        prop tier: Option<V<NameOf<Tier>>>;
        /// The customer that it belongs to.
        prop org: Option<V<Name>>;
        /// Its namespace; its name when left out.
        prop namespace: Option<V<Name>>;
        /// How far it is kept apart.
        prop isolation: V<Isolation> = "namespace";
        /// How secret its data is.
        prop data: V<DataClass> = "internal";
        /// Whether its members may create things within the quota.
        prop self_service: V<bool> = "#false";
        /// Who pays.
        prop cost_center: Option<V<Arc<str>>>;
        /// Its service mesh.
        prop mesh: V<Mesh> = "none";
        /// Profiles to take defaults from.
        child like: Vec<Like>;
        /// What it may use in a cluster.
        child quota: Vec<Arc<Quota>>;
        /// Machines of a pool that it has alone.
        child dedicated: Vec<Arc<Dedicated>>;
        /// Who may do what.
        child members: Option<Members>;
        /// A secret from outside.
        child secret: Vec<Secret>;
        /// Files and values.
        child config: Vec<Config>;
        /// The standards that it must meet, beside the estate's.
        child compliance: Option<Compliance>;
        /// A volume that outlives the workloads that mount it.
        child volume: Vec<Arc<Volume>>;
        /// Something it runs.
        child workload: Vec<Arc<Workload>>;
        /// An object of the cluster's API that the language has no word for.
        child raw: Vec<Raw>;
        /// A change to what is emitted for the tenant and its workloads.
        child patch: Vec<Patch>;
    }
}

named!(Tenant = "tenant");

kind! {
    /// What a tenant may use in a cluster.
    pub struct Quota = "quota", key("cluster") {
        /// The cluster; may be left out in an estate of one.
        prop cluster: Option<V<NameOf<Cluster>>>;
        /// Cores.
        prop cpu: Option<V<Cores>>;
        /// Memory.
        prop memory: Option<V<Bytes>>;
        /// Pods.
        prop pods: Option<V<u32>>;
        /// Virtual machines.
        prop vms: Option<V<u32>>;
        /// GPUs of a model.
        child gpu: Vec<QuotaGpu>;
        /// Huge pages of a size.
        child hugepages: Vec<QuotaHugepages>;
        /// Storage of a class.
        child storage: Vec<QuotaStorage>;
        /// Objects of a Kubernetes kind.
        child objects: Vec<QuotaObjects>;
    }
}

kind! {
    /// GPUs of a model that a tenant may use.
    pub struct QuotaGpu = "gpu", key("model", "slice") {
        /// The model.
        arg model: V<NameOf<GpuModel>>;
        /// How many.
        arg count: V<u32>;
        /// Slices of this profile instead of whole ones.
        prop slice: Option<V<Arc<str>>>;
    }
}

kind! {
    /// Huge pages of a size that a tenant may use.
    pub struct QuotaHugepages = "hugepages", key("size") {
        /// The page size.
        arg size: V<Bytes>;
        /// How much memory.
        arg total: V<Bytes>;
    }
}

kind! {
    /// Storage of a class that a tenant may use.
    pub struct QuotaStorage = "storage", key("storage") {
        /// The class.
        arg storage: V<NameOf<Storage>>;
        /// How much.
        arg size: V<Bytes>;
    }
}

kind! {
    /// Objects of a Kubernetes kind that a tenant may have.
    pub struct QuotaObjects = "objects", key("kind") {
        /// The kind, as quotas name it: `services`, `count/jobs.batch`.
        arg kind: V<Arc<str>>;
        /// How many.
        arg count: V<u32>;
    }
}

kind! {
    /// Machines of a pool that a tenant has alone.
    pub struct Dedicated = "dedicated", key("pool") {
        /// The pool.
        arg pool: V<NameOf<Pool>>;
        /// How many.
        arg count: V<u32>;
    }
}

kind! {
    /// Who may do what in a tenant.
    pub struct Members = "members" {
        /// May do everything, and give rights away.
        child admin: Option<Admin>;
        /// May change what runs.
        child edit: Option<Edit>;
        /// May look.
        child view: Option<View>;
        /// May use virtual machines' consoles, and start and stop them.
        child vm_user: Option<VmUser>;
        /// Have a role of the cluster's own.
        child role: Vec<MemberRole>;
    }
}

macro_rules! subjects {
    ($($(#[doc = $doc:literal])* $Name:ident = $word:literal;)*) => {$(
        kind! {
            $(#[doc = $doc])*
            pub struct $Name = $word {
                /// Groups and users: "group:acme-ml", "user:li".
                arg subjects: Vec<V<Subject>>;
            }
        }
    )*};
}

subjects! {
    /// May do everything, and give rights away.
    Admin = "admin";
    /// May change what runs.
    Edit = "edit";
    /// May look.
    View = "view";
    /// May use virtual machines' consoles, and start and stop them.
    VmUser = "vm-user";
}

kind! {
    /// Have a role of the cluster's own.
    pub struct MemberRole = "role", key("name") {
        /// The role's name.
        arg name: V<Name>;
        /// Groups and users.
        arg subjects: Vec<V<Subject>>;
    }
}

kind! {
    /// A secret that lies elsewhere. Only the pointer is in the spec.
    pub struct Secret = "secret", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Where it lies: "vault:secret/data/acme/s3".
        prop from: V<SecretUri>;
        /// How often it is fetched again.
        prop refresh: V<Duration> = "1h";
        /// One of its keys; all when none is named.
        child key: Vec<SecretKey>;
    }
}

named!(Secret = "secret", Config = "config");

kind! {
    /// A key of a secret.
    pub struct SecretKey = "key", key("name") {
        /// The key here.
        arg name: V<Ident>;
        /// The key there, where it is another.
        prop from: Option<V<Arc<str>>>;
    }
}

kind! {
    /// Files and values that workloads mount or read.
    pub struct Config = "config", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// A file.
        child file: Vec<ConfigFile>;
        /// A value.
        child entry: Vec<ConfigEntry>;
    }
}

kind! {
    /// A file.
    pub struct ConfigFile = "file", key("name") {
        /// Its name.
        arg name: V<Arc<str>>;
        /// What is in it.
        arg text: V<Text>;
        /// Whether `${…}` in the text is worked out. Left out, the text is what it is: shell and
        /// cloud-init are full of dollar signs.
        prop expand: V<bool> = "#false";
    }
}

kind! {
    /// A value.
    pub struct ConfigEntry = "entry", key("name") {
        /// Its name.
        arg name: V<Ident>;
        /// The value.
        arg value: V<Arc<str>>;
    }
}
