//! Classes of service, and who goes first.

use super::prelude::*;

kind! {
    /// A class of service that tenants have.
    pub struct Tier = "tier", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Who goes first: the priority of its tenants' workloads.
        prop priority: Option<V<NameOf<Priority>>>;
        /// When somebody answers: "24x7".
        prop support: Option<V<Arc<str>>>;
        /// What is taken off the price of storage.
        prop storage_discount: Option<V<Percent>>;
        /// What a year's renewal costs of the list price.
        prop renewal: Option<V<Percent>>;
        /// Storage that costs nothing.
        child free_storage: Option<FreeStorage>;
    }
}

named!(Tier = "tier", Priority = "priority");

kind! {
    /// Storage that costs nothing.
    pub struct FreeStorage = "free-storage" {
        /// How much.
        arg size: V<Bytes>;
    }
}

kind! {
    /// Who goes first when room is short.
    pub struct Priority = "priority", key("name") {
        /// Its name.
        arg name: V<Name>;
        /// Its value; the higher goes first. At most 1,000,000,000 for what is not Kubernetes' own.
        arg value: V<i32>;
        /// Whether it may push others out.
        prop preempts: V<bool> = "#false";
    }
}
