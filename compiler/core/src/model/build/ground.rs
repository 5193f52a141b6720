//! Clusters, pools, storage and networks.

use super::{Builder, Parts};
use crate::{
    model::{Backend, Cluster, Id, NetworkIn, Pool, PoolGpu, PoolNic, Ref, Storage, rules},
    origin::V,
    schema::{construct::Meta, kinds, ty::NameOf},
};

impl Builder<'_> {
    pub(super) fn clusters(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
        let mut clusters = std::mem::take(&mut spec.cluster);
        clusters.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        for cluster in clusters {
            let backend = match (&cluster.kubernetes, &cluster.proxmox, &cluster.hosts) {
                (Some(kubernetes), None, None) => Backend::Kubernetes(kubernetes.version.clone()),
                (None, Some(proxmox), None) => Backend::Proxmox(proxmox.version.clone()),
                (None, None, Some(_)) => Backend::Hosts,
                // None or several were reported where the node was constructed.
                _ => {
                    self.complete = false;
                    continue;
                }
            };
            // One that leads nowhere was reported, and nothing else depends on it.
            let site = self
                .lookup
                .maybe(&self.tables.sites, cluster.site.as_ref(), &[])
                .unwrap_or(None);
            let zones = cluster
                .zone
                .iter()
                .flat_map(|zones| zones.names.clone())
                .collect();
            let name = cluster.name.clone();
            let id = model.clusters.push(Cluster {
                name: name.clone(),
                backend,
                site,
                zones,
                spec: cluster,
            });
            self.tables().clusters.insert("", name.value.as_str(), id);
        }
    }

    /// The cluster of something that may leave it out in an estate of one.
    pub(super) fn cluster_of(
        &mut self,
        model: &Parts,
        named: Option<&V<NameOf<kinds::Cluster>>>,
        what: &str,
        owner: &Meta,
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
                    // Two of one name have been told, and either will do.
                    (Some(one), Some(other))
                        if model.clusters[one].name.value == model.clusters[other].name.value
                            && ids.next().is_none() =>
                    {
                        Some(one)
                    }
                    // Which one may be what could not be read.
                    _ if owner.broken => None,
                    _ => {
                        let names: Vec<String> = model
                            .clusters
                            .values()
                            .map(|cluster| cluster.name.value.to_string())
                            .collect();
                        self.lookup
                            .findings
                            .push(rules::cluster_not_chosen(what, owner.span, &names));
                        None
                    }
                }
            }
        };
        self.complete &= found.is_some();
        found
    }

    pub(super) fn pools(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
        let mut pools = Vec::new();
        for pool in std::mem::take(&mut spec.pool) {
            let what = format!("pool `{}`", pool.name.value);
            let cluster = self.cluster_of(model, pool.cluster.as_ref(), &what, &pool.meta);
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
            let nics = cluster.map_or_else(Vec::new, |id| self.pool_nics(model, id, &pool));
            if let (Some(cluster), Some(cpu_model), Ok(tenant), Some(gpus)) =
                (cluster, cpu_model, tenant, gpus)
            {
                pools.push((cluster, cpu_model, tenant, gpus, nics, pool));
            } else {
                self.complete = false;
            }
        }
        pools.sort_by(|a, b| (a.0, &a.5.name.value).cmp(&(b.0, &b.5.name.value)));
        for (cluster, cpu_model, tenant, gpus, nics, spec) in pools {
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
                nics,
                spec,
            });
            self.tables().pools.insert(&scope, name.value.as_str(), id);
            self.lookup.mended("pool", name.value.as_str());
        }
    }

    /// The interfaces of a pool's machines. A network that leads nowhere was reported, and is not
    /// carried.
    fn pool_nics(
        &mut self,
        model: &Parts,
        cluster: Id<Cluster>,
        pool: &kinds::Pool,
    ) -> Vec<PoolNic> {
        let near = model.clusters[cluster].name.value.to_string();
        let mut nics = Vec::new();
        for nic in &pool.nic {
            let named = nic.carries.iter().flat_map(|carries| &carries.networks);
            let carries = named
                .filter_map(|name| self.lookup.get(&self.tables.networks, name, &[&near]))
                .collect();
            nics.push(PoolNic {
                carries,
                spec: nic.clone(),
            });
        }
        nics
    }

    pub(super) fn storages(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
        let mut storages = Vec::new();
        for storage in std::mem::take(&mut spec.storage) {
            let what = format!("storage `{}`", storage.name.value);
            let cluster = self.cluster_of(model, storage.cluster.as_ref(), &what, &storage.meta);
            let tenant = self
                .lookup
                .maybe(&self.tables.tenants, storage.tenant.as_ref(), &[]);
            let network = cluster.and_then(|cluster| self.network_of(model, cluster, &storage));
            if let (Some(cluster), Ok(tenant)) = (cluster, tenant) {
                storages.push(Storage {
                    name: storage.name.clone(),
                    cluster,
                    tenant,
                    network,
                    replicas: Vec::new(),
                    spec: storage,
                });
            } else {
                self.complete = false;
            }
        }
        storages.sort_by(|a, b| (a.cluster, &a.name.value).cmp(&(b.cluster, &b.name.value)));
        for (at, storage) in storages.iter().enumerate() {
            let scope = model.clusters[storage.cluster].name.value.to_string();
            let name = storage.name.value.to_string();
            self.tables().storages.insert(&scope, &name, Id::new(at));
            self.lookup.mended("storage", &name);
        }
        for mut storage in storages {
            storage.replicas = self.replicas_of_storage(model, &storage);
            model.storages.push(storage);
        }
    }

    /// The network that copies on Ceph take. One that leads nowhere was reported.
    fn network_of(
        &mut self,
        model: &Parts,
        cluster: Id<Cluster>,
        storage: &kinds::Storage,
    ) -> Option<Ref<NetworkIn>> {
        let near = model.clusters[cluster].name.value.to_string();
        let of_blocks = storage
            .rook_ceph
            .as_ref()
            .and_then(|ceph| ceph.network.as_ref());
        let of_files = storage
            .cephfs
            .as_ref()
            .and_then(|ceph| ceph.network.as_ref());
        self.lookup
            .get(&self.tables.networks, of_blocks.or(of_files)?, &[&near])
    }

    /// The classes that volumes are copied to. One that leads nowhere was reported.
    fn replicas_of_storage(
        &mut self,
        model: &Parts,
        storage: &Storage,
    ) -> Vec<(Ref<Storage>, kinds::Replicate)> {
        let near = model.clusters[storage.cluster].name.value.to_string();
        let named = storage.spec.replicate.iter();
        let found = named.filter_map(|entry| {
            let to = self
                .lookup
                .get(&self.tables.storages, &entry.to, &[&near])?;
            Some((to, entry.clone()))
        });
        found.collect()
    }

    pub(super) fn networks(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
        let mut networks = Vec::new();
        for network in std::mem::take(&mut spec.network) {
            let what = format!("network `{}`", network.name.value);
            let cluster = self.cluster_of(model, network.cluster.as_ref(), &what, &network.meta);
            let tenant = self
                .lookup
                .maybe(&self.tables.tenants, network.tenant.as_ref(), &[]);
            if let (Some(cluster), Ok(tenant)) = (cluster, tenant) {
                networks.push(NetworkIn {
                    cluster,
                    tenant,
                    spec: network,
                });
            } else {
                self.complete = false;
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
            self.tables().networks.insert(&scope, &name, id);
            self.lookup.mended("network", &name);
        }
    }
}
