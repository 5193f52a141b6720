//! Files as a reader gets them, held against the objects that they shall hold.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use serde::Deserialize;
use serde_json::{Number, Value};

use super::{
    alike::{Document, Template},
    flows::Ground,
};
use crate::{
    emit::{Artifact, Body, NodeRef, Object, Tree, View},
    par,
};

/// How deep a value goes; no reader of ours goes deeper.
const DEEPEST: usize = 120;

/// An object's identity over all clusters: the cluster's name, then version, kind, namespace, name.
type Identity<'v> = [&'v str; 5];

/// Where the parts of an identity are that a document says, behind the cluster.
const IDENTITY: [&[&str]; 4] = [
    &["apiVersion"],
    &["kind"],
    &["metadata", "namespace"],
    &["metadata", "name"],
];

/// The objects that the files shall hold.
pub(super) struct Known<'o> {
    by_identity: HashMap<Identity<'o>, (usize, &'o Tree), FixedState>,
}

/// Why a file does not hold what it should.
pub(super) type Wrong = String;

impl<'o> Known<'o> {
    pub(super) fn of(ground: Ground<'o>) -> Self {
        let objects: Vec<&Object> = ground.objects.iter().collect();
        let identified = par::map(&objects, |object| {
            let (Body::Kube { tree, .. }, Some(cluster)) = (&object.body, object.cluster) else {
                return None;
            };
            let cluster = ground.estate.clusters[cluster].name.value.as_str();
            Some((identity(cluster, |path| text_of(tree.root(), path)), tree))
        });
        let mut by_identity =
            HashMap::with_capacity_and_hasher(objects.len(), FixedState::default());
        for (identity, tree) in identified.into_iter().flatten() {
            let place = by_identity.len();
            by_identity.insert(identity, (place, tree));
        }
        Self { by_identity }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_identity.len()
    }

    /// Reads a file. Each of its documents must be the object of its identity, whose places are
    /// what comes of it.
    pub(super) fn read(&self, file: &Artifact) -> Result<Vec<usize>, Wrong> {
        let text = std::str::from_utf8(&file.bytes).map_err(|error| error.to_string())?;
        let mut places = Vec::new();
        for document in serde_yaml::Deserializer::from_str(text) {
            let value = Value::deserialize(document).map_err(|error| error.to_string())?;
            let identity = identity(cluster(file), |path| text_in(&value, path));
            match self.by_identity.get(&identity) {
                Some((place, tree)) if is(&value, tree.root(), DEEPEST) => places.push(*place),
                _ => {
                    let [_, _, kind, _, name] = identity;
                    return Err(format!("{kind} {name} reads back as something else"));
                }
            }
        }
        Ok(places)
    }

    /// What [`Self::read`] would say of a file that is like another; nothing where it is not, or
    /// where it does not hold what it should.
    pub(super) fn filled(&self, template: &Template<'_>, file: &Artifact) -> Option<Vec<usize>> {
        let text = std::str::from_utf8(&file.bytes).ok()?;
        let filled = template.fill(text)?;
        let place = |document: Document<'_>| {
            let identity = identity(cluster(file), |path| document.text(path));
            let (place, tree) = self.by_identity.get(&identity)?;
            document.is(tree.root(), DEEPEST).then_some(*place)
        };
        filled.documents().map(place).collect()
    }
}

/// `kubernetes/<cluster>/…`
fn cluster(file: &Artifact) -> &str {
    file.path.as_str().split('/').nth(1).unwrap_or_default()
}

fn identity<'v>(cluster: &'v str, text: impl Fn(&[&str]) -> Option<&'v str>) -> Identity<'v> {
    let [version, kind, namespace, name] = IDENTITY.map(|path| text(path).unwrap_or_default());
    [cluster, version, kind, namespace, name]
}

fn text_of<'t>(root: NodeRef<'t>, path: &[&str]) -> Option<&'t str> {
    let mut steps = path.iter();
    steps.try_fold(root, |at, step| at.get(step))?.as_str()
}

fn text_in<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    let mut steps = path.iter();
    steps.try_fold(value, |at, step| at.get(step))?.as_str()
}

/// Whether a value is what a node means. What lies too deep is nothing that a reader gets.
fn is(value: &Value, node: NodeRef<'_>, left: usize) -> bool {
    let Some(left) = left.checked_sub(1) else {
        return false;
    };
    match (value, node.view()) {
        (Value::Array(items), View::List) => {
            let mut both = items.iter().zip(node.children());
            items.len() == node.len() && both.all(|(item, node)| is(item, node, left))
        }
        (Value::Object(map), View::Map) => {
            let there = |child: NodeRef<'_>| {
                let value = child.key().and_then(|key| map.get(key));
                value.is_some_and(|value| is(value, child, left))
            };
            map.len() == node.len() && node.children().all(there)
        }
        _ => is_leaf(value, node),
    }
}

/// Whether a scalar is what a node means.
pub(super) fn is_leaf(value: &Value, node: NodeRef<'_>) -> bool {
    match (value, node.view()) {
        (Value::Null, View::Null) => true,
        (Value::Bool(value), View::Bool(meant)) => *value == meant,
        (Value::String(value), View::Text(meant)) => value == meant,
        (Value::Number(value), View::Number(digits)) => {
            serde_json::from_str::<Number>(digits).is_ok_and(|meant| *value == meant)
        }
        _ => false,
    }
}
