//! A Helm chart of the tenant's own.

use super::super::prelude::*;

kind! {
    /// A Helm chart. What it makes is its own: only what it says of itself is known.
    pub struct Chart = "chart" {
        /// Where it lies: `oci://registry.example.com/charts/name`, or `repository/name`.
        arg chart: V<Arc<str>>;
        /// Its version.
        arg version: V<Version>;
        /// The name of its release; the workload's when left out.
        prop release: Option<V<Name>>;
        /// Values that lie over the chart's own.
        child values: Option<Values>;
        /// What it makes: listed as unproven.
        child objects: Option<ChartObjects>;
    }
}

kind! {
    /// The kinds of what a chart makes.
    pub struct ChartObjects = "objects" {
        /// The kinds: `Deployment`, `Service`.
        arg kinds: Vec<V<Arc<str>>>;
    }
}
