//! Machine images.

use super::{prelude::*, *};

choices! {
    /// An operating system.
    pub enum Os {
        /// Linux.
        Linux = "linux",
        /// Windows.
        Windows = "windows",
    }
}

choices! {
    /// What starts a machine.
    pub enum Firmware {
        /// UEFI.
        Uefi = "uefi",
        /// BIOS.
        Bios = "bios",
    }
}

kind! {
    /// A machine image, with a source for each kind of cluster.
    pub struct Image = "image", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its operating system.
        prop os: V<Os> = "linux";
        /// The user that it has.
        prop user: Option<V<Arc<str>>>;
        /// Whether a guest agent runs in it.
        prop agent: V<bool> = "#false";
        /// What starts it.
        prop firmware: Option<V<Firmware>>;
        /// Whether its boot chain is signed.
        prop secure_boot: V<bool> = "#false";
        /// The least root disk.
        prop min_size: Option<V<Bytes>>;
        /// Whether it has drivers for virtio.
        prop virtio_drivers: V<bool> = "#true";
        /// Whether cloud-init runs in it: what sets addresses, users and files at the first start.
        prop cloud_init: V<bool> = "#true";
        /// Where it comes from.
        child source: Vec<ImageSource>;
    }
}

named!(Image = "image");

kind! {
    /// Where an image or a disk comes from: exactly one of the argument, `http`, `s3`, `pvc`,
    /// `proxmox-template` and `iso`.
    pub struct ImageSource = "source", ordered {
        /// A registry's reference to a container disk.
        arg oci: Option<V<OciRef>>;
        /// A web address.
        prop http: Option<V<Arc<str>>>;
        /// An S3 address.
        prop s3: Option<V<Arc<str>>>;
        /// A claim to clone: `namespace/name`.
        prop pvc: Option<V<Arc<str>>>;
        /// The number of a template on Proxmox.
        prop proxmox_template: Option<V<u32>>;
        /// An installer's disc.
        prop iso: Option<V<Arc<str>>>;
        /// The checksum of what `http` names, 64 hexadecimal digits.
        prop sha256: Option<V<Arc<str>>>;
        /// The cluster that this source is for; all that can use it when left out.
        prop cluster: Option<V<NameOf<Cluster>>>;
        /// The credentials for it.
        prop secret: Option<V<Name>>;
    }
}
