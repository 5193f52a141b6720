//! MetalLB, announcing by layer 2: routers are not asked for anything.

use super::{Context, Values};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let Some(component) = cx.component("metallb") else {
        return;
    };
    let origin = component.origin();
    values.set("speaker.frr.enabled", false, origin);
    values.set("frrk8s.enabled", false, origin);
    if let Some(origin) = cx.monitored() {
        values.monitor("prometheus.serviceMonitor.enabled", origin);
    }
}
