//! From the constructed kinds to the model: sorted by name, every reference looked up.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Arena, Backend, Body, Cluster, Estate, Id, NetworkIn, Node, Pool, PoolGpu, Ref, Storage,
    Tenant, Workload,
    names::{Index, Lookup},
    rules,
    workload::{
        Backup, Connect, Disk, Expose, Gpu, ImageUse, Mount, Nic, Offer, OfferTo, Quota, Replicas,
        Target,
    },
};
use crate::{
    diag::Findings,
    flows::{Port, Protocol, Service},
    limits::Limits,
    origin::V,
    outcome::Outcome,
    resolve::Resolved,
    schema::{
        construct::{Construct, Cx},
        kind::Vocabulary,
        kinds::{self, PortRef},
        ty::NameOf,
    },
    units::{Ip, Name},
};

/// Builds the model of one environment.
pub fn build(resolved: Resolved, vocabulary: &Vocabulary) -> Outcome<Estate> {
    let Resolved {
        env,
        root,
        mut origins,
        library,
        limits,
    } = resolved;
    let mut cx = Cx {
        vocabulary,
        origins: &mut origins,
        findings: Findings::new(),
    };
    let constructed = kinds::Root::construct(&root, &mut cx);
    let mut findings = cx.findings;
    let Some(mut spec) = constructed else {
        return Outcome::nothing(findings);
    };
    let Some(estate) = spec.estate.take() else {
        // A broken `estate` node was reported; a missing one is told here.
        if !root
            .children
            .iter()
            .any(|child| vocabulary.kind(child.kind).name == "estate")
        {
            findings.push(rules::missing_estate(
                root.children
                    .first()
                    .map(|node| node.span)
                    .unwrap_or_default(),
            ));
        }
        return Outcome::nothing(findings);
    };
    let written = root.children.len() + 1;
    let kept = count(&spec);
    let broken = broken_names(&root, vocabulary, &spec);
    let in_parts = is_ground_broken(&spec);
    let mut builder = Builder {
        lookup: Lookup {
            origins: &origins,
            findings: &mut findings,
            broken,
            library,
        },
        tables: Tables::default(),
        limits,
        complete: true,
    };
    let mut model = builder.ground(&mut spec);
    let tenants = std::mem::take(&mut spec.tenant);
    let tainted = builder.tenants(&mut model, tenants);
    let complete = builder.complete;
    Outcome::new(
        Estate {
            name: estate.name.clone(),
            env,
            spec: estate,
            clusters: model.clusters,
            pools: model.pools,
            storages: model.storages,
            networks: model.networks,
            externals: model.externals,
            images: model.images,
            backup_stores: model.backup_stores,
            priorities: model.priorities,
            tiers: model.tiers,
            cpu_models: model.cpu_models,
            gpu_models: model.gpu_models,
            tenants: model.tenants,
            workloads: model.workloads,
            origins,
            tainted,
            broken_ground: !complete || in_parts || kept + 1 != written,
        },
        findings,
    )
}

/// Whether a part of something outside tenants was dropped: of a pool its reserve, for example.
fn is_ground_broken(spec: &kinds::Root) -> bool {
    spec.cluster.iter().any(|cluster| cluster.meta.broken)
        || spec.pool.iter().any(|pool| pool.meta.broken)
        || spec.storage.iter().any(|storage| storage.meta.broken)
        || spec.network.iter().any(|network| network.meta.broken)
}

/// The names of what stands in the text and was not constructed, by kind.
fn broken_names(
    root: &crate::schema::node::Node,
    vocabulary: &Vocabulary,
    spec: &kinds::Root,
) -> BTreeSet<(String, String)> {
    let mut names = BTreeSet::new();
    let mut enter = |node: &crate::schema::node::Node| {
        let kind = vocabulary.kind(node.kind);
        if let Some(value) = kind.field("name").and_then(|field| node.value(field)) {
            names.insert((kind.name.clone(), value.lit.to_string()));
        }
    };
    for node in &root.children {
        enter(node);
        node.children
            .iter()
            .filter(|child| vocabulary.kind(child.kind).name == "workload")
            .for_each(&mut enter);
    }
    let mut whole = |kind: &str, name: &Name| {
        names.remove(&(kind.to_owned(), name.to_string()));
    };
    macro_rules! constructed {
        ($($field:ident = $kind:literal),* $(,)?) => {$(
            spec.$field.iter().for_each(|item| whole($kind, &item.name.value));
        )*};
    }
    constructed!(
        cluster = "cluster",
        external = "external",
        image = "image",
        backup_store = "backup-store",
        tier = "tier",
        priority = "priority",
        cpu_model = "cpu-model",
        gpu_model = "gpu-model",
        tenant = "tenant",
    );
    names
}

/// How many top-level nodes were constructed, without `estate`.
fn count(spec: &kinds::Root) -> usize {
    spec.param.len()
        + spec.site.len()
        + spec.cluster.len()
        + spec.pool.len()
        + spec.storage.len()
        + spec.network.len()
        + spec.external.len()
        + spec.image.len()
        + spec.backup_store.len()
        + spec.tier.len()
        + spec.priority.len()
        + spec.price.len()
        + spec.cpu_model.len()
        + spec.gpu_model.len()
        + spec.tenant.len()
        + 1
}

/// The model while it is being built.
#[derive(Default)]
struct Parts {
    clusters: Arena<Cluster>,
    pools: Arena<Pool>,
    storages: Arena<Storage>,
    networks: Arena<NetworkIn>,
    externals: Arena<kinds::External>,
    images: Arena<kinds::Image>,
    backup_stores: Arena<kinds::BackupStore>,
    priorities: Arena<kinds::Priority>,
    tiers: Arena<kinds::Tier>,
    cpu_models: Arena<kinds::CpuModel>,
    gpu_models: Arena<kinds::GpuModel>,
    tenants: Arena<Tenant>,
    workloads: Arena<Workload>,
}

/// Names of everything.
#[derive(Default)]
struct Tables {
    clusters: Index<Cluster>,
    pools: Index<Pool>,
    storages: Index<Storage>,
    networks: Index<NetworkIn>,
    externals: Index<kinds::External>,
    images: Index<kinds::Image>,
    backup_stores: Index<kinds::BackupStore>,
    priorities: Index<kinds::Priority>,
    tiers: Index<kinds::Tier>,
    cpu_models: Index<kinds::CpuModel>,
    gpu_models: Index<kinds::GpuModel>,
    tenants: Index<Tenant>,
    workloads: Index<Workload>,
}

struct Builder<'a> {
    lookup: Lookup<'a>,
    tables: Tables,
    limits: Limits,
    complete: bool,
}

/// Puts things of the top level into their arena, by name.
macro_rules! flat {
    ($self:ident, $spec:ident, $model:ident; $($from:ident => $to:ident),* $(,)?) => {$(
        let mut items = std::mem::take(&mut $spec.$from);
        items.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        for item in items {
            let name = item.name.value.to_string();
            let id = $model.$to.push(item);
            $self.tables.$to.insert("", &name, id);
        }
    )*};
}

impl Builder<'_> {
    fn ground(&mut self, spec: &mut kinds::Root) -> Parts {
        let mut model = Parts::default();
        flat!(self, spec, model;
            external => externals, image => images, backup_store => backup_stores, priority => priorities,
            tier => tiers, cpu_model => cpu_models, gpu_model => gpu_models);
        self.clusters(spec, &mut model);
        // Pools and storage may be a tenant's, so tenants have their ids before anything of theirs.
        let mut names: Vec<&Name> = spec
            .tenant
            .iter()
            .map(|tenant| &tenant.name.value)
            .collect();
        names.sort();
        for (at, name) in names.into_iter().enumerate() {
            self.tables.tenants.insert("", name.as_str(), Id::new(at));
        }
        self.pools(spec, &mut model);
        self.storages(spec, &mut model);
        self.networks(spec, &mut model);
        model
    }

    fn clusters(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
        let mut clusters = std::mem::take(&mut spec.cluster);
        clusters.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        for cluster in clusters {
            let backend = match (&cluster.kubernetes, &cluster.proxmox) {
                (Some(kubernetes), None) => Backend::Kubernetes(kubernetes.version.clone()),
                (None, Some(proxmox)) => Backend::Proxmox(proxmox.version.clone()),
                // Neither or both was reported where the node was constructed.
                _ => {
                    self.complete = false;
                    continue;
                }
            };
            let zones = cluster
                .zone
                .iter()
                .flat_map(|zones| zones.names.clone())
                .collect();
            let name = cluster.name.clone();
            let id = model.clusters.push(Cluster {
                name: name.clone(),
                backend,
                zones,
                spec: cluster,
            });
            self.tables.clusters.insert("", name.value.as_str(), id);
        }
    }

    /// The cluster of something that may leave it out in an estate of one.
    fn cluster_of(
        &mut self,
        model: &Parts,
        named: Option<&V<NameOf<kinds::Cluster>>>,
        what: &str,
        span: tenantry_syntax::Span,
    ) -> Option<Id<Cluster>> {
        let found = match named {
            Some(name) => self
                .lookup
                .get(&self.tables.clusters, name, &[])
                .map(|found| found.to),
            None => {
                let mut ids = model.clusters.ids();
                match (ids.next(), ids.next()) {
                    (Some(only), None) => Some(only),
                    // An estate whose clusters are all broken has been told so.
                    (None, _) if !self.complete => None,
                    _ => {
                        let names: Vec<String> = model
                            .clusters
                            .values()
                            .map(|cluster| cluster.name.value.to_string())
                            .collect();
                        self.lookup
                            .findings
                            .push(rules::cluster_not_chosen(what, span, &names));
                        None
                    }
                }
            }
        };
        self.complete &= found.is_some();
        found
    }

    fn pools(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
        let mut pools = Vec::new();
        for pool in std::mem::take(&mut spec.pool) {
            let what = format!("pool `{}`", pool.name.value);
            let cluster = self.cluster_of(model, pool.cluster.as_ref(), &what, pool.meta.span);
            let cpu_model = self
                .lookup
                .get(&self.tables.cpu_models, &pool.cpu.model, &[]);
            let tenant = self
                .lookup
                .maybe(&self.tables.tenants, pool.tenant.as_ref(), &[]);
            let gpus: Vec<Option<PoolGpu>> = pool
                .gpu
                .iter()
                .map(|gpu| {
                    self.lookup
                        .get(&self.tables.gpu_models, &gpu.model, &[])
                        .map(|model| PoolGpu {
                            model,
                            spec: gpu.clone(),
                        })
                })
                .collect();
            let gpus: Option<Vec<PoolGpu>> = gpus.into_iter().collect();
            if let (Some(cluster), Some(cpu_model), Ok(tenant), Some(gpus)) =
                (cluster, cpu_model, tenant, gpus)
            {
                pools.push((cluster, cpu_model, tenant, gpus, pool));
            } else {
                self.complete = false;
            }
        }
        pools.sort_by(|a, b| (a.0, &a.4.name.value).cmp(&(b.0, &b.4.name.value)));
        for (cluster, cpu_model, tenant, gpus, spec) in pools {
            let processor = &model.cpu_models[cpu_model.to];
            let smt = if spec.cpu.smt.value {
                processor.threads.value
            } else {
                1
            };
            let threads = processor
                .cores
                .value
                .saturating_mul(smt)
                .saturating_mul(spec.cpu.sockets.value);
            let nodes = self.machines(&spec, &model.clusters[cluster]);
            let name = spec.name.clone();
            let scope = model.clusters[cluster].name.value.to_string();
            let id = model.pools.push(Pool {
                name: name.clone(),
                cluster,
                tenant,
                nodes,
                cpu_model,
                threads,
                gpus,
                spec,
            });
            self.tables.pools.insert(&scope, name.value.as_str(), id);
            self.lookup.mended("pool", name.value.as_str());
        }
    }

    /// The machines of a pool, unless there are more than anybody has.
    fn machines(&mut self, spec: &kinds::Pool, cluster: &Cluster) -> Vec<Node> {
        if let Some(counted) = &spec.nodes {
            let zones = if counted.per.is_some() {
                cluster.zones.len().max(1)
            } else {
                1
            };
            let all = u64::from(counted.count.value)
                .saturating_mul(u64::try_from(zones).unwrap_or(u64::MAX));
            if all > u64::from(self.limits.machines) {
                let span = self.lookup.span(&counted.count);
                self.lookup.findings.push(rules::too_many(
                    "machines",
                    all,
                    self.limits.machines,
                    span,
                ));
                self.complete = false;
                return Vec::new();
            }
        }
        nodes(spec, cluster)
    }

    fn storages(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
        let mut storages = Vec::new();
        for storage in std::mem::take(&mut spec.storage) {
            let what = format!("storage `{}`", storage.name.value);
            let cluster =
                self.cluster_of(model, storage.cluster.as_ref(), &what, storage.meta.span);
            let tenant = self
                .lookup
                .maybe(&self.tables.tenants, storage.tenant.as_ref(), &[]);
            if let (Some(cluster), Ok(tenant)) = (cluster, tenant) {
                storages.push(Storage {
                    name: storage.name.clone(),
                    cluster,
                    tenant,
                    spec: storage,
                });
            } else {
                self.complete = false;
            }
        }
        storages.sort_by(|a, b| (a.cluster, &a.name.value).cmp(&(b.cluster, &b.name.value)));
        for storage in storages {
            let (scope, name) = (
                model.clusters[storage.cluster].name.value.to_string(),
                storage.name.value.to_string(),
            );
            let id = model.storages.push(storage);
            self.tables.storages.insert(&scope, &name, id);
            self.lookup.mended("storage", &name);
        }
    }

    fn networks(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
        let mut networks = Vec::new();
        for network in std::mem::take(&mut spec.network) {
            let what = format!("network `{}`", network.name.value);
            match self.cluster_of(model, network.cluster.as_ref(), &what, network.meta.span) {
                Some(cluster) => networks.push(NetworkIn {
                    cluster,
                    spec: network,
                }),
                None => self.complete = false,
            }
        }
        networks
            .sort_by(|a, b| (a.cluster, &a.spec.name.value).cmp(&(b.cluster, &b.spec.name.value)));
        for network in networks {
            let (scope, name) = (
                model.clusters[network.cluster].name.value.to_string(),
                network.spec.name.value.to_string(),
            );
            let id = model.networks.push(network);
            self.tables.networks.insert(&scope, &name, id);
            self.lookup.mended("network", &name);
        }
    }

    /// Tenants and their workloads; returns the workloads of which something was dropped.
    fn tenants(&mut self, model: &mut Parts, mut tenants: Vec<kinds::Tenant>) -> Vec<Id<Workload>> {
        tenants.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        let mut specs = Vec::new();
        for mut tenant in tenants {
            let mut workloads = std::mem::take(&mut tenant.workload);
            workloads.sort_by(|a, b| a.name.value.cmp(&b.name.value));
            let id = self.tenant(model, tenant);
            specs.extend(workloads.into_iter().map(|workload| (id, workload)));
        }
        // First all places, so that a reference between workloads leads somewhere even when the
        // other one is broken; then what each one says.
        let placed: Vec<(Id<Tenant>, kinds::Workload, Option<Place>)> = specs
            .into_iter()
            .map(|(tenant, spec)| {
                let scope = model.tenants[tenant].name.value.to_string();
                let place = self.place(model, &scope, &spec);
                (tenant, spec, place)
            })
            .collect();
        let mut kept = Vec::new();
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
                _ => self.tables.workloads.insert(
                    &scope,
                    spec.name.value.as_str(),
                    Id::new(usize::MAX),
                ),
            }
        }
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
            let (workload, whole) =
                self.workload(model, &shapes, tenant, &scope, spec, place, path.into());
            let Some(workload) = workload else { continue };
            let id = model.workloads.push(workload);
            if !whole {
                tainted.push(id);
            }
        }
        tainted
    }

    fn tenant(&mut self, model: &mut Parts, spec: kinds::Tenant) -> Id<Tenant> {
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
            spec,
        })
    }

    /// The pools and with them the cluster of a workload.
    fn place(&mut self, model: &Parts, tenant: &str, spec: &kinds::Workload) -> Option<Place> {
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
        Some(Place { cluster, pools })
    }

    /// Without `on`: any untainted worker pool of the estate's only Kubernetes cluster.
    fn default_place(
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

    #[expect(
        clippy::too_many_arguments,
        reason = "one call site; the parts of a workload come from as many places"
    )]
    fn workload(
        &mut self,
        model: &Parts,
        shapes: &[Shape],
        tenant: Id<Tenant>,
        scope: &str,
        spec: kinds::Workload,
        place: Place,
        path: Arc<str>,
    ) -> (Option<Workload>, bool) {
        let near = model.clusters[place.cluster].name.value.to_string();
        let near = [near.as_str()];
        let before = self.lookup.findings.len();
        let gpus = spec
            .gpu
            .iter()
            .filter_map(|gpu| {
                Some(Gpu {
                    model: self.lookup.get(&self.tables.gpu_models, &gpu.model, &[])?,
                    spec: gpu.clone(),
                })
            })
            .collect();
        let disks = self.disks(&spec, &near);
        let nics = self.nics(&spec, &near);
        let priority = match self
            .lookup
            .maybe(&self.tables.priorities, spec.priority.as_ref(), &[])
        {
            Ok(Some(priority)) => Some(priority),
            _ => self.tier_priority(model, tenant),
        };
        let connects = spec
            .connect
            .iter()
            .filter_map(|connect| self.connect(model, shapes, scope, connect))
            .collect();
        let offers = spec
            .offer
            .iter()
            .filter_map(|offer| self.offer(&spec, &path, offer))
            .collect();
        let exposes = spec
            .expose
            .iter()
            .filter_map(|expose| {
                let (port, name) = self.own_port(&spec, &path, &expose.port)?;
                Some(Expose {
                    port,
                    name,
                    spec: expose.clone(),
                })
            })
            .collect();
        let needs = spec
            .needs
            .iter()
            .filter_map(|needs| {
                Some((
                    self.lookup
                        .get(&self.tables.workloads, &needs.target, &[scope])?,
                    needs.clone(),
                ))
            })
            .filter(|(needed, _)| needed.to.index() < shapes.len())
            .collect();
        let backups = spec
            .backup
            .iter()
            .map(|backup| Backup {
                to: self
                    .lookup
                    .maybe(&self.tables.backup_stores, backup.to.as_ref(), &[])
                    .unwrap_or(None),
                spec: backup.clone(),
            })
            .collect();
        let body = match body(&spec) {
            Some(Draft::Vm(vm)) => self.image(vm).map(|image| Body::Vm(vm.clone(), image)),
            Some(Draft::Container(container)) => Some(Body::Container(container.clone())),
            Some(Draft::Job(job)) => Some(Body::Job(job.clone())),
            Some(Draft::Lxc(lxc)) => Some(Body::Lxc(lxc.clone())),
            None => None,
        };
        let replicas = self.replicas(&spec);
        let whole = body.is_some() && !spec.meta.broken && self.lookup.findings.len() == before;
        // A machine whose image leads nowhere still takes its room and talks to its peers.
        let body = body.or_else(|| {
            spec.vm
                .as_ref()
                .map(|vm| Body::Vm(vm.clone(), ImageUse::Unknown))
        });
        let mounts = spec
            .mount
            .iter()
            .map(|mount| Mount {
                spec: mount.clone(),
            })
            .collect();
        let workload = body.map(|body| Workload {
            replicas,
            path,
            name: spec.name.clone(),
            tenant,
            cluster: place.cluster,
            pools: place.pools,
            body,
            priority,
            gpus,
            disks,
            nics,
            mounts,
            connects,
            offers,
            exposes,
            needs,
            backups,
            spec,
        });
        (workload, whole)
    }

    /// How many there are; more than anybody runs counts as one, and is told.
    fn replicas(&mut self, spec: &kinds::Workload) -> Replicas {
        let mut bounded = |count: V<u32>| {
            if count.value <= self.limits.replicas {
                return count;
            }
            let span = self.lookup.span(&count);
            let finding = rules::too_many(
                "replicas",
                u64::from(count.value),
                self.limits.replicas,
                span,
            );
            self.lookup.findings.push(finding);
            count.map(|_| 1)
        };
        if let Some(scale) = &spec.scale {
            return Replicas::Scaled {
                min: bounded(scale.min),
                max: bounded(scale.max),
            };
        }
        match &spec.replicas {
            None => Replicas::Fixed(V::new(1, spec.meta.origin)),
            Some(replicas) => match replicas.per.as_ref().map(|per| per.value) {
                None => Replicas::Fixed(bounded(replicas.count)),
                Some(kinds::ReplicasPer::Node) => Replicas::PerNode(bounded(replicas.count)),
                Some(kinds::ReplicasPer::Zone) => Replicas::PerZone(bounded(replicas.count)),
            },
        }
    }

    fn tier_priority(&mut self, model: &Parts, tenant: Id<Tenant>) -> Option<Ref<kinds::Priority>> {
        let tier = model.tenants[tenant].tier?;
        let name = model.tiers[tier.to].priority.as_ref()?;
        let found = self.lookup.get(&self.tables.priorities, name, &[])?;
        Some(Ref {
            to: found.to,
            at: tier.at,
        })
    }

    fn disks(&mut self, spec: &kinds::Workload, near: &[&str]) -> Vec<Disk> {
        let mut disks: Vec<Disk> = spec
            .disk
            .iter()
            .filter_map(|disk| {
                let storage = self
                    .lookup
                    .maybe(&self.tables.storages, disk.storage.as_ref(), near)
                    .ok()?;
                Some(Disk {
                    storage,
                    spec: disk.clone(),
                })
            })
            .collect();
        disks.sort_by(|a, b| {
            let rank = |disk: &Disk| disk.spec.name.value.as_str() != "root";
            (rank(a), &a.spec.name.value).cmp(&(rank(b), &b.spec.name.value))
        });
        disks
    }

    fn nics(&mut self, spec: &kinds::Workload, near: &[&str]) -> Vec<Nic> {
        let mut nics: Vec<Nic> = spec
            .nic
            .iter()
            .filter_map(|nic| {
                let network = self
                    .lookup
                    .maybe(&self.tables.networks, nic.network.as_ref(), near)
                    .ok()?;
                Some(Nic {
                    network,
                    spec: nic.clone(),
                })
            })
            .collect();
        nics.sort_by(|a, b| {
            let rank = |nic: &Nic| nic.spec.name.value.as_str() != "default";
            (rank(a), &a.spec.name.value).cmp(&(rank(b), &b.spec.name.value))
        });
        nics
    }

    fn image(&mut self, vm: &kinds::Vm) -> Option<ImageUse> {
        match &vm.image.value {
            crate::units::ImageRef::Named(name) => {
                let named: V<NameOf<kinds::Image>> =
                    V::new(NameOf::new(name.as_str()), vm.image.origin);
                self.lookup
                    .get(&self.tables.images, &named, &[])
                    .map(ImageUse::Named)
            }
            crate::units::ImageRef::Oci(oci) => {
                Some(ImageUse::Oci(V::new(oci.clone(), vm.image.origin)))
            }
        }
    }

    fn connect(
        &mut self,
        model: &Parts,
        shapes: &[Shape],
        scope: &str,
        connect: &kinds::Connect,
    ) -> Option<Connect> {
        let text = connect.target.value.text.clone();
        let narrowed = |to, ports| {
            Some(Connect {
                to,
                ports,
                cidr: connect.cidr,
                host: connect.host.clone(),
                spec: connect.clone(),
            })
        };
        if &*text == "internet" {
            let ports = self.ports(connect, "the internet", None, &[])?;
            return narrowed(Target::Internet, ports);
        }
        if let Some(part) = text.strip_prefix("platform.") {
            let service = self.service(part, connect)?;
            let ports = connect
                .port
                .as_ref()
                .map_or(Some(Vec::new()), |_| self.ports(connect, &text, None, &[]))?;
            return narrowed(Target::Platform(service), ports);
        }
        let external: V<NameOf<kinds::External>> =
            V::new(NameOf::new(&text), connect.target.origin);
        if self.tables.externals.contains("", &text)
            && !self.tables.workloads.contains(scope, &text)
        {
            let found = self.lookup.get(&self.tables.externals, &external, &[])?;
            let system = &model.externals[found.to];
            let known: Vec<(&Name, Port)> = system
                .port
                .iter()
                .map(|port| {
                    (
                        &port.name.value,
                        port_of(port.number.value, port.protocol.value),
                    )
                })
                .collect();
            let ports = self.ports(
                connect,
                &format!("`{text}`"),
                Some(system.meta.name_span),
                &known,
            )?;
            return narrowed(Target::External(found), ports);
        }
        let found = self
            .lookup
            .get(&self.tables.workloads, &connect.target, &[scope])?;
        // The other side is broken, and was reported; a flow to it is no further mistake.
        let other = shapes.get(found.to.index())?;
        let known: Vec<(&Name, Port)> = other
            .ports
            .iter()
            .map(|port| {
                (
                    &port.name.value,
                    port_of(port.number.value, port.protocol.value),
                )
            })
            .collect();
        let ports = self.ports(
            connect,
            &format!("`{}`", other.path),
            Some(other.span),
            &known,
        )?;
        narrowed(Target::Workload(found), ports)
    }

    fn service(&mut self, part: &str, connect: &kinds::Connect) -> Option<Service> {
        let parts = ["dns", "ingress", "kube-api", "metadata", "metrics"];
        match part {
            "dns" => Some(Service::Dns),
            "kube-api" => Some(Service::KubeApi),
            "ingress" => Some(Service::Ingress),
            "metrics" => Some(Service::Monitoring),
            "metadata" => Some(Service::Metadata),
            _ => {
                let known: Vec<String> = parts
                    .iter()
                    .map(|part| format!("platform.{part}"))
                    .collect();
                let span = self.lookup.span(&connect.target);
                self.lookup.findings.push(rules::unknown_name(
                    &["part of the platform"],
                    &format!("platform.{part}"),
                    span,
                    &known,
                    &[],
                ));
                None
            }
        }
    }

    /// The ports of a connection: a declared one by its name, or numbers.
    fn ports(
        &mut self,
        connect: &kinds::Connect,
        to: &str,
        owner: Option<tenantry_syntax::Span>,
        known: &[(&Name, Port)],
    ) -> Option<Vec<Port>> {
        let Some(port) = &connect.port else {
            self.lookup
                .findings
                .push(rules::port_missing(to, connect.meta.span));
            return None;
        };
        match &port.value {
            PortRef::Number(number) => Some(vec![port_of(*number, connect.protocol.value)]),
            PortRef::Name(name) => {
                if let Some((_, port)) = known.iter().find(|(known, _)| *known == name) {
                    return Some(vec![*port]);
                }
                let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
                let span = self.lookup.span(port);
                self.lookup.findings.push(rules::unknown_port(
                    name.as_str(),
                    span,
                    to,
                    owner.unwrap_or(connect.meta.span),
                    &names,
                ));
                None
            }
        }
    }

    /// A port of the workload's own, by name or number.
    fn own_port(
        &mut self,
        spec: &kinds::Workload,
        path: &str,
        port: &V<PortRef>,
    ) -> Option<(Port, Option<Name>)> {
        match &port.value {
            PortRef::Number(number) => Some((port_of(*number, kinds::PortProtocol::Tcp), None)),
            PortRef::Name(name) => {
                if let Some(found) = spec.port.iter().find(|port| port.name.value == *name) {
                    return Some((
                        port_of(found.number.value, found.protocol.value),
                        Some(name.clone()),
                    ));
                }
                let names: Vec<&str> = spec
                    .port
                    .iter()
                    .map(|port| port.name.value.as_str())
                    .collect();
                let span = self.lookup.span(port);
                self.lookup.findings.push(rules::unknown_port(
                    name.as_str(),
                    span,
                    &format!("`{path}`"),
                    spec.meta.name_span,
                    &names,
                ));
                None
            }
        }
    }

    fn offer(&mut self, spec: &kinds::Workload, path: &str, offer: &kinds::Offer) -> Option<Offer> {
        let (port, _) = self.own_port(spec, path, &offer.port)?;
        let to = if offer.to.value.text.contains('.') {
            let found = self.lookup.get(&self.tables.workloads, &offer.to, &[])?;
            OfferTo::Workload(found)
        } else {
            OfferTo::Tenant(self.lookup.get(&self.tables.tenants, &offer.to, &[])?)
        };
        Some(Offer {
            port,
            to,
            spec: offer.clone(),
        })
    }
}

/// What others need to know of a workload before it is built.
struct Shape {
    path: String,
    span: tenantry_syntax::Span,
    ports: Vec<kinds::Port>,
}

/// Where a workload runs.
struct Place {
    cluster: Id<Cluster>,
    pools: Vec<Ref<Pool>>,
}

enum Draft<'a> {
    Vm(&'a kinds::Vm),
    Container(&'a kinds::Container),
    Job(&'a kinds::Job),
    Lxc(&'a kinds::Lxc),
}

/// What a workload is, if it says exactly one thing; else that was reported.
fn body(spec: &kinds::Workload) -> Option<Draft<'_>> {
    match (&spec.vm, &spec.container, &spec.job, &spec.lxc) {
        (Some(vm), None, None, None) => Some(Draft::Vm(vm)),
        (None, Some(container), None, None) => Some(Draft::Container(container)),
        (None, None, Some(job), None) => Some(Draft::Job(job)),
        (None, None, None, Some(lxc)) => Some(Draft::Lxc(lxc)),
        _ => None,
    }
}

fn port_of(ports: crate::units::Ports, protocol: kinds::PortProtocol) -> Port {
    let protocol = match protocol {
        kinds::PortProtocol::Tcp => Protocol::Tcp,
        kinds::PortProtocol::Udp => Protocol::Udp,
        kinds::PortProtocol::Sctp => Protocol::Sctp,
    };
    Port {
        protocol,
        from: ports.first(),
        to: ports.last(),
    }
}

/// The machines of a pool. Named ones stand as they are; counted ones are called by the prefix,
/// the zone where the count is per zone, and a number from 1.
fn nodes(spec: &kinds::Pool, cluster: &Cluster) -> Vec<Node> {
    let mut nodes: Vec<Node> = spec
        .node
        .iter()
        .map(|node| Node {
            name: node.name.value.to_string(),
            zone: node.zone.as_ref().map(|zone| zone.value.clone()),
            ip: node.ip.as_ref().map(|ip| ip.value),
            origin: node.meta.origin,
        })
        .collect();
    nodes.sort_by(|a, b| a.name.cmp(&b.name));
    let Some(counted) = &spec.nodes else {
        return nodes;
    };
    let prefix = counted.prefix.as_ref().map_or_else(
        || format!("{}-", spec.name.value),
        |prefix| prefix.value.to_string(),
    );
    let zones: Vec<Option<Name>> = match &counted.zone {
        Some(zone) => vec![Some(zone.value.clone())],
        None if cluster.zones.is_empty() => vec![None],
        None => cluster
            .zones
            .iter()
            .map(|zone| Some(zone.value.clone()))
            .collect(),
    };
    let first: Option<Ip> = counted.first_ip.as_ref().map(|ip| ip.value);
    let mut add = |name: String, zone: Option<Name>| {
        let at = u128::try_from(nodes.len()).unwrap_or(0);
        let ip = first.and_then(|first| first.checked_add(at));
        nodes.push(Node {
            name,
            zone,
            ip,
            origin: counted.meta.origin,
        });
    };
    let count = counted.count.value;
    if counted.per.is_some() {
        for zone in &zones {
            for number in 1..=count {
                let zone_part = zone
                    .as_ref()
                    .map_or(String::new(), |zone| format!("{zone}-"));
                add(format!("{prefix}{zone_part}{number}"), zone.clone());
            }
        }
    } else {
        for number in 1..=count {
            let zone = zones[(number as usize - 1) % zones.len()].clone();
            add(format!("{prefix}{number}"), zone);
        }
    }
    nodes
}
