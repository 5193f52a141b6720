//! A system container.

use super::super::prelude::*;

kind! {
    /// A system container, on Proxmox.
    pub struct Lxc = "lxc" {
        /// The template: "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst".
        prop image: V<Arc<str>>;
        /// Whether its root is nobody on the host.
        prop unprivileged: V<bool> = "#true";
        /// Whether containers can run in it.
        prop nesting: V<bool> = "#false";
    }
}
