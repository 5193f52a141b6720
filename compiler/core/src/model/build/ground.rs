//! Clusters, pools with their machines, storage and networks.

use super::{Builder, Parts};
use crate::{
    model::{Backend, Cluster, Id, NetworkIn, Node, Pool, PoolGpu, Storage, rules},
    origin::V,
    schema::{kinds, ty::NameOf},
    units::{Ip, Name},
};

impl Builder<'_> {
    pub(super) fn clusters(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
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
    pub(super) fn cluster_of(
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
                    // Two of one name have been told, and either will do.
                    (Some(one), Some(other))
                        if model.clusters[one].name.value == model.clusters[other].name.value
                            && ids.next().is_none() =>
                    {
                        Some(one)
                    }
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

    pub(super) fn pools(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
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
    pub(super) fn machines(&mut self, spec: &kinds::Pool, cluster: &Cluster) -> Vec<Node> {
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

    pub(super) fn storages(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
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

    pub(super) fn networks(&mut self, spec: &mut kinds::Root, model: &mut Parts) {
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
