//! Storages: those of the cluster's classes, and those that backups go to. What a storage is
//! made of is fixed when it is made; only what it takes is kept up to date.

use tenantry_core::{
    model::{BackupStore, Storage},
    origin::OriginId,
};

use super::{
    plan::{Call, Method, Params, Phase, Probe},
    site::Site,
};

/// The id of the call that makes a storage.
pub(super) fn call_of(storage: &str) -> String {
    format!("storage.{storage}")
}

/// Whether the plan makes a class's storage. `local` is there already.
pub(super) fn is_made(storage: &Storage) -> bool {
    storage.spec.local.is_none()
}

/// Whether volumes take room only as they are written, so that a guest may give blocks back.
pub(super) fn is_thin(storage: &Storage) -> bool {
    storage.spec.lvm.is_none()
}

/// The calls of the phase.
pub(super) fn calls(site: Site<'_>, out: &mut Vec<Call>) {
    let estate = site.estate();
    let classes = estate
        .storages
        .values()
        .filter(|storage| storage.cluster == site.cluster.id && is_made(storage));
    for storage in classes {
        let name = storage.name.value.as_str();
        out.push(made(
            name,
            class(storage),
            contents(storage),
            storage.spec.meta.origin,
        ));
    }
    for store in backup_stores(site) {
        let name = store.name.value.as_str();
        let call = made(name, backup(store), "backup", store.meta.origin);
        out.push(match &store.pbs {
            None => call,
            // PBS asks who comes; both are the operator's.
            Some(_) => call
                .runtime("username", format!("env:{}", variable(name, "USER")))
                .runtime("password", format!("env:{}", variable(name, "PASSWORD"))),
        });
    }
}

/// The stores that a backup of this cluster goes to, each once.
pub(super) fn backup_stores(site: Site<'_>) -> Vec<&BackupStore> {
    let estate = site.estate();
    let mut used: Vec<_> = estate
        .workloads_of(site.cluster.id)
        .flat_map(|(_, workload)| &workload.backups)
        .filter_map(|backup| backup.to)
        .map(|store| store.to)
        .collect();
    used.sort_unstable();
    used.dedup();
    used.into_iter()
        .map(|id| &estate.backup_stores[id])
        .collect()
}

/// The variable of the environment that holds a store's credential: `TENANTRY_NAS_PASSWORD`.
pub(super) fn variable(store: &str, what: &str) -> String {
    let name: String = store
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() => c.to_ascii_uppercase(),
            _ => '_',
        })
        .collect();
    format!("TENANTRY_{name}_{what}")
}

fn made(name: &str, how: Params, content: &str, origin: OriginId) -> Call {
    let path = format!("/storage/{name}");
    let mut update = Params::default();
    update.set("content", content);
    Call::new(
        call_of(name),
        Phase::Storage,
        Method::Post,
        "/storage",
        origin,
    )
    .param("storage", name)
    .params(how)
    .param("content", content)
    .probe(Probe::exists(path.as_str()))
    .update(path, update)
}

fn contents(storage: &Storage) -> &'static str {
    match storage.spec.nfs {
        // A share holds files, among them images to fill disks from.
        Some(_) => "images,import,rootdir",
        None => "images,rootdir",
    }
}

fn class(storage: &Storage) -> Params {
    let mut params = Params::default();
    let spec = &storage.spec;
    let name = storage.name.value.as_str();
    if let Some(zfs) = &spec.zfs {
        let pool = zfs.pool.as_ref().map_or(name, |pool| &pool.value);
        params
            .set("type", "zfspool")
            .set_from("pool", pool, zfs.meta.origin)
            .set("sparse", true);
    } else if let Some(lvm) = &spec.lvm {
        let group = lvm.group.as_ref().map_or(name, |group| &group.value);
        params
            .set("type", "lvm")
            .set_from("vgname", group, lvm.meta.origin);
    } else if let Some(nfs) = &spec.nfs {
        params
            .set("type", "nfs")
            .set_from("server", nfs.server.value.to_string(), nfs.server.origin)
            .set_from("export", &*nfs.export.value, nfs.export.origin);
    }
    params
}

fn backup(store: &BackupStore) -> Params {
    let mut params = Params::default();
    if let Some(nfs) = &store.nfs {
        params
            .set("type", "nfs")
            .set_from("server", nfs.server.value.to_string(), nfs.server.origin)
            .set_from("export", &*nfs.export.value, nfs.export.origin);
    } else if let Some(pbs) = &store.pbs {
        params
            .set("type", "pbs")
            .set_from("server", pbs.server.value.to_string(), pbs.server.origin)
            .set_from("datastore", &*pbs.datastore.value, pbs.datastore.origin);
        if let Some(fingerprint) = &pbs.fingerprint {
            params.set_from("fingerprint", &*fingerprint.value, fingerprint.origin);
        }
    }
    params
}
