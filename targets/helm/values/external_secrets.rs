//! External Secrets: several copies only work with an election.

use super::{Context, Values};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let Some(component) = cx.component("external-secrets") else {
        return;
    };
    let origin = component.origin();
    let copies = cx.copies(2);
    values.set("installCRDs", true, origin);
    values.set("replicaCount", copies, origin);
    values.set("leaderElect", copies > 1, origin);
    values.set("webhook.replicaCount", copies, origin);
    if let Some(origin) = cx.monitored() {
        values.monitor("serviceMonitor.enabled", origin);
    }
}
