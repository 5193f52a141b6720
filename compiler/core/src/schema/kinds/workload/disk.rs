//! Disks of a replica.

use super::super::{prelude::*, *};

choices! {
    /// How a disk is attached.
    pub enum Bus {
        /// virtio.
        Virtio = "virtio",
        /// SCSI.
        Scsi = "scsi",
        /// SATA.
        Sata = "sata",
    }
}

choices! {
    /// What the host caches of a disk.
    pub enum Cache {
        /// Nothing.
        None = "none",
        /// Reads and writes: what is not flushed is lost with the host.
        Writeback = "writeback",
    }
}

choices! {
    /// A file system.
    pub enum FileSystem {
        /// ext4.
        Ext4 = "ext4",
        /// XFS.
        Xfs = "xfs",
    }
}

kind! {
    /// A disk of each replica. `root` is the boot disk and filled from the image.
    pub struct Disk = "disk", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its size.
        arg size: V<Bytes>;
        /// Its storage class; the cluster's only one when left out.
        prop storage: Option<V<NameOf<Storage>>>;
        /// Where it is mounted.
        prop mount: Option<V<Arc<str>>>;
        /// Its file system.
        prop fs: Option<V<FileSystem>>;
        /// How it is attached.
        prop bus: V<Bus> = "virtio";
        /// What the host caches.
        prop cache: V<Cache> = "none";
        /// Whether it has a thread of its own.
        prop iothread: Option<V<bool>>;
        /// The most operations per second.
        prop iops_limit: Option<V<u32>>;
        /// Whether it is empty at each start.
        prop ephemeral: V<bool> = "#false";
        /// Whether it outlives the workload.
        prop keep: V<bool> = "#true";
        /// What it is filled from.
        child source: Option<ImageSource>;
    }
}
