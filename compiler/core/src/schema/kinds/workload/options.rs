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

choices! {
    /// What a machine's clock shows when it starts.
    pub enum Clock {
        /// Universal time.
        Utc = "utc",
        /// The time of the estate's zone, as Windows expects it.
        Local = "local",
    }
}

choices! {
    /// What happens to a machine that no longer answers its watchdog.
    pub enum Watchdog {
        /// It is reset.
        Reset = "reset",
        /// It is switched off.
        Poweroff = "poweroff",
        /// It is asked to shut down.
        Shutdown = "shutdown",
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
        /// KubeVirt: what its clock shows when it starts.
        prop clock: Option<V<Clock>>;
        /// KubeVirt: what happens when it no longer answers its watchdog.
        prop watchdog: Option<V<Watchdog>>;
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
