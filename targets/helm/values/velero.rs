//! Velero: the stores that the cluster's backups go to, and how volumes get there. When what is
//! backed up is said by `Schedule` objects, which are not of this release.

use std::collections::BTreeSet;

use tenantry_core::{
    model::{BackupStore, Id},
    origin::OriginId,
    schema::kinds::{BackupKind, S3Store},
};

use super::{
    Context, Values,
    context::{keep_away, tolerate},
};

/// The plugin that speaks S3; its minors go with Velero's (1.14 with 1.18, which the chart
/// 12.0 installs).
const S3_PLUGIN: &str = "velero/velero-plugin-for-aws:v1.14.2";

/// The key of the credentials file in a store's secret.
pub(crate) const CREDENTIALS_KEY: &str = "cloud";

/// Writes the values.
pub(crate) fn write(cx: &Context<'_>, values: &mut Values) {
    let Some(component) = cx.component("velero") else {
        return;
    };
    let origin = component.origin();
    let stores = stores(cx);
    locations(&stores, values, origin);
    // Each location names its own secret.
    values.set("credentials.useSecret", false, origin);
    values.list("initContainers", origin, |list| {
        let mut plugin = list.push_map();
        plugin.set("name", "velero-plugin-for-aws");
        plugin.set("image", S3_PLUGIN);
        plugin.set("imagePullPolicy", "IfNotPresent");
        let mut mounts = plugin.list("volumeMounts");
        let mut mount = mounts.push_map();
        mount.set("mountPath", "/target");
        mount.set("name", "plugins");
    });
    volumes(cx, values);
    if let Some(origin) = cx.monitored() {
        values.monitor("metrics.serviceMonitor.enabled", origin);
    }
}

/// The object stores that the cluster's backups go to, by name.
pub(crate) fn stores<'a>(cx: &Context<'a>) -> Vec<(&'a BackupStore, &'a S3Store)> {
    let backups = cx.workloads().flat_map(|workload| &workload.backups);
    let ids: BTreeSet<Id<BackupStore>> = backups
        .filter_map(|backup| Some(backup.to.as_ref()?.to))
        .collect();
    ids.into_iter()
        .map(|id| &cx.estate.backup_stores[id])
        .filter_map(|store| Some((store, store.s3.as_ref()?)))
        .collect()
}

/// The secret that holds a store's credentials.
pub(crate) fn secret_name(store: &BackupStore) -> String {
    format!("backup-{}", store.name.value)
}

fn locations(stores: &[(&BackupStore, &S3Store)], values: &mut Values, origin: OriginId) {
    values.list("configuration.backupStorageLocation", origin, |list| {
        for (index, (store, s3)) in stores.iter().enumerate() {
            let mut location = list.push_map();
            location.mark(store.meta.origin);
            location
                .set("name", store.name.value.as_str())
                .mark(store.name.origin);
            location.set("provider", "aws");
            location
                .set("bucket", &*s3.bucket.value)
                .mark(s3.bucket.origin);
            location.set("default", index == 0);
            if let Some(secret) = &s3.secret {
                let mut credential = location.map("credential");
                credential.mark(secret.origin);
                credential.set("name", &secret_name(store));
                credential.set("key", CREDENTIALS_KEY);
            }
            let mut config = location.map("config");
            config
                .set("region", &*s3.region.value)
                .mark(s3.region.origin);
            if let Some(endpoint) = &s3.endpoint {
                config.set("s3Url", &*endpoint.value).mark(endpoint.origin);
                // Only Amazon gives each bucket a host name of its own.
                config.set("s3ForcePathStyle", "true").mark(endpoint.origin);
            }
        }
    });
    // Else the chart would look for snapshots of a cloud's own disks.
    values.set("snapshotsEnabled", false, origin);
}

/// A snapshot stays on the storage that it is of; what goes to a store is read from it by an
/// agent on the node.
fn volumes(cx: &Context<'_>, values: &mut Values) {
    let backups = || cx.workloads().flat_map(|workload| &workload.backups);
    if let Some(backup) = backups().find(|backup| backup.spec.kind.value == BackupKind::Snapshot) {
        let origin = backup.spec.kind.origin;
        values.set("configuration.features", "EnableCSI", origin);
        values.set("configuration.defaultSnapshotMoveData", true, origin);
    }
    let Some(backup) = backups().next() else {
        return;
    };
    let origin = backup.spec.meta.origin;
    values.set("deployNodeAgent", true, origin);
    values.set("configuration.uploaderType", "kopia", origin);
    if keep_away(cx.pools(), cx.estate) {
        values.list("nodeAgent.tolerations", origin, |list| {
            tolerate(list, cx.pools(), cx.estate)
        });
    }
}
