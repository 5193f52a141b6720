//! Containers that run, containers that end, and those beside them.

use super::super::{prelude::*, *};

choices! {
    /// What stands between a container and the host's kernel.
    pub enum Sandbox {
        /// Nothing: they share it.
        None = "none",
        /// A kernel in user space.
        Gvisor = "gvisor",
        /// A virtual machine: QEMU.
        Kata = "kata",
        /// A virtual machine: Cloud Hypervisor.
        KataClh = "kata-clh",
        /// A virtual machine: Firecracker.
        KataFc = "kata-fc",
        /// A virtual machine with GPUs.
        KataGpu = "kata-gpu",
        /// An encrypted virtual machine: AMD.
        KataSnp = "kata-snp",
        /// An encrypted virtual machine: Intel.
        KataTdx = "kata-tdx",
    }
}

impl Sandbox {
    /// Whether it is a virtual machine, which Kata runs.
    pub fn is_kata(self) -> bool {
        !matches!(self, Self::None | Self::Gvisor)
    }
}

/// A container and a job are described alike; a job adds when and how often.
macro_rules! containers {
    ($(#[doc = $doc:literal])* $Name:ident = $word:literal { $($more:tt)* }) => {
        kind! {
            $(#[doc = $doc])*
            pub struct $Name = $word {
                /// Its image, with a tag or digest.
                prop image: V<OciRef>;
                /// What stands between it and the host's kernel.
                prop sandbox: V<Sandbox> = "none";
                /// The secret that lets its image be pulled.
                prop pull_secret: Option<V<NameOf<Secret>>>;
                /// The user that it runs as; 0 is refused by most levels of pod security.
                prop uid: V<u32> = "1000";
                /// Whether its root file system cannot be written.
                prop read_only_root: V<bool> = "#true";
                /// Whether it gets a token for the cluster's API.
                prop service_account_token: V<bool> = "#false";
                $($more)*
                /// What it runs, instead of the image's own.
                child command: Option<Command>;
                /// Arguments of what it runs.
                child args: Option<Args>;
                /// A container that ends before it starts.
                child init: Vec<Init>;
                /// A container that runs beside it.
                child sidecar: Vec<Sidecar>;
                /// A capability of the kernel that it has.
                child capability: Vec<LinuxCapability>;
                /// A path that it can write though the root cannot be; empty at each start.
                child writable: Vec<Writable>;
            }
        }
    };
}

containers! {
    /// A container that runs until it is stopped.
    Container = "container" {}
}

containers! {
    /// A container that ends. Without a schedule it runs once.
    Job = "job" {
        /// When it runs.
        prop schedule: Option<V<Schedule>>;
        /// The queue of its cluster that it waits in.
        prop queue: Option<V<NameOf<Queue>>>;
        /// After how long it is stopped.
        prop limit: Option<V<Duration>>;
        /// How often it is tried again.
        prop retries: V<u32> = "0";
        /// How many run at once.
        prop parallel: V<u32> = "1";
        /// For how long it is kept when it has ended.
        prop keep: Option<V<Duration>>;
        /// Whether its parts start together or not at all.
        prop gang: V<bool> = "#false";
    }
}

kind! {
    /// What it runs, instead of the image's own.
    pub struct Command = "command" {
        /// The program and its arguments.
        arg words: Vec<V<Arc<str>>>;
    }
}

kind! {
    /// Arguments of what it runs.
    pub struct Args = "args" {
        /// The arguments.
        arg words: Vec<V<Arc<str>>>;
    }
}

/// Containers beside the main one.
macro_rules! companions {
    ($($(#[doc = $doc:literal])* $Name:ident = $word:literal, key($key:literal) $(, ordered $(@$o:tt)?)?;)*) => {$(
        kind! {
            $(#[doc = $doc])*
            pub struct $Name = $word, key($key) $(, ordered $(@$o)?)? {
                /// Its name.
                arg name: V<Name>;
                /// Its image.
                prop image: V<OciRef>;
                /// CPU.
                prop cpu: Option<V<Cores>>;
                /// Memory.
                prop memory: Option<V<Bytes>>;
                /// What it runs.
                child command: Option<Command>;
                /// A variable of the environment.
                child var: Vec<Var>;
                /// Something mounted.
                child mount: Vec<Mount>;
                /// A port that it listens on.
                child port: Vec<Port>;
            }
        }
    )*};
}

companions! {
    /// A container that ends before the main one starts.
    Init = "init", key("name"), ordered;
    /// A container that runs beside the main one.
    Sidecar = "sidecar", key("name");
}

kind! {
    /// A capability of the kernel that a container has.
    pub struct LinuxCapability = "capability", key("name") {
        /// Its name without `CAP_`: `NET_BIND_SERVICE`.
        arg name: V<Ident>;
    }
}

kind! {
    /// A path that a container can write though the root cannot be.
    pub struct Writable = "writable", key("path") {
        /// The path.
        arg path: V<Arc<str>>;
    }
}
