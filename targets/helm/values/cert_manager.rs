//! cert-manager. Its schema is closed: a key that it does not know stops the installation.

use super::{Context, Values};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let Some(component) = cx.component("cert-manager") else {
        return;
    };
    let origin = component.origin();
    values.set("crds.enabled", true, origin);
    values.set("replicaCount", cx.copies(2), origin);
    values.set("webhook.replicaCount", cx.copies(3), origin);
    values.set("cainjector.replicaCount", cx.copies(2), origin);
    if let Some(origin) = cx.monitored() {
        values.monitor("prometheus.servicemonitor.enabled", origin);
    }
}
