//! What a workload may do.

use super::super::prelude::*;

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
        /// How long the log of who did what is kept.
        prop audit_keep: Option<V<Duration>>;
    }
}
