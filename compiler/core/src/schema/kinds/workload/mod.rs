//! Workloads.

mod availability;
mod backup;
mod chart;
mod compute;
mod container;
mod device;
mod disk;
mod environment;
mod expose;
mod flow;
mod guest;
mod lxc;
mod monitor;
mod needs;
mod nic;
mod on;
mod options;
mod port;
mod probe;
mod replicas;
mod rollout;
mod security;
mod standby;
mod vm;

pub use availability::*;
pub use backup::*;
pub use chart::*;
pub use compute::*;
pub use container::*;
pub use device::*;
pub use disk::*;
pub use environment::*;
pub use expose::*;
pub use flow::*;
pub use guest::*;
pub use lxc::*;
pub use monitor::*;
pub use needs::*;
pub use nic::*;
pub use on::*;
pub use options::*;
pub use port::*;
pub use probe::*;
pub use replicas::*;
pub use rollout::*;
pub use security::*;
pub use standby::*;
pub use vm::*;

use super::{prelude::*, *};

choices! {
    /// Whether a workload runs.
    pub enum Run {
        /// Always.
        Always = "always",
        /// Not now.
        Halted = "halted",
        /// When somebody starts it.
        Manual = "manual",
        /// Once.
        Once = "once",
        /// Again when it fails.
        OnFailure = "on-failure",
    }
}

choices! {
    /// How much depends on it.
    pub enum Criticality {
        /// Others stop when it stops: what it asks for is guaranteed to it.
        Core = "core",
        /// It may be slowed down.
        Standard = "standard",
    }
}

kind! {
    /// Something that a tenant runs.
    pub struct Workload = "workload", key("name"), one_of("vm", "container", "lxc", "job", "chart") {
        /// Its name.
        arg name: V<Name>;
        /// Whether it runs.
        prop run: V<Run> = "always";
        /// Who goes first; its tier's when left out.
        prop priority: Option<V<NameOf<Priority>>>;
        /// How much depends on it.
        prop criticality: V<Criticality> = "standard";
        /// After how long it ends.
        prop lease: Option<V<Duration>>;
        /// After how long idle it gives its resources back.
        prop idle_release: Option<V<Duration>>;
        /// Profiles to take defaults from.
        child like: Vec<Like>;
        /// A virtual machine.
        child vm: Option<Arc<Vm>>;
        /// A container that runs until it is stopped.
        child container: Option<Arc<Container>>;
        /// A system container, on Proxmox.
        child lxc: Option<Arc<Lxc>>;
        /// A container that ends.
        child job: Option<Arc<Job>>;
        /// A Helm chart of the tenant's own.
        child chart: Option<Arc<Chart>>;
        /// Where it runs.
        child on: Option<On>;
        /// The same workload in a second place.
        child standby: Vec<Arc<Standby>>;
        /// How many there are.
        child replicas: Option<ReplicasSpec>;
        /// How many there are, as load asks.
        child scale: Option<Scale>;
        /// CPU of each replica.
        child cpu: Option<Cpu>;
        /// Memory of each replica.
        child memory: Option<Memory>;
        /// GPUs of each replica.
        child gpu: Vec<Arc<Gpu>>;
        /// A device of the host, for each replica.
        child device: Vec<Device>;
        /// A disk of each replica.
        child disk: Vec<Arc<Disk>>;
        /// A network interface of each replica.
        child nic: Vec<Arc<Nic>>;
        /// Something mounted.
        child mount: Vec<Mount>;
        /// A variable of the environment.
        child var: Vec<Var>;
        /// A user of the machine.
        child user: Vec<User>;
        /// What the machine does when it first starts.
        child cloud_init: Option<CloudInit>;
        /// A port that it listens on. Opens nothing.
        child port: Vec<Port>;
        /// What it calls.
        child connect: Vec<Arc<Connect>>;
        /// What it offers to another tenant.
        child offer: Vec<Arc<Offer>>;
        /// What clients outside reach.
        child expose: Vec<Arc<Expose>>;
        /// What must run before it.
        child needs: Vec<Arc<Needs>>;
        /// How its health is asked.
        child probe: Vec<Probe>;
        /// How available it must be.
        child availability: Option<Availability>;
        /// A backup of its disks.
        child backup: Vec<Arc<Backup>>;
        /// How it is watched.
        child monitor: Option<Monitor>;
        /// What it may do.
        child security: Option<Security>;
        /// How a new version takes the place of the old one.
        child rollout: Option<Rollout>;
        /// Options that only one target has.
        child target: Vec<TargetOptions>;
        /// An object of the cluster's API that the language has no word for.
        child raw: Vec<Raw>;
        /// A change to what is emitted for the workload.
        child patch: Vec<Patch>;
    }
}

impl Workload {
    /// The ports that it listens on: its own, and those of its sidecars, which have its pod's
    /// address.
    pub fn ports(&self) -> impl Iterator<Item = &Port> {
        let container = self.container.as_ref().map(|it| &it.sidecar);
        let job = self.job.as_ref().map(|it| &it.sidecar);
        let sidecars = container.into_iter().chain(job).flatten();
        self.port.iter().chain(sidecars.flat_map(|it| &it.port))
    }
}

named!(Workload = "workload");
