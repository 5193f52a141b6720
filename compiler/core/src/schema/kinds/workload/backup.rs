//! Backups of a workload's disks.

use super::super::{prelude::*, *};

choices! {
    /// How a backup is taken.
    pub enum BackupKind {
        /// A snapshot of the disks.
        Snapshot = "snapshot",
        /// Their files.
        File = "file",
        /// What the application writes itself.
        Dump = "dump",
    }
}

kind! {
    /// A backup of its disks.
    pub struct Backup = "backup", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// When.
        prop schedule: V<Schedule>;
        /// Where to.
        prop to: Option<V<NameOf<BackupStore>>>;
        /// How it is taken.
        prop kind as "kind": V<BackupKind> = "snapshot";
        /// Whether the guest is asked to hold still.
        prop quiesce: V<bool> = "#false";
        /// How many are kept.
        child keep: Option<Keep>;
        /// The disks; all that outlive the workload when left out.
        child disk: Option<BackupDisks>;
        /// How often a restore is tried.
        child verify: Option<Verify>;
    }
}

kind! {
    /// How many backups are kept.
    pub struct Keep = "keep" {
        /// Of each hour.
        prop hourly: Option<V<u32>>;
        /// Of each day.
        prop daily: Option<V<u32>>;
        /// Of each week.
        prop weekly: Option<V<u32>>;
        /// Of each month.
        prop monthly: Option<V<u32>>;
        /// Of each year.
        prop yearly: Option<V<u32>>;
    }
}

kind! {
    /// The disks of a backup.
    pub struct BackupDisks = "disk" {
        /// Their names.
        arg names: Vec<V<Name>>;
    }
}

kind! {
    /// How often a restore is tried.
    pub struct Verify = "verify" {
        /// When.
        arg schedule: V<Schedule>;
    }
}
