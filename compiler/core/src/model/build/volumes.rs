//! Volumes of tenants: in which cluster each lies follows from who mounts it.

use std::sync::Arc;

use super::{Builder, Parts, tenants::Kept};
use crate::{
    model::{Cluster, Id, Ref, Tenant, Volume, Workload, rules},
    schema::kinds::{self, Mount},
};

impl Builder<'_> {
    /// Puts every tenant's volumes where they are mounted; those of a tenant that was taken over
    /// are there. `kept` is in the order of the workloads' ids.
    pub(super) fn volumes(&mut self, model: &mut Parts, kept: &[Kept]) {
        for tenant in model.tenants.ids() {
            if model.tenants.own(tenant).is_none() {
                continue;
            }
            let specs = model.tenants[tenant].spec.volume.clone();
            let volumes = specs
                .into_iter()
                .filter_map(|spec| self.volume(model, tenant, kept, spec))
                .collect();
            if let Some(own) = model.tenants.own(tenant) {
                own.volumes = volumes;
            }
        }
    }

    /// Reports clusters that a `raw` names and nobody declares.
    pub(super) fn raw_clusters(&mut self, model: &Parts, kept: &[Kept]) {
        let clusters = model
            .clusters
            .values()
            .flat_map(|cluster| &cluster.spec.raw);
        let tenants = model.tenants.values().flat_map(|tenant| &tenant.spec.raw);
        let workloads = kept.iter().flat_map(|one| &one.spec.raw);
        let all = clusters.chain(tenants).chain(workloads);
        for named in all.filter_map(|raw| raw.cluster.as_ref()) {
            self.lookup.get(&self.tables.clusters, named, &[]);
        }
    }

    fn volume(
        &mut self,
        model: &Parts,
        tenant: Id<Tenant>,
        kept: &[Kept],
        spec: Arc<kinds::Volume>,
    ) -> Option<Volume> {
        let users = users(tenant, kept, &spec);
        let cluster = match users.as_slice() {
            [] => self.unused_volume(model, &spec)?,
            [first, others @ ..] => {
                let home = kept[first.to.index()].place.cluster;
                let elsewhere = |user: &&Ref<Workload>| kept[user.to.index()].place.cluster != home;
                if let Some(other) = others.iter().find(elsewhere) {
                    let named = |user: &Ref<Workload>| {
                        let Kept { place, path, .. } = &kept[user.to.index()];
                        let span = self.lookup.origins.span(user.at).unwrap_or_default();
                        (
                            span,
                            &**path,
                            model.clusters[place.cluster].name.value.as_str(),
                        )
                    };
                    let finding =
                        rules::volume_in_two_clusters(&spec.name.value, named(first), named(other));
                    self.lookup.findings.push(finding);
                    return None;
                }
                home
            }
        };
        let near = model.clusters[cluster].name.value.to_string();
        let storage = self
            .lookup
            .maybe(&self.tables.storages, spec.storage.as_ref(), &[&near])
            .ok()?;
        Some(Volume {
            cluster,
            storage,
            mounted_by: users,
            spec,
        })
    }

    /// Where a volume lies that nobody mounts: where its storage is, or in the only cluster.
    fn unused_volume(&mut self, model: &Parts, spec: &kinds::Volume) -> Option<Id<Cluster>> {
        if let Some(storage) = &spec.storage {
            let found = self.lookup.get(&self.tables.storages, storage, &[])?;
            return Some(model.storages[found.to].cluster);
        }
        let mut clusters = model.clusters.ids();
        match (clusters.next(), clusters.next()) {
            (Some(only), None) => Some(only),
            _ => {
                if self.complete {
                    let finding = rules::volume_nowhere(&spec.name.value, spec.meta.span);
                    self.lookup.findings.push(finding);
                }
                None
            }
        }
    }
}

/// The workloads that mount a volume, each once.
fn users(tenant: Id<Tenant>, kept: &[Kept], volume: &kinds::Volume) -> Vec<Ref<Workload>> {
    // Those of one tenant stand side by side.
    let first = kept.partition_point(|one| one.tenant < tenant);
    let after = kept.partition_point(|one| one.tenant <= tenant);
    let own = (first..).zip(kept.get(first..after).unwrap_or_default());
    let mut users = Vec::new();
    for (at, one) in own {
        let named = |mount: &&Mount| {
            let name = mount.volume.as_ref();
            name.is_some_and(|name| *name.value.text == *volume.name.value.as_str())
        };
        if let Some(mount) = kinds::mounts_of(&one.spec).find(named) {
            users.push(Ref {
                to: Id::new(at),
                at: mount.meta.origin,
            });
        }
    }
    users
}
