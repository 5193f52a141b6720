//! What each cluster must run: the components that the workloads' features need, those declared,
//! and those that are there already. Worked out from capability tables, because placement and
//! flows need the answer before any object exists.

use std::collections::BTreeMap;

use crate::{
    check::features,
    model::{Cluster, Estate, Id},
    origin::{OriginId, V},
    target::Target,
    units::Version,
};

/// How a component comes to be in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// It runs there and is not ours (`facts`).
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
    /// Its version, where the spec says one.
    pub version: Option<V<Version>>,
    /// What asks for it, in the order of the model: a label and where it is said.
    pub asked_by: Vec<(String, OriginId)>,
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
    clusters: BTreeMap<Id<Cluster>, BTreeMap<String, Component>>,
    /// What is needed and not allowed in.
    pub missing: Vec<Missing>,
}

impl Platform {
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
}

/// Closes the platform over what the workloads ask.
pub fn close(estate: &Estate, targets: &[&dyn Target]) -> Platform {
    let mut platform = Platform::default();
    for (id, cluster) in estate.clusters.iter() {
        let components = declared(cluster);
        platform.clusters.insert(id, components);
        let explicit = cluster
            .spec
            .platform
            .as_ref()
            .is_some_and(|platform| platform.is_explicit());
        for ask in features::asked(estate, id) {
            for component in needed(&ask, cluster, targets) {
                let by = (ask.by.clone(), ask.origin);
                let known = platform.clusters.entry(id).or_default();
                match known.get_mut(&component) {
                    Some(component) => component.asked_by.push(by),
                    None if explicit => platform.missing.push(Missing {
                        cluster: id,
                        component,
                        asked_by: by,
                    }),
                    None => {
                        known.insert(
                            component,
                            Component {
                                source: Source::Needed,
                                version: None,
                                asked_by: vec![by],
                            },
                        );
                    }
                }
            }
        }
    }
    platform
}

/// The components that the cluster's targets name for a feature, the least a target asks.
fn needed(ask: &features::Ask, cluster: &Cluster, targets: &[&dyn Target]) -> Vec<String> {
    targets
        .iter()
        .filter(|target| target.serves(cluster))
        .filter_map(|target| target.capabilities().get(ask.feature))
        .find(|row| !matches!(row.support, crate::target::Support::None(_)))
        .map(|row| row.components.clone())
        .unwrap_or_default()
}

fn declared(cluster: &Cluster) -> BTreeMap<String, Component> {
    let mut components = BTreeMap::new();
    if let Some(cni) = &cluster.spec.cni {
        let component = Component {
            source: Source::Declared,
            version: cni.version.clone(),
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
            asked_by: vec![("facts".to_owned(), origin)],
        };
        components.insert(name, entry);
    }
    components
}
