//! Rook's operator. Up to 1.19 it brings the drivers too.

use super::{
    Context, Values,
    context::{keep_away, tolerate},
};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    if let Some(rook) = cx
        .component("rook-ceph")
        .filter(|_| cx.component("ceph-csi-drivers").is_none())
    {
        let block = cx.storages().any(|class| class.spec.rook_ceph.is_some());
        let file = cx.storages().any(|class| class.spec.cephfs.is_some());
        values.set("csi.enableRbdDriver", block, rook.origin());
        values.set("csi.enableCephfsDriver", file, rook.origin());
        // Volumes are mounted on every machine, whatever keeps others away from it.
        if keep_away(cx.pools(), cx.estate) {
            values.list("csi.pluginTolerations", rook.origin(), |list| {
                tolerate(list, cx.pools(), cx.estate)
            });
        }
    }
    if let Some(origin) = cx.monitored() {
        values.monitor("monitoring.enabled", origin);
    }
}
