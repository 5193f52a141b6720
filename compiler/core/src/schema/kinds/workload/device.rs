//! Devices of the host that a replica has.

use super::super::prelude::*;

kind! {
    /// A device of the host, such as a camera or a security module.
    pub struct Device = "device", key("name") {
        /// Its name, as its pool declares it.
        arg name: V<Name>;
        /// How many.
        arg count: V<u32>;
    }
}
