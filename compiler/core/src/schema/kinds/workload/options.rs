//! Options that only one target has.

use super::super::{prelude::*, *};

choices! {
    /// What KubeVirt does when a machine's node is drained.
    pub enum Eviction {
        /// It stops.
        None = "none",
        /// It moves; a drain waits for it.
        LiveMigrate = "live-migrate",
        /// It moves if it can.
        LiveMigrateIfPossible = "live-migrate-if-possible",
        /// Somebody else moves it.
        External = "external",
    }
}

kind! {
    /// Options that only one target has. Ignored elsewhere.
    pub struct TargetOptions = "target", key("target") {
        /// The target.
        arg target: V<TargetName>;
        /// Proxmox: the guest's number, 100 to 999999999.
        prop vmid: Option<V<u32>>;
        /// Proxmox: its place in the order of starting.
        prop start_order: Option<V<u32>>;
        /// KubeVirt: what happens when its node is drained.
        prop eviction: Option<V<Eviction>>;
        /// Proxmox: tags.
        child tags: Option<Tags>;
    }
}

kind! {
    /// Tags of a Proxmox guest.
    pub struct Tags = "tags" {
        /// The tags.
        arg tags: Vec<V<Name>>;
    }
}
