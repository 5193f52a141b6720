//! Longhorn. The storage classes are objects of the `kubernetes` target, so the chart's own is
//! not the default.

use super::{
    Context, Values,
    context::{keep_away, tolerate},
};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let Some(longhorn) = cx.component("longhorn") else {
        return;
    };
    let origin = longhorn.origin();
    values.set("persistence.defaultClass", false, origin);
    let classes = cx
        .storages()
        .filter_map(|class| class.spec.longhorn.as_ref());
    if let Some(copies) = classes
        .map(|class| &class.replicas)
        .max_by_key(|copies| copies.value)
    {
        values.set(
            "persistence.defaultClassReplicaCount",
            copies.value,
            copies.origin,
        );
    }
    if keep_away(cx.pools(), cx.estate) {
        values.list("longhornManager.tolerations", origin, |list| {
            tolerate(list, cx.pools(), cx.estate)
        });
        values.list("longhornDriver.tolerations", origin, |list| {
            tolerate(list, cx.pools(), cx.estate)
        });
    }
    if let Some(origin) = cx.monitored() {
        values.monitor("metrics.serviceMonitor.enabled", origin);
    }
}
