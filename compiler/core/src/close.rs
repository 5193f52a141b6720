//! What each cluster must run: the components that the workloads' features and its storage need,
//! those that these need in turn, those declared, and those that are there already. Worked out
//! from tables, because placement and flows need the answer before any object exists.

pub mod library;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::features,
    model::{Body, Cluster, Estate, Id},
    origin::{OriginId, V},
    schema::kinds::Via,
    target::Target,
    units::{Name, Version},
};

/// How a component comes to be in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// It runs there and is not ours (`facts`, or the provider of a managed cluster).
    Installed,
    /// `component NAME` in the spec: ours to install.
    Declared,
    /// `platform auto` adds it, because something needs it.
    Needed,
}

/// A component of a cluster's platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// How it comes to be there.
    pub source: Source,
    /// Its version: the spec's, else of one that is ours the library's.
    pub version: Option<V<Version>>,
    /// Its namespace, where the spec says one.
    pub namespace: Option<V<Name>>,
    /// What asks for it, in the order of the model: a label and where it is said.
    pub asked_by: Vec<(String, OriginId)>,
}

impl Component {
    /// Whether it is ours to install.
    pub fn is_ours(&self) -> bool {
        self.source != Source::Installed
    }

    /// Where the first that asks for it says so.
    pub fn origin(&self) -> OriginId {
        self.asked_by
            .first()
            .map_or(OriginId::NONE, |(_, origin)| *origin)
    }
}

/// What a feature needs and does not get, because the platform is `explicit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The cluster.
    pub cluster: Id<Cluster>,
    /// The component.
    pub component: String,
    /// What asks, and where.
    pub asked_by: (String, OriginId),
}

/// The platform of every cluster.
#[derive(Debug, Clone, Default)]
pub struct Platform {
    asks: BTreeMap<Id<Cluster>, Vec<features::Ask>>,
    clusters: BTreeMap<Id<Cluster>, BTreeMap<String, Component>>,
    /// What is needed and not allowed in.
    pub missing: Vec<Missing>,
}

impl Platform {
    /// The features that are asked of a cluster, in the order of the model.
    pub fn asked(&self, cluster: Id<Cluster>) -> &[features::Ask] {
        self.asks.get(&cluster).map_or(&[], Vec::as_slice)
    }

    /// The components of a cluster, by name.
    pub fn components(&self, cluster: Id<Cluster>) -> impl Iterator<Item = (&str, &Component)> {
        self.clusters
            .get(&cluster)
            .into_iter()
            .flatten()
            .map(|(name, component)| (name.as_str(), component))
    }

    /// A component of a cluster.
    pub fn get(&self, cluster: Id<Cluster>, name: &str) -> Option<&Component> {
        self.clusters.get(&cluster)?.get(name)
    }

    /// Whether a component will run in a cluster.
    pub fn has(&self, cluster: Id<Cluster>, name: &str) -> bool {
        self.get(cluster, name).is_some()
    }

    /// The version of a component: the spec's; else of one that is ours the library's. None
    /// where neither says, and where somebody else installed it without the spec saying which.
    pub fn version(&self, cluster: Id<Cluster>, name: &str) -> Option<Version> {
        self.get(cluster, name)?
            .version
            .as_ref()
            .map(|version| version.value.clone())
    }

    /// The namespace of a component: the spec's, else the library's.
    pub fn namespace(&self, cluster: Id<Cluster>, name: &str) -> Option<String> {
        let component = self.get(cluster, name)?;
        let said = component
            .namespace
            .as_ref()
            .map(|namespace| namespace.value.to_string());
        said.or_else(|| library::known(name).map(|known| known.namespace.to_owned()))
    }
}

/// Closes the platform over what the workloads ask.
pub fn close(estate: &Estate, targets: &[&dyn Target]) -> Platform {
    let mut platform = Platform::default();
    for (id, cluster) in estate.clusters.iter() {
        let mut closing = Closing {
            cluster: id,
            explicit: cluster
                .spec
                .platform
                .as_ref()
                .is_some_and(|platform| platform.is_explicit()),
            components: declared(cluster),
            missing: Vec::new(),
        };
        let asks = features::asked(estate, id);
        let mut by_feature: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for ask in &asks {
            let components = by_feature.entry(ask.feature);
            for component in components.or_insert_with_key(|it| needed(it, cluster, targets)) {
                closing.want(component, &ask.by, ask.origin);
            }
        }
        platform.asks.insert(id, asks);
        if cluster.is_kubernetes() {
            closing.storage(estate);
            closing.machines(estate);
            closing.addresses(estate, cluster);
            closing.backups(estate);
        }
        if let Some(version) = cluster.backend.version() {
            closing.dependencies(&version.value);
        }
        platform.missing.extend(closing.missing);
        platform.clusters.insert(id, closing.components);
    }
    platform
}

/// The components that the cluster's targets name for a feature, the least a target asks.
fn needed(feature: &str, cluster: &Cluster, targets: &[&dyn Target]) -> Vec<String> {
    targets
        .iter()
        .filter(|target| target.serves(cluster))
        .filter_map(|target| target.capabilities().get(feature))
        .find(|row| !matches!(row.support, crate::target::Support::None(_)))
        .map(|row| row.components.clone())
        .unwrap_or_default()
}

/// One cluster's platform, while it grows.
struct Closing {
    cluster: Id<Cluster>,
    explicit: bool,
    components: BTreeMap<String, Component>,
    missing: Vec<Missing>,
}

impl Closing {
    fn want(&mut self, name: &str, by: &str, origin: OriginId) {
        let asked_by = (by.to_owned(), origin);
        match self.components.get_mut(name) {
            Some(component) => component.asked_by.push(asked_by),
            None if self.explicit => self.missing.push(Missing {
                cluster: self.cluster,
                component: name.to_owned(),
                asked_by,
            }),
            None => {
                let component = Component {
                    source: Source::Needed,
                    version: None,
                    namespace: None,
                    asked_by: vec![asked_by],
                };
                self.components.insert(name.to_owned(), component);
            }
        }
    }

    /// What the storage classes are made of.
    fn storage(&mut self, estate: &Estate) {
        let here = |storage: &&crate::model::Storage| storage.cluster == self.cluster;
        let classes: Vec<_> = estate
            .storages
            .iter()
            .map(|(_, class)| class)
            .filter(here)
            .collect();
        for class in classes {
            let by = format!("storage `{}`", class.name.value);
            let spec = &class.spec;
            if let Some(origin) = spec
                .rook_ceph
                .as_ref()
                .map(|ceph| ceph.meta.origin)
                .or_else(|| spec.cephfs.as_ref().map(|ceph| ceph.meta.origin))
            {
                self.want("rook-ceph-cluster", &by, origin);
            }
            if let Some(longhorn) = &spec.longhorn {
                self.want("longhorn", &by, longhorn.meta.origin);
            }
            if spec.snapshots.value {
                self.want("snapshot-controller", &by, spec.snapshots.origin);
            }
        }
    }

    /// A virtual machine's disk outlives it and is filled by the importer, unless it is told to
    /// be ephemeral.
    fn machines(&mut self, estate: &Estate) {
        for (_, workload) in estate.workloads_of(self.cluster) {
            let kept = workload
                .disks
                .iter()
                .find(|disk| !disk.spec.ephemeral.value);
            if let (Body::Vm(..), Some(disk)) = (&workload.body, kept) {
                let by = format!("workload `{}`", workload.path);
                self.want("cdi", &by, disk.spec.meta.origin);
            }
        }
    }

    /// Addresses from outside: a cloud gives them, Cilium announces them itself where it does the
    /// work of kube-proxy, and elsewhere somebody must. Certificates come from an issuer.
    fn addresses(&mut self, estate: &Estate, cluster: &Cluster) {
        let announced = cluster.spec.managed.value || cluster.announces_addresses();
        let pool = cluster
            .spec
            .network_plan
            .as_ref()
            .and_then(|plan| plan.gateway_pool.as_ref());
        if let Some(pool) = pool.filter(|_| !announced) {
            self.want("metallb", "gateway-pool", pool.meta.origin);
        }
        for (_, workload) in estate.workloads_of(self.cluster) {
            let by = format!("workload `{}`", workload.path);
            for expose in &workload.exposes {
                let spec = &expose.spec;
                if spec.via.value == Via::LoadBalancer && !announced {
                    self.want("metallb", &by, spec.via.origin);
                }
                if let Some(issuer) = &spec.issuer {
                    self.want("cert-manager", &by, issuer.origin);
                }
            }
        }
    }

    /// The credentials of a store come from outside, and Velero learns from a plugin what a
    /// virtual machine consists of.
    fn backups(&mut self, estate: &Estate) {
        for (_, workload) in estate.workloads_of(self.cluster) {
            let by = format!("workload `{}`", workload.path);
            for backup in &workload.backups {
                if let Body::Vm(..) = workload.body {
                    self.want("kubevirt-velero-plugin", &by, backup.spec.meta.origin);
                }
                let store = backup
                    .to
                    .as_ref()
                    .map(|store| &estate.backup_stores[store.to]);
                let secret = store.and_then(|store| store.s3.as_ref()?.secret.as_ref());
                if let Some(secret) = secret {
                    self.want("external-secrets", &by, secret.origin);
                }
            }
        }
    }

    /// What the components need in turn, and which version each has. What somebody else
    /// installed stands on its own.
    fn dependencies(&mut self, kubernetes: &Version) {
        let ours = self
            .components
            .iter()
            .filter(|(_, component)| component.is_ours());
        let mut open: Vec<String> = ours.map(|(name, _)| name.clone()).collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            let known = library::known(&name).filter(|_| seen.insert(name.clone()));
            let component = self
                .components
                .get_mut(&name)
                .filter(|component| component.is_ours());
            let (Some(known), Some(component)) = (known, component) else {
                continue;
            };
            let origin = component.origin();
            if component.version.is_none() {
                let release = known.release_for(kubernetes);
                component.version = release.map(|release| V::new(release.version(), origin));
            }
            let version = component.version.as_ref();
            let release = version.map(|version| (version.major(), version.minor()));
            let since = |need: &&library::Need| release.is_none_or(|release| release >= need.since);
            for need in known.needs.iter().filter(since) {
                self.want(need.component, &format!("component `{name}`"), origin);
                open.push(need.component.to_owned());
            }
        }
    }
}

fn declared(cluster: &Cluster) -> BTreeMap<String, Component> {
    let mut components = BTreeMap::new();
    if let Some(cni) = &cluster.spec.cni {
        // Whoever runs the control plane runs its network.
        let source = if cluster.spec.managed.value {
            Source::Installed
        } else {
            Source::Declared
        };
        let component = Component {
            source,
            version: cni.version.clone(),
            namespace: None,
            asked_by: vec![("cni".to_owned(), cni.meta.origin)],
        };
        components.insert(cni.name.value.word().to_owned(), component);
    }
    for component in cluster
        .spec
        .platform
        .iter()
        .flat_map(|platform| &platform.component)
    {
        let entry = Component {
            source: Source::Declared,
            version: component.version.clone(),
            namespace: component.namespace.clone(),
            asked_by: vec![("component".to_owned(), component.meta.origin)],
        };
        components.insert(component.name.value.to_string(), entry);
    }
    for (name, version, origin) in cluster
        .spec
        .facts
        .iter()
        .flat_map(|facts| facts.installed_components())
    {
        let entry = Component {
            source: Source::Installed,
            version,
            namespace: None,
            asked_by: vec![("facts".to_owned(), origin)],
        };
        components.insert(name, entry);
    }
    components
}
