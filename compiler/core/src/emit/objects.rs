//! What targets hand over: API objects and files, as trees with origins and needs, not yet bytes.

use std::sync::Arc;

use super::{artifact::ArtifactPath, tree::Tree};
use crate::{
    model::{Cluster, Id, Tenant},
    origin::OriginId,
    par,
};

/// The identity of a Kubernetes object in its cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KubeId {
    /// Group and version: `apps/v1`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The namespace; none for cluster-wide objects.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl KubeId {
    /// An object in a namespace.
    pub fn namespaced(api_version: &str, kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: Some(namespace.to_owned()),
            name: name.to_owned(),
        }
    }

    /// A cluster-wide object.
    pub fn cluster_wide(api_version: &str, kind: &str, name: &str) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: None,
            name: name.to_owned(),
        }
    }
}

impl std::fmt::Display for KubeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// Whose an object is; a folder of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The platform's.
    Platform,
    /// A tenant's.
    Tenant(Id<Tenant>),
}

/// What must be there before an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// Another object of this build.
    Object(KubeId),
    /// A component of the platform, by its name: it must be in the cluster's `Platform`.
    Component(&'static str),
}

/// A file's content before it is bytes.
#[derive(Debug, Clone)]
pub enum Content {
    /// Written as YAML.
    Yaml(Tree),
    /// Written as JSON.
    Json(Tree),
    /// Text that is no data format, already rendered by a template.
    Text {
        /// The text.
        text: String,
        /// Whether it is a program.
        executable: bool,
        /// The lines, from 1 and ascending, from which on it is so for another reason than the
        /// object itself.
        reasons: Vec<(u32, OriginId)>,
    },
}

/// What an object is.
#[derive(Debug, Clone)]
pub enum Body {
    /// A Kubernetes object; where its file goes is `emit`'s business.
    Kube {
        /// Its identity.
        id: KubeId,
        /// Whose it is.
        owner: Owner,
        /// The object.
        tree: Tree,
    },
    /// A file; [`layout`](super::layout) has the paths.
    File {
        /// Where.
        path: ArtifactPath,
        /// What is in it.
        content: Content,
    },
}

/// One thing to emit.
#[derive(Debug, Clone)]
pub struct Object {
    /// The target that made it.
    pub target: &'static str,
    /// The cluster it is for; none for what spans all.
    pub cluster: Option<Id<Cluster>>,
    /// The object.
    pub body: Body,
    /// What must be there first.
    pub needs: Vec<Need>,
    /// The wave that it is applied in, at the earliest.
    pub wave: u32,
    /// Whether no proof covers it: the spec wrote it itself.
    pub unproven: bool,
    /// The model path behind it: `acme.trainer`.
    pub spec_path: Arc<str>,
    /// Further model paths behind it.
    pub also: Vec<Arc<str>>,
    /// Why it is there: what an unmarked field answers with.
    pub origin: OriginId,
}

/// All objects of one environment, in the order they were made; `emit` orders by path.
#[derive(Debug, Clone, Default)]
pub struct Objects {
    items: Vec<Object>,
}

impl Objects {
    /// Adds one.
    pub fn push(&mut self, object: Object) {
        self.items.push(object);
    }

    /// Adds what is made of each item, in the order of the items, though they are worked on in
    /// parallel.
    pub fn each<T: Sync>(&mut self, items: &[T], make: impl Fn(&T, &mut Self) + Sync + Send) {
        let made = par::map(items, |item| {
            let mut own = Self::default();
            make(item, &mut own);
            own.items
        });
        self.items.extend(made.into_iter().flatten());
    }

    /// Adds all of another's.
    pub fn append(&mut self, mut other: Self) {
        self.items.append(&mut other.items);
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Object> {
        self.items.iter()
    }

    /// All of them, to change.
    pub(super) fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Object> {
        self.items.iter_mut()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
