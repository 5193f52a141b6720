//! Where a workload runs.

use super::super::{prelude::*, *};

kind! {
    /// Where it runs. Several pools are alternatives, all in one cluster.
    pub struct On = "on" {
        /// The pools.
        arg pools: Vec<V<NameOf<Pool>>>;
        /// The machine.
        prop node: Option<V<Name>>;
        /// A label that the node must have.
        child r#where: Vec<Where>;
        /// The zones that it may be in.
        child zone: Option<Zones>;
        /// How its replicas are kept apart from each other.
        child spread: Vec<Spread>;
        /// Workloads that it must not share a node with.
        child apart: Option<Apart>;
        /// Workloads that it must share a node or zone with.
        child together: Option<Together>;
        /// A taint that it bears.
        child tolerate: Vec<Tolerate>;
    }
}

kind! {
    /// A label that the node must have, with one of these values.
    pub struct Where = "where", key("key") {
        /// The key.
        arg key: V<Arc<str>>;
        /// The values.
        arg values: Vec<V<Arc<str>>>;
    }
}

choices! {
    /// What replicas are spread over.
    pub enum SpreadBy {
        /// Nodes.
        Node = "node",
        /// Zones.
        Zone = "zone",
        /// Racks.
        Rack = "rack",
    }
}

kind! {
    /// How the replicas are kept apart from each other.
    pub struct Spread = "spread", key("by") {
        /// Over what.
        prop by: V<SpreadBy> = "node";
        /// By how many the fullest and the emptiest may differ.
        prop max_skew: V<u32> = "1";
        /// Whether a replica waits rather than stand where it should not.
        prop hard: V<bool> = "#false";
    }
}

kind! {
    /// Workloads that must not share a node with this one.
    pub struct Apart = "apart" {
        /// Their names.
        arg workloads: Vec<V<NameOf<Workload>>>;
    }
}

kind! {
    /// Workloads that must share a node or zone with this one.
    pub struct Together = "together" {
        /// Their names.
        arg workloads: Vec<V<NameOf<Workload>>>;
        /// What they share.
        prop by: V<SpreadBy> = "node";
    }
}

kind! {
    /// A taint that it bears.
    pub struct Tolerate = "tolerate", key("key") {
        /// The key.
        arg key: V<Arc<str>>;
        /// The value.
        arg value: Option<V<Arc<str>>>;
    }
}
