//! The same workload in a second place.

use super::super::{prelude::*, *};

choices! {
    /// How ready a second place is.
    pub enum StandbyMode {
        /// It works as the first does.
        Active = "active",
        /// It runs, and takes over.
        Warm = "warm",
        /// It is started when the first is lost.
        Cold = "cold",
    }
}

kind! {
    /// The same workload in a second cluster or site, for when the first is lost.
    pub struct Standby = "standby", key("pool") {
        /// The pool.
        arg pool: V<NameOf<Pool>>;
        /// How many there are; as many as in the first place when left out.
        prop replicas: Option<V<u32>>;
        /// How ready it is.
        prop mode: V<StandbyMode> = "warm";
    }
}
