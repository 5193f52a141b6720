//! What a workload may do.

use super::super::{prelude::*, *};

choices! {
    /// What pods may do, after Kubernetes' pod security standards.
    pub enum PodLevel {
        /// Little.
        Restricted = "restricted",
        /// What is known to be harmless.
        Baseline = "baseline",
        /// Everything.
        Privileged = "privileged",
    }
}

kind! {
    /// What it may do.
    pub struct Security = "security" {
        /// What its pods may do; other than `restricted` needs `because`.
        prop pod_level: V<PodLevel> = "restricted";
        /// Why it must do more.
        prop because: Option<V<Arc<str>>>;
        /// Whether both ends of its connections prove who they are.
        prop mtls: Option<V<bool>>;
        /// Whether its disks must be encrypted.
        prop encrypt_at_rest: Option<V<bool>>;
        /// The secret with the key that its images must be signed by.
        prop signed_by: Option<V<NameOf<Secret>>>;
        /// How long the log of who did what is kept.
        prop audit_keep: Option<V<Duration>>;
        /// The calls of the kernel that it may make.
        child syscalls: Option<Syscalls>;
        /// Whether what it calls outside is written down.
        child egress_audit: Option<EgressAudit>;
    }
}

kind! {
    /// The calls of the kernel that it may make.
    pub struct Syscalls = "syscalls" {
        /// A profile on the node, below the kubelet's folder of seccomp profiles.
        arg profile: V<Arc<str>>;
    }
}

kind! {
    /// What it calls outside is written down.
    pub struct EgressAudit = "egress-audit" {}
}
