//! Under which paths a workload may be remembered: its own, and those of its former names.

use crate::model::{Estate, Workload};

/// The path of a workload, and the paths that it had under the former names (`was=`) of itself
/// and of its tenant, the nearest first.
pub(crate) fn paths(estate: &Estate, workload: &Workload) -> Vec<String> {
    let tenant = &estate.tenants[workload.tenant];
    let tenants = [
        Some(tenant.name.value.as_str()),
        tenant.spec.meta.was.as_deref(),
    ];
    let names = [
        Some(workload.name.value.as_str()),
        workload.spec.meta.was.as_deref(),
    ];
    let mut paths = vec![workload.path.to_string()];
    for tenant in tenants.into_iter().flatten() {
        for name in names.into_iter().flatten() {
            let path = format!("{tenant}.{name}");
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    paths
}
