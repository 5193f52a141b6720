//! The Ceph drivers, which from Rook 1.20 on have a chart of their own. Its defaults do not find
//! Rook; these names do.

use super::{
    Context, Values,
    context::{keep_away, tolerate},
};

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let Some(drivers) = cx.component("ceph-csi-drivers") else {
        return;
    };
    let origin = drivers.origin();
    let operator = cx.platform.namespace(cx.id, "rook-ceph");
    let operator = operator.as_deref().unwrap_or("rook-ceph");
    values.set("operatorConfig.namespace", operator, origin);
    values.set(
        "operatorConfig.driverSpecDefaults.imageSet.name",
        "rook-csi-operator-image-set-configmap",
        origin,
    );
    // Volumes are mounted on every machine, whatever keeps others away from it.
    if keep_away(cx.pools(), cx.estate) {
        let path = "operatorConfig.driverSpecDefaults.nodePlugin.tolerations";
        values.list(path, origin, |list| tolerate(list, cx.pools(), cx.estate));
    }
    let block = cx.storages().find(|class| class.spec.rook_ceph.is_some());
    let file = cx.storages().find(|class| class.spec.cephfs.is_some());
    for (driver, class) in [("rbd", block), ("cephfs", file)] {
        let reason = class.map_or(origin, |class| class.name.origin);
        values.set(
            &format!("drivers.{driver}.enabled"),
            class.is_some(),
            reason,
        );
        values.set(
            &format!("drivers.{driver}.name"),
            &format!("{operator}.{driver}.csi.ceph.com"),
            origin,
        );
        if let Some(class) = class.filter(|class| class.spec.snapshots.value) {
            values.set(
                &format!("drivers.{driver}.snapshotPolicy"),
                "volumeSnapshot",
                class.spec.snapshots.origin,
            );
        }
    }
    for driver in ["nfs", "nvmeof"] {
        values.set(&format!("drivers.{driver}.enabled"), false, origin);
    }
}
