//! Labels that nodes and pods bear by agreement with other targets.

use std::collections::BTreeMap;

use tenantry_core::{lower::names::WORKLOAD_LABEL, model::Workload};

/// The label of a node whose value is its pool.
pub(crate) const POOL_LABEL: &str = "tenantry.dev/pool";

/// The label of a node whose value is its rack.
pub(crate) const RACK_LABEL: &str = "tenantry.dev/rack";

/// What selects a workload's pods within their namespace.
pub(crate) fn selector(workload: &Workload) -> BTreeMap<String, String> {
    BTreeMap::from([(WORKLOAD_LABEL.to_owned(), workload.name.value.to_string())])
}
