//! Tenants, and where each of their workloads runs.

use std::sync::Arc;

use super::{
    Builder, Parts,
    memo::{Known, Sound},
    workload::body,
};
use crate::{
    diag::Findings,
    model::{Backend, Cluster, Id, Pool, Ref, Tenant, Workload, rules, workload::Quota},
    par,
    schema::kinds,
};

impl Builder<'_> {
    /// Tenants and their workloads. What `before` has of tenants that did not change is taken
    /// over: of equal ground and equal names the same ids and references come.
    pub(super) fn tenants(
        &mut self,
        model: &mut Parts,
        mut tenants: Vec<Arc<kinds::Tenant>>,
        before: Option<&Sound>,
    ) -> Dropped {
        tenants.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        let known = Known::of(before, &tenants);
        let mut dropped = Dropped::default();
        let kept = self.places(model, &tenants, &known, &mut dropped);
        let known = known.filter(|known| known.before.workloads.len() == kept.len());
        for (at, tenant) in tenants.iter().enumerate() {
            let old = known.as_ref().and_then(|known| known.tenant(Id::new(at)));
            match old {
                Some(old) => model.tenants.share(old.clone()),
                None => self.tenant(model, tenant.clone()),
            };
        }
        self.volumes(model, &kept);
        self.raw_clusters(model, &kept);
        for (made, one) in self.workloads(model, &kept, &known).zip(&kept) {
            let Some((workload, whole)) = made else {
                dropped.bereft.push(one.tenant);
                continue;
            };
            let id = model.workloads.share(workload);
            if !whole {
                dropped.tainted.push(id);
            }
        }
        dropped
    }

    /// The workloads as far as they are sound, and whether all of each is; none of what is not.
    fn workloads(
        &mut self,
        model: &Parts,
        kept: &[Kept],
        known: &Option<Known<'_>>,
    ) -> impl Iterator<Item = Option<(Arc<Workload>, bool)>> + use<> {
        /// So many are worth a task.
        const TASK: usize = 64;
        let shared = self.share();
        let tasks: Vec<(usize, &[Kept])> = (0..).step_by(TASK).zip(kept.chunks(TASK)).collect();
        let done = par::map(&tasks, |(first, task)| {
            let mut findings = Findings::new();
            let mut builder = shared.builder(&mut findings);
            let one = |(at, one): (usize, &Kept)| {
                let old = known.as_ref().and_then(|known| known.workload(Id::new(at)));
                if let Some(old) = old {
                    return Some((old.clone(), true));
                }
                let supplied = builder.material(&model.tenants[one.tenant].spec, &one.spec);
                let (workload, whole) = builder.workload(model, kept, one);
                Some((Arc::new(workload?), whole && supplied))
            };
            let made: Vec<_> = (*first..).zip(*task).map(one).collect();
            (made, findings)
        });
        let (made, findings): (Vec<_>, Vec<_>) = done.into_iter().unzip();
        self.lookup.findings.extend(findings.into_iter().flatten());
        made.into_iter().flatten()
    }

    /// Where each workload runs: first all of them, so that a reference between workloads leads
    /// somewhere even when the other one is broken. Their order is that of their ids.
    fn places(
        &mut self,
        model: &Parts,
        tenants: &[Arc<kinds::Tenant>],
        known: &Option<Known<'_>>,
        dropped: &mut Dropped,
    ) -> Vec<Kept> {
        let mut kept = Vec::new();
        let mut at = 0;
        for (tenant, owner) in tenants.iter().enumerate() {
            let tenant = Id::new(tenant);
            let scope = owner.name.value.as_str();
            // They are in the order of their names already.
            for spec in &owner.workload {
                let old = known.as_ref().and_then(|known| known.place(Id::new(at)));
                at += 1;
                let (place, path) = match old {
                    Some((place, path)) => (Some(place), path),
                    None => {
                        let path: Arc<str> = format!("{scope}.{}", spec.name.value).into();
                        (self.place(model, &path, spec), path)
                    }
                };
                let name = spec.name.value.as_str();
                self.lookup.mended("workload", name);
                match place.filter(|_| body(spec).is_some()) {
                    Some(place) => {
                        let id = Id::new(kept.len());
                        self.tables().workloads.insert(scope, name, id);
                        kept.push(Kept {
                            tenant,
                            spec: spec.clone(),
                            place,
                            path,
                        });
                    }
                    // Known by name, so that who refers to it is not told it does not exist.
                    None => {
                        dropped.bereft.push(tenant);
                        let nobody = Id::new(usize::MAX);
                        self.tables().workloads.insert(scope, name, nobody);
                    }
                }
            }
        }
        kept
    }

    pub(super) fn tenant(&mut self, model: &mut Parts, spec: Arc<kinds::Tenant>) -> Id<Tenant> {
        let tier = self
            .lookup
            .maybe(&self.tables.tiers, spec.tier.as_ref(), &[])
            .unwrap_or(None);
        let mut quotas = Vec::new();
        for quota in &spec.quota {
            let what = format!("this quota of tenant `{}`", spec.name.value);
            let Some(cluster) = self.cluster_of(model, quota.cluster.as_ref(), &what, &quota.meta)
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
        path: &str,
        spec: &kinds::Workload,
    ) -> Option<Place> {
        let what = || format!("workload `{path}`");
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
                &what(),
                (span(first), &name(first)),
                (span(*other), &name(*other)),
            );
            self.lookup.findings.push(finding);
            return None;
        }
        if matches!(model.clusters[cluster].backend, Backend::Hosts) {
            let name = &model.clusters[cluster].name.value;
            let span = self.lookup.origins.span(first.at).unwrap_or_default();
            let finding = rules::on_hosts(&what(), span, name, &model.clusters[cluster].spec);
            self.lookup.findings.push(finding);
            return None;
        }
        Some(Place { cluster, pools })
    }

    /// Without `on`: any untainted worker pool of the estate's only Kubernetes cluster.
    pub(super) fn default_place(
        &mut self,
        model: &Parts,
        what: &dyn Fn() -> String,
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
                .push(rules::pool_not_chosen(&what(), spec.meta.span, &candidates));
        }
        None
    }
}

/// A workload before it is built.
pub(super) struct Kept {
    pub(super) tenant: Id<Tenant>,
    pub(super) spec: Arc<kinds::Workload>,
    pub(super) place: Place,
    pub(super) path: Arc<str>,
}

/// Where a workload runs.
pub(super) struct Place {
    pub(super) cluster: Id<Cluster>,
    pub(super) pools: Vec<Ref<Pool>>,
}

/// What was not whole, which was reported.
#[derive(Default)]
pub(super) struct Dropped {
    /// Workloads of which something was dropped.
    pub(super) tainted: Vec<Id<Workload>>,
    /// The tenants of which a whole workload was.
    pub(super) bereft: Vec<Id<Tenant>>,
}
