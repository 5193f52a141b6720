//! Labels that nodes and pods bear by agreement with other targets.

use std::collections::BTreeMap;

use tenantry_core::{
    lower::names::WORKLOAD_LABEL,
    model::{Pool, Workload},
};

/// The label of a node whose value is its pool.
pub(crate) const POOL_LABEL: &str = "tenantry.dev/pool";

/// The label of a node whose value is its rack.
pub(crate) const RACK_LABEL: &str = "tenantry.dev/rack";

/// The label of a node that says how its GPUs are cut: one of the layouts that the chart of the
/// GPU operator has.
pub(crate) const MIG_LABEL: &str = "nvidia.com/mig.config";

/// The layout of a pool. The prefix keeps it apart from those that the operator knows itself.
pub(crate) fn mig_layout(pool: &Pool) -> String {
    format!("pool-{}", pool.name.value)
}

/// What selects a workload's pods within their namespace.
pub(crate) fn selector(workload: &Workload) -> BTreeMap<String, String> {
    BTreeMap::from([(WORKLOAD_LABEL.to_owned(), workload.name.value.to_string())])
}
