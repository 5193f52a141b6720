//! Tenants, and where each of their workloads runs.

use std::sync::Arc;

use super::{Builder, Parts, workload::body};
use crate::{
    model::{Backend, Cluster, Id, Pool, Ref, Tenant, Workload, rules, workload::Quota},
    schema::kinds,
};

impl Builder<'_> {
    /// Tenants and their workloads; returns the workloads of which something was dropped, and the
    /// tenants of which a whole workload was.
    pub(super) fn tenants(
        &mut self,
        model: &mut Parts,
        mut tenants: Vec<Arc<kinds::Tenant>>,
    ) -> (Vec<Id<Workload>>, Vec<Id<Tenant>>) {
        tenants.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        let mut specs = Vec::new();
        for tenant in tenants {
            let mut workloads = tenant.workload.clone();
            workloads.sort_by(|a, b| a.name.value.cmp(&b.name.value));
            let id = self.tenant(model, tenant);
            specs.extend(workloads.into_iter().map(|workload| (id, workload)));
        }
        // First all places, so that a reference between workloads leads somewhere even when the
        // other one is broken; then what each one says.
        let placed: Vec<(Id<Tenant>, Arc<kinds::Workload>, Option<Place>)> = specs
            .into_iter()
            .map(|(tenant, spec)| {
                let scope = model.tenants[tenant].name.value.to_string();
                let place = self.place(model, &scope, &spec);
                (tenant, spec, place)
            })
            .collect();
        let mut kept = Vec::new();
        let mut bereft = Vec::new();
        for (tenant, spec, place) in placed {
            let scope = model.tenants[tenant].name.value.to_string();
            let path = format!("{scope}.{}", spec.name.value);
            let id = Id::new(kept.len());
            self.lookup.mended("workload", spec.name.value.as_str());
            match (place, body(&spec)) {
                (Some(place), Some(_)) => {
                    self.tables
                        .workloads
                        .insert(&scope, spec.name.value.as_str(), id);
                    kept.push((tenant, spec, place, path));
                }
                // Known by name, so that who refers to it is not told it does not exist.
                _ => {
                    bereft.push(tenant);
                    let nobody = Id::new(usize::MAX);
                    let name = spec.name.value.as_str();
                    self.tables.workloads.insert(&scope, name, nobody);
                }
            }
        }
        self.volumes(model, &kept);
        self.raw_clusters(model, &kept);
        let mut tainted = Vec::new();
        let shapes: Vec<Shape> = kept
            .iter()
            .map(|(_, spec, _, path)| Shape {
                path: path.clone(),
                span: spec.meta.name_span,
                ports: spec.port.clone(),
            })
            .collect();
        for (tenant, spec, place, path) in kept {
            let scope = model.tenants[tenant].name.value.to_string();
            let supplied = self.material(&model.tenants[tenant].spec, &spec);
            let (workload, whole) =
                self.workload(model, &shapes, tenant, &scope, spec, place, path.into());
            let Some(workload) = workload else {
                bereft.push(tenant);
                continue;
            };
            let id = model.workloads.push(workload);
            if !(whole && supplied) {
                tainted.push(id);
            }
        }
        (tainted, bereft)
    }

    pub(super) fn tenant(&mut self, model: &mut Parts, spec: Arc<kinds::Tenant>) -> Id<Tenant> {
        let tier = self
            .lookup
            .maybe(&self.tables.tiers, spec.tier.as_ref(), &[])
            .unwrap_or(None);
        let mut quotas = Vec::new();
        for quota in &spec.quota {
            let what = format!("this quota of tenant `{}`", spec.name.value);
            let Some(cluster) =
                self.cluster_of(model, quota.cluster.as_ref(), &what, quota.meta.span)
            else {
                continue;
            };
            let near = model.clusters[cluster].name.value.to_string();
            let gpus = quota
                .gpu
                .iter()
                .filter_map(|gpu| {
                    Some((
                        self.lookup.get(&self.tables.gpu_models, &gpu.model, &[])?,
                        gpu.clone(),
                    ))
                })
                .collect();
            let storages = quota
                .storage
                .iter()
                .filter_map(|storage| {
                    Some((
                        self.lookup
                            .get(&self.tables.storages, &storage.storage, &[&near])?,
                        storage.clone(),
                    ))
                })
                .collect();
            quotas.push(Quota {
                cluster,
                gpus,
                storages,
                spec: quota.clone(),
            });
        }
        quotas.sort_by_key(|quota| quota.cluster);
        let dedicated = spec
            .dedicated
            .iter()
            .filter_map(|dedicated| {
                Some((
                    self.lookup.get(&self.tables.pools, &dedicated.pool, &[])?,
                    dedicated.clone(),
                ))
            })
            .collect();
        let namespace = spec.namespace.clone().unwrap_or_else(|| spec.name.clone());
        let name = spec.name.clone();
        model.tenants.push(Tenant {
            name,
            namespace,
            tier,
            quotas,
            dedicated,
            volumes: Vec::new(),
            spec,
        })
    }

    /// The pools and with them the cluster of a workload.
    pub(super) fn place(
        &mut self,
        model: &Parts,
        tenant: &str,
        spec: &kinds::Workload,
    ) -> Option<Place> {
        let what = format!("workload `{tenant}.{}`", spec.name.value);
        let named = spec
            .on
            .as_ref()
            .map(|on| on.pools.as_slice())
            .unwrap_or_default();
        if named.is_empty() {
            // What is broken may be the `on`.
            let unknown = spec.on.is_none() && spec.meta.broken;
            return (!unknown)
                .then(|| self.default_place(model, &what, spec))
                .flatten();
        }
        let pools: Vec<Option<Ref<Pool>>> = named
            .iter()
            .map(|name| self.lookup.get(&self.tables.pools, name, &[]))
            .collect();
        let pools: Vec<Ref<Pool>> = pools.into_iter().collect::<Option<_>>()?;
        let first = *pools.first()?;
        let cluster = model.pools[first.to].cluster;
        if let Some(other) = pools
            .iter()
            .find(|pool| model.pools[pool.to].cluster != cluster)
        {
            let name = |pool: Ref<Pool>| {
                model.clusters[model.pools[pool.to].cluster]
                    .name
                    .value
                    .to_string()
            };
            let span = |pool: Ref<Pool>| self.lookup.origins.span(pool.at).unwrap_or_default();
            let finding = rules::several_clusters(
                &what,
                (span(first), &name(first)),
                (span(*other), &name(*other)),
            );
            self.lookup.findings.push(finding);
            return None;
        }
        if matches!(model.clusters[cluster].backend, Backend::Hosts) {
            let name = &model.clusters[cluster].name.value;
            let span = self.lookup.origins.span(first.at).unwrap_or_default();
            let finding = rules::on_hosts(&what, span, name, &model.clusters[cluster].spec);
            self.lookup.findings.push(finding);
            return None;
        }
        Some(Place { cluster, pools })
    }

    /// Without `on`: any untainted worker pool of the estate's only Kubernetes cluster.
    pub(super) fn default_place(
        &mut self,
        model: &Parts,
        what: &str,
        spec: &kinds::Workload,
    ) -> Option<Place> {
        let open = |pool: &Pool| {
            pool.spec.role.value == kinds::Role::Worker
                && pool.spec.taint.is_empty()
                && pool.tenant.is_none()
        };
        let mut clusters = model
            .clusters
            .iter()
            .filter(|(_, cluster)| cluster.is_kubernetes());
        if let (Some((cluster, _)), None) = (clusters.next(), clusters.next()) {
            let at = spec.meta.origin;
            let pools: Vec<Ref<Pool>> = model
                .pools
                .iter()
                .filter(|(_, pool)| pool.cluster == cluster && open(pool))
                .map(|(to, _)| Ref { to, at })
                .collect();
            if !pools.is_empty() {
                return Some(Place { cluster, pools });
            }
        }
        // Where pools are broken there may be one after all.
        if self.complete {
            let candidates: Vec<String> = model
                .pools
                .values()
                .filter(|pool| open(pool))
                .map(|pool| pool.name.value.to_string())
                .collect();
            self.lookup
                .findings
                .push(rules::pool_not_chosen(what, spec.meta.span, &candidates));
        }
        None
    }
}

/// What others need to know of a workload before it is built.
pub(super) struct Shape {
    pub(super) path: String,
    pub(super) span: tenantry_syntax::Span,
    pub(super) ports: Vec<kinds::Port>,
}

/// Where a workload runs.
pub(super) struct Place {
    pub(super) cluster: Id<Cluster>,
    pub(super) pools: Vec<Ref<Pool>>,
}
